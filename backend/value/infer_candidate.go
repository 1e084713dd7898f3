package value

import (
	"bytes"
	"strconv"

	"linefeed/backend/load"
)

// A notation is a type and a way of writing it. It does not change, and is shared
// by all fields that may be written so.
type notation struct {
	typ    load.Type
	format string // of the column, "" for the usual one
	parser parser
	number bool // it reads numbers; whole ones without separators always fit

	// skeleton is a date's pattern without what tells day, month and year
	// apart; "" for all else.
	skeleton string
	order    string // of a date: dayFirst, monthFirst or yearFirst

	needsBoth bool // of a boolean: each word alone may be something else
}

// A candidate is a notation that the values of a field may have, and how many
// of them have it.
type candidate struct {
	*notation
	calendar *calendar // of dates with years of two digits

	matched, missed int64
	firstFit        held
	firstMiss       held

	fits     bool // the value at hand, and what it is
	yes, no  bool // of a boolean: the word was seen
	dropped  bool
	datetime datetime // instead of the cell, of dates and times
	cell     load.Cell
}

// patience is how many of the values a candidate may miss and stay in the
// race: more than it may miss in the end, as bad values can come together.
func patience(values int64) int64 { return 10 + values/20 }

// weigh tries the value buf[:n], appends to buf what becomes of it, and
// returns that.
func (c *candidate) weigh(f *forms, buf []byte, n int, line int64) []byte {
	c.fits = false
	switch p := c.parser.(type) {
	case *datetimeParser:
		c.datetime, c.fits = p.suits(buf[:n])
		if c.fits && c.calendar != nil {
			c.calendar.add(&c.datetime, buf[:n])
		}
	default:
		if c.suits(buf[:n]) {
			buf, c.cell, c.fits = p.parse(buf, 0, n)
		}
	}
	if !c.fits {
		if c.missed == 0 {
			c.firstMiss = f.hold(buf[:n], line)
		}
		c.missed++
		return buf
	}
	if c.matched == 0 {
		c.firstFit = f.hold(buf[:n], line)
	}
	c.matched++
	if c.typ == load.Boolean {
		c.yes = c.yes || c.cell.Int() != 0
		c.no = c.no || c.cell.Int() == 0
	}
	return buf
}

// readsDigits reports whether the numbers that c reads are digits alone, where
// it is known whether some have decimals.
func (c *candidate) readsDigits(decimals bool) bool {
	f := formatOf(c.notation)
	return (c.typ == load.Integer || c.typ == load.Decimal && !decimals) && f.group == groupNone && f.unit == nil && !f.percent
}

// suits reports whether the value is one that tells the type apart from the
// wider ones: the conversion takes 5.00 for an integer and a date alone for a
// timestamp, and a field that has them is still better one of decimals, or of dates.
func (c *candidate) suits(text []byte) bool {
	switch p := c.parser.(type) {
	case *integerParser:
		return bytes.IndexByte(text, p.format.point) < 0
	case uuidParser:
		return bytes.IndexByte(text, '-') > 0 || isBareUUID(text)
	case jsonParser:
		return text[0] == '{' || text[0] == '['
	}
	return true
}

// suits reports whether text is a datetime that tells p's type apart from the
// wider ones, as candidate.suits does: a date has no time, a timestamp no zone.
func (p *datetimeParser) suits(text []byte) (datetime, bool) {
	m, f := p.read(text)
	return m, f == flawNone && p.holds(&m) && !(p.typ == load.Date && m.timed) && !(p.typ == load.Timestamp && m.zoned && p.epoch == 0)
}

// reading appends what the value at hand is read as.
func (c *candidate) reading(b, arena []byte) []byte {
	switch c.cell.Kind {
	case load.CellInt:
		return strconv.AppendInt(b, c.cell.Int(), 10)
	case load.CellFloat:
		return strconv.AppendFloat(b, c.cell.Float(), 'f', -1, 64)
	}
	return append(b, arena[c.cell.Bits:c.cell.Bits+uint64(c.cell.Len)]...)
}

// A conflict is between two candidates that may read the same text as different
// values: 03/04/2026, or 1.234.
type conflict struct {
	a, b    *candidate
	numbers bool // both read numbers
	*proofs      // nil until there are any
}

// proofs are what the values of a field say about a conflict.
type proofs struct {
	doubt        proof // values that each reads, differently or, of dates, by chance alike
	alike        bool  // as yet all of them alike
	onlyA, onlyB proof // values that only one of them can read
}

// A proof is values that speak for or against two rivals.
type proof struct {
	count int64
	first held
}

func (p *proof) add(f *forms, text []byte, line int64) {
	if p.count == 0 {
		p.first = f.hold(text, line)
	}
	p.count++
}

// weigh compares what became of the value at hand; arena is where it did. It
// returns the count that the value was added to, nil for none.
func (r *conflict) weigh(f *forms, arena, text []byte, line int64) *int64 {
	if !r.a.fits && !r.b.fits {
		return nil
	}
	same := false
	if r.a.fits && r.b.fits {
		var one, other [64]byte
		same = r.a.datetime == r.b.datetime
		if r.a.order == "" {
			if same = bytes.Equal(r.a.reading(one[:0], arena), r.b.reading(other[:0], arena)); same {
				return nil
			}
		}
	}
	if r.proofs == nil {
		r.proofs = &proofs{}
	}
	var p *proof
	switch {
	case r.a.fits && r.b.fits:
		p = &r.doubt
		if r.alike && !same {
			p.first = f.hold(text, line) // which shows better what is asked
		}
		r.alike = same && (r.alike || p.count == 0)
	case r.a.fits:
		p = &r.onlyA
	default:
		p = &r.onlyB
	}
	p.add(f, text, line)
	return &p.count
}

// inDoubt reports whether there are values that each reads.
func (r *conflict) inDoubt() bool { return r.proofs != nil && r.doubt.count > 0 }

// mixed reports whether the field's values are written in both ways: each
// reads some that the other can't, and together they read them all.
func (r *conflict) mixed(values int64) bool {
	return r.inDoubt() && r.onlyA.count > 0 && r.onlyB.count > 0 && tolerable(r.a.missed-r.onlyB.count, values)
}

// conflictsAmong pairs the candidates that may read the same text differently.
func conflictsAmong(candidates []*candidate) []conflict {
	var list []conflict
	for i, a := range candidates {
		for _, b := range candidates[i+1:] {
			if a.typ == b.typ && a.skeleton != "" && a.skeleton == b.skeleton ||
				a.number && b.number && (groupsBy(a) == signOfPoint(b) || groupsBy(b) == signOfPoint(a)) {
				list = append(list, conflict{a: a, b: b, numbers: a.number})
			}
		}
	}
	return list
}

func formatOf(n *notation) *numberFormat {
	switch p := n.parser.(type) {
	case *integerParser:
		return &p.format
	case *decimalParser:
		return &p.format
	case *floatParser:
		return &p.format
	}
	return nil
}

// groupsBy returns the thousands separator where it is a point or a comma.
func groupsBy(c *candidate) byte {
	switch formatOf(c.notation).group {
	case groupPoint:
		return '.'
	case groupComma:
		return ','
	}
	return 0
}

// signOfPoint returns the decimal sign of a candidate that has decimals.
func signOfPoint(c *candidate) byte {
	if c.typ == load.Integer {
		return 1 // no separator
	}
	return formatOf(c.notation).point
}
