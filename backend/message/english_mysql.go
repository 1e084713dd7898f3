package message

// mysqlTexts are those of package target/mysql.
var mysqlTexts = map[ID]string{
	"bad_option":          `the setting {name:q} can't be {value:q}`,
	"settings_of_mysql":   `there are ssl-mode (DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY), ssl-ca, ssl-cert, ssl-key, connect-timeout (such as 30s) and local-infile (0 or 1)`,
	"no_certificate_file": `a file for TLS can't be read: {cause}`,
	"no_certificates":     `{path} holds no certificate`,
	"check_path":          `check the path`,
	"no_database_named":   `the connection names no database`,
	"name_schema":         `name one: mysql://USER@HOST/DATABASE`,
	"is_sequence":         `{table:q} is a sequence`,
	"not_a_name":          `{name:q} can't be a name in MySQL`,
	"name_is":             `a name has 1 to 64 characters, no blank at its end, and no emoji`,

	"connection_lost":   `the connection to {address} was lost: {cause}`,
	"connection_broken": `it was cut`,

	"changed_by_server":   `the server would store something else: the column is declared {declared}`,
	"other_type_keeps_it": `shorten the value, or choose another type for the column`,
	"not_a_member":        `is none of the values that the column takes`,
	"members_are":         `they are {members:or}, spelled like that`,
	"not_a_year":          `is no year of the column`,
	"years_are":           `it holds 1901 to 2155, with four digits`,
	"too_long_for_column": `too long for the column`,
	"widen_column":        `shorten it, or widen the column`,
	"beyond_range":        `beyond what the column holds, which is declared {declared}`,
	"widen_column_type":   `correct it, or choose a wider type for the column`,
	"no_such_moment":      `no date or time that the column holds, which is declared {declared}`,
	"moment_limits":       `a DATE or DATETIME begins with the year 1000, a TIMESTAMP ends with 2038, and no part is zero`,
	"not_in_charset":      `has characters that the column's character set, {charset}, does not have`,
	"use_utf8mb4":         `convert the column to utf8mb4`,
	"longer_than_packet":  `longer than the {most} bytes that the server takes in one statement`,
	"raise_packet":        `have the server's max_allowed_packet raised, or shorten it`,
	"others_refer_to_it":  `rows of another table refer to the row that it would change`,
	"leave_key":           `change those first, or leave the record out`,

	"use_verify_identity":   `take ssl-mode out of the address, and have the server's certificate verified`,
	"engine_undoes_nothing": `the table {table:q} is stored by {engine}, which can undo nothing: after a failure or a lost connection, rows may be in the table that are not counted`,
	"marks_engine":          `the table {table:q} is stored by {engine}, which commits every statement by itself: how far the import has come can't be kept elsewhere`,
	"use_innodb_or_marks":   `ALTER TABLE … ENGINE=InnoDB, or leave out where it is kept[ ({setting marks})]`,
	"use_innodb":            `ALTER TABLE … ENGINE=InnoDB makes it safe`,
	"timestamps_in_utc":     `{column:q} is a TIMESTAMP: values without a zone are taken as UTC`,

	"may_not_write_table": `this user lacks the right {verb} on the table {table:q}`,
	"grant_on_table":      `have it granted, or use another user`,
}
