package targettest

import (
	"errors"
	"slices"
	"testing"

	"linefeed/backend/load"
)

// prepare prepares a load of a job into the named columns.
func (s *session) prepare(job string, p load.Plan, columns ...string) load.Load {
	s.t.Helper()
	into, err := s.Prepare(s.t.Context(), job, s.layout(p, columns...))
	if err != nil {
		s.t.Fatalf("prepare: %v", err)
	}
	s.t.Cleanup(func() {
		if err := into.Close(); err != nil {
			s.t.Errorf("close load: %v", err)
		}
	})
	return into
}

func (s *session) writer(into load.Load, i int) load.Writer {
	s.t.Helper()
	w, err := into.Writer(s.t.Context(), i)
	if err != nil {
		s.t.Fatalf("writer: %v", err)
	}
	s.t.Cleanup(func() {
		if err := w.Close(); err != nil {
			s.t.Errorf("close writer: %v", err)
		}
	})
	return w
}

func (s *session) wantMarks(job string, table load.TableName, want ...load.Mark) {
	s.t.Helper()
	got, err := s.Marks(s.t.Context(), job, table)
	if err != nil {
		s.t.Fatalf("marks: %v", err)
	}
	if !slices.Equal(got, want) {
		s.t.Fatalf("marks of %s: %+v, want %+v", job, got, want)
	}
}

// A mark is kept with the rows that it is about, and with no others.
func testMarks(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
	s := open(t, db)
	if !s.Place().Marks {
		t.Fatal("no place for marks")
	}
	table := load.TableName{Name: "items"}
	s.wantMarks("job 'one'", table)
	into := s.prepare("job 'one'", load.Plan{Table: "items", Writers: 1}, "id")
	if got, kept := into.Marks(); len(got) != 0 || !kept {
		t.Errorf("marks before: %+v", got)
	}
	w := s.writer(into, 0)
	s.write(w, row(1), row(2))
	first := load.Mark{Writers: 1, Record: 2, Line: 3, Offset: 20, Inserted: 2}
	if err := w.Commit(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	s.wantMarks("job 'one'", table, first)
	s.wantMarks("another", table)
	second := load.Mark{Writers: 1, Record: 9, Line: 12, Offset: 90, Inserted: 2, Skipped: 1}
	if err := w.Commit(t.Context(), second); err != nil { // nothing was written, but read
		t.Fatal(err)
	}
	s.wantMarks("job 'one'", table, second)
	s.write(w, row(3))
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT id FROM items ORDER BY id", "1", "2")

	// Another process goes on.
	s = open(t, db)
	into = s.prepare("job 'one'", load.Plan{Table: "items", Writers: 1}, "id")
	if got, _ := into.Marks(); !slices.Equal(got, []load.Mark{second}) {
		t.Errorf("marks: %+v, want %+v", got, second)
	}
	w = s.writer(into, 0)
	s.write(w, row(3))
	third := load.Mark{Writers: 1, Record: 10, Inserted: 3, Skipped: 1}
	if err := w.Commit(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	s.wantMarks("job 'one'", table, third)
	s.want("SELECT id FROM items ORDER BY id", "1", "2", "3")
	if tables, err := s.Tables(t.Context()); err != nil || len(tables) > 1 && db.Dialect().HidesMarks {
		t.Errorf("tables: %v, %v, want those of the user", tables, err)
	}
	for _, job := range []string{"another", "job 'one'", "job 'one'"} {
		if err := s.Forget(t.Context(), job, table); err != nil {
			t.Fatalf("forget: %v", err)
		}
	}
	s.wantMarks("job 'one'", table)
	if tables, err := s.Tables(t.Context()); err != nil || len(tables) != 1 {
		t.Errorf("tables: %v, %v, want the table of marks gone", tables, err)
	}
}

// Where the marks are kept elsewhere, nothing but the user's tables is in the database at any
// time, and a load goes on without them.
func testMarksElsewhere(t *testing.T, db Database) {
	s := open(t, db)
	plan := load.Plan{Table: "items", Create: true, Columns: items(), Writers: 1, Marks: load.MarksInStore}
	alone := func(want int) {
		t.Helper()
		if own := db.Query(t, db.Dialect().OwnTables); len(own) > 0 {
			t.Fatalf("there are %v", own)
		}
		if tables, err := s.Tables(t.Context()); err != nil || len(tables) != want {
			t.Fatalf("tables: %v, %v, want %d", tables, err, want)
		}
	}
	into := s.prepare("job", plan, "id", "name")
	if got, kept := into.Marks(); len(got) != 0 || kept {
		t.Errorf("marks: %+v, kept: %v", got, kept)
	}
	if n := into.Pace().Writers; n > 1 {
		t.Errorf("%d writers", n)
	}
	w := s.writer(into, 0)
	s.write(w, row(1, "one"))
	if err := w.Commit(t.Context(), load.Mark{Writers: 1, Record: 1, Inserted: 1}); err != nil {
		t.Fatal(err)
	}
	alone(1)
	s.write(w, row(2, "two"))
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	s.wantMarks("job", plan.TableName())
	plan.Create = false // as the one who keeps the marks knows
	into = s.prepare("job", plan, "id", "name")
	w = s.writer(into, 0)
	s.write(w, row(2, "two"))
	s.finish(w)
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	alone(1)
	s.want("SELECT id FROM items ORDER BY id", "1", "2")
}

// A table that is made stays where something was committed, and the load that made
// it can go on.
func testMarksOfNewTable(t *testing.T, db Database) {
	s := open(t, db)
	plan := load.Plan{Table: "items", Create: true, Columns: items()}
	into := s.prepare("job", plan, "id", "name")
	w := s.writer(into, 0)
	s.write(w, row(1, "one"))
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Columns(t.Context(), plan.TableName()); !errors.Is(err, load.ErrNoTable) {
		t.Fatalf("columns: %v, want %v", err, load.ErrNoTable)
	}
	into = s.prepare("job", plan, "id", "name")
	n := max(1, into.Pace().Writers)
	w = s.writer(into, 0)
	s.write(w, row(1, "one"))
	mark := load.Mark{Writers: n, Record: 1, Inserted: 1}
	if err := w.Commit(t.Context(), mark); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, db)
	into = s.prepare("job", plan, "id", "name")
	if got, _ := into.Marks(); !slices.Equal(got, []load.Mark{mark}) {
		t.Errorf("marks: %+v, want %+v", got, mark)
	}
	if got := max(1, into.Pace().Writers); got != n {
		t.Errorf("%d writers, want %d as before", got, n)
	}
	w = s.writer(into, 0)
	s.write(w, row(2, "two"))
	s.finish(w)
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT id FROM items ORDER BY id", "1", "2")
	if err := s.Forget(t.Context(), "job", plan.TableName()); err != nil {
		t.Fatal(err)
	}
}

// Several writers write at the same time, each its share.
func testWriters(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))")
	s := open(t, db)
	into := s.prepare("job", load.Plan{Table: "items", Writers: 3}, "id", "name")
	n := max(1, into.Pace().Writers)
	if n > 1 && !slices.Equal(into.Pace().ShareBy, []int{0}) {
		t.Errorf("shared out by %v, want the key", into.Pace().ShareBy)
	}
	errs := make(chan error)
	for i := range n {
		w := s.writer(into, i)
		go func() {
			var rows [][]any
			for k := i; k < 3000; k += n {
				rows = append(rows, row(k, "name"), row(k, "again"))
			}
			res, err := w.Write(t.Context(), Batch(rows...))
			if err == nil && (int(res.Inserted) != len(rows)/2 || len(res.Refused) != len(rows)/2) {
				err = errors.New("inserted and refused are not one half each")
			}
			errs <- errors.Join(err, w.Commit(t.Context(), load.Mark{Writer: i, Writers: n, Record: int64(i + 1)}))
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	s.want("SELECT count(*) FROM items WHERE name = 'name'", "3000")
	marks, err := s.Marks(t.Context(), "job", load.TableName{Name: "items"})
	if err != nil || len(marks) != n {
		t.Errorf("marks: %v, %v, want %d", marks, err, n)
	}
	for i, m := range marks {
		if m.Writer != i || m.Record != int64(i+1) {
			t.Errorf("mark %d: %+v", i, m)
		}
	}
	if err := s.Forget(t.Context(), "job", load.TableName{Name: "items"}); err != nil {
		t.Error(err)
	}
}

// Plans whose order counts, and tables in which it does, have one writer.
func testOneWriter(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE two_keys (id INTEGER PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE)")
	db.Exec(t, "CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, FOREIGN KEY (boss) REFERENCES staff (id))")
	db.Exec(t, "CREATE TABLE plain (id INTEGER PRIMARY KEY)")
	s := open(t, db)
	for _, c := range []struct {
		plan    load.Plan
		columns []string
	}{
		{load.Plan{Table: "two_keys"}, []string{"id", "code"}},
		{load.Plan{Table: "staff"}, []string{"id", "boss"}},
		{load.Plan{Table: "plain", Atomic: true}, []string{"id"}},
	} {
		c.plan.Writers = 4
		into := s.prepare("job", c.plan, c.columns...)
		if n := into.Pace().Writers; n > 1 {
			t.Errorf("%+v: %d writers, want one", c.plan, n)
		}
		if err := into.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
