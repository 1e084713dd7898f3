package csvfile

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/unpack"
)

// A stop is a place in a file at which a reading can go on, and what was read up to there.
type stop struct {
	load.Position
	Stats
}

// stops returns the ends of all blocks of a file but the last.
func stops(t *testing.T, f *File) (list []stop) {
	t.Helper()
	var b load.Block
	for {
		b.Reset(len(f.Fields()), 0)
		err := f.Fill(&b)
		var at load.Position
		if n := len(b.Rows); n > 0 {
			r := b.Rows[n-1]
			at = load.Position{Record: r.Number, Line: r.Line + int64(r.Breaks), Offset: r.Offset + int64(r.RawEnd-r.RawStart)}
		}
		if n := len(b.Rejects); n > 0 && b.Rejects[n-1].Record > at.Record {
			r := b.Rejects[n-1]
			at = load.Position{Record: r.Record, Line: r.EndLine, Offset: r.End}
		}
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, stop{at, *b.Aside.(*Stats)})
	}
}

// Wherever a reading goes on, it yields what comes then of the whole, and counts as if it
// had read all.
func TestSkip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var text strings.Builder
	text.WriteString("Report of today\n\nid;name;price\n# a remark\n")
	for i := range 24_000 {
		fmt.Fprintf(&text, "%d;\"näme; %d\";%d,5\n", i, i, i)
		if r.IntN(200) == 0 {
			text.WriteString([]string{
				"\n", "# another remark\n", "id;name;price\n", "broken;\"x\n\n", "1;2\n", "1;\"a\nb\";2\n",
				"1;=\"007\";2\n", "1; \"x\" ;2\n", "1;\"" + strings.Repeat("long ", 3000) + "\n\";2\n", "1;\xff;2\n",
			}[r.IntN(10)])
		}
	}
	text.WriteString("\nTotal;24000\n")
	for _, tt := range []struct {
		name    string
		content []byte
		dialect Dialect
		stays   bool // it is read from its beginning
	}{
		{name: "UTF-8", content: []byte(text.String())},
		{name: "with a mark, bytes replaced", content: []byte("\ufeff" + text.String()), dialect: Dialect{InvalidBytes: InvalidReplace}},
		{name: "CRLF", content: []byte(strings.ReplaceAll(text.String(), "\n", "\r\n"))},
		{name: "a footer that is known", content: []byte(text.String()), dialect: Dialect{FooterLines: new(2)}},
		{name: "UTF-16", content: encode("\ufeff"+text.String(), "utf-16le")},
		{name: "UTF-32", content: encode("\ufeff"+text.String(), "utf-32be")},
		{name: "Windows-1252", content: encode(strings.ReplaceAll(text.String(), "\xff", "?"), "windows-1252"), dialect: Dialect{Encoding: "windows-1252"}},
		{name: "several bytes a character", content: encode(strings.NewReplacer("ä", "日", "\xff", "?").Replace(text.String()), "iso-2022-jp"), dialect: Dialect{Encoding: "iso-2022-jp"}},
		{name: "gzip", content: packed(t, unpack.Gzip, []byte(text.String())), stays: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, "in.csv", tt.content)
			open := func(begins Print) *File {
				f, err := Open(path, tt.dialect, Options{Begins: begins})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = f.Close() })
				return f
			}
			f := open(Print{})
			want := packedBy(t, f)
			stats := f.Stats()
			whole := f.PrintUpTo(f.Size())
			if err := f.Rewind(0); err != nil {
				t.Fatal(err)
			}
			places := stops(t, f)
			tried, skipped := 0, 0
			for i := 0; i < len(places); i += 1 + len(places)/5 {
				at := places[i]
				of := []*File{open(whole), f}[tried%2] // one that has read nothing, and one that has read all
				if tried++; of == f {
					if err := of.Rewind(0); err != nil {
						t.Fatal(err)
					}
				}
				if err := of.Skip(at.Position, at.Stats); err != nil {
					t.Fatal(err)
				}
				n := of.reader.number
				got := packedFrom(t, of, n)
				if n > 0 {
					skipped++
				}
				if !slices.Equal(got, want[n:]) {
					t.Fatalf("after %+v: %d records, want %d: first %q, want %q", at.Position, len(got), len(want[n:]), from(got, 0), from(want[n:], 0))
				}
				if !reflect.DeepEqual(of.Stats(), stats) {
					t.Fatalf("after %+v: it counts %+v, want %+v", at.Position, of.Stats(), stats)
				}
				if p := of.PrintUpTo(of.Size()); p != whole {
					t.Fatalf("after %+v: the print is %+v, want %+v", at.Position, p, whole)
				}
			}
			if (skipped == 0) != tt.stays || tried < 3 {
				t.Errorf("%d of %d places were gone on from", skipped, tried)
			}
		})
	}
}

// What is skipped is held against the file's print all the same.
func TestSkipOfAnotherFile(t *testing.T) {
	text := "id,name\n" + strings.Repeat("1,some name\n", 100_000)
	path := writeFile(t, "in.csv", []byte(text))
	f, err := Open(path, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	places := stops(t, f)
	at := places[len(places)-1]
	upTo := f.PrintUpTo(at.Offset)
	for _, c := range []struct {
		name, text string
		kind       Kind
	}{
		{"other", text[:at.Offset-2*leastApart] + "X" + text[at.Offset-2*leastApart+1:], KindOther},
		{"shorter", text[:sampleHead+10], KindOther},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, Dialect{}, Options{Begins: upTo})
		var other *Error
		if err == nil {
			defer f.Close()
			err = f.Skip(at.Position, at.Stats)
		}
		if !errors.As(err, &other) || other.Kind != c.kind {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
