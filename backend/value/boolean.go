package value

import (
	"bytes"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A booleanParser reads the words for true and false, in any case.
type booleanParser struct {
	yes, no      []byte       // the user's words; nil for the usual ones
	emptyIsFalse bool         // the user's word for false is the empty one
	wrong        message.Note // of texts that are neither
	format       message.Text // the hint that names the format, if there is one

	usual [2]string // those of the usual words for false and true that are taken; "" for all
}

// newBooleanParser returns the parser for a format such as "ja/nein"; "" is
// for the usual words. With "x/" an empty field is false.
func newBooleanParser(format string) (*booleanParser, error) {
	if format == "" {
		return &booleanParser{wrong: message.New("not_a_boolean", "format_for_words")}, nil
	}
	yes, no, ok := strings.Cut(format, "/")
	yes, no = strings.TrimSpace(yes), strings.TrimSpace(no)
	if !ok || yes == "" || strings.EqualFold(yes, no) || strings.Contains(no, "/") {
		return nil, message.NewError(nil, "boolean_format", "", "format", format)
	}
	wrong := message.New("neither_nor", "", "yes", yes, "no", no)
	if no == "" {
		wrong = message.New("neither_nor_empty", "", "yes", yes)
	}
	return &booleanParser{
		yes: []byte(yes), no: []byte(no), emptyIsFalse: no == "",
		wrong: wrong, format: message.T("format_is", "format", yes+"/"+no),
	}, nil
}

func (p *booleanParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	s := arena[start:end]
	if p.yes != nil {
		if bytes.EqualFold(s, p.yes) {
			return arena, load.IntCell(1), true
		}
		return arena, load.IntCell(0), len(p.no) > 0 && bytes.EqualFold(s, p.no)
	}
	v, ok := booleanWord(s)
	if only := p.usual[v]; only != "" && ok {
		ok = len(s) == len(only) && s[0]|0x20 == only[0]
	}
	return arena, load.IntCell(v), ok
}

// booleanWord reads the usual words: true and false, yes and no, on and off,
// 1 and 0, and the letters t, f, y and n.
func booleanWord(s []byte) (int64, bool) {
	switch len(s) {
	case 1:
		switch s[0] {
		case '1', 't', 'T', 'y', 'Y':
			return 1, true
		case '0', 'f', 'F', 'n', 'N':
			return 0, true
		}
	case 2:
		switch uint16(s[0]|0x20)<<8 | uint16(s[1]|0x20) {
		case 'o'<<8 | 'n':
			return 1, true
		case 'n'<<8 | 'o':
			return 0, true
		}
	case 3:
		if equalLower(s, "yes") {
			return 1, true
		}
		return 0, equalLower(s, "off")
	case 4:
		return 1, equalLower(s, "true")
	case 5:
		return 0, equalLower(s, "false")
	}
	return 0, false
}

// equalLower reports whether s, which is as long as word, is the word of
// lower-case ASCII letters in any case.
func equalLower(s []byte, word string) bool {
	for i := range len(word) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

func (p *booleanParser) explain(text []byte) *load.Fault {
	flt := &load.Fault{Code: load.CodeNotABoolean, Note: p.wrong}
	if load.IsNullSign(text) {
		flt.Note = asNull(flt.Note, text)
	} else if _, ok := booleanWord(text); ok {
		flt.Note = flt.WithText(p.format)
	}
	return flt
}
