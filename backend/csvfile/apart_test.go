package csvfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Records that were rejected for their quotes stay apart in a file of rejects,
// mended or not.
func TestStarts(t *testing.T) {
	const open, closes, last, lines = "21,\"abc,5\n", "61,monitor 24\",7\n", "7,x,\"y\n", "8,\"one\ntwo\",z,too many\n"
	for _, tt := range []struct {
		name   string
		file   string
		want   string // the number of lines of each record, ! for a reject
		escape string
	}{
		{"neighbours", open + closes, "!1 !1", ""},
		{"the first is mended", "21,\"abc\",5\n" + closes, "1 !1", ""},
		{"the second is mended", open + "61,\"monitor 24\"\"\",7\n", "!1 1", ""},
		{"the second is mended by leaving the quote out", open + "61,monitor 24,7\n" + closes, "!1 1 !1", ""},
		{"the first is changed, and still open", "21,\"abc d,5\n" + closes, "!1 !1", ""},
		{"several of each", open + open + closes + open + closes + closes, "!1 !1 !1 !1 !1 !1", ""},
		{"the quote of the last field", last + closes + last + last + closes, "!1 !1 !1 !1 !1", ""},
		{"one of several lines", lines + open + lines + closes, "!2 !1 !2 !1", ""},
		{"one of several lines, mended", "8,\"one\ntwo\",z\n" + open + closes, "2 !1 !1", ""},
		{"Windows' line ends", strings.ReplaceAll(open+closes, "\n", "\r\n"), "!1 !1", ""},
		{"no line end", open + strings.TrimSpace(closes), "!1 !1", ""},
		{"an escape", open + closes, "!1 !1", `\`},
	} {
		for _, encoding := range []string{"utf-8", "windows-1252"} {
			t.Run(tt.name+" in "+encoding, func(t *testing.T) {
				starts := NewStarts()
				for _, raw := range []string{open, closes, last, lines} {
					starts.Add(raw)
				}
				path := filepath.Join(t.TempDir(), "in.csv")
				if err := os.WriteFile(path, []byte("id,name,n\n"+tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
				zero, one := 0, 1
				d := Dialect{Encoding: encoding, Delimiter: ",", Quote: `"`, Escape: tt.escape, Comment: None, SkipLines: &zero, HeaderRows: &one, FooterLines: &zero}
				f, err := Open(path, d, Options{Starts: starts})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				var got []string
				for rec, err := range f.Records() {
					mark := ""
					if err != nil {
						mark = "!"
						var reject *load.Reject
						if !errors.As(err, &reject) {
							t.Fatal(err)
						}
					}
					got = append(got, fmt.Sprintf("%s%d", mark, rec.EndLine-rec.Line+1))
				}
				if s := strings.Join(got, " "); s != tt.want {
					t.Errorf("records of %s lines, want %s", s, tt.want)
				}
			})
		}
	}
}
