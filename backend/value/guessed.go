package value

import (
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// guessed returns the parser for a column whose type was guessed: it refuses what
// inference would not have taken for a value of the type.
func guessed(ps parser, c load.Column) parser {
	switch p := ps.(type) {
	case *decimalParser:
		p.decimals = c.Scales
	case *booleanParser:
		if yes, no, ok := strings.Cut(c.Words, "/"); ok {
			p.usual = [2]string{no, yes}
		}
	case *datetimeParser:
		p.strict = true
	case uuidParser:
		return guessedUUID{p}
	}
	if c.Type.IsNumber() {
		return guessedParser{ps, c.Type == load.Float}
	}
	return ps
}

// A guessedUUID reads the UUIDs of a column whose type was guessed: not checksums.
type guessedUUID struct{ uuidParser }

func (p guessedUUID) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	const bare = 32
	if end-start == bare && !isBareUUID(arena[start:end]) {
		return arena, load.Cell{}, false
	}
	return p.uuidParser.parse(arena, start, end)
}

// A guessedParser reads the numbers of a column whose type was guessed. It
// refuses the texts that inference would have kept as they are.
type guessedParser struct {
	parser
	exponents bool // the numbers may have exponents
}

func (p guessedParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	if b := arena[start]; (b == '0' || b == '-' || b == '+' || p.exponents) && keptAsText(arena[start:end]).ID != "" {
		return arena, load.Cell{}, false
	}
	return p.parser.parse(arena, start, end)
}

func (p guessedParser) explain(text []byte) *load.Fault {
	if why := keptAsText(text); why.ID != "" {
		return &load.Fault{Code: load.CodeNotANumber, Note: message.New("kept_as_text", "check_or_choose_type", "value", load.Shown(text), "why", why)}
	}
	return p.parser.explain(text)
}
