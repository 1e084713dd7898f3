//go:build linux || windows

package watch

import (
	"os"
	"path/filepath"
	"testing"
)

// A file that is still open for writing is left alone, however long it stands still; the
// others are loaded meanwhile.
func TestHalfWritten(t *testing.T) {
	b := newBench(t)
	f, err := os.Create(filepath.Join(b.folder, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("id,n\na1,1\n"); err != nil {
		t.Fatal(err)
	}
	b.start(b.options())
	for _, name := range []string{"b", "c", "d"} { // each takes as long as the first would need
		b.put(name+".csv", "id,n\n"+name+",1\n")
		if o := <-b.outcomes; filepath.Base(o.File) != name+".csv" {
			t.Fatalf("loaded is %+v", o)
		}
	}
	if _, err := f.WriteString("a2,2\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if o := <-b.outcomes; o.Summary == nil || o.Summary.Inserted != 2 {
		t.Errorf("loaded is %+v", o)
	}
	b.want(b.ids(), "b c d a1 a2")
}
