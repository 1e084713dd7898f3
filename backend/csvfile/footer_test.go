package csvfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"linefeed/backend/load"
	"linefeed/backend/unpack"
)

// TestFooterAtTheEnd finds a footer where the end of the file can't be looked
// at before it is read, and takes no records for one.
func TestFooterAtTheEnd(t *testing.T) {
	rows := strings.Repeat("1,x,2.5\n2,\"y\nz\",3.5\n", 15_000) // more than is looked at
	for _, tt := range []struct {
		name, end string
		footer    int64
		records   int // after the rows
		rejected  int
	}{
		{"none", "", 0, 0, 0},
		{"a total", "Total: 30000\n", 1, 0, 0},
		{"without a line end", "(30000 rows)", 1, 0, 0},
		{"after a blank line", "\nmade in May\nby Bob\n", 3, 0, 0},
		{"a quoted record before it", "3,\"a\n\n\nb\",4\n\nTotal\n", 2, 1, 0},
		{"a record that is cut off", "3,zz", 0, 0, 1},
		{"short records", "3\n4\n", 0, 0, 2},
		{"a table", "\nd,e\n1,2\n3,4\n", 0, 0, 3},
		{"more lines than a footer has", strings.Repeat("Total\n", 30), 0, 0, 30},
	} {
		for _, encoding := range []string{"utf-8", "utf-16le-bom"} {
			t.Run(tt.name+" "+encoding, func(t *testing.T) {
				content := encode("a,b,c\n"+rows+tt.end, encoding)
				for _, r := range []io.Reader{bytes.NewReader(content), iotest.HalfReader(bytes.NewReader(content))} {
					var at int64
					f, err := openReader(r, "test", -1, Dialect{}, Options{onSkip: func(s skip) {
						if s.Offset != at {
							t.Errorf("%s at %d, want %d", s.Kind, s.Offset, at)
						}
						at = s.End
					}})
					if err != nil {
						t.Fatal(err)
					}
					good, bad := 0, 0
					for rec, err := range f.Records() {
						var rej *load.Reject
						switch {
						case errors.As(err, &rej):
							bad++
						case err != nil:
							t.Fatal(err)
						default:
							good++
						}
						if rec.Offset != at {
							t.Errorf("record %d at %d, want %d", rec.Number, rec.Offset, at)
						}
						at = rec.End
					}
					if good != 30_000+tt.records || bad != tt.rejected || f.Stats().Footer != tt.footer {
						t.Errorf("%d records, %d rejected, footer of %d lines; want %d, %d, %d", good-30_000, bad, f.Stats().Footer, tt.records, tt.rejected, tt.footer)
					}
					if at != int64(len(content)) {
						t.Errorf("%d of %d bytes", at, len(content))
					}
					if f.Dialect().FooterLines != nil {
						t.Errorf("%d footer lines before they can be known", *f.Dialect().FooterLines)
					}
					f.Close()
				}
			})
		}
	}
}

// TestFooterCompressed finds the footer of a compressed file.
func TestFooterCompressed(t *testing.T) {
	content := "a,b,c\n" + strings.Repeat("1,x,2.5\n", 50_000) + "Total: 50000\n"
	f, err := Open(writeFile(t, "in.csv.gz", packed(t, unpack.Gzip, []byte(content))), Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, err := range f.Records() {
		if err != nil {
			t.Fatal(err)
		}
	}
	if f.Stats().Footer != 1 {
		t.Errorf("footer of %d lines", f.Stats().Footer)
	}
}

// TestFooterGiven decides nothing if the number of lines is given.
func TestFooterGiven(t *testing.T) {
	content := "a,b,c\n" + strings.Repeat("1,x,2.5\n", 50_000) + "Total: 50000\n"
	f, err := openReader(strings.NewReader(content), "test", -1, Dialect{FooterLines: new(0)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	bad := 0
	for _, err := range f.Records() {
		if err != nil {
			bad++
		}
	}
	if bad != 1 || f.Stats().Footer != 0 {
		t.Errorf("%d rejected, footer of %d lines", bad, f.Stats().Footer)
	}
}
