package message

// mendTexts are those of rules that mend records, and of retrying rejects.
var mendTexts = map[ID]string{
	"several_records": `the text holds more than one record`,
	"one_at_a_time":   `mend each record by itself: the others of it have to be imported`,
	"no_record":       `the text holds no record`,

	"retry_under_way": `job {job} retries rejects of the same job`,
	"wait_for_retry":  `wait for its end, or cancel it`,

	"unknown_rule":        `there is no rule {op:q}`,
	"rules_are":           `the rules are {ops}`,
	"rule_names_none":     `the rule {op} names no column`,
	"rule_no_column":      `the rule {op} is for a column that the records are not loaded into: {column:q}`,
	"rule_null_and_value": `the rule {op} for {column:q} has a value, and is to be NULL`,
	"rule_no_values":      `the rule for the values of {column:q} has none`,
	"rule_no_format":      `the rule for the format of {column:q} has no pattern`,
	"rule_format_of_text": `the column {column:q} is text, which has no format`,
	"rule_no_length":      `the rule that cuts {column:q} needs a length: the column has none`,
}
