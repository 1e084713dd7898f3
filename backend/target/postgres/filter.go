package postgres

import (
	"hash/maphash"
	"math/bits"

	"linefeed/backend/load"
)

// A filter tells which keys a writer may have written before: a Bloom filter, whose
// bits for one key are in one line of the processor's cache. Those that it does not know
// were not.
type filter struct {
	bits   []uint64
	hashes []uint64 // of the batch at hand, by row
	maybe  []int    // its rows whose keys may have been written before, or came before in the batch
}

// filterBits is the number of bits of the filters of a key, of all writers together. With a
// million keys one in a hundred thousand that are new is taken for one that may not be, with
// four million one in thirty.
const (
	filterBits = 1 << 25
	lineWords  = 8
	probes     = 7
)

// mostFilters is how many keys of a table have a filter.
const mostFilters = 2

var filterSeed = maphash.MakeSeed()

// add adds a key, and reports whether it may have been there.
func (f *filter) add(hash uint64) bool {
	n, _ := bits.Mul64(hash, uint64(len(f.bits)/lineWords))
	line := f.bits[n*lineWords:][:lineWords:lineWords]
	at := hash * 0x9E3779B97F4A7C15 // the line has the upper bits of the hash
	at ^= at >> 32
	there := true
	for range probes {
		word, bit := at/64%lineWords, uint64(1)<<(at%64)
		there = there && line[word]&bit != 0
		line[word] |= bit
		at >>= 9
	}
	return there
}

// prepareFilters makes the filters, by the lookups of keys; nil where two keys may be
// equal though their bytes are not.
func (w *writer) prepareFilters() {
	w.filters = make([]*filter, len(w.writes.keys))
	made := 0
	for i, l := range w.writes.keys {
		if l.bytes && made < mostFilters {
			// Each writer has its share of the keys.
			w.filters[i] = &filter{bits: make([]uint64, max(filterBits/64/max(1, w.pace.Writers), lineWords))}
			made++
		}
	}
}

// filter finds the rows of a batch whose keys may have been written before.
func (w *writer) filter(b *load.Batch, rows []int) {
	var text []byte
	for i, f := range w.filters {
		if f == nil {
			continue
		}
		f.maybe = f.maybe[:0]
		if cap(f.hashes) < len(b.Rows) {
			f.hashes = make([]uint64, len(b.Rows))
		}
		f.hashes = f.hashes[:len(b.Rows)]
		for _, row := range rows {
			var null bool
			f.hashes[row] = 0
			if text, null = w.writes.keyOf(text[:0], b, row, w.writes.keys[i].columns); null {
				continue
			}
			h := maphash.Bytes(filterSeed, text)
			f.hashes[row] = h
			if f.add(h) {
				f.maybe = append(f.maybe, row)
			}
		}
	}
}
