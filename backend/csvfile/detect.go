package csvfile

import (
	"fmt"
	"slices"
	"strconv"

	"linefeed/backend/charset"
)

// detected is the result of detection.
type detected struct {
	dialect  Dialect
	findings []Finding
	warnings []Warning
	fields   int                   // in most records; 0 where there are none
	firm     bool                  // in nearly all of them
	padding  int                   // the number of empty fields that all records have after those of the header
	named    bool                  // the header is certain enough
	kinds    []column              // what the fields hold
	tail     func(text []byte) int // returns the number of lines at the end that are the footer; nil if that is decided
}

// A detector decides, step by step, what d leaves open.
type detector struct {
	detected
	path  string
	d     *Dialect // what is decided so far
	texts texts
}

// texts is a sample as UTF-8.
type texts struct {
	head  []byte   // whole lines, without the byte order mark
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
	found := det.detected // on its own: the texts, and the values in them, are of no more use
	for i := range found.kinds {
		found.kinds[i].values, found.kinds[i].first = nil, nil
	}
	return &found, nil
}

// decodeSample decodes a sample and cuts it to whole lines.
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

// lastLineEnd returns where the last whole line of b ends, or len(b) if b is part
// of a single line.
func lastLineEnd(b []byte) int {
	for i := len(b) - 1; i > 0; i-- {
		if b[i-1] == '\n' || b[i-1] == '\r' && b[i] != '\n' {
			return i
		}
	}
	return len(b)
}

// given records a decision made by the caller.
func (det *detector) given(what, value string) {
	det.findings = append(det.findings, Finding{What: what, Value: value, Confidence: 1, Reason: "as given", Given: true})
}

// found records a decision.
func (det *detector) found(what, value string, confidence float64, format string, args ...any) *Finding {
	det.findings = append(det.findings, Finding{
		What: what, Value: value,
		Confidence: min(1, max(0, float64(int(confidence*100+0.5))/100)),
		Reason:     fmt.Sprintf(format, args...),
	})
	return &det.findings[len(det.findings)-1]
}

// number records a count, and sets it unless it is given.
func (det *detector) number(what string, p **int, n int, confidence float64, format string, args ...any) {
	if *p != nil {
		det.given(what, strconv.Itoa(**p))
		return
	}
	*p = &n
	det.found(what, strconv.Itoa(n), confidence, format, args...)
}

func (det *detector) warn(w Warning) { det.warnings = append(det.warnings, w) }

// sortAlternatives sorts by confidence and drops the unlikely ones.
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
