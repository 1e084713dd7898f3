package message

// postgresTexts are those of the package target/postgres.
var postgresTexts = map[ID]string{
	"address_wrong":  `the address of the database can't be used: {cause}`,
	"check_settings": `check the settings in the address, and those of the environment, such as PGPORT and PGSERVICE`,

	"server_says":             `the server says: {cause}`,
	"server_out_of":           `the server has come to an end of its disk or memory: {cause}`,
	"free_at_server":          `have some freed at the server, and start again`,
	"table_changed":           `another program changed the table, or it is not what it seemed: {cause}`,
	"not_committed":           `the server undid the transaction`,
	"not_insertable":          `no rows can be inserted into {table:q}`,
	"not_readable":            `the table {table:q} can't be read, which is needed to {rule} on conflict`,
	"grant_select":            `have the right SELECT granted on it, or choose to reject on conflict`,
	"may_not_write":           `this user lacks the right {verb} on the column {column:q} of {table:q}`,
	"grant_right":             `have it granted, leave the column out, or use another user`,
	"no_schema":               `the connection has no schema in which the table could be made`,
	"choose_schema":           `choose a schema`,
	"schema_missing":          `there is no schema {schema:q}`,
	"may_not_create":          `this user may not make tables in the schema {schema:q}`,
	"have_right_or_schema":    `have the right CREATE granted, or choose another schema or an existing table`,
	"name_taken":              `{table:q} is the name of something else in the database`,
	"name_too_long":           `the name {name:q} is longer than the {most} bytes that the database takes`,
	"name_of_system_column":   `{column:q} is the name of a column that every table of the database has of its own`,
	"name_of_marks":           `{table:q} is the name of the table in which loads keep how far they have come`,
	"too_many_columns_server": `the table would have {n|column|columns}, and the server takes {most}`,

	"insecure_connection": `the connection to {server} is not encrypted, or nobody has verified who answers there`,
	"use_verify_full":     `take sslmode out of the address, and have the server's certificate verified`,
	"fewer_writers":       `there will be fewer writers than {n}: the order of the records counts in {table:q}`,
	"no_marks":            `there is no place in the schema {schema:q} for noting how far the import has come: it can't go on if the answer to a commit is lost`,
	"grant_create":        `have the right CREATE granted on the schema`,

	"holds_nul":            `holds a NUL character, which the database's texts can't`,
	"remove_nul":           `remove it, or choose a column of bytes (bytea)`,
	"second_too_fine":      `has a fraction of a second of more than the {digits|digit|digits} that the column keeps`,
	"number_rounded":       `would be rounded to {type}`,
	"float_too_fine":       `has more digits than the 4 bytes of the column keep`,
	"wider_float":          `round it, or choose a column of double precision`,
	"text_keeps_second":    `shorten it, or choose a column of text`,
	"look_for_return_null": `look for RETURN NULL in the functions of the table's triggers`,
}
