package job

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// undoable imports a file by a plan that keeps what is needed to undo it.
func (b *bench) undoable(file string, p load.Plan) Job {
	b.Helper()
	p.Table, p.Undo = "t", true
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: p})
	if _, err := b.runner.Wait(b.Context(), j.ID); err != nil {
		b.Fatal(err)
	}
	return b.job(j.ID)
}

func (b *bench) job(id string) Job {
	b.Helper()
	j, err := b.runner.Job(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

func (b *bench) codes(req Request) (codes []string) {
	b.Helper()
	s, err := b.runner.Settle(b.Context(), req)
	if err != nil || len(s.Problems) > 0 {
		b.Fatalf("%+v, %v", s.Problems, err)
	}
	for _, w := range s.Warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

func TestUndo(t *testing.T) {
	b := newBench(t)
	db, file := b.path("out.db"), b.file("in.csv", "id,name\n1,new\n2,two\nx,bad\n3,three\n")
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'old'), (9, 'nine')")
	j := b.undoable(file, load.Plan{OnConflict: load.ConflictUpdate})
	if !j.Undoable || j.Undone != nil || j.Who == "" || j.Fingerprint == "" {
		t.Errorf("%+v", j)
	}
	again := Request{File: file, Target: db, Plan: load.Plan{Table: "t"}}
	if codes := b.codes(again); len(codes) != 1 || codes[0] != WarnSameFile {
		t.Errorf("before it is undone, the file is told with %q", codes)
	}
	b.execute(db, "UPDATE t SET name = 'other' WHERE id = 3")
	want := load.Undoing{Removed: 1, Restored: 1, Changed: 1}
	for _, try := range []bool{true, false} {
		if n, err := b.runner.Undo(t.Context(), j.ID, try); err != nil || fmt.Sprint(n) != fmt.Sprint(want) {
			t.Errorf("try %v: %+v, %v, want %+v", try, n, err, want)
		}
	}
	if got := b.rows(db, "SELECT id || name AS r FROM t ORDER BY id"); got != "1old 3other 9nine" {
		t.Errorf("the table has %s", got)
	}
	if _, err := b.runner.Undo(t.Context(), j.ID, false); !errors.Is(err, ErrNoUndo) || !strings.Contains(err.Error(), "was undone on") {
		t.Errorf("twice: %v", err)
	}
	if j = b.job(j.ID); j.Undoable || j.Undone == nil || j.Undone.Removed != 1 || j.Undone.Who == "" {
		t.Errorf("%+v", j)
	}
	if _, err := b.runner.Undo(t.Context(), "nope", true); !errors.Is(err, ErrNoJob) {
		t.Errorf("no job: %v", err)
	}

	j = b.undoable(file, load.Plan{OnConflict: load.ConflictSkip})
	if n, err := b.runner.Undo(t.Context(), j.ID, false); err != nil || n.Removed != 1 || !n.Whole() {
		t.Errorf("%+v, %v", n, err)
	}
	if codes := b.codes(again); len(codes) != 1 || codes[0] != WarnSameFile { // of which a row is left
		t.Errorf("the file is told with %q", codes)
	}
}

// Of a job that was undone whole nothing is left that could be there twice.
func TestSameFileAfterUndo(t *testing.T) {
	b := newBench(t)
	db, file := b.path("out.db"), b.file("in.csv", rows(10, 0))
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
	first := b.undoable(file, load.Plan{})
	b.undoable(b.file("other.csv", "id,name\n100,other\n"), load.Plan{})
	b.execute(db, "CREATE TABLE u AS SELECT * FROM t")

	// By its content, whatever its name, and whatever was loaded since.
	copied := b.file("copy.csv", rows(10, 0))
	if codes := b.codes(Request{File: copied, Target: db, Plan: load.Plan{Table: "t"}}); len(codes) != 1 || codes[0] != WarnSameFile {
		t.Errorf("a copy of the file is told with %q", codes)
	}
	if codes := b.codes(Request{File: copied, Target: db, Plan: load.Plan{Table: "u"}}); len(codes) != 0 {
		t.Errorf("for another table the file is told with %q", codes)
	}
	if _, err := b.runner.Undo(t.Context(), first.ID, false); err != nil {
		t.Fatal(err)
	}
	if codes := b.codes(Request{File: copied, Target: db, Plan: load.Plan{Table: "t"}}); len(codes) != 0 {
		t.Errorf("what was undone is told with %q", codes)
	}
}

// A job that was taken up is undone whole, and one that was undone is not taken up.
func TestUndoOfATakenUpJob(t *testing.T) {
	for _, end := range []bool{true, false} {
		b := newBench(t)
		db := b.path("out.db")
		b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (-1, 'before')")
		j := b.start(Request{File: b.file("in.csv", rows(halfRows, 100)), Target: db, Plan: load.Plan{Table: "t", Undo: true}})
		b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
		if err := b.runner.Pause(t.Context(), j.ID); err != nil {
			t.Fatal(err)
		}
		b.until(j.ID, state(Paused))
		if _, err := b.runner.Undo(t.Context(), j.ID, true); !errors.Is(err, ErrActive) {
			t.Errorf("while it is paused: %v", err)
		}
		if err := b.runner.Cancel(t.Context(), j.ID, KeepRows); err != nil {
			t.Fatal(err)
		}
		s, err := b.runner.Wait(t.Context(), j.ID)
		if !errors.Is(err, errCancelled) {
			t.Fatal(err)
		}
		if end {
			if s, err = b.takeUp(j.ID, TakeUp{}); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := b.runner.Undo(t.Context(), j.ID, false); err != nil || n.Removed != s.Inserted || !n.Whole() {
			t.Errorf("%+v, %v, want %d removed", n, err, s.Inserted)
		}
		if got := b.rows(db, "SELECT name AS r FROM t UNION ALL SELECT name FROM sqlite_schema WHERE name <> 't'"); got != "before" {
			t.Errorf("left: %s", got)
		}
		if j = b.job(j.ID); j.Resumable {
			t.Error("it can be taken up")
		}
		if _, err := b.runner.TakeUp(t.Context(), j.ID, TakeUp{}); err == nil {
			t.Error("it was taken up")
		} else if !strings.Contains(err.Error(), "was undone") {
			t.Errorf("%v", err)
		}
	}
}

// What is kept to undo a job goes with the job, with what it loaded, and after a time.
func TestUndoIsForgotten(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
	kept := func() string {
		t.Helper()
		return b.rows(db, "SELECT name AS r FROM (SELECT '' AS name UNION ALL SELECT name FROM sqlite_schema WHERE name LIKE 'linefeed%') ORDER BY name")
	}
	first := b.undoable(b.file("in.csv", rows(10, 0)), load.Plan{})
	if got := kept(); got != " linefeed_undo linefeed_undo_"+first.ID {
		t.Errorf("kept: %s", got)
	}
	if j := b.undoable(b.file("again.csv", rows(10, 0)), load.Plan{}); j.Undoable { // every key is there
		t.Errorf("%+v", j)
	}
	if got := kept(); got != " linefeed_undo linefeed_undo_"+first.ID {
		t.Errorf("kept: %s", got)
	}
	long := time.Now().AddDate(0, 0, -31).UTC().Format(store.TimeFormat)
	if _, err := b.storeFile().Exec("UPDATE jobs SET finished = ? WHERE id = ?", long, first.ID); err != nil {
		t.Fatal(err)
	}
	second := b.undoable(b.file("more.csv", "id,name\n100,other\n"), load.Plan{})
	if got := kept(); got != " linefeed_undo linefeed_undo_"+second.ID {
		t.Errorf("kept: %s", got)
	}
	if j := b.job(first.ID); j.Undoable {
		t.Errorf("%+v", j)
	}
	if _, err := b.runner.Undo(t.Context(), first.ID, true); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo: %v", err)
	}
	if err := b.runner.Forget(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if got := kept(); got != "" {
		t.Errorf("kept: %s", got)
	}
}

// An undoing that was done when the program was killed, before it had noted that, is told
// as it was; what is left of it goes then, or with the next import.
func TestUndoIsToldLater(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
	kept := "SELECT count(*) AS r FROM sqlite_schema WHERE name LIKE 'linefeed%' AND type = 'table'"
	first := b.undoable(b.file("in.csv", rows(10, 0)), load.Plan{})
	directly := func(id string) {
		t.Helper()
		dst, err := URLs{}.Open(t.Context(), db)
		if err == nil {
			_, err = dst.(load.Undoer).Undo(t.Context(), id, load.TableName{Name: "t"}, false)
			err = errors.Join(err, dst.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	directly(first.ID)
	for _, try := range []bool{true, false} {
		if n, err := b.runner.Undo(t.Context(), first.ID, try); err != nil || n.Removed != 10 || !n.Whole() {
			t.Errorf("try %v: %+v, %v", try, n, err)
		}
	}
	if j := b.job(first.ID); j.Undoable || j.Undone == nil || j.Undone.Removed != 10 {
		t.Errorf("%+v", j)
	}
	if got := b.rows(db, kept); got != "0" {
		t.Errorf("%s tables are left", got)
	}
	// Killed after that, but before what was kept is removed.
	second := b.undoable(b.file("again.csv", rows(10, 0)), load.Plan{})
	directly(second.ID)
	if err := b.runner.setUndone(t.Context(), second.ID, "me", load.Undoing{Removed: 10}); err != nil {
		t.Fatal(err)
	}
	if j := b.job(second.ID); j.Undoable || j.Undone == nil || b.rows(db, kept) != "2" {
		t.Errorf("%+v", j)
	}
	if _, err := b.run(Request{File: b.path("in.csv"), Target: db, Plan: load.Plan{Table: "t"}}); err != nil {
		t.Fatal(err)
	}
	if got := b.rows(db, kept); got != "0" {
		t.Errorf("%s tables are left", got)
	}
}

// What is kept to undo a job is not left behind by a history that is kept for a shorter time.
func TestUndoOutlivesNoJob(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
	j := b.undoable(b.file("in.csv", "id,name\n1,one\nx,bad\n"), load.Plan{})
	if _, err := b.runner.SetSetting(t.Context(), store.KeepJobs, "7d"); err != nil {
		t.Fatal(err)
	}
	age := func(days int) {
		t.Helper()
		long := time.Now().AddDate(0, 0, -days).UTC().Format(store.TimeFormat)
		if _, err := b.storeFile().Exec("UPDATE jobs SET finished = ? WHERE id = ?", long, j.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.runner.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	age(20)
	if j = b.job(j.ID); !j.Undoable || j.RejectsForgotten == "" {
		t.Errorf("%+v", j)
	}
	age(31)
	b.job(j.ID)
	if _, err := b.run(Request{File: b.file("more.csv", "id,name\n2,two\n"), Target: db, Plan: load.Plan{Table: "t"}}); err != nil {
		t.Fatal(err)
	}
	if got := b.rows(db, "SELECT count(*) AS r FROM sqlite_schema WHERE name LIKE 'linefeed%'"); got != "0" {
		t.Errorf("%s tables are left", got)
	}
	if err := b.runner.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.Job(t.Context(), j.ID); !errors.Is(err, ErrNoJob) {
		t.Errorf("the job: %v", err)
	}
}

// A job is done again with its own file or another one, into the table that it has made.
func TestAgain(t *testing.T) {
	b := newBench(t)
	db, file := b.path("out.db"), b.file("in.csv", "id,name\n1,one\n")
	j := b.start(Request{File: file, Target: db, Plan: load.Plan{
		Table: "t", Create: true, Key: []string{"id"}, OnConflict: load.ConflictUpdate, Null: []string{"-"}, ColumnTypes: map[string]load.Type{"id": load.Text},
	}})
	if _, err := b.runner.Wait(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	req, err := b.runner.Again(t.Context(), j.ID, b.file("next.csv", "id,name\n1,-\n2,two\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.run(req); err != nil || s.Inserted != 1 || s.Updated != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := b.rows(db, "SELECT typeof(id) || id || ifnull(name, '?') AS r FROM t ORDER BY id"); got != "text1? text2two" {
		t.Errorf("the table has %s", got)
	}
	if err := os.Remove(db); err != nil {
		t.Fatal(err)
	}
	if req, err = b.runner.Again(t.Context(), j.ID, ""); err != nil || req.File != file || !req.Plan.Create {
		t.Fatalf("%+v, %v", req, err)
	}
	if s, err := b.run(req); err != nil || !s.Created || s.Inserted != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	// What came into a watched folder was the first file.
	if j = b.start(Request{File: file, Target: db, Watched: "12ab", Plan: load.Plan{Table: "t"}}); j.Request.Watched == "" {
		t.Errorf("%+v", j)
	}
	if req, err = b.runner.Again(t.Context(), j.ID, file); err != nil || req.Watched != "" {
		t.Errorf("%+v, %v", req, err)
	}
	if _, err := b.runner.Again(t.Context(), "nope", ""); !errors.Is(err, ErrNoJob) {
		t.Errorf("no job: %v", err)
	}
}

// Where somebody has removed what was kept to undo one file of a set, the others are undone all
// the same where that is wanted.
func TestUndoOfASetInPart(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	set := b.runSet(SetRequest{
		Files:  []string{b.file("a.csv", "id,name\n1,a\n"), b.file("b.csv", "id,name\n2,b\n"), b.file("c.csv", "id,name\n3,c\n")},
		Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Undo: true}},
	})
	of := set.Jobs[1].ID
	b.execute(db, "DROP TABLE linefeed_undo_"+of+"; DELETE FROM linefeed_undo WHERE job = '"+of+"'")
	if n, err := b.runner.UndoSet(t.Context(), set.ID, true, false); err != nil || len(n.Jobs) != 2 || len(n.Left) != 1 || n.Left[0].Job != of || n.Left[0].Rows != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	if n, err := b.runner.UndoSet(t.Context(), set.ID, false, false); !errors.Is(err, ErrNoUndo) || len(n.Jobs) != 1 || len(n.Left) != 2 || n.Left[0].Job != of || n.Left[1].Job != set.Jobs[0].ID {
		t.Errorf("%+v, %v", n, err)
	}
	if n, err := b.runner.UndoSet(t.Context(), set.ID, false, true); err != nil || len(n.Left) != 1 || b.rows(db, "SELECT name AS r FROM t") != "b" {
		t.Errorf("%+v, %v; the table has %s", n, err, b.rows(db, "SELECT name AS r FROM t"))
	}
}

// Where undoing a file of a set fails, that and those that would be undone after it are told.
func TestUndoOfASetThatFails(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	set := b.runSet(SetRequest{
		Files:  []string{b.file("a.csv", "id,name\n1,a\n"), b.file("b.csv", "id,name\n2,b\n3,b\n"), b.file("c.csv", "id,name\n4,c\n")},
		Import: Request{Target: db, Plan: load.Plan{Table: "{name}", Create: true, Columns: idAndName(), Undo: true}},
	})
	b.execute(db, "DROP TABLE b")
	n, err := b.runner.UndoSet(t.Context(), set.ID, false, true)
	if err == nil || errors.Is(err, ErrNoUndo) || len(n.Jobs) != 1 || n.Jobs[0].Job != set.Jobs[2].ID {
		t.Fatalf("%+v, %v", n, err)
	}
	if len(n.Left) != 2 || n.Left[0].Job != set.Jobs[1].ID || n.Left[0].Rows != 2 || n.Left[0].Message == "" {
		t.Errorf("it has failed: %+v", n.Left)
	}
	if len(n.Left) != 2 || n.Left[1].Job != set.Jobs[0].ID || n.Left[1].MessageID != "undo_after" {
		t.Errorf("it was not tried: %+v", n.Left)
	}
}
