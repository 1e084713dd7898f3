package csvfile

import (
	"bytes"
	"hash/maphash"

	"linefeed/backend/charset"
)

// A file of rejects puts records next to each other that were apart. Where the
// quote of one is not closed, the next could close it: `21,"abc,5` and
// `61,monitor 24",7` would become one record of the right width. Lines that are
// known to begin a record keep such records apart, also when others between
// them were mended.

// Starts are lines that are known to begin a record, as [Options.Starts]. Of
// each a few bytes are kept, whatever its length.
type Starts struct {
	seed  maphash.Seed
	lines map[uint64]struct{}
}

// mostStarts bounds the memory that starts take.
const mostStarts = 1 << 20

// NewStarts returns an empty set.
func NewStarts() *Starts {
	return &Starts{maphash.MakeSeed(), map[uint64]struct{}{}}
}

// Add adds the line that the text of a record begins with. It reports whether
// there is room for more.
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

// joins reports whether the record of several lines at text[pos], which is well
// formed, holds a line that begins another one. The fault is then the quote that
// is open at the end of its first line.
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
