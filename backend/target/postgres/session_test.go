package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
)

// The settings of a database do not make loads end, or wait for each other.
func TestSettings(t *testing.T) { eachServer(t, testSettings) }

func testSettings(t *testing.T, d database) {
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY)")
	settings := []string{"default_transaction_isolation = serializable", "statement_timeout = 400", "lock_timeout = 400", "idle_in_transaction_session_timeout = 400", "idle_session_timeout = 400"}
	if len(d.Query(t, "SELECT FROM pg_settings WHERE name = 'transaction_timeout'")) > 0 {
		settings = append(settings, "transaction_timeout = 400")
	}
	for _, s := range settings {
		d.Exec(t, "ALTER DATABASE "+d.Name+" SET "+s)
	}
	tg := open(t, d.URL())
	into, err := tg.Prepare(t.Context(), "job", layout(load.Plan{Table: "items", Writers: 2}, "id"))
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	var writers []load.Writer
	for i := range 2 {
		w, err := into.Writer(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		writers = append(writers, w)
		if _, err := w.Write(t.Context(), batch([]any{i})); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second) // which is longer than the server would wait
	for i, w := range writers {
		res, err := w.Write(t.Context(), batch([]any{i}, []any{10 + i}))
		if err != nil {
			t.Fatal(err)
		}
		wantRefused(t, res, "0 duplicate_key 0")
		if err := w.Commit(t.Context(), load.Mark{Writer: i, Writers: 2, Record: 3}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tg.Tables(t.Context()); err != nil {
		t.Errorf("the first connection: %v", err)
	}
	d.want(t, "SELECT id FROM items ORDER BY id", "0", "1", "10", "11")
}

// Tables are listed also where one of them is locked, or takes long to count.
func TestTablesLocked(t *testing.T) {
	d := newDatabase(t)
	for _, name := range []string{"a", "b", "c"} {
		d.Exec(t, "CREATE TABLE "+name+" AS SELECT 1 AS n")
	}
	lock, err := d.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE b IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	tg := open(t, d.URL())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tables, err := tg.Tables(ctx)
	if want := []load.Table{{Schema: "public", Name: "a", Rows: 1}, {Schema: "public", Name: "b", Rows: -1}, {Schema: "public", Name: "c", Rows: 1}}; err != nil || !slices.Equal(tables, want) {
		t.Errorf("tables: %+v, %v, want %+v", tables, err, want)
	}
	d.Exec(t, "CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN true; END $$")
	d.Exec(t, "ALTER TABLE c ENABLE ROW LEVEL SECURITY")
	d.Exec(t, "CREATE POLICY slow ON c USING (slow())")
	tables, err = open(t, d.User(t, "SELECT, INSERT ON a, c")).Tables(ctx)
	if err != nil || len(tables) != 2 || tables[1].Rows != -1 {
		t.Errorf("tables: %+v, %v", tables, err)
	}
}

// Marks can be kept in a table that is there, without the right to make one.
func TestMarksAreThere(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	d.Exec(t, "CREATE TABLE items (id integer)")
	d.Exec(t, "CREATE TABLE linefeed_marks (job text NOT NULL, writer integer NOT NULL, mark text NOT NULL, PRIMARY KEY (job, writer))")
	tg := open(t, d.User(t, "INSERT, SELECT ON items", "SELECT, INSERT, UPDATE, DELETE ON linefeed_marks"))
	if !tg.Place().Marks {
		t.Error("there is no place for marks")
	}
	into, err := tg.Prepare(t.Context(), "job", layout(one(load.Plan{Table: "items"}), "id"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), batch([]any{1}, []any{2})); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Commit(t.Context(), mark), w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	marks, err := tg.Marks(t.Context(), "job", load.TableName{Name: "items"})
	if err != nil || len(marks) != 1 || marks[0] != mark {
		t.Errorf("marks: %v, %v", marks, err)
	}
	if err := tg.Forget(t.Context(), "job", load.TableName{Name: "items"}); err != nil {
		t.Fatal(err)
	}
	d.want(t, "SELECT count(*) FROM linefeed_marks", "0")
}

// A table that a crash of the server empties is loaded again from the beginning after one.
func TestUnlogged(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE UNLOGGED TABLE items (id integer)")
	tg := open(t, d.URL())
	into, err := tg.Prepare(t.Context(), "job", layout(one(load.Plan{Table: "items"}), "id"))
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Write(t.Context(), batch([]any{1}, []any{2})); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), mark); err != nil {
		t.Fatal(err)
	}
	if marks, err := tg.Marks(t.Context(), "job", load.TableName{Name: "items"}); err != nil || len(marks) != 1 {
		t.Errorf("marks: %v, %v", marks, err)
	}
	d.want(t, "SELECT relname, relpersistence FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname",
		"items|u", "linefeed_marks_unlogged|u")
	tables, err := tg.Tables(t.Context())
	if err != nil || len(tables) != 1 {
		t.Errorf("tables: %v, %v", tables, err)
	}
	if err := errors.Join(w.Close(), into.Close(), tg.Forget(t.Context(), "job", load.TableName{Name: "items"})); err != nil {
		t.Fatal(err)
	}
	if tables := d.Query(t, "SELECT relname FROM pg_class WHERE relname LIKE 'linefeed%'"); len(tables) > 0 {
		t.Errorf("there is still %v", strings.Join(tables[0], ""))
	}
}
