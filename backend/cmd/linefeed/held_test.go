//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"linefeed/backend/target/testserver"
)

// A held database has a table, numbers, with a trigger that holds what is done to one of
// its rows, so that a program can be killed in the middle of it.
type held struct {
	crashed
	exec func(t *testing.T, statement string)
	rows func(t *testing.T, query string) [][]string // of three columns
	own  string                                      // a query for the number of the program's own tables

	// hold has what an event (INSERT, UPDATE or DELETE) does to the row with an id wait for
	// ever, or for release. reached reports whether it does.
	hold func(t *testing.T, event string, id int)
	// forgetHold removes the trigger.
	reached    func(t *testing.T) bool
	release    func(t *testing.T)
	forgetHold func(t *testing.T)

	commits gate
}

// A gate holds what comes to it from hold to free; waits reports whether something does.
type gate struct {
	hold, free func(t *testing.T)
	waits      func(t *testing.T) bool
}

// open frees what waits, and returns when it is through: a server ends the commit of a
// client that is gone.
func (g gate) open(t *testing.T) {
	t.Helper()
	g.free(t)
	for g.waits(t) {
		time.Sleep(time.Millisecond)
	}
}

// eachHeld runs a test with each kind of database, whose table is made by a statement.
func eachHeld(t *testing.T, create string, test func(t *testing.T, db held)) {
	t.Run("SQLite", func(t *testing.T) {
		db := heldSQLite(t)
		db.exec(t, create)
		test(t, db)
	})
	for _, server := range []struct {
		name  string
		start func(testing.TB) *testserver.Server
		held  func(t *testing.T, d *testserver.Database) held
	}{{"PostgreSQL", testserver.Postgres, heldPostgres}, {"MariaDB", testserver.MariaDB, heldMariaDB}} {
		t.Run(server.name, func(t *testing.T) {
			d := server.start(t).Database(t)
			u, err := url.Parse(d.URL())
			if err != nil {
				t.Fatal(err)
			}
			password, _ := u.User.Password()
			u.User = url.User(u.User.Username())
			db := server.held(t, d)
			db.url, db.env, db.exec, db.rows = u.String(), "LINEFEED_PASSWORD="+password, d.Exec, d.Query
			db.exec(t, create)
			test(t, db)
		})
	}
}

func heldSQLite(t *testing.T) held {
	path := filepath.Join(t.TempDir(), "out.db")
	c, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	probe, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { probe.Close() })
	exec := func(t *testing.T, statement string) {
		t.Helper()
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return held{
		crashed: crashed{url: path}, exec: exec,
		rows: func(t *testing.T, query string) [][]string { return texts(t, c, query) },
		own:  "SELECT count(*), 0, 0 FROM sqlite_schema WHERE name LIKE 'linefeed%'",
		hold: func(t *testing.T, event string, id int) {
			exec(t, "CREATE VIEW endless AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c")
			exec(t, fmt.Sprintf("CREATE TRIGGER hold BEFORE %s ON numbers WHEN %s.id = %d BEGIN SELECT count(*) FROM endless; END", event, rowOf(event), id))
		},
		reached: func(t *testing.T) bool { // or it soon is, and does not come further
			_, err := probe.ExecContext(t.Context(), "BEGIN IMMEDIATE; ROLLBACK")
			return err != nil
		},
		release:    func(t *testing.T) { exec(t, "DROP TRIGGER hold; DROP VIEW endless") },
		forgetHold: func(*testing.T) {},
		commits:    sqliteCommits(path, probe),
	}
}

func heldPostgres(t *testing.T, d *testserver.Database) held {
	lock := heldLock(t, d)
	return held{
		own: "SELECT count(*), 0, 0 FROM pg_tables WHERE tablename LIKE 'linefeed%'",
		hold: func(t *testing.T, event string, id int) {
			d.Exec(t, "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN coalesce(NEW, OLD); END'")
			d.Exec(t, fmt.Sprintf("CREATE TRIGGER hold BEFORE %s ON numbers FOR EACH ROW WHEN (%s.id = %d) EXECUTE FUNCTION hold()", event, rowOf(event), id))
			lock(t, "SELECT pg_advisory_lock(7)")
		},
		reached: func(t *testing.T) bool {
			return d.Query(t, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")[0][0] != "0"
		},
		release:    func(t *testing.T) { lock(t, "SELECT pg_advisory_unlock(7)") },
		forgetHold: func(t *testing.T) { d.Exec(t, "DROP TRIGGER hold ON numbers; DROP FUNCTION hold") },
		commits:    postgresCommits(d),
	}
}

func heldMariaDB(t *testing.T, d *testserver.Database) held {
	lock := heldLock(t, d)
	return held{
		own: "SELECT count(*), 0, 0 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'linefeed%'",
		hold: func(t *testing.T, event string, id int) {
			d.Exec(t, fmt.Sprintf("CREATE TRIGGER hold BEFORE %s ON numbers FOR EACH ROW IF %s.id = %d THEN DO GET_LOCK('hold', 600); END IF", event, rowOf(event), id))
			lock(t, "SELECT GET_LOCK('hold', 0)")
		},
		reached: func(t *testing.T) bool {
			return d.Query(t, "SELECT count(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'")[0][0] != "0"
		},
		release:    func(t *testing.T) { lock(t, "SELECT RELEASE_LOCK('hold')") },
		forgetHold: func(t *testing.T) { d.Exec(t, "DROP TRIGGER hold") },
		commits: gate{
			hold: func(t *testing.T) {
				for _, stage := range []string{"START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"} {
					lock(t, "BACKUP STAGE "+stage)
				}
			},
			waits: func(t *testing.T) bool {
				return d.Query(t, "SELECT count(*), 0, 0 FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for backup lock'")[0][0] != "0"
			},
			free: func(t *testing.T) { lock(t, "BACKUP STAGE END") },
		},
	}
}

// sqliteCommits returns what holds the commits of other processes: a reader, for whose end
// they wait.
func sqliteCommits(path string, db *sql.DB) gate {
	var reader *sql.Tx
	var file *os.File
	return gate{
		hold: func(t *testing.T) {
			var err error
			if file, err = os.Open(path); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { file.Close() }) // which frees all locks of this process on it
			if reader, err = db.BeginTx(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := reader.QueryRowContext(t.Context(), "SELECT count(*) FROM numbers").Scan(&n); err != nil {
				t.Fatal(err)
			}
		},
		waits: func(t *testing.T) bool {
			// Whoever is about to write lets no more readers in: https://www.sqlite.org/lockingv3.html
			lock := syscall.Flock_t{Type: syscall.F_RDLCK, Start: 0x40000000, Len: 1} // PENDING_BYTE
			if err := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &lock); err != nil {
				t.Fatal(err)
			}
			return lock.Type != syscall.F_UNLCK
		},
		free: func(t *testing.T) {
			if err := reader.Rollback(); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// postgresCommits returns what holds the commits of all sessions: they wait for a standby
// server that there is not.
func postgresCommits(d *testserver.Database) gate {
	free := func(t *testing.T) {
		d.Exec(t, "ALTER SYSTEM RESET synchronous_standby_names")
		d.Exec(t, "SELECT pg_reload_conf()")
	}
	return gate{
		hold: func(t *testing.T) {
			t.Cleanup(func() { free(t) })
			d.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
			d.Exec(t, "SELECT pg_reload_conf()")
			// The server takes it up when it comes to it: it has when a commit is held.
			for ctx := t.Context(); ; {
				within, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
				_, err := d.SQL().ExecContext(within, "COMMENT ON TABLE numbers IS 'held'")
				cancel()
				if err != nil {
					if !errors.Is(within.Err(), context.DeadlineExceeded) {
						t.Fatal(err)
					}
					return
				}
			}
		},
		waits: func(t *testing.T) bool {
			return d.Query(t, "SELECT count(*), 0, 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query NOT LIKE 'COMMENT%'")[0][0] != "0"
		},
		free: free,
	}
}

// heldLock returns what runs statements about a lock, all on one connection.
func heldLock(t *testing.T, d *testserver.Database) func(t *testing.T, statement string) {
	c, err := d.SQL().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return func(t *testing.T, statement string) {
		t.Helper()
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// rowOf is what a trigger calls the row that an event is about.
func rowOf(event string) string {
	if event == "INSERT" {
		return "NEW"
	}
	return "OLD"
}

// killHeld starts the program, kills it once it is held, and releases the row.
func (db held) killHeld(t *testing.T, dir string, also func() bool, args ...string) {
	t.Helper()
	db.killWhen(t, dir, func() bool { return also() && db.reached(t) }, args...)
	db.release(t)
}

// killWhen starts the program, and kills it once something is so.
func (db held) killWhen(t *testing.T, dir string, so func() bool, args ...string) {
	t.Helper()
	c := crashCommand(t.Context(), t, dir, db.crashed, args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case err := <-ended:
			t.Fatalf("it was not held: %v: %s", err, &out)
		case <-tick.C:
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; c.ProcessState.Exited() {
		t.Fatalf("it was not killed: %v: %s", err, &out)
	}
}

// run runs the program to its end, and returns what it writes: to standard output, where
// it does not fail.
func (db held) run(t *testing.T, dir string, want int, args ...string) []byte {
	t.Helper()
	c := crashCommand(t.Context(), t, dir, db.crashed, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if !status(err, want) {
		t.Fatalf("%q: %v, want status %d: %s%s", args, err, want, out, &stderr)
	}
	if want > 1 {
		return stderr.Bytes()
	}
	return out
}

// json is run, for what it writes as JSON.
func (db held) json(t *testing.T, dir string, to any, want int, args ...string) {
	t.Helper()
	out := db.run(t, dir, want, args...)
	if err := json.Unmarshal(out, to); err != nil {
		t.Fatalf("%q: %v: %s", args, err, out)
	}
}

// wantNothingOwn checks that the program has left no table of its own.
func (db held) wantNothingOwn(t *testing.T) {
	t.Helper()
	if n := db.rows(t, db.own)[0][0]; n != "0" {
		t.Errorf("%s tables of the program are left", n)
	}
}
