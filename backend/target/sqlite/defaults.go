package sqlite

import (
	"context"
	"fmt"
	"strings"
)

// An empty value in a NOT NULL column with a default becomes the default, as if
// the column were not mapped. SQLite itself applies a default only if the
// statement does not name the column, so the statement contains the default's
// expression. It is evaluated for each row, as CURRENT_TIMESTAMP and random()
// must be.

// readDefaults turns the defaults of the columns into expressions for use in a
// statement. A column whose default is NULL has none.
func (d *DB) readDefaults(ctx context.Context, t *table) {
	for i := range t.columns {
		text := t.defaults[i]
		if strings.EqualFold(text, "NULL") {
			t.columns[i].HasDefault = false
		}
		if t.defaults[i] = ""; !t.columns[i].HasDefault {
			continue
		}
		expr := defaultExpression(text)
		if d.understands(ctx, "SELECT "+expr) == nil {
			t.defaults[i] = expr
		}
	}
}

// defaultExpression returns the text of a default as an expression. In a DEFAULT
// clause a bare name, quoted or not, is a string.
func defaultExpression(text string) string {
	name := text
	if n := len(text); n >= 2 {
		quote, doubled := text[n-1:], text[n-1:]+text[n-1:]
		switch {
		case text[0] == '"' && quote == `"`, text[0] == '`' && quote == "`":
			name = strings.ReplaceAll(text[1:n-1], doubled, quote)
			return "'" + strings.ReplaceAll(name, "'", "''") + "'"
		case text[0] == '[' && strings.IndexByte(text, ']') == n-1:
			return "'" + strings.ReplaceAll(text[1:n-1], "'", "''") + "'"
		}
	}
	if isName(name) {
		switch strings.ToUpper(name) {
		case "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "TRUE", "FALSE":
		default:
			return "'" + name + "'"
		}
	}
	return "(" + text + ")"
}

// isName reports whether text is an unquoted name.
func isName(text string) bool {
	for i, c := range text {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 0x7F
		if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
			return false
		}
	}
	return text != ""
}

// orDefault returns the expression that is stored in column i for a row in which
// value is the expression of its value.
func (t *table) orDefault(i int, value string) string {
	if t.columns[i].Nullable || t.defaults[i] == "" {
		return value
	}
	return fmt.Sprintf("coalesce(%s, %s)", value, t.defaults[i])
}
