package csvfile

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// delimiters returns the delimiters that occur in the text, comma always.
func delimiters(text []byte) []string {
	list := []string{","}
	if len(bytes.TrimSpace(text)) == 0 {
		return list // blank lines
	}
	for _, s := range []string{";", "\t", "|", ":", "^", "~", " ", "#", "*", "\x01", "\x02", "\x1e", "\x1f", "¦", "§", "¬", "þ", ", ", "; "} {
		if bytes.Contains(text, []byte(s)) {
			list = append(list, s)
		}
	}
	// Runs of two to four marks, such as || and |~|.
	runs := map[string]int{}
	lines := 0
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && isMark(text[j]) {
			j++
		}
		if n := j - i; n >= 2 && n <= 4 {
			runs[string(text[i:j])]++
		}
		if j == i {
			if text[i] == '\n' {
				lines++
			}
			j++
		}
		i = j
	}
	var often []string
	for s, n := range runs {
		if n >= max(1, lines*2/5) && !slices.Contains(list, s) && !emptyFields(text, []byte(s)) {
			often = append(often, s)
		}
	}
	slices.SortFunc(often, func(a, b string) int { return cmp.Or(cmp.Compare(runs[b], runs[a]), cmp.Compare(a, b)) })
	return append(list, often[:min(len(often), 6)]...)
}

// emptyFields reports whether a run of marks is just delimiters of empty fields:
// each of them also occurs by itself.
func emptyFields(text, run []byte) bool {
	c := run[:1]
	return (c[0] == ',' || c[0] == ';' || c[0] == '\t') && bytes.Count(run, c) == len(run) &&
		bytes.Count(text, c) > len(run)*bytes.Count(text, run)
}

// isMark reports whether c is punctuation that a delimiter of several characters
// may consist of.
func isMark(c byte) bool {
	return strings.IndexByte("|;:~^#@&$%*!<>=+,\t", c) >= 0
}
