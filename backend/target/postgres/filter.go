package postgres

import (
	"hash/maphash"

	"linefeed/backend/load"
)

// A filter tells which keys a writer may have written before: a Bloom filter. Those
// that it does not know were not.
type filter struct {
	bits   []uint64
	hashes []uint64 // of the batch at hand, by row
	maybe  []int    // its rows whose keys may have been written before, or came before in the batch
}

// filterBits is the number of bits of a filter, a power of two. With four million
// keys one in twenty that are new is taken for one that may not be.
const filterBits = 1 << 25

// mostFilters is how many keys of a table have a filter.
const mostFilters = 2

var filterSeed = maphash.MakeSeed()

// add adds a key, and reports whether it may have been there.
func (f *filter) add(hash uint64) bool {
	there := true
	for h, step := hash, hash>>32|1; h != hash+3*step; h += step {
		word, bit := h%filterBits/64, uint64(1)<<(h%64)
		there = there && f.bits[word]&bit != 0
		f.bits[word] |= bit
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
			w.filters[i] = &filter{bits: make([]uint64, filterBits/64)}
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
