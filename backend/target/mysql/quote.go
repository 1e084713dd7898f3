package mysql

import "strings"

// quote returns a name as a quoted identifier.
func quote(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// quoteAll returns the names as quoted identifiers, separated by commas.
func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}

// qualified returns the name of a table with its schema.
func qualified(schema, table string) string { return quote(schema) + "." + quote(table) }

// literal returns a text as a literal. The session's mode has backslashes escape.
func literal(text string) string { return string(appendLiteral(nil, text)) }

// appendLiteral appends a text as a literal to dst.
func appendLiteral[T string | []byte](dst []byte, text T) []byte {
	dst = append(dst, '\'')
	start := 0
	for i := range len(text) {
		if c := text[i]; c == '\'' || c == '\\' {
			dst = append(dst, text[start:i]...)
			dst = append(dst, '\\', c)
			start = i + 1
		}
	}
	dst = append(dst, text[start:]...)
	return append(dst, '\'')
}
