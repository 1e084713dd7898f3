package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// rowsFrom returns n rows for column a and b.
func rowsFrom(first, n int) *load.Batch {
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = row{first + i, strings.Repeat("x", 100)}
	}
	return targettest.Batch(rows...)
}

func twoColumns(create bool) load.Layout {
	columns := []load.Column{{Name: "a", Type: load.Integer, PrimaryKey: true}, {Name: "b", Type: load.Text}}
	return load.Layout{Plan: load.Plan{Table: "t", Create: create}, Columns: columns, Make: columns}
}

// A full disk ends the load; earlier commits stay, and the file is intact.
func TestDiskFull(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
	d, err := sqlite.Open(t.Context(), f.path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Exec(t.Context(), "PRAGMA max_page_count = 100"); err != nil {
		t.Fatal(err)
	}
	w, err := targettest.Begin(t.Context(), d, twoColumns(false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), rowsFrom(0, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(t.Context(), rowsFrom(1000, 10000))
	wantError(t, err, "is full", "free some space")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if got := f.Query(t, "SELECT count(*) FROM t")[0][0]; got != "1000" {
		t.Errorf("%s rows, want 1000", got)
	}
	f.check(t)
}

// TestKilled kills a process during a load: the file holds what was committed, and
// no more.
func TestKilled(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		f := newFile(t)
		f.Exec(t, "PRAGMA journal_mode = "+mode+"; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)")
		child := exec.Command(os.Args[0], "-test.run=^TestLoadUntilKilled$")
		child.Env = append(os.Environ(), "LOAD_UNTIL_KILLED="+f.path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		committed := 0
		lines := bufio.NewScanner(out)
		for committed < 50000 && lines.Scan() {
			if committed, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatalf("the child says %q", lines.Text())
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // the commits that it reported before it was killed
			if committed, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatalf("the child says %q", lines.Text())
			}
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		got, err := strconv.Atoi(f.Query(t, "SELECT count(*) FROM t")[0][0])
		if err != nil {
			t.Fatal(err)
		}
		// It may have been killed between a commit and the report of it.
		if got != committed && got != committed+10000 {
			t.Errorf("%s: %d rows, want %d", mode, got, committed)
		}
		f.check(t)
	}
}

// TestLoadUntilKilled is the process that TestKilled kills.
func TestLoadUntilKilled(t *testing.T) {
	path := os.Getenv("LOAD_UNTIL_KILLED")
	if path == "" {
		return
	}
	d, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := twoColumns(false)
	w, err := targettest.Begin(context.Background(), d, l)
	if err != nil {
		t.Fatal(err)
	}
	for first := 0; ; first += 10000 {
		rows := make([][]any, 10000)
		for i := range rows {
			rows[i] = row{first + i, fmt.Sprintf("%x", uint32(first+i)*2654435761)}
		}
		if _, err := w.Write(context.Background(), targettest.Batch(rows...)); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(context.Background(), load.Mark{}); err != nil {
			t.Fatal(err)
		}
		fmt.Println(first + 10000)
	}
}
