package csvfile

import (
	"fmt"
	"slices"
	"strconv"

	"linefeed/backend/charset"
)

// detected is what was found out about a file.
type detected struct {
	dialect  Dialect
	findings []Finding
	warnings []Warning
	fields   int                   // in most records; 0 where there are none
	firm     bool                  // in nearly all of them
	padding  int                   // empty ones that all records have beyond those of the header
	named    bool                  // it is sure enough that the header is one
	kinds    []column              // what the fields hold
	tail     func(text []byte) int // how many of the last lines are the footer; nil where that is decided
}

// A detector decides, one thing after the other, what d leaves open.
type detector struct {
	detected
	path  string
	d     *Dialect // what is decided so far
	texts texts
}

// texts is a sample as UTF-8.
type texts struct {
	head  []byte   // from behind the byte order mark on, whole lines
	parts [][]byte // whole lines; the first may begin within a quoted field
	whole bool     // head is all of the file
	end   bool     // the last part reaches to the end of the file
}

// detect finds out what d leaves open.
func detect(s *sample, d Dialect, path string) (*detected, error) {
	det := &detector{path: path}
	det.dialect = d
	det.d = &det.dialect
	cs, err := det.encoding(s)
	if err != nil {
		return nil, err
	}
	det.texts = decodeSample(s, cs)
	det.layoutAndDialect()
	return &det.detected, nil
}

// decodeSample makes whole lines of text of a sample.
func decodeSample(s *sample, cs *charset.Charset) texts {
	t := texts{whole: s.whole, end: s.whole || len(s.parts) > 0}
	head := s.head[cs.Mark(s.head):]
	t.head = cs.Text(head, s.whole)
	if !s.whole {
		t.head = t.head[:lastLineEnd(t.head)]
	}
	for i, p := range s.parts {
		text := cs.Text(p, i == len(s.parts)-1)
		text = text[charset.LineEnd(text, true):]
		if i < len(s.parts)-1 {
			text = text[:lastLineEnd(text)]
		}
		t.parts = append(t.parts, text)
	}
	return t
}

// lastLineEnd returns where the last whole line of b ends, or len(b) where it
// is a part of a single one.
func lastLineEnd(b []byte) int {
	for i := len(b) - 1; i > 0; i-- {
		if b[i-1] == '\n' || b[i-1] == '\r' && b[i] != '\n' {
			return i
		}
	}
	return len(b)
}

// given notes a decision that was the caller's.
func (det *detector) given(what, value string) {
	det.findings = append(det.findings, Finding{What: what, Value: value, Confidence: 1, Reason: "as given", Given: true})
}

// found notes a decision.
func (det *detector) found(what, value string, confidence float64, format string, args ...any) *Finding {
	det.findings = append(det.findings, Finding{
		What: what, Value: value,
		Confidence: min(1, max(0, float64(int(confidence*100+0.5))/100)),
		Reason:     fmt.Sprintf(format, args...),
	})
	return &det.findings[len(det.findings)-1]
}

// number notes a count, and sets it if it is not given.
func (det *detector) number(what string, p **int, n int, confidence float64, format string, args ...any) {
	if *p != nil {
		det.given(what, strconv.Itoa(**p))
		return
	}
	*p = &n
	det.found(what, strconv.Itoa(n), confidence, format, args...)
}

func (det *detector) warn(w Warning) { det.warnings = append(det.warnings, w) }

// sortAlternatives puts the likeliest first and drops what is not likely.
func sortAlternatives(list []Alternative) []Alternative {
	slices.SortStableFunc(list, func(a, b Alternative) int {
		switch {
		case a.Confidence > b.Confidence:
			return -1
		case a.Confidence < b.Confidence:
			return 1
		}
		return 0
	})
	for i, a := range list {
		if a.Confidence < 0.05 || i == 4 {
			return list[:i]
		}
	}
	return list
}
