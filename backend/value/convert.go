// Package value reads texts as values. An [Inference] finds out which type the
// texts of each field are, and how they are written; a [Converter] turns them
// into values of the target's columns, or says why one does not fit.
//
// Both use the same parsers: what the inference finds converts. The package
// imports only load, message and the standard library.
package value

import (
	"bytes"
	"math"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A conversion turns the text of one field into a cell of one column. It may
// be used by several goroutines at the same time.
type conversion struct {
	target   load.Column
	parser   parser     // nil for text, which is taken as it stands
	emptyIs  *load.Cell // what an empty field is, where that is not NULL
	required bool

	// fits is how many bytes a text may have and need not be counted: no text
	// has more characters than bytes.
	fits int

	// asItIs says that a text that fits is taken as it stands, and digits that
	// a few of them, with no zero in front, are taken as a number: nothing more
	// has to be looked at.
	asItIs, digits bool

	signs bool // texts that are no value of the type may stand for none: NULL

	also []*conversion // for what does not fit

	nulls       [][]byte
	nullLengths uint64 // bit min(n, 63) is set when one of nulls has n bytes
	quotedNull  bool
}

// A parser reads the values of one type. It has no state.
type parser interface {
	// parse reads arena[start:end], which is not empty and has no blanks
	// around it. The cell refers to the text as it stands where that is
	// canonical already; otherwise parse appends what it made of it to arena,
	// and returns that. When it reports false the arena is as it was. It does
	// not allocate, but for the arena's growth.
	parse(arena []byte, start, end int) ([]byte, load.Cell, bool)

	// explain says why parse refused text, whose capacity is its length.
	explain(text []byte) *load.Fault
}

// newConversion returns the conversion for the values of column c. The error
// is about c.Format or the plan's formats, and names the column.
func newConversion(c load.Column, p load.Plan) (*conversion, error) {
	v := &conversion{
		target:     c,
		required:   !c.Nullable && !c.HasDefault,
		fits:       math.MaxInt,
		quotedNull: p.QuotedNull,
	}
	for _, text := range p.Null {
		if text == "" {
			continue
		}
		v.nulls = append(v.nulls, []byte(text))
		v.nullLengths |= 1 << min(len(text), 63)
	}
	v.signs = c.NullSigns && !v.required
	if c.Type == load.Text {
		if c.Length > 0 {
			v.fits = c.Length
		}
		v.asItIs = len(v.nulls) == 0
		return v, nil
	}
	ps, err := newParser(c, p)
	if err != nil {
		return nil, ofColumn(c.Name, err)
	}
	if i, ok := ps.(*integerParser); ok {
		v.digits = len(v.nulls) == 0 && i.format.plain()
	}
	if c.Guessed {
		ps = guessed(ps, c)
	}
	v.parser = ps
	if b, ok := ps.(*booleanParser); ok && b.emptyIsFalse {
		cell := load.IntCell(0)
		v.emptyIs = &cell
	}
	return v, nil
}

// ofColumn returns the error of a format as that of a column.
func ofColumn(column string, err error) error {
	why := message.Of(err)
	return message.NewError(err, "format_of_column", "", "column", column, "why", message.Text{ID: why.MessageID, Params: why.Params})
}

// newParser returns the parser for a column that is not text.
func newParser(c load.Column, p load.Plan) (parser, error) {
	switch c.Type {
	case load.Integer:
		f, err := numberFormatOf(c, p)
		return &integerParser{format: f, given: c.Format != "" || p.Decimal != ""}, err
	case load.Decimal:
		f, err := numberFormatOf(c, p)
		return &decimalParser{format: f, precision: c.Precision, scale: c.Scale}, err
	case load.Float:
		f, err := numberFormatOf(c, p)
		return &floatParser{format: f}, err
	case load.Boolean:
		return newBooleanParser(c.Format)
	case load.Date, load.Time, load.Timestamp, load.TimestampTZ:
		return newDatetimeParser(c, p)
	case load.UUID:
		return uuidParser{}, nil
	case load.JSON:
		return jsonParser{}, nil
	case load.Binary:
		return newBinaryParser(c.Format, c.Length)
	default:
		return nil, message.NewError(nil, "no_conversion", "", "type", string(c.Type))
	}
}

// convert turns the text of one field, arena[f.Start:f.End], into a cell. The
// cell refers to the arena that convert returns, which is arena itself, or
// longer. A value that does not fit is a fault, and the arena is then as it was.
func (v *conversion) convert(arena []byte, f load.Field) ([]byte, load.Cell, *load.Fault) {
	start, end := int(f.Start), int(f.End)
	if v.parser == nil {
		return v.text(arena, start, end, f.Quoted)
	}
	if start < end && (isEdge(arena[start]) || isEdge(arena[end-1])) {
		start, end = trimRange(arena, start, end)
	}
	if start == end || len(v.nulls) > 0 && v.isNull(arena[start:end], f.Quoted) {
		if start == end && v.emptyIs != nil {
			return arena, *v.emptyIs, nil
		}
		return v.null(arena)
	}
	arena, cell, ok := v.parser.parse(arena, start, end)
	if !ok {
		if v.signs && load.IsNullSign(arena[start:end]) {
			return arena, load.Cell{Bits: uint64(start), Len: uint32(end - start), Kind: load.CellNull}, nil
		}
		for _, also := range v.also {
			if arena, cell, wrong := also.convert(arena, f); wrong == nil {
				return arena, cell, nil
			}
		}
		return arena, load.Cell{}, v.parser.explain(arena[start:end:end])
	}
	return arena, cell, nil
}

// text takes a text as it stands, blanks included.
func (v *conversion) text(arena []byte, start, end int, quoted bool) ([]byte, load.Cell, *load.Fault) {
	if start == end && (!quoted || v.quotedNull) {
		return v.null(arena)
	}
	if len(v.nulls) > 0 && v.isNull(arena[start:end], quoted) {
		return v.null(arena)
	}
	if end-start > v.fits {
		if n := characters(arena[start:end]); n > v.target.Length {
			return arena, load.Cell{}, &load.Fault{
				Code: load.CodeTooLong,
				Note: message.New("too_many_characters", "characters_too_many", "n", n, "most", v.target.Length, "over", n-v.target.Length),
			}
		}
	}
	return arena, load.TextCell(start, end), nil
}

// null returns NULL, or the fault of a column that does not take it.
func (v *conversion) null(arena []byte) ([]byte, load.Cell, *load.Fault) {
	if v.required {
		return arena, load.Cell{}, &load.Fault{
			Code: load.CodeRequired,
			Note: message.New("required", "fill_in"),
		}
	}
	return arena, load.Cell{}, nil
}

// isNull reports whether a text is one of the plan's texts for NULL.
func (v *conversion) isNull(text []byte, quoted bool) bool {
	if quoted && !v.quotedNull || v.nullLengths&(1<<min(len(text), 63)) == 0 {
		return false
	}
	for _, null := range v.nulls {
		if bytes.Equal(text, null) {
			return true
		}
	}
	return false
}

// characters counts the characters of UTF-8 text, without allocating.
func characters(text []byte) int {
	n := 0
	for _, b := range text {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// isEdge reports whether a value that begins or ends with b may have blanks
// around it. It is true for more bytes than those that trimRange takes off.
func isEdge(b byte) bool { return b <= ' ' || b >= utf8.RuneSelf }

// trimRange narrows arena[start:end] by the blanks around it: ASCII white
// space and the spaces of Unicode that programs put around numbers.
func trimRange(arena []byte, start, end int) (int, int) {
	for start < end {
		n := leadingBlank(arena[start:end])
		if n == 0 {
			break
		}
		start += n
	}
	for start < end {
		n := trailingBlank(arena[start:end])
		if n == 0 {
			break
		}
		end -= n
	}
	return start, end
}

func trimBlanks(s []byte) []byte {
	start, end := trimRange(s, 0, len(s))
	return s[start:end]
}

// leadingBlank returns how many bytes the blank takes that s begins with, 0
// for none.
func leadingBlank(s []byte) int {
	switch {
	case len(s) == 0:
		return 0
	case s[0] == ' ' || s[0] >= '\t' && s[0] <= '\r':
		return 1
	case s[0] < utf8.RuneSelf:
		return 0
	}
	if r, n := utf8.DecodeRune(s); isWideBlank(r) {
		return n
	}
	return 0
}

func trailingBlank(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	if b := s[len(s)-1]; b < utf8.RuneSelf {
		return leadingBlank(s[len(s)-1:])
	}
	if r, n := utf8.DecodeLastRune(s); isWideBlank(r) {
		return n
	}
	return 0
}

// isWideBlank reports whether r is one of the spaces that stand in numbers:
// no-break, thin, figure and narrow no-break space.
func isWideBlank(r rune) bool {
	return r == '\u00a0' || r == '\u2009' || r == '\u2007' || r == '\u202f'
}
