//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"linefeed/backend/job"
	"linefeed/backend/target/testserver"
)

// A crashed database is one whose imports are killed.
type crashed struct {
	url   string // without its password
	env   string // which has it
	table func(t *testing.T) (rows [][]string)
	drop  func(t *testing.T)
	kill  func(t *testing.T) // kills the server and starts it again; nil where there is none
}

const (
	crashRows = 12_000
	// crashes is how many imports are killed at random moments, each until it is done.
	crashes       = 20 // into SQLite
	serverCrashes = 8  // into each server
	mostKills     = 4  // of one import
)

// An import that is killed at any moment, as often as that happens, now and then with the
// server, and taken up again loads every record once, and tells every reject once.
func TestCrash(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "out.db")
		db, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		crash(t, crashes, crashed{
			url:   path,
			table: func(t *testing.T) [][]string { return texts(t, db, "SELECT id, name, n FROM numbers ORDER BY id") },
			drop: func(t *testing.T) {
				for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
					if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
						t.Fatal(err)
					}
				}
			},
		})
	})
	server := func(own func(testing.TB, ...testserver.Option) *testserver.Server) func(*testing.T) {
		return func(t *testing.T) {
			s := own(t)
			d := s.Database(t)
			d.SQL().SetMaxIdleConns(0) // connections end with the server
			u, err := url.Parse(d.URL())
			if err != nil {
				t.Fatal(err)
			}
			password, _ := u.User.Password()
			u.User = url.User(u.User.Username())
			crash(t, serverCrashes, crashed{
				url: u.String(), env: "LINEFEED_PASSWORD=" + password,
				table: func(t *testing.T) [][]string { return d.Query(t, "SELECT id, name, n FROM numbers ORDER BY id") },
				drop: func(t *testing.T) {
					d.Exec(t, "DROP TABLE IF EXISTS numbers")
					d.Exec(t, "DROP TABLE IF EXISTS linefeed_marks")
					d.Exec(t, "CREATE TABLE numbers (id bigint PRIMARY KEY, name varchar(100), n bigint)")
				},
				kill: func(t *testing.T) {
					s.Kill(t)
					s.Start(t)
				},
			})
		}
	}
	t.Run("PostgreSQL", server(testserver.OwnPostgres))
	t.Run("MariaDB", server(testserver.OwnMariaDB))
}

func crash(t *testing.T, times int, db crashed) {
	file := crashFile(t, crashRows)
	// The whole import says what to expect, and how long it takes.
	whole := t.TempDir()
	db.drop(t)
	began := time.Now()
	if out, err := crashCommand(t.Context(), t, whole, db, begin(file, db)...).CombinedOutput(); !status(err, 1) {
		t.Fatalf("%v: %s", err, out)
	}
	takes := time.Since(began)
	want, rejects := db.table(t), rejectedBy(t, whole)
	if len(want) == 0 || len(rejects) == 0 {
		t.Fatalf("%d rows, %d rejects", len(want), len(rejects))
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	kills, resumes, servers := 0, 0, 0
	for n := 0; n < times || resumes == 0 && n < 10*times; n++ {
		dir := t.TempDir()
		db.drop(t)
		killed, began := 0, time.Now()
	runs:
		for {
			args := begin(file, db)
			if j, ok := newest(t, dir); ok {
				if j.State == job.Done { // it was killed after that
					break runs
				}
				args = []string{"resume", j.ID, "--quiet"}
				resumes++
			}
			after := time.Duration(random.Int64N(int64(takes) * 11 / 10))
			if killed == mostKills {
				after = time.Minute
			}
			ctx, cancel := context.WithTimeout(t.Context(), after)
			c := crashCommand(ctx, t, dir, db, args...)
			out, err := c.CombinedOutput()
			wasKilled := ctx.Err() != nil && (c.ProcessState == nil || !c.ProcessState.Exited())
			cancel()
			switch {
			case wasKilled:
				killed, kills = killed+1, kills+1
				if db.kill != nil && random.IntN(3) == 0 {
					db.kill(t)
					servers++
				}
			case status(err, 1):
				if killed == 0 { // the latest whole one, as the machine has other work too
					takes = time.Since(began)
				}
				break runs
			default:
				t.Fatalf("time %d: %v: %v: %s", n, args, err, out)
			}
		}
		if got := db.table(t); !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("time %d: %d rows, want %d", n, len(got), len(want))
		}
		if got := rejectedBy(t, dir); !slices.Equal(got, rejects) {
			t.Fatalf("time %d: %d rejects, want %d:\n%v\n%v", n, len(got), len(rejects), got, rejects)
		}
		if j, _ := newest(t, dir); j.Summary == nil || !j.Summary.Balanced || j.Summary.Read != crashRows || j.Summary.Rejected != int64(len(rejects)) {
			t.Fatalf("time %d: %+v", n, j.Summary)
		}
	}
	if kills == 0 || resumes == 0 {
		t.Error("no import was killed and taken up")
	}
	t.Logf("killed %d times, %d times with the server, taken up %d times", kills, servers, resumes)
}

func begin(file string, db crashed) []string {
	args := []string{"import", file, "--to", db.url, "--table", "numbers", "--quiet"}
	if !strings.Contains(db.url, "://") {
		args = append(args, "--create", "--key", "id", "--type", "id=integer", "--type", "name=text", "--type", "n=integer")
	}
	return args
}

// crashFile makes a file with values that are refused and keys that come twice.
func crashFile(t *testing.T, rows int) string {
	var b bytes.Buffer
	b.WriteString("id,name,n\n")
	for i := 1; i <= rows; i++ {
		id, n := i, strconv.Itoa(i)
		switch {
		case i%500 == 0:
			id = i - 499
		case i%301 == 0:
			n = "none of it"
		}
		fmt.Fprintf(&b, "%d,the name of %d,%s\n", id, i, n)
	}
	path := filepath.Join(t.TempDir(), "numbers.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func crashCommand(ctx context.Context, t *testing.T, dir string, db crashed, args ...string) *exec.Cmd {
	c := command(t, dir, args...)
	own := exec.CommandContext(ctx, c.Path, args...)
	own.Env = append(c.Env, commitEvery+"=3ms", db.env)
	return own
}

// status reports whether a program ended with that status.
func status(err error, want int) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return ok && exit.ExitCode() == want || err == nil && want == 0
}

// newest returns the only job in the home below dir, if it is there.
func newest(t *testing.T, dir string) (job.Job, bool) {
	t.Helper()
	out, err := command(t, dir, "jobs", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job.Job
	if err := json.Unmarshal(out, &jobs); err != nil {
		t.Fatal(err)
	}
	switch len(jobs) {
	case 0:
		return job.Job{}, false
	case 1:
		return jobs[0], true
	}
	t.Fatalf("%d jobs", len(jobs))
	return job.Job{}, false
}

// rejectedBy returns the records that the job below dir rejected, with the reasons, in
// the order of the file.
func rejectedBy(t *testing.T, dir string) (all []string) {
	t.Helper()
	j, ok := newest(t, dir)
	if !ok {
		t.Fatal("there is no job")
	}
	out, err := command(t, dir, "rejects", j.ID, "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(out) {
		var v struct {
			Record       int64
			Code, Column string
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%08d %s %s", v.Record, v.Code, v.Column))
	}
	slices.Sort(all)
	return all
}

func texts(t *testing.T, db *sql.DB, query string) (all [][]string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]string, 3)
		if err := rows.Scan(&row[0], &row[1], &row[2]); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}
