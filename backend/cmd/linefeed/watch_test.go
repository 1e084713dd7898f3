//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// watchKills is how often the program is killed that watches a folder.
const watchKills = 12

// A program that watches a folder and is killed, whenever that is, goes on with the file
// the next time: each is loaded once, and moved.
func TestWatchFolderKilled(t *testing.T) {
	dir := t.TempDir()
	inbox, out := filepath.Join(dir, "in"), filepath.Join(dir, "out.db")
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		text, err := command(t, dir, args...).Output()
		if err != nil && !status(err, 1) {
			t.Fatalf("%v: %v", args, err)
		}
		return string(text)
	}
	source := crashFile(t, crashRows)
	first := struct{ Job string }{}
	if err := json.Unmarshal([]byte(run("import", source, "--to", out, "--table", "numbers", "--create", "--quiet", "--json")), &first); err != nil {
		t.Fatal(err)
	}
	run("profiles", "save", "numbers", "--from", first.Job)
	db, err := sql.Open("sqlite3", out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	want := texts(t, db, "SELECT id, name, n FROM numbers ORDER BY rowid")

	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	left, files, kills, takes := 0, 0, 0, time.Duration(0)
	for kills < watchKills {
		if left == 0 {
			if _, err := db.ExecContext(t.Context(), "DELETE FROM numbers"); err != nil {
				t.Fatal(err)
			}
			files++ // of other contents, so that none is taken for another: blank lines are no records
			if err := os.WriteFile(filepath.Join(inbox, "a.csv"), append(text, strings.Repeat("\n", files)...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		began, after := time.Now(), time.Minute
		if takes > 0 {
			after = time.Duration(random.Int64N(int64(takes)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), after)
		told, err := crashCommand(ctx, t, dir, crashed{}, "watch-folder", inbox, "--profile", "numbers", "--once", "--steady", "1ms").CombinedOutput()
		killed := ctx.Err() != nil
		cancel()
		switch {
		case killed:
			kills++
		case !status(err, 1) && !status(err, 0):
			t.Fatalf("%v: %s", err, told)
		}
		if takes == 0 {
			takes = time.Since(began)
		}
		waiting, err := filepath.Glob(filepath.Join(inbox, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		if left = len(waiting); left == 0 {
			if got := texts(t, db, "SELECT id, name, n FROM numbers ORDER BY rowid"); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("after %d kills %d rows are in the table, want %d", kills, len(got), len(want))
			}
		}
	}
	if failed, err := filepath.Glob(filepath.Join(inbox, "failed", "*")); err != nil || len(failed) > 0 {
		t.Errorf("failed: %v, %v", failed, err)
	}
	done, err := filepath.Glob(filepath.Join(inbox, "done", "*.csv.summary.json"))
	if err != nil || len(done) < files-1 || files < 2 {
		t.Errorf("of %d files done are %v, %v", files, done, err)
	}
}
