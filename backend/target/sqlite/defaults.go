package sqlite

import (
	"context"
	"fmt"
	"strings"
)

// An empty value in a column that takes no NULL, but has a default, is the
// default, as it is where the column is left out. SQLite itself gives a column
// its default only where the statement does not name it; so the statement does
// it, for each row anew: CURRENT_TIMESTAMP and random() are what they are then.

// readDefaults makes the defaults of the columns expressions that a statement
// can hold. A column has none where its default is NULL.
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

// defaultExpression returns the text of a default as an expression. In a
// default a mere name, quoted or not, is a text.
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

// isName reports whether text is a name that needs no quotes.
func isName(text string) bool {
	for i, c := range text {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 0x7F
		if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
			return false
		}
	}
	return text != ""
}

// orDefault returns the expression for what goes into column i, of which value
// is the value in the row.
func (t *table) orDefault(i int, value string) string {
	if t.columns[i].Nullable || t.defaults[i] == "" {
		return value
	}
	return fmt.Sprintf("coalesce(%s, %s)", value, t.defaults[i])
}
