package postgres

import (
	"hash/maphash"
	"strconv"
	"testing"
)

// A filter knows each key that it was given, and takes few for another.
func TestFilter(t *testing.T) {
	hash := func(i int) uint64 { return maphash.String(filterSeed, strconv.Itoa(i)) }
	for _, writers := range []int{1, 4, 64} {
		keys := 1_000_000 / writers
		f := &filter{bits: make([]uint64, filterBits/64/writers)}
		mistaken := 0
		for i := range keys {
			if f.add(hash(i)) {
				mistaken++
			}
		}
		if most := max(keys/50_000, 2); mistaken > most {
			t.Errorf("%d writers: %d of %d new keys are taken for known ones, want at most %d", writers, mistaken, keys, most)
		}
		for i := range keys {
			if !f.add(hash(i)) {
				t.Fatalf("%d writers: key %d is not known", writers, i)
			}
		}
	}
}
