package load

import (
	"strings"
	"testing"
)

// What quotes differs between databases, and so does what must not stand outside of quotes.
func TestIsClosed(t *testing.T) {
	for _, c := range []struct {
		expression, quotes string
		never              []string
		want               bool
	}{
		{"", `'"`, nil, true},
		{"a IN ('x)', 'it''s; --') AND (b)", `'"`, nil, true},
		{"a > 0) , (1", `'"`, nil, false},
		{"a > (0", `'"`, nil, false},
		{"a = 'x", `'"`, nil, false},
		{"a; b", `'"`, nil, false},
		{"a -- b", `'"`, nil, false},
		{"a /* b */", `'"`, nil, false},
		{"a\x00", `'"`, nil, false},
		{"[a)] > 0", `'"`, nil, false},
		{"[a)] > 0", `'"[`, nil, true},
		{"a # b", `'"`, nil, true},
		{"a # b", `'"`, []string{"#"}, false},
		{"'#'", `'"`, []string{"#"}, true},
	} {
		if got := IsClosed(c.expression, c.quotes, c.never...); got != c.want {
			t.Errorf("%q, quoted by %s, never %q: %v", c.expression, c.quotes, c.never, got)
		}
	}
}

// A text is cut at the end of a character.
func TestShownSQL(t *testing.T) {
	fits := strings.Repeat("x", 60)
	for text, want := range map[string]string{"": "", fits: fits, fits + "y": fits + "…", fits[:59] + "üy": fits[:59] + "…"} {
		if got := ShownSQL(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}
