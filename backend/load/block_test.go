package load

import "testing"

// A block is full before its fields take more memory than its text may.
func TestBlockOfManyEmptyFields(t *testing.T) {
	const width = 1000
	b := &Block{}
	b.Reset(width, width)
	rec := &Record{Raw: make([]byte, width), Fields: make([]Field, width)}
	for !b.Full() {
		b.Add(rec)
	}
	if n := len(b.Rows); n > 50 {
		t.Errorf("it is full with %d records of %d fields", n, width)
	}
}
