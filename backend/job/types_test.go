package job

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// query returns what a query answers: values of a row joined by "|", rows by lines.
func (b *bench) query(db, query string) string {
	b.Helper()
	c, err := sql.Open("sqlite3", db)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	rows, err := c.Query(query)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			b.Fatal(err)
		}
		texts := make([]string, len(names))
		for i, v := range values {
			if texts[i] = v.String; !v.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, "|"))
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// lateIn is a file whose first records, more than inference looks at, have one
// value in the field v, and whose last one has another.
func lateIn(usual, last string) string {
	return "n,v\n" + strings.Repeat("1,"+usual+"\n", 30_000) + "1," + last + "\n"
}

// A type that was only guessed rejects no record: it gives way to one that
// all values fit, and that is told.
func TestGuessesGiveWay(t *testing.T) {
	for _, tt := range []struct {
		about, usual, last string
		typ                string // as declared
		kept               string // of the last value
	}{
		{"a leading zero", "32", "01", "TEXT", "01"},
		{"a decimal", "24", "14.67", "DECIMAL", "14.67"},
		{"a word among integers", "24", "soon", "TEXT", "soon"},
		{"a code", "24", "01A", "TEXT", "01A"},
		{"a longer number", "24", "12345678901234567890", "TEXT", "12345678901234567890"},
		{"a longer decimal", "2.5", "0.1234567890123456789", "TEXT", "0.1234567890123456789"},
		{"an exponent", "2.5", "1.5e-07", "REAL", "1.5e-07"},
		{"a comma", "2.5", "\"1,5\"", "TEXT", "1,5"},
		{"another date", "2020-06-26", "27/06/2020", "TEXT", "27/06/2020"},
		{"no date", "26.06.2020", "unclear", "TEXT", "unclear"},
		{"a date with a time", "2020-06-26", "2020-06-27 10:30:00", "TIMESTAMP", "2020-06-27 10:30:00"},
		{"a third answer", "yes\n1,no", "No answer", "TEXT", "No answer"},
		{"a word among UUIDs", "276033e5-b72a-4218-8e8e-2b0575e00000", "root", "TEXT", "root"},
		{"no JSON", "\"{\"\"a\"\":1}\"", "{a}", "TEXT", "{a}"},
		{"a sign for none", "24", "N/A", "INTEGER", "NULL"},
	} {
		b := newBench(t)
		file, db := b.file("in.csv", lateIn(tt.usual, tt.last)), b.path("out.db")
		s, err := b.run(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true}})
		if err != nil || s.Rejected != 0 || s.Inserted != s.Read || s.Read < 30_001 || !s.Balanced {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
			continue
		}
		if typ := b.query(db, "SELECT type FROM pragma_table_info('t') WHERE name = 'v'"); !strings.HasPrefix(typ, tt.typ) {
			t.Errorf("%s: the column is %s, want %s", tt.about, typ, tt.typ)
		}
		kept := b.query(db, "SELECT v || '' FROM t ORDER BY rowid DESC LIMIT 1")
		if kept != tt.kept {
			t.Errorf("%s: it became %s, want %s", tt.about, kept, tt.kept)
		}
		if kept == "NULL" {
			if len(s.Warnings) != 0 || len(s.Nulls) != 1 || s.Nulls[0] != (load.SignCount{Column: "v", Text: tt.last, Count: 1}) {
				t.Errorf("%s: told %+v, %+v", tt.about, s.Nulls, s.Warnings)
			}
			continue
		}
		if len(s.Warnings) != 1 || s.Warnings[0].Code != WarnTypeChanged || s.Warnings[0].Column != "v" || s.Warnings[0].Line < 30_000 ||
			!strings.Contains(s.Warnings[0].Message, strings.Trim(tt.last, `"`)) || len(s.Warnings[0].Settings) != 1 ||
			s.Warnings[0].Settings[0].Name != "columnTypes" || !strings.HasPrefix(*s.Warnings[0].Settings[0].Value, "v=") {
			t.Errorf("%s: told %+v", tt.about, s.Warnings)
		}
	}
}

// Types that somebody has chosen, and those of a table that is there, reject
// what does not fit.
func TestChosenTypesReject(t *testing.T) {
	for _, tt := range []struct {
		about string
		setup string
		plan  load.Plan
	}{
		{"chosen columns", "", load.Plan{Create: true, Columns: []load.Column{{Name: "n", Type: load.Integer}, {Name: "v", Type: load.Integer}}}},
		{"a format", "", load.Plan{Create: true, Formats: map[string]string{"v": "1234"}}},
		{"a table that is there", "CREATE TABLE t (n INTEGER, v INTEGER)", load.Plan{}},
	} {
		b := newBench(t)
		file, db := b.file("in.csv", lateIn("24", "soon")), b.path("out.db")
		if tt.setup != "" {
			b.execute(db, tt.setup)
		}
		tt.plan.Table = "t"
		s, err := b.run(Request{File: file, Target: db, Plan: tt.plan})
		if err != nil || s.Rejected != 1 || s.Inserted != 30_000 {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
		}
	}
}

// What was rejected before a type gave way is told and kept once, the count is
// that of the run that was committed, and the percentage never falls.
func TestGiveWayTellsOnce(t *testing.T) {
	b := newBench(t)
	text := "n,v\n" + strings.Repeat(strings.Repeat("1,24\n", 999)+"1\n", 300) + "1,soon\n1\n"
	file, db := b.file("in.csv", text), b.path("out.db")
	for _, atomic := range []bool{false, true} {
		table := fmt.Sprintf("t%v", atomic)
		j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: table, Create: true, Atomic: atomic}})
		percent, told, ended := 0.0, map[int64]int{}, false
		for e := range b.events.Events(t.Context()) {
			var v struct {
				Percent *float64
				Rejects []struct{ Record int64 }
				Summary *Summary
			}
			if err := json.Unmarshal(e.Data, &v); err != nil {
				t.Fatal(err)
			}
			if e.Job != j.ID {
				continue
			}
			if v.Percent != nil {
				if *v.Percent < percent {
					t.Errorf("%g %% after %g %%", *v.Percent, percent)
				}
				percent = *v.Percent
			}
			for _, r := range v.Rejects {
				told[r.Record]++
			}
			if ended = v.Summary != nil && e.Kind == event.KindState; ended {
				break
			}
		}
		s, err := b.runner.Wait(t.Context(), j.ID)
		if err != nil || s.Read != 300_002 || s.Rejected != 301 || s.Inserted != 299_701 || percent != 100 || len(s.Warnings) != 1 {
			t.Errorf("%+v, %v, %g %%", s, err, percent)
		}
		page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: j.ID, Limit: 1000})
		if err != nil || page.Total != 301 || len(page.Rejects) != 301 || page.Rejects[0].ID != 1 || page.Rejects[300].Record != 300_002 {
			t.Errorf("%d of %d rejects, %v", len(page.Rejects), page.Total, err)
		}
		for record, n := range told {
			if n != 1 {
				t.Errorf("record %d was told of %d times", record, n)
			}
		}
		if n := b.count(db, table); n != 299_701 {
			t.Errorf("%d rows", n)
		}
	}
}

// Signs for no value are NULL in a column of a type that this import makes, and
// counted; not in texts, not where texts for NULL are named, and not in a table
// that is there.
func TestSignsForNone(t *testing.T) {
	const text = "place,temp,day\nNA,12.5,2026-03-01\nA,NA,-\nB,n/a,2026-03-02\n,\" NA \",\nC,11,.\n"
	all := []load.SignCount{{Column: "temp", Text: "NA", Count: 2}, {Column: "temp", Text: "n/a", Count: 1},
		{Column: "day", Text: "-", Count: 1}, {Column: "day", Text: ".", Count: 1}}
	for _, tt := range []struct {
		about    string
		setup    string
		plan     load.Plan
		want     string
		nulls    []load.SignCount
		rejected int64
	}{
		{"found", "", load.Plan{Create: true},
			"NA|12.5|2026-03-01\nA|NULL|NULL\nB|NULL|2026-03-02\nNULL|NULL|NULL\nC|11|NULL", all, 0},
		{"off", "", load.Plan{Create: true, Null: []string{""}}, "NA|12.5|2026-03-01\nA|NA|-\nB|n/a|2026-03-02\nNULL| NA |NULL\nC|11|.", nil, 0},
		{"a rule", "", load.Plan{Create: true, Null: []string{"NA", "n/a"}, QuotedNull: true}, "NULL|12.5|2026-03-01\nA|NULL|-\nB|NULL|2026-03-02\nNULL|NULL|NULL\nC|11|.", nil, 0},
		{"a table that is there", "CREATE TABLE t (place TEXT, temp DECIMAL, day DATE)", load.Plan{}, "NA|12.5|2026-03-01", nil, 4},
	} {
		b := newBench(t)
		file, db := b.file("in.csv", text), b.path("out.db")
		if tt.setup != "" {
			b.execute(db, tt.setup)
		}
		tt.plan.Table = "t"
		look, err := Look(t.Context(), Request{File: file, Plan: tt.plan})
		warned := slices.ContainsFunc(look.Warnings, func(w load.Warning) bool { return w.Code == WarnNullSigns })
		if err != nil || tt.setup == "" && warned != (tt.nulls != nil) {
			t.Errorf("%s: the preview warns of %+v, %v", tt.about, look.Warnings, err)
		}
		for _, check := range []bool{true, false} {
			s, err := b.run(Request{File: file, Target: db, Plan: tt.plan, Check: check})
			if err != nil || s.Rejected != tt.rejected || fmt.Sprint(s.Nulls) != fmt.Sprint(tt.nulls) {
				t.Errorf("%s, check %v: %+v, %v", tt.about, check, s, err)
			}
		}
		if kept := b.query(db, "SELECT place, temp || '', day || '' FROM t"); kept != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.about, kept, tt.want)
		}
	}
}

// Signs of records that are rejected don't count, whoever rejects them.
func TestSignsOfRejects(t *testing.T) {
	const text = "id,temp,day\nx,NA,-\n1,NA,-\n1,n/a,.\n2,3,NA\n2,NA,NA\n"
	b := newBench(t)
	plan := load.Plan{Table: "t", Create: true, Key: []string{"id"}, ColumnTypes: map[string]load.Type{"id": load.Integer, "temp": load.Decimal, "day": load.Date}}
	s, err := b.run(Request{File: b.file("in.csv", text), Target: b.path("out.db"), Plan: plan})
	want := []load.SignCount{{Column: "temp", Text: "NA", Count: 1}, {Column: "day", Text: "-", Count: 1}, {Column: "day", Text: "NA", Count: 1}}
	if err != nil || s.Rejected != 3 || s.Inserted != 2 || !slices.Equal(s.Nulls, want) {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
}

// The type of a column of a new table can be chosen, by itself or by the
// format text.
func TestColumnTypes(t *testing.T) {
	const text = "code,day,n\n01,2026-03-01,1\n2,2026-03-02,2\n3,2026-03-03,x\n"
	for _, tt := range []struct {
		about    string
		setup    string
		plan     load.Plan
		rejected int64
		want     string // types as SQLite has them, and the first row
		problem  string
	}{
		{"text", "", load.Plan{Create: true, ColumnTypes: map[string]load.Type{"day": load.Text}}, 0, "TEXT TEXT TEXT 01|2026-03-01|1", ""},
		{"the format text", "", load.Plan{Create: true, Formats: map[string]string{"code": "text", "day": "TEXT"}}, 0, "TEXT TEXT TEXT 01|2026-03-01|1", ""},
		{"numbers", "", load.Plan{Create: true, ColumnTypes: map[string]load.Type{"code": load.Integer, "n": load.Integer}}, 1, "INTEGER DATE INTEGER 1|2026-03-01|1", ""},
		{"a mapped column", "", load.Plan{Create: true, Map: map[string]string{"code": "c"}, ColumnTypes: map[string]load.Type{"c": load.Float, "n": load.Decimal}}, 1, "REAL DATE DECIMAL 1.0|2026-03-01|1", ""},
		{"one among texts", "", load.Plan{Create: true, Types: "text", ColumnTypes: map[string]load.Type{"day": load.Date}}, 0, "TEXT DATE TEXT 01|2026-03-01|1", ""},
		{"columns that are given", "", load.Plan{Create: true, Columns: []load.Column{{Name: "code", Type: load.Integer}, {Name: "day", Type: load.Date}, {Name: "n", Type: load.Text}},
			ColumnTypes: map[string]load.Type{"code": load.Text}}, 0, "TEXT DATE TEXT 01|2026-03-01|1", ""},
		{"no such column", "", load.Plan{Create: true, ColumnTypes: map[string]load.Type{"kode": load.Text}}, 0, "", `a type is given for "kode", which is not a column`},
		{"a table that is there", "CREATE TABLE t (code, day, n)", load.Plan{ColumnTypes: map[string]load.Type{"code": load.Text}}, 0, "", "the table exists"},
	} {
		b := newBench(t)
		file, db := b.file("in.csv", text), b.path("out.db")
		if tt.setup != "" {
			b.execute(db, tt.setup)
		}
		tt.plan.Table = "t"
		sent, err := json.Marshal(tt.plan)
		if err != nil {
			t.Fatal(err)
		}
		var plan load.Plan // as it comes by the API
		if err := json.Unmarshal(sent, &plan); err != nil {
			t.Fatal(err)
		}
		s, err := b.run(Request{File: file, Target: db, Plan: plan})
		if tt.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("%s: %v, want %q", tt.about, err, tt.problem)
			}
			continue
		}
		if err != nil || s.Rejected != tt.rejected {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
			continue
		}
		got := strings.ReplaceAll(b.query(db, "SELECT type FROM pragma_table_info('t')"), "\n", " ") + " " +
			strings.Split(b.query(db, "SELECT *, '' FROM (SELECT "+strings.ReplaceAll(b.query(db, "SELECT name FROM pragma_table_info('t')"), "\n", "||'|'||")+" FROM t)"), "\n")[0]
		if got = strings.TrimSuffix(got, "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.about, got, tt.want)
		}
	}
}

// Rejects of an import of which types gave way are read by those that it ended
// with, and signs for no value are NULL in them as well.
func TestRejectsAreReadByTheTypesOfTheEnd(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", "v,n\n"+strings.Repeat("24,5\n", 30_000)+"01,6\n7\n8\n"), b.path("out.db")
	s, err := b.run(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true}})
	if err != nil || s.Rejected != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	mended := b.file("mended.csv", strings.NewReplacer("7\n", "007,7\n", "8\n", "8,N/A\n").Replace(b.rejects(s.Job)))
	s, err = b.run(Request{File: mended, Like: s.Job, Target: db, Plan: load.Plan{Table: "t"}})
	if err != nil || s.Rejected != 0 || len(s.Nulls) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if kept := b.query(db, "SELECT v, n FROM t WHERE rowid > 30000"); kept != "01|6\n007|7\n8|NULL" {
		t.Errorf("kept %s", kept)
	}
}

// Numbers that may be read in several ways are told where they are loaded all
// the same; what proves the way, and what somebody has said, settles it.
func TestAmbiguousNumbersAreTold(t *testing.T) {
	const table = "CREATE TABLE t (id INTEGER, amount NUMERIC(10,2))"
	for _, tt := range []struct {
		about, setup, values string
		plan                 load.Plan
		warned               bool
		want                 string
	}{
		{"thousands or not", table, "8.000 35", load.Plan{}, true, "8 35"},
		{"beside what is no number", table, "8.000 x 35", load.Plan{}, true, "8 35"},
		{"proved", table, "8.000 9.5", load.Plan{}, false, "8 9.5"},
		{"said by a format", table, "8.000 35", load.Plan{Formats: map[string]string{"amount": "1.234"}}, false, "8000 35"},
		{"said by the sign", table, "8.000 35", load.Plan{Decimal: "."}, false, "8 35"},
		{"a type that is chosen", "", "8.000 35", load.Plan{Create: true, ColumnTypes: map[string]load.Type{"amount": load.Decimal}}, true, "8 35"},
		{"text until somebody says", "", "8.000 35", load.Plan{Create: true}, false, "8.000 35"},
	} {
		b := newBench(t)
		var text strings.Builder
		for i, v := range strings.Fields(tt.values) {
			fmt.Fprintf(&text, "%d,%s\n", i, v)
		}
		file, db := b.file("in.csv", "id,amount\n"+text.String()), b.path("out.db")
		if tt.setup != "" {
			b.execute(db, tt.setup)
		}
		tt.plan.Table = "t"
		s, err := b.run(Request{File: file, Target: db, Plan: tt.plan})
		warned := slices.ContainsFunc(s.Warnings, func(w load.Warning) bool {
			return w.Code == WarnAmbiguous && w.Column == "amount" && strings.Contains(w.Message, "8.000 is 8000")
		})
		if err != nil || s.Rejected != int64(strings.Count(tt.values, "x")) || warned != tt.warned {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
		}
		if got := strings.ReplaceAll(b.query(db, "SELECT amount || '' FROM t"), "\n", " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.about, got, tt.want)
		}
	}
}

// A file that is too large to hold its rows back is read as a whole first, and
// its rows are committed as they come.
func TestLargeFilesAreReadAhead(t *testing.T) {
	defer func(was int64) { heldBytes = was }(heldBytes)
	heldBytes = 1000
	b := newBench(t)
	file, db := b.file("in.csv", lateIn("24", "soon")), b.path("out.db")
	j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true}})
	b.until(j.ID, func(e *event.Event) bool {
		return e.Kind == event.KindProgress && strings.Contains(string(e.Data), `"phase":"inferring"`)
	})
	s, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil || s.Inserted != 30_001 || len(s.Warnings) != 1 || s.Warnings[0].Code != WarnTypeChanged || s.Guesses != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if kept := b.query(db, "SELECT v FROM t WHERE rowid = 30001"); kept != "soon" {
		t.Errorf("kept %s", kept)
	}
}

// How dates are written, for a table that is there, is settled by later records
// where the first ones leave it open.
func TestLaterRecordsSettleFormats(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", "n,day\n"+strings.Repeat("1,03/04/2026\n", 5_000)+"1,31/12/2026\n"), b.path("out.db")
	b.execute(db, "CREATE TABLE t (n INTEGER, day DATE)")
	s, err := b.run(Request{File: file, Target: db, Plan: load.Plan{Table: "t"}})
	if err != nil || s.Rejected != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	if kept := b.query(db, "SELECT day || '' FROM t WHERE rowid = 1"); kept != "2026-04-03" {
		t.Errorf("kept %s", kept)
	}
}

// A key takes no NULL: one with a sign for no value is text, in a check too.
func TestKeysWithSignsForNone(t *testing.T) {
	for _, text := range []string{"id,v\n1,a\nNA,b\n", "id,v\n" + numberedKeys(30_000) + "NA,b\n"} {
		b := newBench(t)
		file, db := b.file("in.csv", text), b.path("out.db")
		for _, check := range []bool{true, false} {
			s, err := b.run(Request{File: file, Target: db, Check: check, Plan: load.Plan{Table: "t", Create: true, Key: []string{"id"}}})
			if err != nil || s.Rejected != 0 || len(s.Nulls) != 0 {
				t.Errorf("check %v: %+v, %v", check, s, err)
			}
		}
		if kept := b.query(db, "SELECT id FROM t WHERE v = 'b'"); kept != "NA" {
			t.Errorf("kept %s", kept)
		}
	}
}

func numberedKeys(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "%d,a\n", i)
	}
	return s.String()
}

// A type gives way to a sign for no value, too, where that is none, and says so
// with its line.
func TestSignsThatChangeTypesAreTold(t *testing.T) {
	for _, plan := range []load.Plan{{Key: []string{"id"}}, {Null: []string{"NA"}}} {
		b := newBench(t)
		plan.Table, plan.Create = "t", true
		s, err := b.run(Request{File: b.file("in.csv", "id,v\n"+numberedKeys(30_000)+"n/a,b\n"), Target: b.path("out.db"), Plan: plan})
		told := slices.ContainsFunc(s.Warnings, func(w load.Warning) bool {
			return w.Code == WarnTypeChanged && w.Line == 30_002 && strings.Contains(w.Message, "line 30,002 is n/a")
		})
		if err != nil || s.Rejected != 0 || !told {
			t.Errorf("%+v: %+v, %v", plan, s.Warnings, err)
		}
	}
}
