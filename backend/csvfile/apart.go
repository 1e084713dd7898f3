package csvfile

import (
	"bytes"
	"hash/maphash"

	"linefeed/backend/charset"
)

// In a file of rejects, records that were far apart are neighbors. Where a record
// has an unclosed quote, the next one could close it: `21,"abc,5` and
// `61,monitor 24",7` would become one record of the right width. Lines known to
// begin a record keep such records apart, even when others between them were
// corrected.

// Starts are lines known to begin a record, for [Options.Starts]. Each takes a few
// bytes, whatever its length.
type Starts struct {
	seed  maphash.Seed
	lines map[uint64]struct{}
}

// mostStarts bounds the memory of Starts.
const mostStarts = 1 << 20

// NewStarts returns an empty set.
func NewStarts() *Starts {
	return &Starts{maphash.MakeSeed(), map[uint64]struct{}{}}
}

// Add adds the first line of a record. It reports whether there is room for more.
func (s *Starts) Add(record string) bool {
	s.lines[s.hash([]byte(record))] = struct{}{}
	return len(s.lines) < mostStarts
}

// hash returns the hash of the line that text begins with. How the line ends
// does not matter: an editor may change it.
func (s *Starts) hash(text []byte) uint64 {
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	return maphash.Bytes(s.seed, text)
}

// at reports whether the text begins with a line that begins a record.
func (s *Starts) at(text []byte) bool {
	if s == nil || len(text) == 0 {
		return false
	}
	_, known := s.lines[s.hash(text)]
	return known
}

// joins reports whether the well-formed record of several lines at text[pos]
// holds a line that begins another record. If so, the fault is set to the quote
// that is open at the end of the first line.
func (r *reader) joins() bool {
	b := r.w.rest()[:r.shape.end]
	first := charset.LineEnd(b, true)
	for at := first; at < len(b); at += charset.LineEnd(b[at:], true) {
		if !r.starts.at(b[at:]) {
			continue
		}
		if r.g.parse(b[:first], true, &r.other) != broken || r.other.fault.open < 0 {
			return false
		}
		r.shape.fault = r.other.fault
		return true
	}
	return false
}
