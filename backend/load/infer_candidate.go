package load

import (
	"bytes"
	"strconv"
	"strings"
)

// A candidate is a type and a way of writing it that the values of a field
// may have, and how they fared with it.
type candidate struct {
	typ    Type
	format string // of the column, "" for the usual one
	parser parser
	number bool // it reads numbers; whole ones without separators always fit

	// skeleton is a date's pattern without what tells day, month and year
	// apart; "" for all else.
	skeleton string
	order    string // of a date: "day first", "month first" or "year first"

	needsBoth bool // of a boolean: each word alone may be something else

	matched, missed int64
	firstFit        held
	firstMiss       held
	yes, no         bool // of a boolean: the word was seen

	fits    bool // the value at hand, and what it is
	cell    Cell
	dropped bool
}

// patience is how many of so many values a candidate may miss and stay in the
// race: more than it may miss in the end, as bad values can come together.
func patience(values int64) int64 { return 10 + values/20 }

// weigh tries the value buf[:n], appends to buf what becomes of it, and
// returns that.
func (c *candidate) weigh(buf []byte, n int, line int64) []byte {
	c.fits = false
	if c.suits(buf[:n]) {
		buf, c.cell, c.fits = c.parser.parse(buf, 0, n)
	}
	if !c.fits {
		if c.missed == 0 {
			c.firstMiss = hold(buf[:n], line)
		}
		c.missed++
		return buf
	}
	if c.matched == 0 {
		c.firstFit = hold(buf[:n], line)
	}
	c.matched++
	if c.typ == Boolean {
		c.yes = c.yes || c.cell.Int() != 0
		c.no = c.no || c.cell.Int() == 0
	}
	return buf
}

// suits reports whether the value is one that tells the type apart from the
// wider ones: the conversion takes 5.00 for an integer and a date alone for a
// timestamp, and a field that has them is still better one of decimals, or of dates.
func (c *candidate) suits(text []byte) bool {
	switch p := c.parser.(type) {
	case *integerParser:
		return bytes.IndexByte(text, p.format.point) < 0
	case *momentParser:
		m, f := p.read(text)
		switch {
		case f != flawNone:
			return false
		case c.typ == Date:
			return !m.timed
		case c.typ == Timestamp:
			return !m.zoned
		}
	case jsonParser:
		return text[0] == '{' || text[0] == '['
	}
	return true
}

// reading appends what the value at hand is read as.
func (c *candidate) reading(b, arena []byte) []byte {
	switch c.cell.Kind {
	case CellInt:
		return strconv.AppendInt(b, c.cell.Int(), 10)
	case CellFloat:
		return strconv.AppendFloat(b, c.cell.Float(), 'f', -1, 64)
	}
	return append(b, arena[c.cell.Bits:c.cell.Bits+uint64(c.cell.Len)]...)
}

// A rivalry is between two candidates that read the same text as different
// values: 03/04/2026, or 1.234. It remembers what can be proved of it.
type rivalry struct {
	a, b         *candidate
	doubtful     int64 // values that each reads differently
	firstDoubt   held
	onlyA, onlyB proof
}

// A proof is the values that only one of two rivals can read.
type proof struct {
	count int64
	first held
}

func (p *proof) add(text []byte, line int64) {
	if p.count == 0 {
		p.first = hold(text, line)
	}
	p.count++
}

// weigh compares what became of the value at hand; arena is where it did.
func (r *rivalry) weigh(arena, text []byte, line int64) {
	switch {
	case r.a.fits && r.b.fits:
		var one, other [64]byte
		if r.a.order != "" || !bytes.Equal(r.a.reading(one[:0], arena), r.b.reading(other[:0], arena)) {
			if r.doubtful == 0 {
				r.firstDoubt = hold(text, line)
			}
			r.doubtful++
		}
	case r.a.fits:
		r.onlyA.add(text, line)
	case r.b.fits:
		r.onlyB.add(text, line)
	}
}

// mixed reports whether the field's values are written in both ways: each
// reads some that the other can't, and together they read them all.
func (r *rivalry) mixed(values int64) bool {
	return r.doubtful > 0 && r.onlyA.count > 0 && r.onlyB.count > 0 && tolerable(r.a.missed-r.onlyB.count, values)
}

// rivalries pairs the candidates that may read the same text differently.
func rivalries(candidates []*candidate) []*rivalry {
	var list []*rivalry
	for i, a := range candidates {
		for _, b := range candidates[i+1:] {
			if a.typ == b.typ && a.skeleton != "" && a.skeleton == b.skeleton ||
				a.number && b.number && (groupsBy(a) == signOfPoint(b) || groupsBy(b) == signOfPoint(a)) {
				list = append(list, &rivalry{a: a, b: b})
			}
		}
	}
	return list
}

func formatOf(c *candidate) *numberFormat {
	switch p := c.parser.(type) {
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
	switch formatOf(c).group {
	case groupPoint:
		return '.'
	case groupComma:
		return ','
	}
	return 0
}

// signOfPoint returns the decimal sign of a candidate that has decimals.
func signOfPoint(c *candidate) byte {
	if c.typ == Integer {
		return 1 // no separator
	}
	return formatOf(c).point
}

// The ways in which numbers are written, the simplest first.
var (
	integerPatterns = []string{"1234", "1,234", "1.234", "1 234", "1'234", "12,34,567"}
	decimalPatterns = []string{"1234.56", "1234,56", "1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56", "12,34,567.89"}
	floatPatterns   = []string{"1234.56", "1234,56"}
)

// booleanPairs are the words for true and false that are recognised. 1 and 0
// are not among them: a field of those is as well one of small numbers.
var booleanPairs = []struct {
	pair string
	// both says that each of them must have been seen.
	both bool
	// usual says that the conversion knows them without a format.
	usual bool
}{
	{"true/false", false, true}, {"yes/no", true, true}, {"on/off", true, true}, {"t/f", true, true}, {"y/n", true, true},
	{"ja/nein", true, false}, {"ja/nej", true, false}, {"ja/nee", true, false}, {"oui/non", true, false},
	{"vrai/faux", true, false}, {"wahr/falsch", true, false}, {"sí/no", true, false}, {"verdadero/falso", true, false},
	{"vero/falso", true, false}, {"sim/não", true, false}, {"tak/nie", true, false}, {"да/нет", true, false},
	{"是/否", true, false}, {"はい/いいえ", true, false},
}

// forms are the ways in which values may be written, shared by all fields of
// an Inference. Their parsers have no state.
type forms struct {
	plan     Plan
	booleans []candidate
	others   []candidate // those behind the numbers, but for dates by a pattern
}

func newForms(p Plan) (*forms, error) {
	f := &forms{plan: Plan{Decimal: p.Decimal, DateFormat: p.DateFormat}}
	for _, b := range booleanPairs {
		words, err := newBooleanParser(b.pair)
		if err != nil {
			return nil, err
		}
		c := candidate{typ: Boolean, format: b.pair, parser: words, needsBoth: b.both}
		if b.usual {
			c.format = ""
		}
		f.booleans = append(f.booleans, c)
	}
	for _, c := range []Column{
		{Type: Date}, {Type: Time}, {Type: Time, Format: "hh:mm A"}, {Type: Time, Format: "hh:mm:ss A"},
		{Type: Timestamp}, {Type: TimestampTZ}, {Type: UUID}, {Type: JSON},
	} {
		ps, err := newParser(c, Plan{})
		if err != nil {
			return nil, err
		}
		if _, ok := ps.(*momentParser); ok && c.Format == "" && p.DateFormat != "" {
			c.Format = isoFormat
		}
		f.others = append(f.others, candidate{typ: c.Type, format: c.Format, parser: ps})
	}
	if _, err := numberFormatOf(Column{}, p); err != nil {
		return nil, err
	}
	if p.DateFormat != "" && !strings.EqualFold(p.DateFormat, isoFormat) {
		if _, err := parsePattern(p.DateFormat); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// candidates returns the ways in which a field may be written whose first
// values are given, the narrowest type and the simplest way first.
func (f *forms) candidates(values []openingValue) []*candidate {
	var list []*candidate
	add := func(all ...candidate) {
		for _, c := range all {
			list = append(list, &c)
		}
	}
	add(f.booleans...)
	add(f.numbers(values)...)
	add(f.others...)
	add(f.dates(values)...)
	return list
}

// numbers returns the candidates for numbers, with the currency sign, percent
// sign and so on that the values have.
func (f *forms) numbers(values []openingValue) []candidate {
	unit, before, percent, parentheses, minusBehind := "", false, false, false, false
	for _, v := range values {
		text := []byte(v.text)
		if !bytes.ContainsAny(text, "0123456789") {
			continue
		}
		percent = percent || text[len(text)-1] == '%'
		minusBehind = minusBehind || text[len(text)-1] == '-'
		if text[0] == '(' && text[len(text)-1] == ')' {
			parentheses = true
			text = text[1 : len(text)-1]
		}
		if unit == "" {
			unit, before = unitOf(text)
		}
	}
	dress := func(pattern string) string {
		switch {
		case unit != "" && before:
			pattern = unit + " " + pattern
		case unit != "":
			pattern += " " + unit
		}
		if percent {
			pattern += " %"
		}
		if minusBehind {
			pattern += "-"
		}
		if parentheses {
			pattern = "(" + pattern + ")"
		}
		return pattern
	}
	var list []candidate
	add := func(typ Type, patterns []string) {
		for _, plain := range patterns {
			pattern := dress(plain)
			usual := plainNumbers.point
			if f.plan.Decimal == "," {
				usual = ','
			}
			n, err := parseNumberFormat(pattern, usual)
			if err != nil || f.plan.Decimal != "" && (n.point != usual) {
				continue
			}
			c := candidate{typ: typ, format: pattern, number: true}
			if pattern == plain && n.group == groupNone && n.point == usual {
				c.format = ""
			}
			switch typ {
			case Integer:
				c.parser = &integerParser{format: n}
			case Decimal:
				c.parser = &decimalParser{format: n}
			default:
				c.parser = &floatParser{format: n}
			}
			list = append(list, c)
		}
	}
	if unit == "" && !percent { // amounts of money may have cents
		add(Integer, integerPatterns)
	}
	add(Decimal, decimalPatterns)
	if unit == "" && !percent {
		add(Float, floatPatterns)
	}
	return list
}

// mostPatterns is how many ways of writing dates are tried with one field.
const mostPatterns = 12

// dates returns the candidates for dates and timestamps that are written by a
// pattern, from the plan or by the looks of the values.
func (f *forms) dates(values []openingValue) []candidate {
	var patterns []string
	if f.plan.DateFormat != "" {
		patterns = []string{f.plan.DateFormat}
	} else {
		seen := map[string]bool{}
		for _, v := range values {
			for _, pattern := range likelyPatterns([]byte(v.text)) {
				if !seen[pattern] && len(patterns) < mostPatterns {
					seen[pattern] = true
					patterns = append(patterns, pattern)
				}
			}
		}
	}
	var list []candidate
	add := func(typ Type, pattern string) {
		ps, err := newMomentParser(Column{Type: typ, Format: pattern}, Plan{})
		if err != nil {
			return
		}
		c := candidate{typ: typ, format: pattern, parser: ps, skeleton: orderless.Replace(pattern), order: orderOf(pattern)}
		if pattern == f.plan.DateFormat {
			c.format, c.skeleton, c.order = "", "", ""
		}
		for _, other := range list {
			if other.typ == typ && other.format == c.format {
				return
			}
		}
		list = append(list, c)
	}
	for _, pattern := range patterns {
		p, err := parsePattern(pattern)
		if err != nil || !p.dated {
			continue
		}
		if !p.timed {
			add(Date, pattern)
		}
		if p.zoned {
			add(TimestampTZ, pattern)
			continue
		}
		add(Timestamp, pattern)
		// With the date alone, the time behind it may have seconds or not.
		if date, tail := p.split(); tail != nil && !p.half && pattern != f.plan.DateFormat {
			add(Timestamp, date.String())
		}
	}
	return list
}

// orderless takes from a pattern what tells day, month and year apart.
var orderless = strings.NewReplacer("YYYY", "#", "YY", "#", "MM", "#", "DD", "#")

// orderOf says which of day, month and year a pattern has first.
func orderOf(pattern string) string {
	day, month, year := strings.Index(pattern, "D"), strings.Index(pattern, "M"), strings.Index(pattern, "Y")
	switch {
	case year < day && year < month:
		return "year first"
	case day < month:
		return "day first"
	default:
		return "month first"
	}
}
