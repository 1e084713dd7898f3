package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

const smallCSV = "id,name\n1,Ada\n2,Grace\n"

// TestBadInput imports what can't be imported: each case reports what happened and
// what to do, has its exit status, and leaves no files.
func TestBadInput(t *testing.T) {
	for _, test := range []struct {
		name   string
		setup  func(t *testing.T, dir string) (file, db string)
		flags  []string // instead of --create
		status int
		says   []string
	}{
		{
			name: "missing file",
			setup: func(t *testing.T, dir string) (string, string) {
				return filepath.Join(dir, "none.csv"), filepath.Join(dir, "out.db")
			},
			status: 64, says: []string{"none.csv", "no such file", "check the name"},
		},
		{
			name:   "folder",
			setup:  func(t *testing.T, dir string) (string, string) { return dir, filepath.Join(dir, "out.db") },
			status: 64, says: []string{"folder"},
		},
		{
			name: "empty file",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "empty.csv", ""), filepath.Join(dir, "out.db")
			},
			status: 2, says: []string{"empty.csv", "empty"},
		},
		{
			name: "binary file",
			setup: func(t *testing.T, dir string) (string, string) {
				self, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				return write(t, dir, "program.csv", read(t, self)), filepath.Join(dir, "out.db")
			},
			status: 2, says: []string{"program.csv", "binary", "choose"},
		},
		{
			name: "folder of the database is missing",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), filepath.Join(dir, "none", "out.db")
			},
			status: 2, says: []string{filepath.Join("none", "out.db"), "no such"},
		},
		{
			name: "target is a folder",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), dir
			},
			status: 2, says: []string{"folder"},
		},
		{
			name: "target is not a database",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), write(t, dir, "notes.txt", strings.Repeat("no database\n", 200))
			},
			status: 2, says: []string{"notes.txt", "not an SQLite database"},
		},
		{
			name: "target of an unknown kind",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), "oracle://scott:tiger@db/x"
			},
			status: 2, says: []string{"oracle://", "not supported"},
		},
		{
			name: "table missing",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE other (id INTEGER)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{},
			status: 64, says: []string{"people", "--create"},
		},
		{
			name: "table missing in a file that is not there",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), filepath.Join(dir, "out.db")
			},
			flags:  []string{},
			status: 64, says: []string{"people", "--create"},
		},
		{
			name: "table to be made is there",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			status: 64, says: []string{"people", "exists already", "--create"},
		},
		{
			name: "a view has the name",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE all_people (id INTEGER, name TEXT); CREATE VIEW people AS SELECT * FROM all_people")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{},
			status: 64, says: []string{`"people" is a view`, "choose"},
		},
		{
			name: "update without a key",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{"--on-conflict", "update"},
			status: 64, says: []string{"no primary key", "update"},
		},
		{
			name: "required column not mapped",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT, born TEXT NOT NULL)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{},
			status: 64, says: []string{`"born"`, "--map"},
		},
		{
			name: "mapped to a column that is not there",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{"--map", "name=surname"},
			status: 64, says: []string{`"surname"`, "id, name"},
		},
		{
			name: "a field is mapped that is not there",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{"--map", "nom=name"},
			status: 64, says: []string{`"nom"`, "id, name"},
		},
		{
			name: "no field fits",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (a INTEGER, b TEXT)")
				return write(t, dir, "in.csv", smallCSV), db
			},
			flags:  []string{},
			status: 64, says: []string{"no field", "--map"},
		},
		{
			name: "too many rejects",
			setup: func(t *testing.T, dir string) (string, string) {
				db := filepath.Join(dir, "out.db")
				execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
				return write(t, dir, "in.csv", "id,name\nx,Ada\ny,Grace\n3,Edsger\n"), db
			},
			flags:  []string{"--max-rejects", "1"},
			status: 2, says: []string{"2 of", "limit of 1", "--max-rejects"},
		},
		{
			name: "an encoding that there is not",
			setup: func(t *testing.T, dir string) (string, string) {
				return write(t, dir, "in.csv", smallCSV), filepath.Join(dir, "out.db")
			},
			flags:  []string{"--create", "--encoding", "klingon"},
			status: 64, says: []string{"klingon"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newHome(t)
			file, db := test.setup(t, dir)
			before := state(t, dir, db)
			flags := test.flags
			if flags == nil {
				flags = []string{"--create"}
			}
			r := run(t, append([]string{"import", file, "--to", db, "--table", "people"}, flags...)...)
			t.Logf("%s", r.stderr)
			r.want(t, test.status)
			for _, text := range test.says {
				if !strings.Contains(r.stderr, text) {
					t.Errorf("it does not say %q:\n%s", text, r.stderr)
				}
			}
			if after := state(t, dir, db); after != before {
				t.Errorf("it left something:\n%s\nwas:\n%s", after, before)
			}
		})
	}
}

// state describes the files below dir, except the program's own, and the contents of
// the database.
func state(t *testing.T, dir, db string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "home" {
			return filepath.SkipDir
		}
		fmt.Fprintln(&b, path)
		return nil // an unreadable folder is still listed
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite3", "file:"+db+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var tables, rows string
	if d.QueryRowContext(t.Context(), "SELECT group_concat(sql) FROM sqlite_schema").Scan(&tables) == nil && strings.Contains(tables, "people") {
		if err := d.QueryRowContext(t.Context(), "SELECT count(*) FROM people").Scan(&rows); err != nil {
			t.Fatal(err)
		}
	}
	return b.String() + tables + rows
}

// bigRows is the number of records that takes long enough to stop an import midway.
const bigRows = 1_500_000

// TestShrinkingFile truncates a file while it is read.
func TestShrinkingFile(t *testing.T) {
	dir := newHome(t)
	file := filepath.Join(dir, "big.csv")
	numbers(t, file, bigRows)
	cutOff := sync.OnceFunc(func() {
		if err := os.Truncate(file, 1<<20); err != nil {
			t.Error(err)
		}
	})
	stdout := watch(func(line string) {
		if strings.Contains(line, `"phase":"writing"`) {
			cutOff()
		}
	})
	var stderr bytes.Buffer
	status := cli.Main(t.Context(), []string{"import", file, "--to", filepath.Join(dir, "out.db"), "--table", "numbers", "--create", "--events"},
		nil, stdout, &stderr, os.Getenv)
	if status != 2 {
		t.Errorf("exit status %d, want 2", status)
	}
	for _, text := range []string{"big.csv", "shorter"} {
		if !strings.Contains(stderr.String(), text) {
			t.Errorf("it does not say %q:\n%s", text, &stderr)
		}
	}
	checkKept(t, lastJob(t), filepath.Join(dir, "out.db"))
}

// checkKept checks that an unfinished import reports correctly what is in the table.
func checkKept(t *testing.T, j job.Job, db string) {
	t.Helper()
	v := j.Summary
	if v == nil {
		t.Fatalf("job %s has no summary", j.ID)
	}
	if !v.Balanced {
		t.Errorf("the counts do not balance: %+v", v)
	}
	var rows int64
	if _, err := os.Stat(db); err == nil {
		rows = query[int64](t, db, "SELECT count(*) FROM numbers")
	}
	if rows != v.Inserted {
		t.Errorf("%d rows in the table, the summary says %d", rows, v.Inserted)
	}
}

// watch returns a writer that calls line with each whole line.
func watch(line func(string)) io.Writer { return &lineWriter{line: line} }

type lineWriter struct {
	rest []byte
	line func(string)
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		w.line(string(w.rest[:i]))
		w.rest = w.rest[i+1:]
	}
}

// TestLockedDatabase imports into a database that another program has locked.
func TestLockedDatabase(t *testing.T) {
	dir := newHome(t)
	file, db := write(t, dir, "in.csv", smallCSV), filepath.Join(dir, "out.db")
	execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
	d, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	lock(t, d)
	r := run(t, "import", file, "--to", db, "--table", "people").want(t, 2)
	for _, text := range []string{"out.db", "locked by another program"} {
		if !strings.Contains(r.stderr, text) {
			t.Errorf("it does not say %q:\n%s", text, r.stderr)
		}
	}
	if _, err := d.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	run(t, "import", file, "--to", db, "--table", "people").want(t, 0)
}

func lock(t *testing.T, d *sql.DB) {
	t.Helper()
	if _, err := d.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
}

// TestCancel stops an import when a good part of it is written.
func TestCancel(t *testing.T) {
	for _, atomic := range []bool{false, true} {
		t.Run(fmt.Sprintf("atomic %t", atomic), func(t *testing.T) {
			dir := newHome(t)
			file, db := filepath.Join(dir, "big.csv"), filepath.Join(dir, "out.db")
			numbers(t, file, bigRows)
			slowTable(t, db)
			ctx, cancel := context.WithCancel(t.Context())
			stdout := watch(func(line string) {
				if strings.Contains(line, `"phase":"writing"`) && !strings.Contains(line, `"read":0,`) {
					cancel()
				}
			})
			var stderr bytes.Buffer
			args := []string{"import", file, "--to", db, "--table", "numbers", "--events"}
			if atomic {
				args = append(args, "--atomic")
			}
			if status := cli.Main(ctx, args, nil, stdout, &stderr, os.Getenv); status != 3 {
				t.Errorf("exit status %d, want 3", status)
			}
			if !strings.Contains(stderr.String(), "cancelled before the end") {
				t.Errorf("it does not say that it was stopped:\n%s", &stderr)
			}
			j := lastJob(t)
			checkKept(t, j, db)
			if j.State != job.Cancelled || j.Summary.Read == 0 || j.Summary.Read == bigRows || (j.Summary.Inserted > 0) == atomic {
				t.Errorf("job %+v with summary %+v", j, j.Summary)
			}
		})
	}
}

// slowTable creates the table numbers, in which a trigger takes some microseconds
// for each row: a cancel reaches an import of bigRows long before its end.
func slowTable(t *testing.T, db string) {
	t.Helper()
	execute(t, db, "CREATE TABLE numbers (id INTEGER, name TEXT)")
	execute(t, db, `CREATE TRIGGER slow BEFORE INSERT ON numbers BEGIN
		SELECT count(*) FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n LIMIT 30) SELECT i FROM n);
	END`)
}

// lastJob returns the newest job.
func lastJob(t *testing.T) job.Job {
	t.Helper()
	return decodeLines[[]job.Job](t, run(t, "jobs", "--json").want(t, 0).stdout)[0][0]
}
