package value

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/message"
)

// A datetimePattern is how dates and times are written in a file, such as
// "DD.MM.YYYY HH:mm".
type datetimePattern struct {
	source   string
	elements []element
	dated    bool // it has year, month and day
	timed    bool // it has an hour
	zoned    bool // it has a zone
	half     bool // it has am and pm
}

// An element is one piece of a pattern.
type element struct {
	kind  elementKind
	text  []byte // of a literal
	exact bool   // exactly two digits, because another number follows at once
}

type elementKind uint8

const (
	elementLiteral   elementKind = iota
	elementYear                  // 2006
	elementShortYear             // 06
	elementMonth
	elementMonthName
	elementDay
	elementWeekday
	elementHour
	elementMinute
	elementSecond
	elementFraction
	elementHalf // am or pm
	elementZone
)

// isDate reports whether the element is part of the date.
func (k elementKind) isDate() bool { return k >= elementYear && k <= elementWeekday }

// isNumber reports whether the element is a number of one or two digits.
func (k elementKind) isNumber() bool {
	switch k {
	case elementShortYear, elementMonth, elementDay, elementHour, elementMinute, elementSecond:
		return true
	}
	return false
}

// parsePattern reads a pattern. Its letters are
//
//	YYYY YY    year
//	MM M       month;  MMM its name, short or long
//	DD D       day;    ddd the day of the week, which must be right
//	HH H       hour;   hh h the same, or of twelve where the pattern has A
//	mm m       minute
//	ss s       second; SSS its fraction, of any length
//	A          am or pm
//	Z          zone: Z, UTC, or an offset such as +02:00, +0200, +02
//
// Everything else stands for itself, letters in brackets or quotes: [at], 'at'.
// A blank stands for any number of blanks. One letter and two mean the same: where no
// digit follows, a leading zero may be there or not.
//
// The spellings of other programs are understood as far as they say the same:
// yyyy-MM-dd, yyyy-mm-dd, HH24:MI:SS, DD-MON-YYYY, tt, %d.%m.%Y.
func parsePattern(source string) (*datetimePattern, error) {
	p := &datetimePattern{source: source}
	if why := p.compile(fromStrptime(source)); why.ID != "" {
		return nil, message.NewError(nil, "date_format", "", "format", source, "why", why)
	}
	return p, nil
}

// guessedPatterns keeps compiled patterns that values looked like: a file whose
// dates are all written in an unexpected way asks for the same ones each time.
var guessedPatterns struct {
	sync.Mutex
	bySource map[string]*datetimePattern
}

// guessedPattern is parsePattern for a pattern that comes from a value. It
// returns nil for one that is not understood.
func guessedPattern(source string) *datetimePattern {
	const most = 64
	g := &guessedPatterns
	g.Lock()
	defer g.Unlock()
	if p, ok := g.bySource[source]; ok {
		return p
	}
	p, err := parsePattern(source)
	if err != nil {
		p = nil
	}
	if len(g.bySource) >= most || g.bySource == nil {
		g.bySource = map[string]*datetimePattern{}
	}
	g.bySource[source] = p
	return p
}

// strptimeLetters are the letters of C's strptime.
var strptimeLetters = strings.NewReplacer(
	"%Y", "YYYY", "%y", "YY", "%m", "MM", "%d", "DD", "%e", "D", "%b", "MMM", "%B", "MMM", "%h", "MMM",
	"%a", "ddd", "%A", "ddd", "%H", "HH", "%I", "hh", "%M", "mm", "%S", "ss", "%f", "SSS", "%p", "A",
	"%z", "Z", "%Z", "Z", "%F", "YYYY-MM-DD", "%T", "HH:mm:ss", "%R", "HH:mm", "%D", "MM/DD/YY", "%%", "%",
)

func fromStrptime(s string) string {
	if strings.Contains(s, "%") {
		return strptimeLetters.Replace(s)
	}
	return s
}

// patternWords are the elements that are no run of one letter, as other
// programs write them, longest first.
var patternWords = []struct {
	word string
	kind elementKind
}{
	{"am/pm", elementHalf},
	{"hh24", elementHour}, {"hh12", elementHour},
	{"month", elementMonthName}, {"mon", elementMonthName},
	{"mi", elementMinute},
	{"am", elementHalf}, {"pm", elementHalf}, {"tt", elementHalf},
	{"tzh:tzm", elementZone}, {"tzh", elementZone},
}

// compile reads a pattern. It returns what is wrong with it; a text without an ID
// for nothing.
func (p *datetimePattern) compile(s string) message.Text {
	capitalMonths := strings.Contains(s, "M")
	for len(s) > 0 {
		if s[0] == '[' || s[0] == '\'' {
			closing := byte('\'')
			if s[0] == '[' {
				closing = ']'
			}
			end := strings.IndexByte(s[1:], closing)
			if end < 0 {
				return message.T("format_not_closed", "sign", s[:1])
			}
			p.literal(s[1 : end+1])
			s = s[end+2:]
			continue
		}
		if !isLetter(s[0]) {
			_, n := utf8.DecodeRuneInString(s)
			p.literal(s[:n])
			s = s[n:]
			continue
		}
		kind, n := patternWord(s)
		if n == 0 {
			n = len(s) - len(strings.TrimLeft(s, s[:1]))
			var ok bool
			if kind, ok = p.run(s[0], n, capitalMonths); !ok {
				return message.T("format_unknown_letters", "letters", s[:n])
			}
		}
		p.elements = append(p.elements, element{kind: kind, text: []byte(s[:n])})
		s = s[n:]
	}
	return p.check()
}

func patternWord(s string) (elementKind, int) {
	for _, w := range patternWords {
		if len(s) >= len(w.word) && strings.EqualFold(s[:len(w.word)], w.word) {
			return w.kind, len(w.word)
		}
	}
	return 0, 0
}

func (p *datetimePattern) literal(s string) {
	if s == "" {
		return
	}
	if n := len(p.elements); n > 0 && p.elements[n-1].kind == elementLiteral {
		p.elements[n-1].text = append(p.elements[n-1].text, s...)
		return
	}
	p.elements = append(p.elements, element{kind: elementLiteral, text: []byte(s)})
}

// run returns the element for a run of n equal letters.
func (p *datetimePattern) run(letter byte, n int, capitalMonths bool) (elementKind, bool) {
	switch letter {
	case 'Y', 'y':
		if n == 2 {
			return elementShortYear, true
		}
		return elementYear, n == 4 || n == 1
	case 'M', 'm':
		switch {
		case n > 4:
			return 0, false
		case n > 2:
			return elementMonthName, true
		case p.last() == elementHour, letter == 'm' && capitalMonths:
			return elementMinute, true
		}
		return elementMonth, true
	case 'D', 'd':
		if n > 2 {
			return elementWeekday, letter == 'd' && n <= 4
		}
		return elementDay, true
	case 'H', 'h':
		return elementHour, n <= 2
	case 's', 'S':
		if letter == 's' || p.last() == elementMinute {
			return elementSecond, n <= 2
		}
		return elementFraction, true
	case 'F', 'f':
		return elementFraction, true
	case 'A', 'a':
		return elementHalf, n == 1
	case 'Z', 'z', 'X', 'x':
		return elementZone, true
	case 'T', 't':
		return elementLiteral, n == 1
	}
	return 0, false
}

// last returns the last element that is no literal.
func (p *datetimePattern) last() elementKind {
	for i := len(p.elements) - 1; i >= 0; i-- {
		if k := p.elements[i].kind; k != elementLiteral {
			return k
		}
	}
	return elementLiteral
}

// check completes a pattern whose elements are there, and finds what it lacks.
func (p *datetimePattern) check() message.Text {
	var seen [elementZone + 1]int
	for i := range p.elements {
		e := &p.elements[i]
		seen[e.kind]++
		if e.kind != elementLiteral && seen[e.kind] > 1 {
			return message.T("format_twice", "letters", string(e.text))
		}
		if e.kind.isNumber() && i+1 < len(p.elements) {
			next := p.elements[i+1].kind
			e.exact = next.isNumber() || next == elementYear || next == elementFraction
		}
	}
	years := seen[elementYear] + seen[elementShortYear]
	months := seen[elementMonth] + seen[elementMonthName]
	p.dated = years+months+seen[elementDay]+seen[elementWeekday] > 0
	p.timed = seen[elementHour]+seen[elementMinute]+seen[elementSecond] > 0
	p.zoned = seen[elementZone] > 0
	p.half = seen[elementHalf] > 0
	switch {
	case !p.dated && !p.timed:
		return message.T("format_of_no_moment")
	case p.dated && years != 1:
		return message.T("format_needs_year")
	case p.dated && months != 1:
		return message.T("format_needs_month")
	case p.dated && seen[elementDay] != 1:
		return message.T("format_needs_day")
	case p.timed && seen[elementHour] != 1:
		return message.T("format_needs_hour")
	case seen[elementSecond] > seen[elementMinute], seen[elementFraction] > seen[elementSecond]:
		return message.T("format_needs_minutes")
	case p.zoned && !p.timed:
		return message.T("format_needs_time")
	}
	return message.Text{}
}

// split returns the pattern of the date alone and of what follows it, where
// the date comes first; otherwise the pattern itself and nil.
func (p *datetimePattern) split() (date, tail *datetimePattern) {
	end, timed := 0, false
	for i, e := range p.elements {
		switch {
		case e.kind.isDate() && timed:
			return p, nil
		case e.kind.isDate():
			end = i + 1
		case e.kind != elementLiteral:
			timed = true
		}
	}
	if !timed || end == 0 {
		return p, nil
	}
	date = &datetimePattern{source: p.source, elements: p.elements[:end], dated: true}
	tail = &datetimePattern{source: p.source, elements: p.elements[end:], timed: true, zoned: p.zoned, half: p.half}
	return date, tail
}

// String returns the pattern's elements as parsePattern reads them.
func (p *datetimePattern) String() string {
	var b strings.Builder
	for _, e := range p.elements {
		if e.kind == elementLiteral && strings.ContainsFunc(string(e.text), unicode.IsLetter) && string(e.text) != "T" {
			b.WriteString("[" + string(e.text) + "]")
			continue
		}
		b.Write(e.text)
	}
	return b.String()
}

// timePart returns the pattern from its time on, or nil where it has none or
// has the date after it.
func (p *datetimePattern) timePart() *datetimePattern {
	for i, e := range p.elements {
		if e.kind == elementLiteral || e.kind.isDate() {
			continue
		}
		for _, later := range p.elements[i:] {
			if later.kind.isDate() {
				return nil
			}
		}
		return &datetimePattern{source: p.source, elements: p.elements[i:], timed: true, zoned: p.zoned, half: p.half}
	}
	return nil
}
