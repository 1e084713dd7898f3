package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// plain has the proxy see what is sent.
const plain = "?sslmode=disable"

// soon is in which time a call has to return after a cancel.
const soon = 2 * time.Second

var mark = load.Mark{Writers: 1, Record: 2, Line: 3, Inserted: 2}

func one(plan load.Plan) load.Plan {
	plan.Writers = 1
	return plan
}

// A commit that the server carries out after the client has given it up counts, or
// it does not, but is not counted twice: what follows waits until that is clear.
func TestLateCommit(t *testing.T) {
	server := testserver.Postgres(t)
	d := server.Database(t)
	d.Exec(t, "CREATE TABLE items (id integer)")
	proxy := server.Behind(t)
	tg := open(t, d.URLAt(proxy.Addr)+plain)
	prepare := func() load.Load {
		t.Helper()
		into, err := tg.Prepare(t.Context(), "job", layout(one(load.Plan{Table: "items"}), "id"))
		if err != nil {
			t.Fatal(err)
		}
		return into
	}
	into := prepare()
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), batch([]any{1}, []any{2})); err != nil {
		t.Fatal(err)
	}
	found, release := proxy.HoldRequest("COMMIT", 1)
	if err := w.Commit(t.Context(), mark); !errors.Is(err, load.ErrLost) {
		t.Fatalf("commit: %v", err)
	}
	<-found
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	into = prepare()
	defer into.Close()
	marks, _ := into.Marks()
	release()
	if w, err = into.Writer(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if len(marks) == 0 {
		if _, err := w.Write(t.Context(), batch([]any{1}, []any{2})); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Commit(t.Context(), mark), w.Close()); err != nil {
		t.Fatal(err)
	}
	database{d}.want(t, "SELECT id FROM items ORDER BY id", "1", "2")
}

// A new table is made once, also when the answer to the commit that made it was lost.
func TestLostNewTable(t *testing.T) {
	server := testserver.Postgres(t)
	for _, writers := range []int{1, 2} {
		for _, job := range []string{"job", ""} {
			for _, answered := range []bool{true, false} {
				t.Run(fmt.Sprint(writers, " ", job, " ", answered), func(t *testing.T) {
					d := server.Database(t)
					proxy := server.Behind(t)
					tg := open(t, d.URLAt(proxy.Addr)+plain)
					plan := load.Plan{Table: "items", Create: true, Writers: writers, Columns: []load.Column{{Name: "id", Type: load.Integer, PrimaryKey: true}}}
					write := func(row int, m load.Mark) error {
						into, err := tg.Prepare(t.Context(), job, layout(plan, "id"))
						if err != nil {
							return err
						}
						defer into.Close()
						w, err := into.Writer(t.Context(), 0)
						if err != nil {
							return err
						}
						defer w.Close()
						if _, err := w.Write(t.Context(), batch([]any{row})); err != nil {
							return err
						}
						if !answered && row == 1 {
							proxy.LoseAnswer("COMMIT", 1)
						}
						if err := w.Commit(t.Context(), m); err != nil {
							return err
						}
						if row == 1 {
							proxy.CutAll()
							_, err = w.Write(t.Context(), batch([]any{row + 100}))
						}
						return err
					}
					if err := write(1, load.Mark{Writers: writers, Record: 1, Inserted: 1}); !errors.Is(err, load.ErrLost) {
						t.Fatalf("error: %v, want that the connection was lost", err)
					}
					err := write(2, load.Mark{Writers: writers, Record: 2, Inserted: 2})
					if errors.Is(err, load.ErrLost) {
						err = write(2, load.Mark{Writers: writers, Record: 2, Inserted: 2})
					}
					if err != nil {
						t.Fatal(err)
					}
					database{d}.want(t, "SELECT id FROM items ORDER BY id", "1", "2")
				})
			}
		}
	}
}

// What the server undoes for the sake of others, or because it ends, is lost.
func TestUndoneByTheServer(t *testing.T) {
	d := newDatabase(t)
	for _, code := range []string{"40001", "40P01", "57P01"} {
		d.Exec(t, "DROP TABLE IF EXISTS items CASCADE; CREATE TABLE items (id integer)")
		d.Exec(t, "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '"+code+"'; END $$")
		d.Exec(t, "CREATE TRIGGER f AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()")
		tg := open(t, d.URL())
		w := begin(t, tg, load.Plan{Table: "items"}, "id")
		if _, err := w.Write(t.Context(), batch([]any{1})); !errors.Is(err, load.ErrLost) {
			t.Errorf("%s: %v, want that it is lost", code, err)
		}
		w.Close()
		tg.Close()
	}
}

// A cancel ends what the server is doing, and what was written before can be kept.
func TestCancelWaiting(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY)")
	lock, err := d.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(), "INSERT INTO items VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	tg := open(t, d.URL())
	w := begin(t, tg, load.Plan{Table: "items"}, "id")
	if _, err := w.Write(t.Context(), batch([]any{1})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := w.Write(ctx, batch([]any{7}))
		done <- err
	}()
	for deadline := time.Now().Add(10 * time.Second); !tg.Waiting(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not say that it waits")
		}
	}
	cancel()
	start := time.Now()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v, want %v", err, context.Canceled)
	}
	if took := time.Since(start); took > soon {
		t.Errorf("it took %v to end", took)
	}
	if tg.Waiting() {
		t.Error("it still waits")
	}
	if err := lock.Commit(); err != nil {
		t.Fatal(err)
	}
	d.want(t, "SELECT id FROM items", "7")
}

// A load of which nothing was committed ends soon, also where the server went silent between
// two batches and nobody has noticed yet.
func TestCloseAtASilentServer(t *testing.T) {
	server := testserver.Postgres(t)
	d := server.Database(t)
	d.Exec(t, "CREATE TABLE items (id integer)")
	proxy := server.Behind(t)
	tg := open(t, d.URLAt(proxy.Addr)+plain)
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
	proxy.Stall()
	defer proxy.Resume()
	start := time.Now()
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > soon {
		t.Errorf("it took %v to end", took)
	}
}
