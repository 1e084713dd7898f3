package csvfile

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// TestLook previews a file with bad records in it.
func TestLook(t *testing.T) {
	path := writeFile(t, "in.csv", []byte("id;name;price\n1;Bob;1,5\n2;\"An;n\";2,5\n3;x\"y;1\n4;a\n5;\"\";1\n"))
	p, err := look(path, Dialect{}, Options{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(p.Fields) != "[id name price]" || p.Records != 5 || !p.Complete || p.Size != 56 {
		t.Errorf("got fields %v, %d records, complete %v, %d bytes", p.Fields, p.Records, p.Complete, p.Size)
	}
	if r := p.Rows[1]; fmt.Sprint(r.Values, r.Quoted, r.Line) != "[2 An;n 2,5] [false true false] 3" {
		t.Errorf("row %+v", r)
	}
	if r := p.Rows[2]; r.Problem == nil || r.Problem.Code != load.CodeStrayQuote || r.Problem.Column != "name" || r.Raw != "3;x\"y;1\n" || len(r.Values) != 0 {
		t.Errorf("row %+v", r)
	}
	if f := finding(p, "delimiter"); f.Value != ";" || !strings.HasPrefix(f.Reason, "semicolon, because 4 of ") {
		t.Errorf("delimiter: %+v", f)
	}
	// Everything that can be overridden is in the findings.
	for _, what := range []string{"compression", "encoding", "delimiter", "quote", "escape", "comment", "skipLines", "headerRows", "footerLines", "lineEnd"} {
		if f := finding(p, what); f.What == "" || f.Reason == "" || f.Confidence <= 0 || f.Confidence > 1 {
			t.Errorf("%s: %+v", what, f)
		}
	}
	short, err := look(path, Dialect{}, Options{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(short.Rows) != 2 || short.Complete || short.Records < 3 || short.Records > 6 {
		t.Errorf("got %d rows, %d records, complete %v", len(short.Rows), short.Records, short.Complete)
	}
	if _, err := json.Marshal(p); err != nil {
		t.Error(err)
	}
}

func finding(p *Preview, what string) Finding {
	for _, f := range p.Findings {
		if f.What == what {
			return f
		}
	}
	return Finding{}
}

// TestLookLarge previews a file of 10 GB. It must not read it.
func TestLookLarge(t *testing.T) {
	path := writeFile(t, "in.csv", []byte("id,name\n"+strings.Repeat("12345,some name\n", 20_000)))
	if err := os.Truncate(path, 10<<30); err != nil {
		t.Fatal(err)
	}
	p, err := look(path, Dialect{}, Options{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(10 << 30 / 16); len(p.Rows) != 100 || p.Records < want*9/10 || p.Records > want*11/10 {
		t.Errorf("got %d rows, %d records, want about %d", len(p.Rows), p.Records, want)
	}
}

// TestLookBounded previews files of 10 GB in which no record ends for long.
func TestLookBounded(t *testing.T) {
	long := strings.Repeat("y", 5<<20)
	for _, tt := range []struct {
		name, content string
		rows          int
		last          load.Code
	}{
		{"a record without an end", "a,b\n1,x\n2," + long + "\x01", 2, load.CodeRecordTooLarge},
		{"a record cut by the limit", "a,b\n" + strings.Repeat("1,"+long+"\n", 7), 6, ""},
		{"blank lines", "a,b\n1,x\n" + strings.Repeat("\n", 40<<20), 1, ""},
	} {
		path := writeFile(t, "in.csv", []byte(tt.content))
		if err := os.Truncate(path, 10<<30); err != nil {
			t.Fatal(err)
		}
		p, err := look(path, Dialect{Delimiter: ","}, Options{}, 100)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if len(p.Rows) != tt.rows || p.Complete || tt.last != "" && p.Records != -1 {
			t.Fatalf("%s: %d rows of %d, complete %v", tt.name, len(p.Rows), p.Records, p.Complete)
		}
		var code load.Code
		if problem := p.Rows[tt.rows-1].Problem; problem != nil {
			code = problem.Code
		}
		if code != tt.last {
			t.Errorf("%s: the last is %q, want %q", tt.name, code, tt.last)
		}
	}
}

// TestWarnings finds what should be known before loading.
func TestWarnings(t *testing.T) {
	rows := strings.Repeat("1,x,2.5\n2,y,3.5\n", 20)
	tests := []struct {
		name, content, code string
		line                int64
	}{
		{"nothing", "a,b,c\n" + rows, "", 0},
		{"no records", "a,b,c\n", WarnNoRecords, 0},
		{"another table", "a,b,c\n" + rows + "\nd,e\n1,2\n3,4\n5,6\n", WarnTables, 43},
		{"another small table", "a,b,c\n" + rows + "\nd,e\n1,2\n", WarnTables, 43},
		{"another table of as many fields", "a,b,c\n" + rows + "\nd,e,g\n1,2,3\n4,5,6\n", WarnTables, 43},
		{"the header again", "a,b,c\n" + rows + "a,b,c\n" + rows, WarnRepeated, 42},
		{"preamble", "Report\n\na,b,c\n" + rows, WarnPreamble, 1},
		{"padded titles", "Report,,\nMay,,\nDraft,,\n\na,b,c\n" + rows, WarnPreamble, 1},
		{"footer", "a,b,c\n" + rows + "Total: 40\n", WarnFooter, 0},
		{"line ends", "a,b,c\r\n" + rows, WarnLineEnds, 0},
		{"names", "a,b,b\n" + rows, WarnHeader, 0},
		{"no name", "a,,b\n" + rows, WarnHeader, 0},
	}
	for _, tt := range tests {
		p, err := look(writeFile(t, "in.csv", []byte(tt.content)), Dialect{}, Options{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case tt.code == "":
			if len(p.Warnings) > 0 {
				t.Errorf("%s: %+v", tt.name, p.Warnings)
			}
		case len(p.Warnings) != 1 || p.Warnings[0].Code != tt.code || tt.line != 0 && p.Warnings[0].Line != tt.line || p.Warnings[0].Message == "":
			t.Errorf("%s: %+v", tt.name, p.Warnings)
		}
	}
}

// TestHead returns what stands above the first record.
func TestHead(t *testing.T) {
	for content, want := range map[string]string{
		"\ufeffsep=;\nid;name\n1;x\n2;y\n":     "\ufeffsep=;\nid;name\n",
		"1,x\n2,y\n3,z\n":                      "",
		"Report\n\nid,name\n1,x\n2,y\n3,z\n":   "Report\n\nid,name\n",
		"id,\"na\nme\"\r\n1,x\r\n2,y\r\n3,z\n": "id,\"na\nme\"\r\n",
	} {
		f, err := openReader(strings.NewReader(content), "test", -1, Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(f.Head()); got != want {
			t.Errorf("%q: got %q, want %q; %s", content, got, want, short(f.Dialect()))
		}
		f.Close()
	}
}

// TestLookLong shows a long record as an import would load it.
func TestLookLong(t *testing.T) {
	path := writeFile(t, "in.csv", []byte("id,name\n1,"+strings.Repeat("x", 5<<20)+"\n2,y\n"))
	p, err := look(path, Dialect{}, Options{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rows) != 2 || p.Rows[0].Problem != nil || len(p.Rows[0].Values[1]) != maxShown {
		t.Errorf("got %d rows, the first with %+v", len(p.Rows), p.Rows[0].Problem)
	}
}
