package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A file that comes by a rename is loaded at once, and one that is written in its place
// when it is complete.
func TestRenamedIntoTheFolder(t *testing.T) {
	b := newBench(t)
	opt := b.options()
	opt.Steady, opt.Scan = time.Hour, time.Hour
	begun := filepath.Join(b.folder, ".begun.csv")
	b.start(opt)
	// The watcher is known to listen once it loads this: it is renamed until it does.
	for i := 0; len(b.outcomes) == 0; i++ {
		old := time.Now().Add(-time.Minute)
		if err := os.WriteFile(begun, []byte("id,n\n"+strings.Repeat("x", i+1)+",1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(begun, old, old); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(begun, filepath.Join(b.folder, "first.csv")); err != nil {
			t.Fatal(err)
		}
		select {
		case o := <-b.outcomes:
			b.outcomes <- o
		case <-time.After(200 * time.Millisecond):
		}
	}
	if o := <-b.outcomes; o.Summary == nil || o.Summary.Inserted != 1 {
		t.Errorf("loaded is %+v", o)
	}
}
