package message

// formatTexts are those of package value of formats that can't be used.
var formatTexts = map[ID]string{
	"format_of_column": `column {column:q}: {why}`,
	"no_conversion":    `no conversion to {type}`,
	"boolean_format":   `boolean format {format:q}: it is the word for true, a slash and the word for false, such as yes/no`,
	"binary_format":    `binary format {format:q}: it is hex, base64 or text`,
	"decimal_sign":     `decimal sign {sign:q}: it is "." or ","`,

	"number_format":            `number format {format:q}: {why}; write it as one number looks, such as 1,234.56`,
	"format_without_digits":    `it has no digits`,
	"format_of_two_units":      `it has a unit on both sides`,
	"format_no_unit":           `{unit:q} is not a unit`,
	"format_no_separator":      `{sign:q} is not a separator`,
	"format_of_two_separators": `it has more than one thousands separator`,
	"format_not_by_thousands":  `there are {n|digit|digits} after the thousands separator, not three`,

	"date_format":            `date format {format:q}: {why}; write it like DD.MM.YYYY HH:mm`,
	"date_format_undated":    `date format {format:q}: it has no date; write it like DD.MM.YYYY`,
	"time_format_dated":      `time format {format:q}: a time has no date`,
	"unix_format":            `{type} format {format:q}: Unix time is for timestamps`,
	"format_not_closed":      `{sign:q} is not closed`,
	"format_unknown_letters": `{letters:q} is not known`,
	"format_twice":           `{letters:q} repeats what stands before`,
	"format_of_no_moment":    `it has neither a date nor a time`,
	"format_needs_year":      `it needs one year, YYYY or YY`,
	"format_needs_month":     `it needs one month, MM or MMM`,
	"format_needs_day":       `it needs one day, DD`,
	"format_needs_hour":      `it needs one hour, HH`,
	"format_needs_minutes":   `it needs minutes before seconds, and seconds before their fraction`,
	"format_needs_time":      `it has a zone but no time`,
}
