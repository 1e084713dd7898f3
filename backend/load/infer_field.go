package load

// How many values of a field are kept before the ways in which they may be
// written are settled, and how many bytes of them.
const (
	openingValues = 64
	openingBytes  = 16 << 10
)

// A fieldWatch is what an Inference knows of one field.
type fieldWatch struct {
	name  string
	forms *forms

	values, empty int64
	maxLength     int
	markers       []marker

	opening      []openingValue // nil once opened
	openingBytes int
	opened       bool

	candidates []*candidate // in the order of narrowness
	rivalries  []*rivalry
	counting   bool // some of them read numbers
	numeric    bool // and all of those read numbers that are digits alone

	whole     int64 // values that are digits alone; not counted in the candidates
	notBit    bool  // a value is neither 0 nor 1
	zero, one bool

	digitsLeast, digitsMost int // of the values that are numbers

	kept    *held // a value that no number keeps
	keptWhy string
	codes   *held // a value of letters and digits, as identifiers have

	near        *candidate // of those that were dropped the one that fitted best
	nearMatched int64
	mixed       *rivalry // of those that were dropped one whose two ways are both in use

	scratch []byte
}

type openingValue struct {
	text string
	line int64
}

// A marker is a text that seems to stand for no value.
type marker struct {
	text  string
	count int64
}

func newFieldWatch(name string, f *forms) *fieldWatch { return &fieldWatch{name: name, forms: f} }

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
	if isNullMarker(text) {
		w.mark(text)
		return
	}
	w.values++
	if w.opened {
		w.weigh(text, line)
		return
	}
	w.opening = append(w.opening, openingValue{string(text), line})
	w.openingBytes += len(text)
	if len(w.opening) >= openingValues || w.openingBytes >= openingBytes {
		w.open()
	}
}

// mark counts a text that seems to stand for no value. There are few of them.
func (w *fieldWatch) mark(text []byte) {
	for i := range w.markers {
		if w.markers[i].text == string(text) {
			w.markers[i].count++
			return
		}
	}
	const most = 16 // of the spellings in capitals and small letters
	if len(w.markers) < most {
		w.markers = append(w.markers, marker{string(text), 1})
	}
}

// open settles the ways in which values may be written by the first of them,
// and weighs those.
func (w *fieldWatch) open() {
	if w.opened {
		return
	}
	w.opened = true
	w.candidates = w.forms.candidates(w.opening)
	w.rivalries = rivalries(w.candidates)
	w.counting, w.numeric = true, true
	for _, c := range w.candidates {
		if p, ok := c.parser.(*decimalParser); ok && p.format.percent {
			w.numeric = false
		}
	}
	for _, v := range w.opening {
		w.weigh([]byte(v.text), v.line)
	}
	w.opening = nil
}

// weigh tries the value with every way in which it may be written.
func (w *fieldWatch) weigh(text []byte, line int64) {
	if len(w.candidates) == 0 {
		return
	}
	digits := w.weighIdentifier(text, line)
	plain := digits && len(text) <= 18 && w.numeric
	if plain {
		w.whole++
	}
	buf := append(w.scratch[:0], text...)
	number, over := plain, false
	for _, c := range w.candidates {
		if plain && c.number {
			continue
		}
		buf = c.weigh(buf, len(text), line)
		number = number || c.number && c.fits
		over = over || c.missed > patience(w.values)
	}
	w.scratch = buf
	if !plain {
		for _, r := range w.rivalries {
			r.weigh(buf, text, line)
		}
	}
	if number {
		n := countDigits(text)
		if w.digitsLeast == 0 || n < w.digitsLeast {
			w.digitsLeast = n
		}
		w.digitsMost = max(w.digitsMost, n)
	} else if w.codes == nil && w.counting && isCode(text) {
		h := hold(text, line)
		w.codes = &h
	}
	if over {
		w.drop()
	}
}

// weighIdentifier looks for what makes a number an identifier, and reports
// whether text is digits alone, with none of it.
func (w *fieldWatch) weighIdentifier(text []byte, line int64) bool {
	digits := true
	for _, b := range text {
		if b-'0' > 9 {
			digits = false
			break
		}
	}
	if digits && (text[0] != '0' || len(text) == 1) {
		switch {
		case len(text) > 1 || text[0] > '1':
			w.notBit = true
		case text[0] == '0':
			w.zero = true
		default:
			w.one = true
		}
		return true
	}
	w.notBit = true
	if w.kept == nil {
		if why := keptAsText(text); why != "" {
			h := hold(text, line)
			w.kept, w.keptWhy = &h, why
		}
	}
	return false
}

// drop lets go of the candidates that can't win any more. One that still has
// a rival in the race is kept, to know what only one of the two can read.
func (w *fieldWatch) drop() {
	n := 0
	w.counting = false
	for _, c := range w.candidates {
		if w.inRace(c) {
			w.candidates[n] = c
			n++
			w.counting = w.counting || c.number
			continue
		}
		c.dropped = true
		if share := w.matched(c); w.near == nil || share > w.nearMatched {
			w.near, w.nearMatched = c, share
		}
	}
	clear(w.candidates[n:])
	w.candidates = w.candidates[:n]
	n = 0
	for _, r := range w.rivalries {
		if !r.a.dropped && !r.b.dropped {
			w.rivalries[n] = r
			n++
		} else if w.mixed == nil && r.mixed(w.values) {
			w.mixed = r
		}
	}
	clear(w.rivalries[n:])
	w.rivalries = w.rivalries[:n]
}

// inRace reports whether c, or a rival of it, may still win.
func (w *fieldWatch) inRace(c *candidate) bool {
	if c.missed <= patience(w.values) {
		return true
	}
	for _, r := range w.rivalries {
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
