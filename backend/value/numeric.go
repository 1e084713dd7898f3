package value

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// An integerParser reads whole numbers of 64 bits. A fraction of zeros is
// taken ("5.00" is 5); one of three zeros, which may as well be a thousand,
// only where the user has said which sign is the decimal one.
type integerParser struct {
	format numberFormat
	given  bool
}

func (p *integerParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	if p.format.plain() {
		if v, ok := plainInteger(arena[start:end]); ok {
			return arena, load.IntCell(v), true
		}
	}
	was := len(arena)
	arena, whole, fraction, ok := p.format.scan(arena, arena[start:end])
	if !ok {
		return arena, load.Cell{}, false
	}
	v, ok := wholeNumber(arena[was:], whole, fraction)
	return arena[:was], load.IntCell(v), ok && (fraction != 3 || p.given)
}

// plainInteger reads up to 18 digits with an optional sign, which never
// overflow.
func plainInteger(s []byte) (int64, bool) {
	if len(s) == 0 {
		return 0, false
	}
	negative := s[0] == '-'
	if negative || s[0] == '+' {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	var v int64
	for _, b := range s {
		d := b - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + int64(d)
	}
	if negative {
		v = -v
	}
	return v, true
}

// fewDigits reads arena[start:end] where it is one to eight digits, all of them
// at once: numbers of different lengths in turn are slow to read one by one. It
// leaves those to others that begin within the first eight bytes.
//
// See Johnny Lee, "Fast numeric string to int".
func fewDigits(arena []byte, start, end int) (int64, bool) {
	size := uint(end - start)
	if size-1 >= 8 || end < 8 {
		return 0, false
	}
	// The last digit is in the highest byte; what is before the first becomes 0.
	v := binary.LittleEndian.Uint64(arena[end-8:end]) ^ 0x3030303030303030
	v &= ^uint64(0) << (64 - 8*size)
	if (v|(v&0x7f7f7f7f7f7f7f7f+0x7676767676767676))&0x8080808080808080 != 0 {
		return 0, false
	}
	v = v * (10<<8 + 1) >> 8 & 0x00ff00ff00ff00ff
	v = v * (100<<16 + 1) >> 16 & 0x0000ffff0000ffff
	return int64(v * (10000<<32 + 1) >> 32), true
}

// wholeNumber reads a canonical number whose fraction has only zeros.
func wholeNumber(s []byte, whole, fraction int) (int64, bool) {
	if fraction > 0 {
		if !isZero(s[len(s)-fraction:]) {
			return 0, false
		}
		s = s[:len(s)-fraction-1]
	}
	if whole > 19 {
		return 0, false
	}
	negative := s[0] == '-'
	if negative {
		s = s[1:]
	}
	var v uint64
	for _, b := range s {
		v = v*10 + uint64(b-'0') // 19 digits fit into a uint64
	}
	switch {
	case negative && v <= 1<<63:
		return -int64(v), true
	case !negative && v <= math.MaxInt64:
		return int64(v), true
	}
	return 0, false
}

func (p *integerParser) explain(text []byte) *load.Fault {
	number, whole, fraction, ok := p.format.scan(nil, text)
	if !ok {
		return explainNumber(text, &p.format, false)
	}
	if fraction > 0 && !isZero(number[len(number)-fraction:]) {
		return &load.Fault{Code: load.CodeNotAnInteger, Note: message.New("not_an_integer", "needs_decimal")}
	}
	if _, ok := wholeNumber(number, whole, fraction); ok {
		return &load.Fault{Code: load.CodeNotAnInteger, Note: message.New("unclear_integer", "maybe_thousands", "format", "1"+string(rune(p.format.point))+"234")}
	}
	return &load.Fault{Code: load.CodeOutOfRange, Note: message.New("integer_too_big", "needs_decimal_or_text")}
}

// A decimalParser reads numbers with a fraction, exactly. Nothing is rounded:
// digits after the point beyond the scale have to be zeros.
type decimalParser struct {
	format           numberFormat
	precision, scale int // precision 0 is no limit
	decimals         load.Scales
}

func (p *decimalParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	if p.format.plain() {
		if cell, ok := p.inPlace(arena, start, end); ok {
			return arena, cell, true
		}
	}
	was := len(arena)
	arena, whole, fraction, ok := p.format.scan(arena, arena[start:end])
	if !ok {
		return arena, load.Cell{}, false
	}
	last, ok := p.fit(arena, len(arena), whole, fraction)
	if !ok {
		return arena[:was], load.Cell{}, false
	}
	return arena[:last], load.TextCell(was, last), true
}

// inPlace takes a number that is canonical as it stands.
func (p *decimalParser) inPlace(arena []byte, start, end int) (load.Cell, bool) {
	i := start
	if arena[i] == '-' {
		i++
	}
	first := i
	for i < end && arena[i]-'0' <= 9 {
		i++
	}
	whole := i - first
	if whole == 0 {
		return load.Cell{}, false
	}
	if arena[first] == '0' {
		if whole > 1 || first > start && isZero(arena[first:end]) { // zeros in front, or -0
			return load.Cell{}, false
		}
		whole = 0
	}
	fraction := 0
	if i < end {
		if arena[i] != '.' {
			return load.Cell{}, false
		}
		point := i
		for i++; i < end && arena[i]-'0' <= 9; i++ {
		}
		fraction = i - point - 1
		if i < end || fraction == 0 {
			return load.Cell{}, false
		}
	}
	last, ok := p.fit(arena, end, whole, fraction)
	return load.TextCell(start, last), ok
}

// fit checks a canonical number that ends at end by precision and scale, and
// returns where it ends without the zeros that are beyond the scale.
func (p *decimalParser) fit(arena []byte, end, whole, fraction int) (int, bool) {
	if p.decimals.Known && contradicts(p.decimals, fraction, arena[end-1] == '0') {
		return end, false
	}
	if p.precision == 0 {
		return end, true
	}
	for ; fraction > p.scale; fraction-- {
		if arena[end-1] != '0' {
			return end, false
		}
		end--
		if fraction == 1 {
			end-- // the point
		}
	}
	return end, whole <= p.precision-p.scale
}

func (p *decimalParser) explain(text []byte) *load.Fault {
	number, whole, fraction, ok := p.format.scan(nil, text)
	if !ok {
		return explainNumber(text, &p.format, false)
	}
	if p.precision == 0 {
		return &load.Fault{Code: load.CodeNotANumber, Note: message.New("zeros_at_end", "choose_type")}
	}
	if most := p.precision - p.scale; whole > most {
		flt := &load.Fault{Code: load.CodeOutOfRange, Note: message.New("decimal_too_big", "", "n", whole, "most", most)}
		flt.Note = flt.WithText(p.otherReading(text))
		return flt
	}
	for fraction > p.scale && number[len(number)-1] == '0' {
		number, fraction = number[:len(number)-1], fraction-1
	}
	flt := &load.Fault{Code: load.CodeOutOfRange, Note: message.New("too_many_decimals", "", "n", fraction, "most", p.scale)}
	flt.Note = flt.WithText(p.otherReading(text))
	return flt
}

// otherReading returns a hint when the number would fit if it were written
// the way of other countries.
func (p *decimalParser) otherReading(text []byte) message.Text {
	for i := range otherFormats {
		other := &otherFormats[i]
		if other.group == groupNone || other.point == p.format.point {
			continue
		}
		read := decimalParser{format: other.numberFormat, precision: p.precision, scale: p.scale}
		if _, _, ok := read.parse(text, 0, len(text)); ok {
			return other.hint
		}
	}
	return message.T("not_rounded")
}

// A floatParser reads numbers of 64 bits with a floating point, which may
// have an exponent. NaN and infinity are refused: most databases don't keep them.
type floatParser struct{ format numberFormat }

func (p *floatParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	was := len(arena)
	arena, v, err := p.value(arena, arena[start:end])
	return arena[:was], load.FloatCell(v), err == nil
}

// value reads s, with arena as room to write in after its length. The error
// wraps strconv.ErrSyntax or strconv.ErrRange, or is errInexact.
func (p *floatParser) value(arena, s []byte) ([]byte, float64, error) {
	was := len(arena)
	mantissa, exponent := cutExponent(s)
	arena, _, _, ok := p.format.scan(arena, mantissa)
	if !ok {
		return arena, 0, strconv.ErrSyntax
	}
	arena = append(arena, exponent...)
	v, err := strconv.ParseFloat(string(arena[was:]), 64)
	switch {
	case err != nil:
	case v == 0:
		if !isZero(arena[was : len(arena)-len(exponent)]) {
			err = strconv.ErrRange // it is not zero, but too small
		}
	case (v > mostExact || v < -mostExact) && len(exponent) == 0 && !saysFloat(arena[was:], v):
		err = errInexact
	}
	return arena, v, err
}

// mostExact is the number up to which a float holds all whole ones.
const mostExact = 1<<53 - 1

// errInexact says that a float would hold another number in place of a long one.
var errInexact = errors.New("a float would change it")

// saysFloat reports whether s, a canonical number beyond mostExact, is how v is
// written: with all its digits, or with as few as tell it from other floats.
func saysFloat(s []byte, v float64) bool {
	whole, fraction, _ := bytes.Cut(s, []byte{'.'})
	if !isZero(fraction) {
		return false // there is no float between whole numbers that large
	}
	return string(whole) == strconv.FormatFloat(v, 'f', 0, 64) || string(whole) == shortest(v)
}

// heldByFloat reports whether a float holds a number of digits alone, none of
// them a zero in front.
func heldByFloat(s []byte) bool {
	const most = "9007199254740991" // mostExact
	if len(s) < len(most) || len(s) == len(most) && string(s) <= most {
		return true
	}
	v, err := strconv.ParseFloat(string(s), 64)
	return err == nil && saysFloat(s, v)
}

// shortest writes v with as few digits as tell it from other floats, and zeros.
func shortest(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// cutExponent cuts an exponent such as e+07 from the end of a number. It
// comes back empty when s has none.
func cutExponent(s []byte) (mantissa, exponent []byte) {
	i := len(s)
	for i > 0 && s[i-1]-'0' <= 9 {
		i--
	}
	if i == len(s) {
		return s, nil
	}
	if i > 0 && (s[i-1] == '+' || s[i-1] == '-') {
		i--
	}
	if i > 0 && (s[i-1] == 'e' || s[i-1] == 'E') {
		return s[:i-1], s[i-1:]
	}
	return s, nil
}

func (p *floatParser) explain(text []byte) *load.Fault {
	_, v, err := p.value(nil, text)
	if errors.Is(err, errInexact) {
		return &load.Fault{Code: load.CodeOutOfRange, Note: message.New("float_inexact", "needs_exact", "value", shortest(v))}
	}
	if errors.Is(err, strconv.ErrRange) {
		if v == 0 {
			return &load.Fault{Code: load.CodeOutOfRange, Note: message.New("float_too_small", "smaller_needs_decimal")}
		}
		return &load.Fault{Code: load.CodeOutOfRange, Note: message.New("float_too_big", "needs_decimal_or_text")}
	}
	return explainNumber(text, &p.format, true)
}
