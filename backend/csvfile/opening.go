package csvfile

// Some programs put blanks next to the quotes of a field, and spreadsheets write
// ="07001" for a text that must not become a number. Both are read as the text in
// the quotes, and counted.

// opening returns the index of the opening quote of the field at b[i:], which is i
// for most, or -1 if it has none. It may need more text to decide.
func (g *grammar) opening(b []byte, i int, eof bool) (open int, st status) {
	if g.quote == 0 || i == len(b) {
		return -1, parsed
	}
	at := i
	switch c := b[i]; {
	case c == g.quote:
		return i, parsed
	case c == '=' && g.quote == '"' && g.delim[0] != '=':
		at++
	case c == ' ' && g.delim[0] != ' ':
		for at < len(b) && b[at] == ' ' {
			at++
		}
	default:
		return -1, parsed
	}
	switch {
	case at == len(b) && !eof:
		return -1, needMore
	case at == len(b) || b[at] != g.quote:
		return -1, parsed
	}
	return at, parsed
}

// afterBlanks returns the index after the blanks at b[i:], which may be between the
// closing quote and the end of a field.
func (g *grammar) afterBlanks(b []byte, i int) int {
	if g.delim[0] == ' ' {
		return i
	}
	for i < len(b) && b[i] == ' ' {
		i++
	}
	return i
}

// apostrophe reports whether the single quote at b[i], in a field in single
// quotes, is within a word.
func (g *grammar) apostrophe(b []byte, i int) bool {
	return g.quote == '\'' && i > 0 && i+1 < len(b) && isLetterByte(b[i-1]) && isLetterByte(b[i+1])
}

func isLetterByte(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }
