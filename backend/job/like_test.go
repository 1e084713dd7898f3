package job

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// rejects returns the file of a job's rejects.
func (b *bench) rejects(id string) string {
	b.Helper()
	var w bytes.Buffer
	if err := b.runner.WriteRejects(b.Context(), id, false, &w); err != nil {
		b.Fatal(err)
	}
	return w.String()
}

// rows returns the rows of a query, values separated by |.
func (b *bench) rows(db, query string) string {
	b.Helper()
	c, err := sql.Open("sqlite3", db)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var all string
	if err := c.QueryRow("SELECT group_concat(r, ' ') FROM (" + query + ")").Scan(&all); err != nil {
		b.Fatal(err)
	}
	return all
}

// Rejects that are mended are read as the file was that they come from, though
// little of it is left.
func TestLike(t *testing.T) {
	german := strings.Repeat("9;9.999,99\n", 300) // by which it is found how numbers are written
	for _, tt := range []struct {
		name   string
		setup  string
		file   string
		plan   load.Plan
		mend   []string // what in the rejects becomes what
		loaded int64
		query  string
		want   string
		warns  string
	}{
		{
			name: "how numbers are written", setup: "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))",
			file: "id;price\n1;1.234,56\n2;x\n3;12,5\n4;2.345,67\n" + german, mend: []string{"x", "1.234"}, loaded: 1,
			query: "SELECT id || '=' || price AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=1234.56 2=1234 3=12.5 4=2345.67",
		},
		{
			name: "that numbers are written the usual way", setup: "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))",
			file: "id;price\n1;1234.56\n2;x\n3;12.5\n" + strings.Repeat("9;1234.5\n", 300), mend: []string{"x", "1,234"}, loaded: 0,
			query: "SELECT id || '=' || price AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=1234.56 3=12.5",
		},
		{
			name: "a record that begins as a comment does", setup: "CREATE TABLE t (id TEXT, n INTEGER)",
			file: "# made by hand\n# of today\nid,n\n# a remark\na1,1\na2,2\n#3,bad\na4,4\n", mend: []string{"bad", "3"}, loaded: 1,
			query: "SELECT id || '=' || n AS r FROM t ORDER BY n", want: "a1=1 a2=2 #3=3 a4=4",
		},
		{
			name: "how dates are written", setup: "CREATE TABLE t (id INTEGER, day DATE)",
			file: "id,day\n1,13.02.2031\n2,x\n3,14.02.2031\n" + strings.Repeat("9,31.12.2031\n", 300), mend: []string{"x", "03.04.2031"}, loaded: 1,
			query: "SELECT id || '=' || day AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=2031-02-13 2=2031-04-03 3=2031-02-14",
		},
		{
			name: "the map, texts for NULL and the key", setup: "CREATE TABLE t (id INTEGER PRIMARY KEY, price INTEGER)",
			file: "Nr,Preis,note\n1,5,a\n2,x,b\n3,n/a,c\n",
			plan: load.Plan{Map: map[string]string{"Nr": "id", "Preis": "price", "note": ""}, Null: []string{"n/a"}, OnConflict: load.ConflictUpdate},
			mend: []string{"2,x", "3,7,c\n2,n/a"}, loaded: 2,
			query: "SELECT id || '=' || ifnull(price, 'NULL') AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=5 2=NULL 3=7",
		},
		{
			name: "no footer, and the lines above", setup: "CREATE TABLE t (id INTEGER, name TEXT)",
			file: "Report of today\n\nid;name\n1;a\nx;b\ny;c\n4;d\n5;e\n6;f\nTotal;6\n", mend: []string{"x;", "2;", "y;", "3;"}, loaded: 2,
			query: "SELECT id AS r FROM t WHERE id <> 9 ORDER BY id", want: "1 2 3 4 5 6",
		},
		{
			name: "written again by another program", setup: "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))",
			file: "id;price\n1;1.234,56\n2;x\n3;12,5\n" + german, mend: []string{"id;price", "id,price", ";x", ",1.234"}, loaded: 1,
			query: "SELECT id || '=' || price AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=1234.56 2=1234 3=12.5", warns: WarnUnlike,
		},
		{
			name: "the header is gone", setup: "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))",
			file: "id;price\n1;1.234,56\n2;x\n3;12,5\n4;y\n" + german, mend: []string{"id;price\n", "", ";x", ";1.234", ";y", ";5.678"}, loaded: 2,
			query: "SELECT id || '=' || price AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=1234.56 2=1234 3=12.5 4=5678", warns: WarnUnlike,
		},
		{
			name: "line ends and a byte order mark of an editor", setup: "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))",
			file: "id;price\n1;1.234,56\n2;x\n3;12,5\n" + german, mend: []string{"id;price\n2;x\n", "\ufeffid;price\r\n2;1.234\r\n"}, loaded: 1,
			query: "SELECT id || '=' || price AS r FROM t WHERE id <> 9 ORDER BY id", want: "1=1234.56 2=1234 3=12.5",
		},
		{
			name: "neighbours that were apart", setup: "CREATE TABLE t (id INTEGER, name TEXT, n INTEGER)",
			file: "id,name,n\n1,\"a\",1\n21,\"abc,5\n2,\"b\",2\n3,\"c\",3\n4,d,4\n61,monitor 24\",7\n5,\"e\",5\n6,\"f\",6\n", mend: []string{}, loaded: 0,
			query: "SELECT id AS r FROM t WHERE id <> 9 ORDER BY id", want: "1 2 3 4 5 6",
		},
		{
			name: "neighbours of which one is mended", setup: "CREATE TABLE t (id INTEGER, name TEXT, n INTEGER)",
			file: "id,name,n\n1,\"a\",1\n21,\"abc,5\n2,\"b\",2\n3,\"c\",3\n4,d,4\n61,monitor 24\",7\n5,\"e\",5\n6,\"f\",6\n",
			mend: []string{"monitor 24\"", "\"monitor 24\"\"\""}, loaded: 1,
			query: "SELECT id AS r FROM t WHERE id <> 9 ORDER BY id", want: "1 2 3 4 5 6 61",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			db := b.path("out.db")
			b.execute(db, tt.setup)
			tt.plan.Table = "t"
			first, err := b.run(Request{File: b.file("in.csv", tt.file), Target: db, Plan: tt.plan})
			if err != nil || first.Rejected == 0 {
				t.Fatalf("%+v, %v", first, err)
			}
			mended := b.file("rejected.csv", strings.NewReplacer(tt.mend...).Replace(b.rejects(first.Job)))
			req := Request{File: mended, Like: first.Job}
			s, err := b.runner.Settle(t.Context(), req)
			if err != nil || len(s.Problems) > 0 {
				t.Fatalf("settled: %v, %v", s.Problems, err)
			}
			sum, err := b.run(req)
			if err != nil || sum.Inserted+sum.Updated != tt.loaded || sum.Table != "t" {
				t.Errorf("%+v, %v; want %d loaded", sum, err, tt.loaded)
			}
			if got := b.rows(db, tt.query); got != tt.want {
				t.Errorf("rows %s, want %s", got, tt.want)
			}
			codes := []string{}
			for _, w := range sum.Warnings {
				codes = append(codes, w.Code)
			}
			if slices.Contains(codes, WarnUnlike) != (tt.warns != "") {
				t.Errorf("warnings %v", sum.Warnings)
			}
		})
	}
}

// A number that a guessed type refused for what it would lose is refused again.
func TestLikeGuessed(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER, code INTEGER)")
	k := kept{Fields: []string{"id", "code"}, Plan: &load.Plan{Table: "t"}, Guessed: []string{"code"},
		Columns: []load.Column{{Name: "id", Type: load.Integer}, {Name: "code", Type: load.Integer}}, Index: []int{0, 1}}
	if err := b.runner.store.AddJob(t.Context(), store.Job{ID: "before", State: "done", File: "x", Request: "{}"}); err != nil {
		t.Fatal(err)
	}
	k.Dialect = dialectOf(t, b.file("x.csv", "id,code\n1,2\n"))
	if err := b.runner.setKept(t.Context(), "before", k, []byte("id,code\n")); err != nil {
		t.Fatal(err)
	}
	s, err := b.run(Request{File: b.file("rejected.csv", "id,code\n1,00420\n2,420\n"), Target: db, Like: "before"})
	if err != nil || s.Inserted != 1 || s.Rejected != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func dialectOf(t *testing.T, path string) csvfile.Dialect {
	t.Helper()
	f, err := csvfile.Open(path, csvfile.Dialect{}, csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.Dialect()
}

// What a request says itself goes before what it is like.
func TestLikeAndSaid(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER, price DECIMAL(10,3)); CREATE TABLE u (id INTEGER, price DECIMAL(10,3))")
	first, err := b.run(Request{File: b.file("in.csv", "id;price\n1;1.234,56\n2;x\n3;y\n"), Target: db, Plan: load.Plan{Table: "t"}})
	if err != nil {
		t.Fatal(err)
	}
	one := 1
	req := Request{
		File: b.file("rejected.csv", "id;price\n2;1.234\n3;5.678\nthe end\n"), Like: first.Job, Dialect: csvfile.Dialect{FooterLines: &one},
		Plan: load.Plan{Table: "u", Formats: map[string]string{"price": "1,234.56"}},
	}
	if s, err := b.run(req); err != nil || s.Inserted != 2 || s.Table != "u" {
		t.Fatalf("%+v, %v", s, err)
	}
	if got := b.rows(db, "SELECT price AS r FROM u ORDER BY id"); got != "1.234 5.678" {
		t.Errorf("rows %s", got)
	}
	if _, err := b.run(Request{File: req.File, Like: "nobody"}); !errors.Is(err, ErrNoJob) {
		t.Errorf("like no job: %v", err)
	}
	failed, _ := b.run(Request{File: b.path("none.csv"), Target: db, Plan: load.Plan{Table: "t"}})
	var p load.Problem
	if _, err := b.run(Request{File: req.File, Like: failed.Job}); !errors.As(err, &p) {
		t.Errorf("like a job that read nothing: %v", err)
	}
}

// A file that was already loaded into a table is warned of.
func TestSameFile(t *testing.T) {
	big := rows(20_000, 0)
	changed := big[:len(big)/2] + "9" + big[len(big)/2+1:]
	for i, tt := range []struct {
		name    string
		setup   string
		first   string
		between func(b *bench, db string)
		second  string // "" for the same
		plan    load.Plan
		warns   bool
		hint    string
	}{
		{name: "no key", setup: "CREATE TABLE t (id, name)", first: rows(10, 0), warns: true, hint: "twice"},
		{name: "a key", setup: "CREATE TABLE t (id PRIMARY KEY, name)", first: rows(10, 0), warns: true, hint: "rejected"},
		{name: "update", setup: "CREATE TABLE t (id PRIMARY KEY, name)", first: rows(10, 0), plan: load.Plan{OnConflict: load.ConflictUpdate}, warns: true},
		{name: "large", setup: "CREATE TABLE t (id, name)", first: big, warns: true, hint: "twice"},
		{name: "another one of the same length", setup: "CREATE TABLE t (id, name)", first: "id,name\n1,a\n", second: "id,name\n2,a\n"},
		{name: "changed in the middle", setup: "CREATE TABLE t (id, name)", first: big, second: changed},
		{name: "more of it", setup: "CREATE TABLE t (id, name)", first: rows(10, 0), second: rows(11, 0)},
		{name: "another was loaded since", setup: "CREATE TABLE t (id, name)", first: rows(10, 0), between: func(b *bench, db string) {
			if _, err := b.run(Request{File: b.file("other.csv", rows(3, 0)), Target: db, Plan: load.Plan{Table: "t"}}); err != nil {
				b.Fatal(err)
			}
		}, warns: true, hint: "twice"},
		{name: "another was loaded elsewhere since", setup: "CREATE TABLE t (id, name); CREATE TABLE u (id, name)", first: rows(10, 0), between: func(b *bench, db string) {
			for _, req := range []Request{
				{File: b.file("other.csv", rows(3, 0)), Target: db, Plan: load.Plan{Table: "u"}},
				{File: b.file("other.csv", rows(3, 0)), Target: db, Plan: load.Plan{Table: "t"}, Check: true},
				{File: b.file("header.csv", "id,name\n"), Target: "sqlite:" + db, Plan: load.Plan{Table: "T"}},
			} {
				if _, err := b.run(req); err != nil {
					b.Fatal(err)
				}
			}
		}, warns: true, hint: "twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			db := b.path(fmt.Sprintf("%d.db", i))
			b.execute(db, tt.setup)
			tt.plan.Table = "t"
			first, err := b.run(Request{File: b.file("in.csv", tt.first), Target: db, Plan: tt.plan})
			if err != nil || len(first.Warnings) > 0 {
				t.Fatalf("%+v, %v", first, err)
			}
			if tt.between != nil {
				tt.between(b, db)
			}
			if tt.second == "" {
				tt.second = tt.first
			}
			req := Request{File: b.file("again.csv", tt.second), Target: "sqlite:" + db, Plan: tt.plan}
			s, err := b.runner.Settle(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			sum, err := b.run(req)
			if err != nil {
				t.Fatal(err)
			}
			for _, warnings := range [][]load.Warning{s.Warnings, sum.Warnings} {
				i := slices.IndexFunc(warnings, func(w load.Warning) bool { return w.Code == WarnSameFile })
				if (i >= 0) != tt.warns || i >= 0 && (!strings.Contains(warnings[i].Hint, tt.hint) || !strings.Contains(warnings[i].Message, first.Job)) {
					t.Errorf("warnings %+v", warnings)
				}
			}
		})
	}
}

// Rejects that are imported without being likened to their job are warned of.
func TestRejectsOf(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER, price DECIMAL(10,3))")
	const in = "id;price\n1;x\n2;12,5\n3;y\n"
	plan := load.Plan{Table: "t"}
	first, err := b.run(Request{File: b.file("in.csv", in+strings.Repeat("9;1.234,56\n", 200)), Target: db, Plan: plan})
	if err != nil || first.Rejected != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	for _, tt := range []struct {
		name  string
		req   Request
		warns bool
	}{
		{"as they are", Request{File: b.file("rejected.csv", b.rejects(first.Job))}, true},
		{"mended", Request{File: b.file("mended.csv", "id;price\n1;1.234\n3;5\n")}, true},
		{"likened", Request{File: b.path("mended.csv"), Like: first.Job}, false},
		{"another day's", Request{File: b.file("next.csv", "id;price\n"+strings.Repeat("8;1.234,56\n", 200))}, false},
		{"another file", Request{File: b.file("other.csv", "price;id\n1;1234\n3;5\n")}, false},
	} {
		tt.req.Target, tt.req.Plan = db, plan
		s, err := b.runner.Settle(t.Context(), tt.req)
		if err != nil {
			t.Fatal(err)
		}
		if told := slices.ContainsFunc(s.Warnings, func(w load.Warning) bool {
			return w.Code == WarnRejects && w.Settings[0].Name == "like" && *w.Settings[0].Value == first.Job
		}); told != tt.warns {
			t.Errorf("%s: warnings %v", tt.name, s.Warnings)
		}
	}
}

// Rejects are shown as they are going to be read.
func TestLookLike(t *testing.T) {
	b := newBench(t)
	first, err := b.run(Request{
		File:    b.file("in.csv", "id;x,y,z\n1;1,2,3\nq;4,5,6\nr;7,8,9\n"),
		Dialect: csvfile.Dialect{Delimiter: ";"},
		Target:  b.path("out.db"),
		Plan:    load.Plan{Table: "t", Create: true, Columns: []load.Column{{Name: "id", Type: load.Integer}, {Name: "x,y,z", Type: load.Text}}},
	})
	if err != nil || first.Rejected != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	rejects := b.file("rejected.csv", b.rejects(first.Job))
	for like, want := range map[string][]string{"": {"id;x", "y", "z"}, first.Job: {"id", "x,y,z"}} {
		p, err := b.runner.Look(t.Context(), Request{File: rejects, Like: like})
		if err != nil || !slices.Equal(p.Fields, want) {
			t.Errorf("like %q: fields %q, %v, want %q", like, p.Fields, err, want)
		}
	}
}
