package mend

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/value"
)

// A Converter applies rules to records and converts them. It is used by one
// goroutine.
type Converter struct {
	changes []change
	conv    *value.Converter
	nulls   []string
}

// A change is a rule that is fitted to a column.
type change struct {
	Rule
	column int               // in the layout
	field  int               // that feeds it
	point  byte              // of [Thousands]: the decimal sign
	values map[string]string // of [MapValues]: by texts in lower case
}

// NewConverter returns the converter for rules and a layout, for which [Check] finds
// no problem.
func NewConverter(rules []Rule, l load.Layout) (*Converter, error) {
	l.Columns = withFormats(rules, l.Columns)
	conv, err := value.NewConverter(l)
	if err != nil {
		return nil, err
	}
	c := &Converter{conv: conv, nulls: l.Plan.Null}
	for _, r := range rules {
		c.changes = append(c.changes, changesOf(r, l)...)
		if r.Op == Format && r.Refused != "" {
			if err := conv.Also(column(l, r.Column), r.Value); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// changesOf returns a rule fitted to the columns that it is for.
func changesOf(r Rule, l load.Layout) (changes []change) {
	for i, column := range l.Columns {
		switch {
		case r.Op == Format, r.Op == Pad:
			continue
		case r.Column != "" && r.Column != column.Name:
			continue
		case r.Column == "" && r.Op == Thousands && !column.Type.IsNumber():
			continue
		}
		ch := change{Rule: r, column: i, field: l.Index[i]}
		switch r.Op {
		case Cut:
			if ch.Length == 0 {
				ch.Length = column.Length
			}
		case Thousands:
			ch.point = value.DecimalSign(column, l.Plan)
		case MapValues:
			ch.values = map[string]string{}
			for from, to := range r.Values {
				ch.values[strings.ToLower(strings.TrimFunc(from, blank))] = to
			}
		}
		changes = append(changes, ch)
	}
	return changes
}

// Convert implements [load.Converter].
func (c *Converter) Convert(b *load.Block) {
	for i := range c.changes {
		ch := &c.changes[i]
		for row := range b.Rows {
			f := &b.Fields[row*b.Width+ch.field]
			if ch.Refused == "" || ch.Refused == c.conv.Refusal(ch.column, b.Arena, *f) {
				c.apply(ch, b, f)
			}
		}
	}
	c.conv.Convert(b)
}

// apply changes one field.
func (c *Converter) apply(ch *change, b *load.Block, f *load.Field) {
	text := b.Arena[f.Start:f.End:f.End]
	switch ch.Op {
	case Set:
		ch.put(b, f)
	case Replace:
		if string(bytes.TrimFunc(text, blank)) == strings.TrimFunc(ch.From, blank) {
			ch.put(b, f)
		}
	case MapValues:
		if to, ok := ch.values[strings.ToLower(string(bytes.TrimFunc(text, blank)))]; ok {
			put(b, f, to)
		}
	case Default:
		if c.none(bytes.TrimFunc(text, blank)) {
			ch.put(b, f)
		}
	case Trim:
		trimmed := bytes.TrimLeftFunc(text, blank)
		f.Start = f.End - uint32(len(trimmed))
		f.End = f.Start + uint32(len(bytes.TrimRightFunc(trimmed, blank)))
	case Thousands:
		if plain, ok := ungrouped(bytes.TrimFunc(text, blank), ch.point); ok {
			put(b, f, plain)
		}
	case Cut:
		f.End = f.Start + uint32(prefix(text, ch.Length))
	}
}

// none reports whether a text is empty or one of those that mean NULL.
func (c *Converter) none(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	for _, null := range c.nulls {
		if string(text) == null {
			return true
		}
	}
	return false
}

// put puts the value of a rule into a field.
func (ch *change) put(b *load.Block, f *load.Field) {
	if ch.Null {
		f.End, f.Quoted = f.Start, false
		return
	}
	put(b, f, ch.Value)
}

// put puts a text into a field, in quotes: an empty one is a text, and not NULL.
func put(b *load.Block, f *load.Field, text string) {
	start := len(b.Arena)
	b.Arena = append(b.Arena, text...)
	*f = load.Field{Start: uint32(start), End: uint32(len(b.Arena)), Quoted: true}
}

// blank reports whether r takes room and shows nothing: white space, or one of the
// characters without width that programs leave at the ends of texts.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\ufeff' || r >= '\u200b' && r <= '\u200d' || r == '\u2060'
}

// prefix returns the number of bytes of the first n characters of text.
func prefix(text []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// separators are what stands between thousands.
const separators = ".,'’_ \u00a0\u2009\u202f"

// ungrouped returns a number without its thousands separators. It reports false for
// anything else: the groups have three digits, or as in 12,34,567 two above the last.
func ungrouped(text []byte, decimal byte) (string, bool) {
	var sep rune // the separator, once there is one
	plain := make([]byte, 0, len(text))
	digits, groups, after := 0, 0, false
	for i, r := range string(text) {
		switch {
		case r >= '0' && r <= '9':
			plain = append(plain, byte(r))
			digits++
		case i == 0 && (r == '-' || r == '+'):
			plain = append(plain, byte(r))
		case after || digits == 0:
			return "", false
		case r == rune(decimal):
			if groups > 0 && digits != 3 {
				return "", false
			}
			plain, after = append(plain, decimal), true
		case strings.ContainsRune(separators, r) && (sep == 0 || r == sep) && digits <= 3 && (groups == 0 || digits >= 2):
			sep, digits = r, 0
			groups++
		default:
			return "", false
		}
	}
	if groups == 0 || !after && digits != 3 {
		return "", false
	}
	return string(plain), true
}
