package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// older makes a store of an earlier version, as that version made it, and returns
// its folder.
func older(t *testing.T, version int) (home string) {
	t.Helper()
	home = t.TempDir()
	statements, err := os.ReadFile(fmt.Sprintf("testdata/v%d.sql", version))
	if err != nil {
		t.Fatal(err)
	}
	execIn(t, filepath.Join(home, fileName), "PRAGMA journal_mode = WAL", string(statements))
	return home
}

// execIn runs statements in the file at path, without the store.
func execIn(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// schemaOf describes the tables and indexes of the file at path, column by column.
func schemaOf(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `
		SELECT o.type, o.name, o.tbl_name, ifnull(c.name, ''), ifnull(c.type, ''), ifnull(c."notnull", ''), ifnull(c.dflt_value, ''), ifnull(c.pk, '')
		FROM sqlite_schema o LEFT JOIN pragma_table_xinfo(o.name) c ORDER BY o.name, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := scanAll(rows, func(r *sql.Rows) (string, error) {
		var f [8]string
		err := r.Scan(&f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7])
		return strings.Join(f[:], " "), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// keptIn checks that the store has what the stores of testdata have.
func keptIn(t *testing.T, s *Store) {
	t.Helper()
	page, err := s.Rejects(t.Context(), RejectQuery{Job: "a"})
	if err != nil || len(page.Rejects) != 1 || page.Rejects[0].Message != "not a number" || page.Rejects[0].Hint != "mend it" {
		t.Errorf("%+v, %v", page, err)
	}
	if j, err := s.Job(t.Context(), "a"); err != nil || j.State != "done" || j.File != "a.csv" {
		t.Errorf("%+v, %v", j, err)
	}
	if _, err := s.Connections(t.Context()); err != nil {
		t.Error(err)
	}
}

// A store of an earlier version is brought up to date with all that it keeps: it
// then has the tables of a new one. The copy is as the store was.
func TestOlderStore(t *testing.T) {
	fresh := t.TempDir()
	open(t, fresh)
	want := schemaOf(t, filepath.Join(fresh, fileName))
	for version := 1; version <= 3; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			home := older(t, version)
			path := filepath.Join(home, fileName)
			was := schemaOf(t, path)
			for range 2 { // brought up to date, and as it is then
				s := open(t, home)
				keptIn(t, s)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if got := schemaOf(t, path); got != want {
				t.Errorf("the tables are\n%s\nwant those of a new store:\n%s", got, want)
			}
			kept := fmt.Sprint(path, copyInfix, version)
			if version == len(steps) {
				if _, err := os.Stat(kept); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("a copy of what did not change: %v", err)
				}
				return
			}
			if got := schemaOf(t, kept); got != was {
				t.Errorf("the copy has the tables\n%s\nwant\n%s", got, was)
			}
			execIn(t, kept, "UPDATE jobs SET file = 'restored.csv'") // and so has its rows
			if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the copy: %v, %v", info.Mode(), err)
			}
		})
	}
}

// Copies go once they are old; nothing else does.
func TestOldCopies(t *testing.T) {
	home := t.TempDir()
	old := time.Now().Add(-keepCopyFor - time.Hour)
	for name, at := range map[string]time.Time{".v1": old, ".v2": time.Now(), ".vault": old, ".v": old} {
		path := filepath.Join(home, fileName+name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, home)
	left, err := filepath.Glob(filepath.Join(home, fileName+".v*"))
	if got := strings.ReplaceAll(strings.Join(left, " "), filepath.Join(home, fileName), ""); err != nil || got != ".v .v2 .vault" {
		t.Errorf("left are %s, %v", got, err)
	}
}

// A newer store is refused in words, and stays as it is to the last byte.
func TestNewerStore(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	execIn(t, path, "CREATE TABLE t (a)", fmt.Sprintf("PRAGMA user_version = %d", len(steps)+1))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), home, filepath.Join(home, "run"))
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "use the newer version") {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was written to: %v", err)
	}
}

// Processes that open an older store at the same time bring it up to date once.
func TestMigrateAtTheSameTime(t *testing.T) {
	home := older(t, 1)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "STORE_TEST_USE="+home)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	keptIn(t, open(t, home))
	if left, err := filepath.Glob(filepath.Join(home, fileName+".v*")); err != nil || len(left) != 1 {
		t.Errorf("the copies are %v, %v", left, err)
	}
}

// runOlder is a process of the version before this one: it starts a job, which goes on
// for as long as standard input is open, and then is done.
func runOlder(home string) {
	steps = steps[:len(steps)-1]
	s, err := Open(context.Background(), home, filepath.Join(home, "run"))
	if err == nil {
		err = s.AddJob(context.Background(), Job{ID: "old", State: "running", File: "old.csv", Request: "{}"})
	}
	fmt.Println(err)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err == nil {
		err = errors.Join(s.UpdateJob(context.Background(), Job{ID: "old", State: "done"}), s.Close())
	}
	fmt.Println(err)
	os.Exit(0)
}

// While a process of an older version has the store open, a newer one leaves it as it is
// and says what to close. The older one goes on undisturbed, and once it has ended the
// store is brought up to date, with all that it has written.
func TestOlderProcess(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_OLDER="+home)
	in, inErr := cmd.StdinPipe()
	out, err := cmd.StdoutPipe()
	if err := errors.Join(inErr, err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // or it has ended
		_ = cmd.Wait()
	})
	said := func() {
		t.Helper()
		var said string
		if _, err := fmt.Fscanln(out, &said); err != nil || said != "<nil>" {
			t.Fatalf("the older process says %q, %v", said, err)
		}
	}
	said()
	was := schemaOf(t, path)

	_, err = Open(t.Context(), home, filepath.Join(home, "run"))
	if !errors.Is(err, errOlder) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "close it") {
		t.Errorf("%v", err)
	}
	if got := schemaOf(t, path); got != was {
		t.Errorf("the tables are\n%s\nwhile they are used as\n%s", got, was)
	}
	if all, err := filepath.Glob(path + copyInfix + "*"); err != nil || len(all) > 0 {
		t.Errorf("the copies are %v, %v", all, err)
	}

	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	said()
	s := open(t, home)
	if j, err := s.Job(t.Context(), "old"); err != nil || j.State != "done" {
		t.Errorf("%+v, %v", j, err)
	}
	if got := schemaOf(t, path); got == was {
		t.Error("it was not brought up to date")
	}
}

// A process that has found an older store, while another one was faster and goes on to use it,
// takes it as it is by then.
func TestBroughtUpToDateByAnother(t *testing.T) {
	home := t.TempDir()
	open(t, home)
	if err := bringUpToDate(t.Context(), filepath.Join(home, fileName)); err != nil {
		t.Error(err)
	}
}

// migrateForEver migrates a store by a step that never ends, until it is killed.
func migrateForEver(home string) {
	steps = append(steps, step{"for ever", `CREATE TABLE half (x);
		INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT randomblob(1000) FROM n`})
	_, err := Open(context.Background(), home, filepath.Join(home, "run"))
	fmt.Println(err)
	os.Exit(1)
}

// A process that is killed while it migrates leaves the store as it was, and the
// next one migrates it.
func TestKilledWhileMigrating(t *testing.T) {
	home := older(t, 1)
	path := filepath.Join(home, fileName)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_MIGRATE="+home)
	var said bytes.Buffer
	cmd.Stdout = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for tick, begun := time.Tick(time.Millisecond), time.Now(); ; <-tick { // until half of the step is in the log
		if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 4<<20 {
			break
		}
		if time.Since(begun) > time.Minute {
			_ = cmd.Process.Kill()
			t.Fatalf("it does not migrate: %s", said.String())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	part := path + copyInfix + "1" + partSuffix
	if err := os.WriteFile(part, []byte("half a copy"), 0o600); err != nil { // as when it is killed earlier
		t.Fatal(err)
	}

	s := open(t, home)
	keptIn(t, s)
	if n, err := s.version(t.Context(), s.db); err != nil || n != len(steps) {
		t.Errorf("version %d, %v", n, err)
	}
	var half int
	if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&half); err != nil || half != 0 {
		t.Errorf("half a step is left: %d, %v", half, err)
	}
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a copy is left: %v", err)
	}
}
