package load

import (
	"slices"
	"strings"
)

// IsClosed reports whether an SQL expression can't escape from the parentheses that are
// put around it. quotes are the characters that quote in the database, of which [ ends
// with ]; never has what must not stand outside of quotes, besides the end of a
// statement, a NUL, and comments.
func IsClosed(expression, quotes string, never ...string) bool {
	never = append([]string{";", "\x00", "--", "/*"}, never...)
	depth := 0
	for rest := expression; rest != ""; rest = rest[1:] {
		switch c := rest[0]; {
		case strings.IndexByte(quotes, c) >= 0:
			if c == '[' {
				c = ']'
			}
			end := strings.IndexByte(rest[1:], c) // a doubled quote begins a new text
			if end < 0 {
				return false
			}
			rest = rest[1+end:]
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return false
			}
		case slices.ContainsFunc(never, func(s string) bool { return strings.HasPrefix(rest, s) }):
			return false
		}
	}
	return depth == 0
}
