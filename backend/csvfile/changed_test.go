package csvfile

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/unpack"
)

// fillAll fills blocks to the end of f, as an import does.
func fillAll(f *File) (records int, err error) {
	var b load.Block
	for {
		b.Reset(len(f.Fields()), len(f.Fields()))
		err = f.Fill(&b)
		records += len(b.Rows) + len(b.Rejects)
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
	}
}

func packed(t *testing.T, kind string, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var err error
	switch kind {
	case unpack.Gzip:
		w := gzip.NewWriter(&out)
		_, err = w.Write(text)
		err = errors.Join(err, w.Close())
	case unpack.Zip:
		z := zip.NewWriter(&out)
		var w io.Writer
		if w, err = z.Create("in.csv"); err == nil {
			_, err = w.Write(text)
		}
		err = errors.Join(err, z.Close())
	default:
		return text
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Any change to a file while it is read is reported: written over in
// place, cut, written anew and longer, added to, or replaced by another.
func TestChangedWhileRead(t *testing.T) {
	later := time.Now().Add(time.Hour)
	over := func(content func(old []byte) []byte) func(*testing.T, string, []byte) {
		return func(t *testing.T, path string, old []byte) {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0) // in place, as > does
			if err == nil {
				_, err = f.Write(content(old))
			}
			if err == nil {
				err = f.Close()
			}
			if err == nil {
				err = os.Chtimes(path, later, later) // clocks of file systems are coarse
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, path string, old []byte)
		kind   Kind   // of the error, if one
		warns  string // the code of the warning, if one
	}{
		{"not at all", func(*testing.T, string, []byte) {}, "", ""},
		{"same length", over(func(old []byte) []byte { return bytes.ReplaceAll(old, []byte("1,2"), []byte("3,4")) }), KindChanged, ""},
		{"longer, and another", over(func(old []byte) []byte { return append([]byte("c,d\n5,6\n"), old...) }), KindChanged, ""},
		{"added to", over(func(old []byte) []byte { return append(slices.Clip(old), "5,6\n"...) }), "", WarnGrew},
		{"shorter", over(func(old []byte) []byte { return old[:len(old)/2] }), KindShrunk, ""},
		{"replaced", func(t *testing.T, path string, old []byte) {
			if err := os.WriteFile(path+".new", old, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}, "", WarnReplaced},
		{"removed", func(t *testing.T, path string, _ []byte) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, "", ""},
	} {
		for size, rows := range map[string]int{"small": 10, "large": 500_000} {
			for _, compression := range []string{None, unpack.Gzip, unpack.Zip} {
				if compression != None && tt.kind == KindShrunk || compression != None && tt.warns == WarnGrew {
					continue // what is added to or cut off is damage there
				}
				t.Run(tt.name+" "+size+" "+compression, func(t *testing.T) {
					content := packed(t, compression, []byte("a,b\n"+strings.Repeat("1,2\n", rows)))
					path := writeFile(t, "in.csv", content)
					f, err := Open(path, Dialect{}, Options{})
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					tt.change(t, path, content)
					_, err = fillAll(f)
					var e *Error
					if tt.kind == "" && err != nil || tt.kind != "" && (!errors.As(err, &e) || compression == None && e.Kind != tt.kind || e.Usage()) {
						t.Errorf("the error is %v, want one of the kind %q", err, tt.kind)
					}
					warned := slices.ContainsFunc(f.Warnings(), func(w Warning) bool { return w.Code == tt.warns })
					if warned != (tt.warns != "") {
						t.Errorf("the warnings are %v, want %q", f.Warnings(), tt.warns)
					}
				})
			}
		}
	}
}
