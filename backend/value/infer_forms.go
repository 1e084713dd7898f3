package value

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"linefeed/backend/load"
)

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
// an Inference, and used by one goroutine. Their parsers have no state.
type forms struct {
	plan     load.Plan
	thisYear int
	booleans []*notation
	others   []*notation            // those after the numbers, but for dates by a pattern
	numbers  map[dress][]*notation  // as they were asked for
	dates    map[string][]*notation // by pattern
	scratch  []byte                 // in which values are tried
	memory   []candidate            // of the field that is being opened
	last     held                   // by hold
}

// hold is the function of that name, and shares what it returns for the value at
// hand.
func (f *forms) hold(text []byte, line int64) held {
	if f.last.line != line || f.last.text != string(text) {
		f.last = hold(text, line)
	}
	return f.last
}

// keepScratch is the largest scratch that is kept for the next value.
const keepScratch = 1 << 20

// room returns a copy of text with room after it for what parsers make of it.
// It is good until the next one is asked for.
func (f *forms) room(text []byte) []byte {
	const extra = 128
	if need := len(text) + extra; cap(f.scratch) < need || cap(f.scratch) > keepScratch && need <= keepScratch {
		f.scratch = make([]byte, 0, max(need, 1024))
	}
	return append(f.scratch[:0], text...)
}

func newForms(p load.Plan) (*forms, error) {
	f := &forms{
		plan: load.Plan{Decimal: p.Decimal, DateFormat: p.DateFormat, Null: p.Null}, thisYear: time.Now().Year(),
		numbers: map[dress][]*notation{}, dates: map[string][]*notation{},
	}
	for _, b := range booleanPairs {
		words, err := newBooleanParser(b.pair)
		if err != nil {
			return nil, err
		}
		n := &notation{typ: load.Boolean, format: b.pair, parser: words, needsBoth: b.both}
		if b.usual {
			n.format = ""
		}
		f.booleans = append(f.booleans, n)
	}
	for _, c := range []load.Column{
		{Type: load.Date}, {Type: load.Time}, {Type: load.Time, Format: "hh:mm A"}, {Type: load.Time, Format: "hh:mm:ss A"},
		{Type: load.Timestamp}, {Type: load.TimestampTZ}, {Type: load.UUID}, {Type: load.JSON},
	} {
		ps, err := newParser(c, load.Plan{})
		if err != nil {
			return nil, err
		}
		if _, ok := ps.(*datetimeParser); ok && c.Format == "" && p.DateFormat != "" {
			c.Format = isoFormat
		}
		f.others = append(f.others, &notation{typ: c.Type, format: c.Format, parser: ps})
	}
	if _, err := numberFormatOf(load.Column{}, p); err != nil {
		return nil, err
	}
	if p.DateFormat != "" && !strings.EqualFold(p.DateFormat, isoFormat) && epochOf(p.DateFormat) == 0 {
		if _, err := parsePattern(p.DateFormat); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// notations returns the ways in which a field may be written whose first
// values are given, the narrowest type and the simplest way first.
func (f *forms) notations(values []openingValue) []*notation {
	return slices.Concat(f.booleans, f.numbersFor(values), f.others, f.datesFor(values))
}

// candidates returns candidates in memory that is good until the next are asked
// for.
func (f *forms) candidates(all []*notation) []*candidate {
	list := make([]*candidate, len(all))
	f.memory = slices.Grow(f.memory[:0], len(all))[:len(all)]
	for i, n := range all {
		c := &f.memory[i]
		*c = candidate{notation: n}
		if n.order != "" && !strings.Contains(n.format, "YYYY") {
			c.calendar = &calendar{}
		}
		list[i] = c
	}
	return list
}

// A dress is what stands around the digits of a field's numbers.
type dress struct {
	unit                                string // a currency's sign or code
	before                              bool   // the unit stands before the number
	percent, parentheses, trailingMinus bool
}

// dressOf returns what stands around the numbers among the values.
func dressOf(values []openingValue) dress {
	var d dress
	codes := false // of letters and digits: rs9001 is no amount of rupees
	for _, v := range values {
		text := []byte(v.text)
		if !bytes.ContainsAny(text, "0123456789") {
			continue
		}
		d.percent = d.percent || text[len(text)-1] == '%'
		d.trailingMinus = d.trailingMinus || text[len(text)-1] == '-'
		if text[0] == '(' && text[len(text)-1] == ')' {
			d.parentheses = true
			text = text[1 : len(text)-1]
		}
		if u, front := unitOf(text); u != "" {
			codes = codes || sticks(text, u, front)
			if d.unit == "" {
				d.unit, d.before = u, front
			}
		}
	}
	if codes {
		d.unit = ""
	}
	return d
}

// on returns a pattern of digits with the dress around it.
func (d *dress) on(pattern string) string {
	switch {
	case d.unit != "" && d.before:
		pattern = d.unit + " " + pattern
	case d.unit != "":
		pattern += " " + d.unit
	}
	if d.percent {
		pattern += " %"
	}
	if d.trailingMinus {
		pattern += "-"
	}
	if d.parentheses {
		pattern = "(" + pattern + ")"
	}
	return pattern
}

// mostShared is how many dresses, and patterns of dates, are kept for other fields.
const mostShared = 256

// numbersFor returns the notations of numbers, with the currency sign, percent
// sign and so on that the values have.
func (f *forms) numbersFor(values []openingValue) []*notation {
	d := dressOf(values)
	list, ok := f.numbers[d]
	if !ok {
		list = f.dressed(d)
		if len(f.numbers) < mostShared {
			f.numbers[d] = list
		}
	}
	return list
}

// dressed returns the notations of numbers in that dress.
func (f *forms) dressed(d dress) []*notation {
	var list []*notation
	add := func(typ load.Type, patterns []string) {
		for _, plain := range patterns {
			pattern := d.on(plain)
			usual := plainNumbers.point
			if f.plan.Decimal == "," {
				usual = ','
			}
			format, err := parseNumberFormat(pattern, usual)
			if err != nil || f.plan.Decimal != "" && (format.point != usual) {
				continue
			}
			n := &notation{typ: typ, format: pattern, number: true}
			if pattern == plain && format.group == groupNone && format.point == usual {
				n.format = ""
			}
			switch typ {
			case load.Integer:
				n.parser = &integerParser{format: format}
			case load.Decimal:
				n.parser = &decimalParser{format: format}
			default:
				n.parser = &floatParser{format: format}
			}
			list = append(list, n)
		}
	}
	money := d.unit != "" || d.percent // may have cents
	if !money {
		add(load.Integer, integerPatterns)
	}
	add(load.Decimal, decimalPatterns)
	if !money {
		add(load.Float, floatPatterns)
	}
	return list
}

// mostPatterns is how many ways of writing dates are tried with one field.
const mostPatterns = 12

// datesFor returns the notations of dates and timestamps that are written by a
// pattern, from the plan or by the looks of the values.
func (f *forms) datesFor(values []openingValue) []*notation {
	var patterns []string
	if f.plan.DateFormat != "" {
		patterns = []string{f.plan.DateFormat}
	} else {
		for _, v := range values {
			if _, f := readISO([]byte(v.text)); f == flawNone {
				continue
			}
			for _, pattern := range likelyPatterns([]byte(v.text)) {
				if len(patterns) < mostPatterns && !slices.Contains(patterns, pattern) {
					patterns = append(patterns, pattern)
				}
			}
		}
	}
	var list []*notation
	for _, pattern := range patterns {
		all, ok := f.dates[pattern]
		if !ok {
			all = f.dated(pattern)
			if len(f.dates) < mostShared {
				f.dates[pattern] = all
			}
		}
		for _, n := range all {
			if !slices.ContainsFunc(list, func(other *notation) bool { return other.typ == n.typ && other.format == n.format }) {
				list = append(list, n)
			}
		}
	}
	return list
}

// dated returns the notations of dates and timestamps by a pattern.
func (f *forms) dated(pattern string) []*notation {
	var list []*notation
	add := func(typ load.Type, pattern string) {
		ps, err := newDatetimeParser(load.Column{Type: typ, Format: pattern}, load.Plan{})
		if err != nil {
			return
		}
		n := &notation{typ: typ, format: pattern, parser: ps, skeleton: orderless.Replace(pattern), order: orderOf(pattern)}
		if pattern == f.plan.DateFormat {
			n.format, n.skeleton, n.order = "", "", ""
		}
		list = append(list, n)
	}
	p, err := parsePattern(pattern)
	if err != nil || !p.dated {
		return nil
	}
	if !p.timed {
		add(load.Date, pattern)
	}
	if p.zoned {
		add(load.TimestampTZ, pattern)
		return list
	}
	add(load.Timestamp, pattern)
	// With the date alone, the time after it may have seconds or not.
	if date, tail := p.split(); tail != nil && !p.half && pattern != f.plan.DateFormat {
		add(load.Timestamp, date.String())
	}
	return list
}

// orderless takes from a pattern what tells day, month and year apart.
var orderless = strings.NewReplacer("YYYY", "#", "YY", "#", "MM", "#", "DD", "#")

// The orders of day, month and year.
const (
	dayFirst   = "day first"
	monthFirst = "month first"
	yearFirst  = "year first"
)

// orderOf says which of day, month and year a pattern has first.
func orderOf(pattern string) string {
	day, month, year := strings.Index(pattern, "D"), strings.Index(pattern, "M"), strings.Index(pattern, "Y")
	switch {
	case year < day && year < month:
		return yearFirst
	case day < month:
		return dayFirst
	default:
		return monthFirst
	}
}
