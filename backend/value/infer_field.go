package value

import (
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// How many values of a field are kept before the ways in which they may be
// written are settled, and how many bytes of them.
const (
	openingValues = 64
	openingBytes  = 16 << 10
)

// dropEvery is after how many values it is looked which candidates can't win
// any more.
const dropEvery = 32

// weighedBytes is how much of a value is weighed: what is longer is text.
const weighedBytes = 256 << 10

// A fieldWatch is what an Inference knows of one field.
type fieldWatch struct {
	name   string
	forms  *forms
	format string     // that the plan gives; "" for none
	given  bool       // the candidates are those of the format
	typ    *load.Type // that the plan gives; nil for none

	values, empty int64
	maxLength     int
	markers       []marker

	opening      []openingValue // nil once opened
	openingBytes int
	opened       bool

	candidates []*candidate // in the order of narrowness
	numbers    []*candidate // those of them that read numbers
	others     []*candidate // and those that don't
	conflicts  []conflict
	numeric    bool    // all numbers read what is digits alone
	shapes     []shape // in which numbers were written

	whole     int64 // values that are digits alone; not counted in the candidates
	notBit    held  // the first value that is neither 0 nor 1
	zero, one bool

	digitsLeast, digitsMost int // of the values that are numbers
	long                    []longNumber
	inexact                 held // the first whole one that a float would change

	scales scales // of the numbers

	mangled held  // a whole number that a spreadsheet has shortened
	kept    *held // a value that no number keeps
	keptWhy message.Text
	codes   *held // a value of letters and digits, as identifiers have

	near        *candidate // of those that were dropped the one that fitted best
	nearMatched int64
	lost        []miss // those that were dropped
	mixed       string // why two of those that were dropped are both in use
}

// A miss is what is kept of a notation that not all values have.
type miss struct {
	*notation
	matched int64
	first   held // of those that don't have it
}

type openingValue struct {
	text string
	line int64
}

// A marker is a text that seems to stand for no value.
type marker struct {
	text  string
	count int64
	line  int64 // of the first
}

// add takes a value into account that is not NULL.
func (w *fieldWatch) add(text []byte, line int64) {
	if len(text) > w.maxLength {
		w.maxLength = max(w.maxLength, characters(text))
	}
	text = trimBlanks(text)
	if len(text) == 0 {
		w.empty++
		return
	}
	if load.IsNullSign(text) {
		w.mark(text, line)
		return
	}
	w.values++
	text = text[:min(len(text), weighedBytes)]
	if w.opened {
		w.weigh(text, line)
		return
	}
	w.opening = append(w.opening, openingValue{string(text), line})
	w.openingBytes += len(text)
	if len(w.opening) >= openingValues || w.openingBytes >= openingBytes {
		w.open()
		w.compact()
	}
}

// signsCount reports whether there are signs for no value that are values,
// because the plan says which texts mean NULL.
func (w *fieldWatch) signsCount() bool { return len(w.markers) > 0 && len(w.forms.plan.Null) > 0 }

// mark counts a text that seems to stand for no value. There are few of them.
func (w *fieldWatch) mark(text []byte, line int64) {
	for i := range w.markers {
		if w.markers[i].text == string(text) {
			w.markers[i].count++
			return
		}
	}
	const most = 16 // of the spellings in capitals and small letters
	if len(w.markers) < most {
		w.markers = append(w.markers, marker{string(text), 1, line})
	}
}

// open settles the ways in which values may be written by the first of them,
// and weighs those.
func (w *fieldWatch) open() {
	if w.opened {
		return
	}
	w.opened = true
	if w.typ == nil && strings.EqualFold(w.format, textFormat) {
		w.typ = new(load.Type) // text
	}
	notations := w.forms.given(w.format)
	if w.given = len(notations) > 0; !w.given {
		notations = w.forms.notations(w.opening)
	}
	if w.typ != nil {
		notations = ofType(notations, *w.typ)
		w.given = w.given && len(notations) > 0
	}
	w.candidates = w.forms.candidates(notations)
	w.conflicts = conflictsAmong(w.candidates)
	w.divide()
	w.numeric = true
	for _, c := range w.numbers {
		if formatOf(c.notation).percent {
			w.numeric = false
		}
	}
	for _, v := range w.opening {
		w.weigh([]byte(v.text), v.line)
	}
	w.opening = nil
}

// compact moves the candidates, most of which are out of the race by the first
// values, from the memory that fields share to their own.
func (w *fieldWatch) compact() {
	w.settleShapes()
	w.shapes = nil
	memory, moved := make([]candidate, len(w.candidates)), make([]*candidate, len(w.candidates))
	for i, c := range w.candidates {
		memory[i], moved[i] = *c, &memory[i]
	}
	conflicts := make([]conflict, len(w.conflicts))
	for i, r := range w.conflicts {
		r.a, r.b = moved[slices.Index(w.candidates, r.a)], moved[slices.Index(w.candidates, r.b)]
		conflicts[i] = r
	}
	w.candidates, w.conflicts, w.numbers, w.others = moved, conflicts, nil, nil
	w.divide()
}

// close ends the watch: candidates that no value fits are out.
func (w *fieldWatch) close() {
	if !w.opened {
		w.open()
	}
	w.settleShapes()
	if !w.given {
		for _, c := range w.candidates {
			c.dropped = w.matched(c) == 0
		}
		w.remove()
	}
	w.compact()
}

// remove takes out the candidates that are dropped, and their conflicts.
func (w *fieldWatch) remove() {
	w.shapes = nil // they speak of candidates that are no more
	w.candidates = slices.DeleteFunc(w.candidates, func(c *candidate) bool { return c.dropped })
	w.conflicts = slices.DeleteFunc(w.conflicts, func(r conflict) bool { return r.a.dropped || r.b.dropped })
	w.divide()
}

// ofType returns the notations of type t, which the plan gives. Integers and
// floats may be written in all the ways that decimals are.
func ofType(notations []*notation, t load.Type) []*notation {
	list := slices.DeleteFunc(slices.Clone(notations), func(n *notation) bool { return n.typ != t })
	if t != load.Integer && t != load.Float {
		return list
	}
	for _, n := range notations {
		if n.typ != load.Decimal || slices.ContainsFunc(list, func(other *notation) bool { return other.format == n.format }) {
			continue
		}
		as := *n
		if as.typ = t; t == load.Integer {
			as.parser = &integerParser{format: *formatOf(n)}
		} else {
			as.parser = &floatParser{format: *formatOf(n)}
		}
		list = append(list, &as)
	}
	return list
}

// divide tells the candidates that read numbers from the others.
func (w *fieldWatch) divide() {
	w.numbers, w.others = w.numbers[:0], w.others[:0]
	for _, c := range w.candidates {
		if c.number {
			w.numbers = append(w.numbers, c)
		} else {
			w.others = append(w.others, c)
		}
	}
}

// weigh tries the value with every way in which it may be written.
func (w *fieldWatch) weigh(text []byte, line int64) {
	if len(w.candidates) == 0 {
		return
	}
	w.weighBit(text, line)
	switch {
	case w.numeric && isPlain(text):
		w.whole++
		if len(text) > floatDigits && w.inexact.text == "" && !heldByFloat(text) {
			w.inexact = hold(text, line)
		}
		w.countDigits(len(text), text, line)
	case len(w.numbers) > 0:
		w.weighNumber(text, line)
	}
	if len(w.others) > 0 {
		w.weighOthers(text, line)
	}
	if w.values%dropEvery == 0 {
		w.drop()
	}
}

// weighOthers tries the value with what reads no numbers.
func (w *fieldWatch) weighOthers(text []byte, line int64) {
	buf := w.forms.room(text)
	for _, c := range w.others {
		buf = c.weigh(w.forms, buf, len(text), line)
	}
	for i := range w.conflicts {
		if r := &w.conflicts[i]; !r.numbers {
			r.weigh(w.forms, buf, text, line)
		}
	}
}

// weighNumber tries the value with what reads numbers, and looks for what makes
// it an identifier.
func (w *fieldWatch) weighNumber(text []byte, line int64) {
	if w.kept == nil {
		if why := keptAsText(text); why.ID != "" {
			h := hold(text, line)
			w.kept, w.keptWhy = &h, why
		}
	}
	if w.mangled.text == "" && isMangled(text) {
		w.mangled = hold(text, line)
	}
	key, shaped := shapeOf(text)
	if shaped {
		if s := w.shape(&key); s != nil {
			if s.count++; !s.zero && text[len(text)-1] == '0' {
				s.zero = true
				w.scales.add(text, line)
			}
			return
		}
	}
	w.scales.add(text, line)
	buf, number := w.forms.room(text), false
	for _, c := range w.numbers {
		buf = c.weigh(w.forms, buf, len(text), line)
		number = number || c.fits
	}
	var proofs []*int64
	for i := range w.conflicts {
		r := &w.conflicts[i]
		if !r.numbers {
			continue
		}
		if p := r.weigh(w.forms, buf, text, line); p != nil && shaped {
			proofs = append(proofs, p)
		}
	}
	if number {
		w.countDigits(countDigits(text), text, line)
	} else if w.codes == nil && isCode(text) {
		h := hold(text, line)
		w.codes = &h
	}
	if shaped {
		w.remember(key, proofs)
	}
}

// countDigits takes into account that a number has n digits.
func (w *fieldWatch) countDigits(n int, text []byte, line int64) {
	if n > floatDigits && n > w.digitsMost {
		w.long = addLong(w.long, longNumber{w.forms.hold(text, line), n})
	}
	if w.digitsLeast == 0 || n < w.digitsLeast {
		w.digitsLeast = n
	}
	w.digitsMost = max(w.digitsMost, n)
}

// weighBit looks whether the value is 0 or 1.
func (w *fieldWatch) weighBit(text []byte, line int64) {
	switch {
	case len(text) > 1 || text[0]|1 != '1':
		if w.notBit.line == 0 {
			w.notBit = w.forms.hold(text, line)
		}
	case text[0] == '0':
		w.zero = true
	default:
		w.one = true
	}
}

// mostPlainDigits is how many digits every integer may have.
const mostPlainDigits = 18

// isPlain reports whether text is a number of digits alone, whose zeros stand
// after others.
func isPlain(text []byte) bool {
	if len(text) > mostPlainDigits || text[0] == '0' && len(text) > 1 {
		return false
	}
	for _, b := range text {
		if b-'0' > 9 {
			return false
		}
	}
	return true
}

// drop removes the candidates that can't win any more. One that still has
// a rival in the race is kept, to know what only one of the two can read.
func (w *fieldWatch) drop() {
	w.settleShapes()
	dropped := false
	for _, c := range w.candidates {
		if c.dropped = !w.inRace(c); !c.dropped {
			continue
		}
		dropped = true
		matched := w.matched(c)
		if matched > 0 {
			w.lost = append(w.lost, miss{c.notation, matched, c.firstMiss})
		}
		if w.near == nil || matched > w.nearMatched {
			near := *c
			w.near, w.nearMatched = &near, matched
		}
	}
	if !dropped {
		return
	}
	for i := range w.conflicts {
		if r := &w.conflicts[i]; w.mixed == "" && (r.a.dropped || r.b.dropped) && r.mixed(w.values) {
			w.mixed = r.contrast()
		}
	}
	w.remove()
}

// inRace reports whether c, or a rival of it, may still win.
func (w *fieldWatch) inRace(c *candidate) bool {
	if c.missed <= patience(w.values) || w.given {
		return true
	}
	for _, r := range w.conflicts {
		if r.a == c && r.b.missed <= patience(w.values) || r.b == c && r.a.missed <= patience(w.values) {
			return true
		}
	}
	return false
}

// matched returns how many values fit c.
func (w *fieldWatch) matched(c *candidate) int64 {
	if c.number {
		return c.matched + w.whole
	}
	return c.matched
}
