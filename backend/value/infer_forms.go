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
	booleans []candidate
	others   []candidate // those behind the numbers, but for dates by a pattern
	scratch  []byte      // in which values are tried
}

// keepScratch is the largest scratch that is kept for the next value.
const keepScratch = 1 << 20

// room returns a copy of text with room behind it for what parsers make of it.
// It is good until the next one is asked for.
func (f *forms) room(text []byte) []byte {
	const behind = 128
	if need := len(text) + behind; cap(f.scratch) < need || cap(f.scratch) > keepScratch && need <= keepScratch {
		f.scratch = make([]byte, 0, max(need, 1024))
	}
	return append(f.scratch[:0], text...)
}

func newForms(p load.Plan) (*forms, error) {
	f := &forms{plan: load.Plan{Decimal: p.Decimal, DateFormat: p.DateFormat, Null: p.Null}, thisYear: time.Now().Year()}
	for _, b := range booleanPairs {
		words, err := newBooleanParser(b.pair)
		if err != nil {
			return nil, err
		}
		c := candidate{typ: load.Boolean, format: b.pair, parser: words, needsBoth: b.both}
		if b.usual {
			c.format = ""
		}
		f.booleans = append(f.booleans, c)
	}
	for _, c := range []load.Column{
		{Type: load.Date}, {Type: load.Time}, {Type: load.Time, Format: "hh:mm A"}, {Type: load.Time, Format: "hh:mm:ss A"},
		{Type: load.Timestamp}, {Type: load.TimestampTZ}, {Type: load.UUID}, {Type: load.JSON},
	} {
		ps, err := newParser(c, load.Plan{})
		if err != nil {
			return nil, err
		}
		if _, ok := ps.(*momentParser); ok && c.Format == "" && p.DateFormat != "" {
			c.Format = isoFormat
		}
		f.others = append(f.others, candidate{typ: c.Type, format: c.Format, parser: ps})
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

// candidates returns the ways in which a field may be written whose first
// values are given, the narrowest type and the simplest way first.
func (f *forms) candidates(values []openingValue) []*candidate {
	return pointers(slices.Concat(f.booleans, f.numbers(values), f.others, f.dates(values)))
}

// pointers returns candidates of a field's own.
func pointers(all []candidate) []*candidate {
	list := make([]*candidate, len(all))
	for i, c := range all {
		if c.order != "" && !strings.Contains(c.format, "YYYY") {
			c.calendar = &calendar{}
		}
		list[i] = &c
	}
	return list
}

// numbers returns the candidates for numbers, with the currency sign, percent
// sign and so on that the values have.
func (f *forms) numbers(values []openingValue) []candidate {
	unit, before, percent, parentheses, minusBehind := "", false, false, false, false
	codes := false // of letters and digits: rs9001 is no amount of rupees
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
		if u, front := unitOf(text); u != "" {
			codes = codes || sticks(text, u, front)
			if unit == "" {
				unit, before = u, front
			}
		}
	}
	if codes {
		unit = ""
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
	add := func(typ load.Type, patterns []string) {
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
			case load.Integer:
				c.parser = &integerParser{format: n}
			case load.Decimal:
				c.parser = &decimalParser{format: n}
			default:
				c.parser = &floatParser{format: n}
			}
			list = append(list, c)
		}
	}
	if unit == "" && !percent { // amounts of money may have cents
		add(load.Integer, integerPatterns)
	}
	add(load.Decimal, decimalPatterns)
	if unit == "" && !percent {
		add(load.Float, floatPatterns)
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
			if _, f := readISO([]byte(v.text)); f == flawNone {
				continue
			}
			for _, pattern := range likelyPatterns([]byte(v.text)) {
				if !seen[pattern] && len(patterns) < mostPatterns {
					seen[pattern] = true
					patterns = append(patterns, pattern)
				}
			}
		}
	}
	var list []candidate
	add := func(typ load.Type, pattern string) {
		ps, err := newMomentParser(load.Column{Type: typ, Format: pattern}, load.Plan{})
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
			add(load.Date, pattern)
		}
		if p.zoned {
			add(load.TimestampTZ, pattern)
			continue
		}
		add(load.Timestamp, pattern)
		// With the date alone, the time behind it may have seconds or not.
		if date, tail := p.split(); tail != nil && !p.half && pattern != f.plan.DateFormat {
			add(load.Timestamp, date.String())
		}
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
