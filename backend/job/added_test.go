package job

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
)

// add appends to a file.
func (b *bench) add(file, content string) {
	b.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = io.WriteString(f, content)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
}

// Of a file that was only added to, what was added is loaded, each time once, or it is told
// why not: exactly as if all of it were loaded anew.
func TestAdded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		was     string // what is loaded first
		dialect csvfile.Dialect
		added   []string // what is added then
		want    string   // of the table
		rejects string   // of the last import: record:line
		says    string   // why the last is refused
	}{
		{name: "records", was: "1,a\n2,b\n", added: []string{"3,c\n", "4,d\n5,e\n"}, want: "1a 2b 3c 4d 5e"},
		{name: "nothing", was: "1,a\n2,b\n", added: []string{""}, want: "1a 2b"},
		{name: "to no records", was: "", added: []string{"1,a\n"}, want: "1a"},
		{name: "bad ones", was: "1,a\nx,\"b\nb\"\n", added: []string{"x,c\n4,d\n", "5,e\n\n\n6\n7,f\n"}, want: "1a 4d 5e 7f", rejects: "6:10"},
		{name: "in CRLF", was: "1,a\r\n2,b\r\n", added: []string{"3,c\r\n"}, want: "1a 2b 3c"},
		{name: "blank lines", was: "1,a\n2,b\n\n", added: []string{"\n\n3,c\n"}, want: "1a 2b 3c"},
		{name: "a line end and records", was: "1,a\n2,b", added: []string{"\n3,c", "\r\n4,d"}, want: "1a 2b 3c 4d"},
		{name: "a line end", was: "1,a\n2,b", added: []string{"\n", "3,c\n"}, want: "1a 2b 3c"},
		{name: "the rest of a line", was: "1,a\n2,b", added: []string{"c\n3,d\n"}, want: "1a 2b", says: "goes on in what was added: line 3"},
		{name: "the rest of a line without its field", was: "1,a\n2", added: []string{",b\n3,c\n"}, want: "1a", says: "goes on in what was added: line 3"},
		{name: "the rest of a field in quotes", was: "1,a\n2,\"b\n", dialect: csvfile.Dialect{Quote: `"`}, added: []string{"c\"\n3,d\n"}, want: "1a", says: "goes on in what was added: line 3"},
		{name: "a closing quote", was: "1,a\n2,\"b", dialect: csvfile.Dialect{Quote: `"`}, added: []string{"\"\n3,d\n"}, want: "1a", says: "goes on in what was added: line 3"},
		{name: "the rest of a comment", was: "1,a\n2,b\n#c", added: []string{"d\n3,c\n"}, dialect: csvfile.Dialect{Comment: "#"}, want: "1a 2b 3c"},
		{name: "after a blank", was: "1,a\n2,b\n ", added: []string{"3,c\n"}, want: "1a 2b", says: "now has other records"},
		{name: "after a footer", was: "1,a\n2,b\nsum,2\n", added: []string{"3,c\nsum,3\n"}, dialect: csvfile.Dialect{FooterLines: new(1)}, want: "1a 2b", says: "now has other records"},
		{name: "after the first", was: "1,a\n2,b\n", added: []string{"3,c\n", "4"}, want: "1a 2b 3c", rejects: "4:5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, name TEXT)")
			req := Request{File: b.file("in.csv", "id,name\n"+tt.was), Target: b.path("out.db"), Dialect: tt.dialect, Plan: load.Plan{Table: "t"}}
			if _, err := b.run(req); err != nil {
				t.Fatal(err)
			}
			req.Dialect, req.Added = csvfile.Dialect{}, true
			for i, added := range tt.added {
				if b.add(req.File, added); added != "" && tt.was != "" {
					plain := req
					plain.Added = false
					if codes := b.codes(plain); !slices.Equal(codes, []string{WarnGrown}) {
						t.Errorf("all of it is told with %q", codes)
					}
				}
				if tt.says != "" {
					s, err := b.run(req)
					var p load.Problem
					if !errors.As(err, &p) || !strings.Contains(p.Message, tt.says) || s.Inserted != 0 || s.RolledBack != 0 {
						t.Errorf("%+v, %v", s, err)
					}
					continue
				}
				if codes := b.codes(req); !slices.Equal(codes, []string{WarnAdded}) {
					t.Errorf("what was added is told with %q", codes)
				}
				check := req
				check.Check = true
				found, err := b.run(check)
				s, imported := b.run(req)
				if err != nil || imported != nil || s.State != Done || !s.Balanced || found.Counts != s.Counts {
					t.Fatalf("%+v, %v; a check: %+v, %v", s, imported, found, err)
				}
				if i < len(tt.added)-1 {
					continue
				}
				page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: s.Job, Limit: 10})
				var rejects []string
				for _, v := range page.Rejects {
					rejects = append(rejects, fmt.Sprintf("%d:%d", v.Record, v.Line))
				}
				if err != nil || strings.Join(rejects, " ") != tt.rejects {
					t.Errorf("rejects %q, %v, want %q", rejects, err, tt.rejects)
				}
			}
			if got := b.rows(b.path("out.db"), "SELECT id || name AS r FROM t ORDER BY id"); got != tt.want {
				t.Errorf("the table has %s, want %s", got, tt.want)
			}
		})
	}
}

// Values are read as they were in what was loaded first.
func TestAddedIsReadAlike(t *testing.T) {
	b := newBench(t)
	b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))")
	req := Request{File: b.file("in.csv", "Nr;Preis\n"+strings.Repeat("9;9.999,99\n", 300)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Map: map[string]string{"Nr": "id", "Preis": "price"}}}
	if _, err := b.run(req); err != nil {
		t.Fatal(err)
	}
	b.add(req.File, "1;1.234\n")
	added := Request{File: req.File, Target: req.Target, Plan: load.Plan{Table: "t"}, Added: true}
	if s, err := b.run(added); err != nil || s.Inserted != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := b.rows(req.Target, "SELECT id || '=' || price AS r FROM t WHERE id <> 9"); got != "1=1234" {
		t.Errorf("the table has %s", got)
	}
}

// What was added to another file, or to none, is not known.
func TestAddedToNothing(t *testing.T) {
	long := rows(60_000, 0)
	for _, tt := range []struct{ name, is, says string }{
		{"another", "id,name\n7,x\n" + long, "no import"},
		{"shorter", long[:len(long)-20], "no import"},
		{"changed where the fingerprint does not look", strings.Replace(long, `30000,"name`, `30000,"NAME`, 1) + "9999999,x\n", "does not begin with what was loaded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, name TEXT); CREATE TABLE u (id INTEGER, name TEXT)")
			req := Request{File: b.file("in.csv", long), Target: b.path("out.db"), Plan: load.Plan{Table: "t"}}
			if _, err := b.run(req); err != nil {
				t.Fatal(err)
			}
			b.file("in.csv", tt.is)
			req.Added = true
			if s, err := b.run(req); err == nil || !strings.Contains(err.Error(), tt.says) || s.Inserted != 0 {
				t.Errorf("%+v, %v", s, err)
			}
			b.file("in.csv", long+"9999999,x\n")
			req.Plan.Table = "u"
			if s, err := b.run(req); err == nil || !strings.Contains(err.Error(), "no import") || s.Inserted != 0 {
				t.Errorf("into another table: %+v, %v", s, err)
			}
			req.Plan.Table = "t"
			if s, err := b.run(req); err != nil || s.Inserted != 1 {
				t.Errorf("the right one: %+v, %v", s, err)
			}
		})
	}
}

// What was added is not loaded while a part of it is in the table; the job that has loaded
// that goes on, also when the file has grown again.
func TestAddedByHalf(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER, name TEXT)")
	req := Request{File: b.file("in.csv", "id,name\n1,a\n2,b\n"), Target: db, Plan: load.Plan{Table: "t"}}
	if _, err := b.run(req); err != nil {
		t.Fatal(err)
	}
	_, more, _ := strings.Cut(rows(halfRows, 100), "\n")
	b.add(req.File, more)
	req.Added = true
	j := b.halfOf(req)
	b.add(req.File, "7,last\n")
	var p load.Problem
	if _, err := b.run(req); !errors.As(err, &p) || p.MessageID != "added_to_unfinished" {
		t.Errorf("%v", err)
	}
	s, err := b.takeUp(j.ID, TakeUp{})
	if err != nil || s.Read != halfRows+1 || s.Rejected != halfRows/100 || int64(b.count(db, "t")) != s.Inserted+2 || b.stored(j.ID) != s.Rejected {
		t.Errorf("%+v, %v; %d rows, %d rejects", s, err, b.count(db, "t"), b.stored(j.ID))
	}
	b.add(req.File, "8,more\n")
	if s, err := b.run(req); err != nil || s.Inserted != 1 || b.rows(db, "SELECT name AS r FROM t WHERE rowid = (SELECT max(rowid) FROM t)") != "more" {
		t.Errorf("%+v, %v", s, err)
	}
}

// A job whose file was only added to goes on, to the end that the file has now.
func TestTakeUpOfAGrownFile(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(halfRows, 100))
	j := b.half(file)
	b.add(file, "9999999,\"added\"\n")
	s, err := b.takeUp(j.ID, TakeUp{})
	if err != nil || s.Read != halfRows+1 || s.Rejected != halfRows/100 || int64(b.count(b.path("out.db"), "t")) != s.Inserted || b.stored(j.ID) != s.Rejected {
		t.Errorf("%+v, %v; %d rows, %d rejects", s, err, b.count(b.path("out.db"), "t"), b.stored(j.ID))
	}
	if codes := b.codes(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t"}}); !slices.Equal(codes, []string{WarnSameFile}) {
		t.Errorf("the file is told with %q", codes)
	}
}
