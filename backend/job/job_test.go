package job

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// A bench is a runner with its store and hub in a temporary folder.
type bench struct {
	*testing.T
	dir    string
	runner *Runner
	hub    *event.Hub
	events *event.Cursor
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(t.Context(), filepath.Join(dir, "home"), filepath.Join(dir, "home", "run"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, dir: dir, hub: event.New()}
	b.runner = NewRunner(st, b.hub, URLs{})
	if b.events, err = b.hub.Follow("", ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.runner.Close()
		b.hub.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// file writes a file and returns its path.
func (b *bench) file(name, content string) string {
	b.Helper()
	if err := os.WriteFile(b.path(name), []byte(content), 0o600); err != nil {
		b.Fatal(err)
	}
	return b.path(name)
}

func (b *bench) start(req Request) Job {
	b.Helper()
	j, err := b.runner.Start(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

func (b *bench) run(req Request) (Summary, error) {
	b.Helper()
	return b.runner.Wait(b.Context(), b.start(req).ID)
}

// count returns how many rows a table of the target has, -1 where there is no
// such table or file.
func (b *bench) count(db, table string) int {
	b.Helper()
	if _, err := os.Stat(db); err != nil {
		return -1
	}
	c, err := sql.Open("sqlite3", db)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	n := -1
	if err := c.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil && !strings.Contains(err.Error(), "no such table") {
		b.Fatal(err)
	}
	return n
}

// until reads events until one of a job satisfies f.
func (b *bench) until(job string, f func(e *event.Event) bool) *event.Event {
	b.Helper()
	for e := range b.events.Events(b.Context()) {
		if e.Job != job {
			continue
		}
		if f(e) {
			return e
		}
		if bytes.Contains(e.Data, []byte(`"balanced"`)) {
			b.Fatalf("job %s has ended without what is waited for: %s", job, e.Data)
		}
	}
	b.Fatal("the events ended")
	return nil
}

func state(s State) func(*event.Event) bool {
	return func(e *event.Event) bool {
		return e.Kind == event.KindState && bytes.Contains(e.Data, []byte(`"state":"`+s+`"`))
	}
}

// rows is a CSV file of n good records, all but every bad-th.
func rows(n, bad int) string {
	var s strings.Builder
	s.WriteString("id,name\n")
	for i := range n {
		if bad > 0 && i%bad == bad-1 {
			fmt.Fprintf(&s, "x%d,\"name, %d\"\n", i, i)
		} else {
			fmt.Fprintf(&s, "%d,\"name, %d\"\n", i, i)
		}
	}
	return s.String()
}

func idAndName() []load.Column {
	return []load.Column{{Name: "id", Type: load.Integer, PrimaryKey: true}, {Name: "name", Type: load.Text, Nullable: true}}
}

func TestImport(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(10_000, 100))
	db := b.path("out.db")
	j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	s, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want := (load.Counts{Read: 10_000, Inserted: 9_900, Rejected: 100}); s.Counts != want || !s.Balanced || s.State != Done {
		t.Errorf("summary %+v, want %+v", s, want)
	}
	if s.Job != j.ID || s.File != file || s.Table != "t" || s.Bytes != int64(len(rows(10_000, 100))) {
		t.Errorf("summary %+v", s)
	}
	if n := b.count(db, "t"); n != 9_900 {
		t.Errorf("%d rows in the table", n)
	}

	e := b.until(j.ID, state(Done))
	var told struct{ Summary Summary }
	if err := json.Unmarshal(e.Data, &told); err != nil || !reflect.DeepEqual(told.Summary, s) {
		t.Errorf("the last state tells %s, %v", e.Data, err)
	}
	kept, err := b.runner.Job(t.Context(), j.ID)
	if err != nil || kept.State != Done || !reflect.DeepEqual(*kept.Summary, s) || kept.Started == "" || kept.Finished == "" {
		t.Errorf("the store has %+v, %v", kept, err)
	}
	if again, err := b.runner.Wait(t.Context(), j.ID); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("waiting for an ended job: %+v, %v", again, err)
	}

	page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: j.ID, Limit: 1})
	if err != nil || page.Total != 100 {
		t.Fatalf("%d rejects, %v", page.Total, err)
	}
	r := page.Rejects[0]
	if r.Record != 100 || r.Line != 101 || r.EndLine != 101 || r.Column != "id" || r.Value != "x99" || r.Code != load.CodeNotANumber || r.Time == "" {
		t.Errorf("first reject %+v", r)
	}
	seen, err := b.runner.RejectBytes(t.Context(), j.ID, 1)
	if err != nil || seen.Text != "x99,\"name, 99\"\n" || seen.Text[seen.ValueStart:seen.ValueEnd] != "x99" || seen.Truncated {
		t.Errorf("its bytes %+v, %v", seen, err)
	}
	counts, err := b.runner.RejectCounts(t.Context(), j.ID)
	if err != nil || len(counts) != 1 || counts[0] != (RejectCount{Code: load.CodeNotANumber, Column: "id", Count: 100}) {
		t.Errorf("counts %v, %v", counts, err)
	}
}

// Lines that are no records are told.
func TestPassedLines(t *testing.T) {
	b := newBench(t)
	s, err := b.run(Request{
		File: b.file("in.csv", "id,name\n# a remark\n1,a\n2,b\ntotal 2\n"), Target: b.path("out.db"),
		Dialect: csvfile.Dialect{Comment: "#", FooterLines: new(1)}, Plan: load.Plan{Table: "t", Create: true},
	})
	if err != nil || s.Inserted != 2 || s.Passed != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestLookAtAWideFile(t *testing.T) {
	b := newBench(t)
	row := strings.Repeat("1,", 599) + "1\n"
	p, err := Look(t.Context(), Request{File: b.file("in.csv", strings.ReplaceAll(row, "1", "a")+strings.Repeat(row, 500))})
	if err != nil || len(p.Rows) != 100 || p.Complete {
		t.Fatalf("%d rows, complete %v, %v", len(p.Rows), p.Complete, err)
	}
}

// lockTarget makes a database with a table t as idAndName has it, and locks it as
// another program does, until the func that it returns is called.
func (b *bench) lockTarget(db string) (free func()) {
	b.Helper()
	other, err := sql.Open("sqlite3", db)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { other.Close() })
	other.SetMaxOpenConns(1)
	for _, stmt := range []string{"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "BEGIN IMMEDIATE"} {
		if _, err := other.Exec(stmt); err != nil {
			b.Fatal(err)
		}
	}
	return func() {
		b.Helper()
		if _, err := other.Exec("ROLLBACK"); err != nil {
			b.Fatal(err)
		}
	}
}

// waiting is an event of a job that waits for a lock on its database.
func waiting(e *event.Event) bool {
	return e.Kind == event.KindProgress && bytes.Contains(e.Data, []byte(`"phase":"waiting"`))
}

// A job whose database another program has locked says that it waits.
func TestWaitingForALock(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	free := b.lockTarget(db)
	j := b.start(Request{File: b.file("in.csv", rows(10, 0)), Target: db, Plan: load.Plan{Table: "t"}})
	b.until(j.ID, waiting)
	free()
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil || s.Inserted != 10 {
		t.Fatalf("%+v, %v", s, err)
	}
	if snap, err := b.runner.Snapshot(t.Context(), j.ID); err != nil || snap.Job.State != Done {
		t.Errorf("%+v, %v", snap, err)
	}
}

// A file of rejects, mended, loads what was missing.
func TestRejectFileRoundTrip(t *testing.T) {
	b := newBench(t)
	content := "\xef\xbb\xbfid;name\r\n1;\"a\r\nb\"\r\nx2;\"c;d\"\r\n3;e\r\nx4;\"f\"\"g\""
	file, db := b.file("in.csv", content), b.path("out.db")
	plan := load.Plan{Table: "t", Create: true, Columns: idAndName()}
	s, err := b.run(Request{File: file, Target: db, Plan: plan})
	if err != nil || s.Rejected != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	var out bytes.Buffer
	if err := b.runner.WriteRejects(t.Context(), s.Job, false, &out); err != nil {
		t.Fatal(err)
	}
	if want := "\xef\xbb\xbfid;name\r\nx2;\"c;d\"\r\nx4;\"f\"\"g\""; out.String() != want {
		t.Fatalf("rejects %q, want %q", out.String(), want)
	}
	mended := b.file("mended.csv", strings.ReplaceAll(out.String(), "x", ""))
	plan.Create = false
	if s, err = b.run(Request{File: mended, Target: db, Plan: plan}); err != nil || s.Inserted != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if n := b.count(db, "t"); n != 4 {
		t.Errorf("%d rows", n)
	}
}

func TestReport(t *testing.T) {
	b := newBench(t)
	s, err := b.run(Request{File: b.file("in.csv", rows(30_000, 10)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.runner.WriteReport(t.Context(), s.Job, false, &out, nil); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 3_001 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if got := strings.Join(lines[0], ","); got != "time,record,line,end_line,column,value,code,message,hint,state,closed_by,closed_at,closed_job" {
		t.Errorf("header %s", got)
	}
	if got := strings.Join(lines[3_000][1:7], ","); got != "30000,30001,30001,id,x29999,not_a_number" {
		t.Errorf("last line %s", got)
	}
	if err := b.runner.WriteReport(t.Context(), "none", false, &out, nil); !errors.Is(err, store.ErrNoJob) {
		t.Errorf("report of no job: %v", err)
	}
}

func TestPauseResumeCancel(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", rows(300_000, 0)), b.path("out.db")
	j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	b.until(j.ID, state(Running))
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Pause(b.Context(), j.ID); err == nil {
		t.Error("a paused job can be paused")
	}
	queued := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "u", Create: true}})
	if err := b.runner.Cancel(b.Context(), queued.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	if s, err := b.runner.Wait(t.Context(), queued.ID); !errors.Is(err, errCancelled) || s.State != Cancelled || s.Read != 0 {
		t.Errorf("a job cancelled in the queue: %+v, %v", s, err)
	}
	if err := b.runner.Resume(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.runner.Resume(b.Context(), j.ID); err == nil {
		t.Error("a running job can be resumed")
	}
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	s, err := b.runner.Wait(t.Context(), j.ID)
	if !errors.Is(err, errCancelled) || s.State != Cancelled || !s.Balanced || s.Error != "" {
		t.Errorf("%+v, %v", s, err)
	}
	if n := b.count(db, "t"); int64(max(n, 0)) != s.Inserted {
		t.Errorf("%d rows, %d told", n, s.Inserted)
	}
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); !errors.Is(err, ErrNotActive) {
		t.Errorf("cancelling it again: %v", err)
	}
	if err := b.runner.Pause(b.Context(), "none"); !errors.Is(err, store.ErrNoJob) {
		t.Errorf("pausing a job that is not there: %v", err)
	}
}

func TestCloseInterrupts(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", rows(300_000, 0)), b.path("out.db")
	j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	queued := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "u", Create: true}})
	b.until(j.ID, state(Running))
	b.runner.Close()
	for _, id := range []string{j.ID, queued.ID} {
		kept, err := b.runner.Job(t.Context(), id)
		if err != nil || kept.State != Interrupted || !kept.Summary.Balanced {
			t.Errorf("job %s: %+v, %v", id, kept, err)
		}
	}
	if _, err := b.runner.Start(t.Context(), Request{File: file}); err == nil {
		t.Error("a closed runner starts jobs")
	}
}

func TestCheck(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(1000, 10))
	s, err := b.run(Request{File: file, Check: true, Plan: load.Plan{Columns: idAndName()}})
	if err != nil || s.Inserted != 900 || s.Rejected != 100 || !s.Check {
		t.Errorf("without a target: %+v, %v", s, err)
	}
	db := b.path("out.db")
	if _, err := b.run(Request{File: file, Target: db, Check: true, Plan: load.Plan{Table: "t"}}); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("against a table that is not there: %v", err)
	}
	if s, err = b.run(Request{File: file, Target: db, Check: true, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}}); err != nil || s.Rejected != 100 {
		t.Errorf("against a table to be made: %+v, %v", s, err)
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a check made a database")
	}
}

func TestPreset(t *testing.T) {
	header := "sku,title,description,category,price,currency,quantity,published_at,active\n"
	good := "A-1,Table,,Furniture,12.50,EUR,3,2026-03-01T00:00:00Z,true\n"
	b := newBench(t)
	db := b.path("out.db")
	s, err := b.run(Request{File: b.file("articles.csv", header+good+strings.Replace(good, "12.50", "12.505", 1)), Target: db, Plan: load.Plan{Table: "articles", Create: true}})
	if err != nil || s.Inserted != 1 || s.Rejected != 1 {
		t.Fatalf("by its header: %+v, %v", s, err)
	}
	s, err = b.run(Request{File: b.file("other.csv", strings.Replace(header, "sku", "SKU", 1)+good), Target: b.path("two.db"), Preset: "articles"})
	if err != nil || s.Inserted != 1 || s.Table != "articles" {
		t.Fatalf("by its name: %+v, %v", s, err)
	}
	s, err = b.run(Request{File: b.file("more.csv", header+good+strings.Replace(good, "A-1", "A-2", 1)), Target: db, Preset: "articles"})
	if err != nil || s.Inserted != 1 || s.Rejected != 1 {
		t.Fatalf("added to: %+v, %v", s, err)
	}
	if _, err := b.run(Request{File: b.path("more.csv"), Target: db, Preset: "books"}); err == nil || !strings.Contains(err.Error(), "articles") {
		t.Errorf("an unknown preset: %v", err)
	}
}

func TestSettle(t *testing.T) {
	b := newBench(t)
	req := Request{File: b.file("in.csv", "Id,Name,Day\n1,a,31.12.2025\n2,b,1.1.2026\n"), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Map: map[string]string{"Name": "label"}, Key: []string{"Id"}}}
	s, err := Settle(t.Context(), req)
	if err != nil || len(s.Problems) > 0 || !s.Create {
		t.Fatalf("%+v, %v", s, err)
	}
	var got []string
	for _, c := range s.Columns {
		got = append(got, fmt.Sprintf("%s %s %q %v", c.Name, c.Type, c.Format, c.PrimaryKey))
	}
	if want := `Id integer "" true; label text "" false; Day date "DD.MM.YYYY" false`; strings.Join(got, "; ") != want {
		t.Errorf("columns %s, want %s", strings.Join(got, "; "), want)
	}
	if want := "[{Id Id} {Name label} {Day Day}]"; fmt.Sprint(s.Mapping) != want {
		t.Errorf("mapping %v, want %s", s.Mapping, want)
	}
	if _, err := os.Stat(req.Target); err == nil {
		t.Error("settling made a database")
	}
	if _, err := b.run(req); err != nil {
		t.Fatal(err)
	}
	// The table is there now: it is added to, and the file's way to write a
	// date is found again.
	req.Plan.Create, req.Plan.Key = false, nil
	s, err = Settle(t.Context(), req)
	if err != nil || s.Create || len(s.Problems) > 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	req.Plan.OnConflict = load.ConflictUpdate
	if sum, err := b.run(req); err != nil || sum.Updated != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
	req.Plan.Create = true
	if s, err := Settle(t.Context(), req); err != nil || !strings.Contains(fmt.Sprint(s.Problems), "exists already") {
		t.Errorf("making a table that is there: %v, %v", s.Problems, err)
	}
}

// What is wrong with the file or the target fails the job, says so, and leaves
// nothing behind.
func TestBadInput(t *testing.T) {
	b := newBench(t)
	good := b.file("good.csv", rows(10, 0))
	plan := load.Plan{Table: "t", Create: true}
	tests := []struct {
		name string
		req  Request
		says string
	}{
		{"no file", Request{File: b.path("none.csv"), Plan: plan}, "there is no such file"},
		{"a folder", Request{File: b.dir, Plan: plan}, "folder"},
		{"an empty file", Request{File: b.file("empty.csv", ""), Plan: plan}, "empty"},
		{"a binary file", Request{File: b.file("binary.csv", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"), Plan: plan}, "binary"},
		{"no table", Request{File: good, Plan: load.Plan{Table: "t"}}, "no such table"},
		{"a column that nothing feeds", Request{File: good, Plan: load.Plan{Table: "t", Create: true, Columns: append(idAndName(), load.Column{Name: "size"})}}, `"size" needs a value`},
		{"too many rejects", Request{File: b.file("bad.csv", rows(100, 2)), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), MaxRejects: "10"}}, "more than the limit of 10"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := b.path(fmt.Sprintf("bad-%d.db", i))
			tt.req.Target = db
			s, err := b.run(tt.req)
			if err == nil || !strings.Contains(err.Error(), tt.says) || s.Error != err.Error() || s.State != Failed || s.Inserted != 0 || !s.Balanced {
				t.Errorf("%+v, %v; want an error that says %q", s, err, tt.says)
			}
			if _, err := os.Stat(db); err == nil {
				t.Error("a database was left behind")
			}
		})
	}
}

func TestLook(t *testing.T) {
	b := newBench(t)
	p, err := Look(t.Context(), Request{File: b.file("in.csv", rows(2000, 0))})
	if err != nil || p.Dialect.Delimiter != "," || len(p.Guesses) != 2 || p.Guesses[0].Column.Type != load.Integer {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Look(context.Background(), Request{File: b.path("none")}); err == nil {
		t.Error("a file that is not there can be looked at")
	}
}
