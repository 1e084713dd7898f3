package csvfile

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/unpack"
)

// A file is read again as it is when it is opened, wherever the reading before
// has come to.
func TestRewind(t *testing.T) {
	var text strings.Builder
	text.WriteString("Report of today\n\nid;name;price\n# a remark\n")
	for i := range 14_000 {
		fmt.Fprintf(&text, "%d;\"näme; %d\";%d,5\n", i, i, i)
		if i%3000 == 3 {
			text.WriteString("broken;\"x\n\n# another remark\nid;name;price\n1;2\n")
		}
	}
	text.WriteString("\nTotal;14000\n")
	large := text.String()
	small := large[:2000] + "\nTotal;14000\n"
	for _, tt := range []struct {
		name    string
		content []byte
	}{
		{"small", []byte(small)},
		{"large", []byte(large)},
		{"a record that begins as a comment does", []byte("# made by hand\nid,name\n# a remark\n1,x\n#2,y\n")},
		{"with a mark", []byte("\ufeff" + large)},
		{"UTF-16", encode("\ufeff"+large, "utf-16le")},
		{"small, packed", packed(t, unpack.Gzip, []byte(small))},
		{"gzip", packed(t, unpack.Gzip, []byte(large))},
		{"zip", packed(t, unpack.Zip, encode(large, "windows-1252"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, "in.csv", tt.content)
			open := func(opt Options) *File {
				f, err := Open(path, Dialect{}, opt)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = f.Close() })
				return f
			}
			const part = 300_000
			whole, beginning := read(open(Options{})), read(open(Options{MaxRead: part}))
			f := open(Options{})
			for _, before := range []int{0, 500, 1 << 30, 3} {
				n := 0
				for _, err := range f.Records() {
					if n++; n >= before || err != nil && !isReject(err) {
						break
					}
				}
				for _, again := range []struct {
					maxRead int64
					want    outcome
				}{{part, beginning}, {0, whole}} {
					if err := f.Rewind(again.maxRead); err != nil {
						t.Fatal(err)
					}
					if got := read(f); !reflect.DeepEqual(got, again.want) {
						got.records, again.want.records = got.records[:1], again.want.records[:1]
						t.Fatalf("after %d records, of %d bytes: %+v, want %+v", before, again.maxRead, got, again.want)
					}
				}
				if err := f.Rewind(0); err != nil {
					t.Fatal(err)
				}
			}
			if n, err := fillAll(f); err != nil || n != len(whole.records) {
				t.Errorf("%d records fill blocks, %v", n, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if err := f.Rewind(0); err == nil {
				t.Error("a closed file is rewound")
			}
		})
	}
}

// An archive may hold several files of one name. The one that is looked at is the
// one that is read again, and the one that the name opens.
func TestRewindOneOfTheSameName(t *testing.T) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for _, name := range []string{"first", "last"} {
		w, err := z.Create("a.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("id,name\n" + strings.Repeat("1,"+name+"\n", sampleHead/4))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, "in.zip", archive.Bytes())
	p, looked, err := LookContext(t.Context(), path, Dialect{}, Options{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer looked.Close()
	if err := looked.Rewind(0); err != nil {
		t.Fatal(err)
	}
	named, err := Open(path, Dialect{Member: "a.csv"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer named.Close()
	for _, f := range []*File{looked, named} {
		for rec, err := range f.Records() {
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(rec.Field(1)), p.Rows[0].Values[1]; got != want {
				t.Fatalf("record %d is of the file %q, and %q was looked at", rec.Number, got, want)
			}
		}
	}
}

func isReject(err error) bool { _, is := errors.AsType[*load.Reject](err); return is }

// An outcome is all that can be seen of a reading.
type outcome struct {
	records  []string
	head     []byte
	fields   []string
	size     int64
	stats    Stats
	warnings []Warning
	dialect  Dialect
}

func read(f *File) outcome {
	return outcome{yieldedBy(f), bytes.Clone(f.Head()), f.Fields(), f.Size(), f.Stats(), append([]Warning{}, f.Warnings()...), f.Dialect()}
}

// One who rewinds a file waits no longer for the system than its context lasts.
func TestRewindThatNeverReturns(t *testing.T) {
	path := writeFile(t, "in.csv", bytes.Repeat([]byte("1,2\n"), 100_000))
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	f, err := OpenContext(ctx, path, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b load.Block
	b.Reset(2, 2)
	if err := f.Fill(&b); err != nil {
		t.Fatal(err)
	}
	answer := make(chan struct{})
	defer close(answer)
	f.in.ahead = newAhead(readerFunc(func([]byte) (int, error) { <-answer; return 0, errors.New("too late") }), nil)
	f.in.ahead.late = f.handle
	f.in.ahead.begin.Do(func() { go f.in.ahead.run() })
	cancel(enough)
	if err := f.Rewind(0); !errors.Is(err, enough) {
		t.Errorf("the error is %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
