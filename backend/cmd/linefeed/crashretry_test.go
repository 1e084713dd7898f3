//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// A retry that is killed, before its first commit or between two, and goes on, or is
// followed by another one, loads every reject once, and what was closed stays so.
func TestCrashOfARetry(t *testing.T) {
	const rejects = 40
	var text strings.Builder
	text.WriteString("id,name,n\n0,good,0\n")
	for i := 1; i <= rejects; i++ {
		fmt.Fprintf(&text, "%d,%s,x\n", i, strings.Repeat("long ", 20_000)) // a few of them are a batch
	}
	file := filepath.Join(t.TempDir(), "numbers.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	// Without a key, so that what is loaded twice is there twice.
	eachHeld(t, "CREATE TABLE numbers (id bigint, name text, n bigint)", func(t *testing.T, db held) {
		if strings.HasPrefix(db.url, "mysql") {
			db.exec(t, "ALTER TABLE numbers MODIFY name longtext")
		}
		count := func() int {
			n, err := strconv.Atoi(db.rows(t, "SELECT count(*), 0, 0 FROM numbers")[0][0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, at := range []int{3, 35} {
			for _, how := range []string{"resume", "retry"} {
				t.Run(fmt.Sprintf("%s after %d", how, at), func(t *testing.T) {
					dir := t.TempDir()
					db.run(t, dir, 1, "import", file, "--to", db.url, "--table", "numbers", "--quiet")
					var jobs []job.Job
					db.json(t, dir, &jobs, 0, "jobs", "--json")
					of := jobs[0].ID
					db.run(t, dir, 0, "dismiss", of, "--id", "1")
					db.run(t, dir, 0, "retry", of, "--id", "2", "--set", "n=2", "--quiet")
					db.hold(t, "INSERT", at)
					db.killHeld(t, dir, func() bool { return at == 3 || count() > 2 }, "retry", of, "--set", "n=7", "--quiet")
					left := rejects + 1 - count()
					db.json(t, dir, &jobs, 0, "jobs", "--json")
					killed := jobs[0]
					if killed.State != job.Interrupted || !killed.Resumable {
						t.Errorf("it is %s, resumable: %v", killed.State, killed.Resumable)
					}
					var s job.Summary
					if how == "resume" {
						db.json(t, dir, &s, 0, "resume", killed.ID, "--json")
						if s.Read != rejects-2 || s.Inserted != rejects-2 || s.State != job.Done {
							t.Errorf("%+v", s)
						}
					} else {
						db.json(t, dir, &s, 0, "retry", of, "--set", "n=7", "--json")
						if s.Read != int64(left)-1 || s.Inserted != s.Read {
							t.Errorf("%+v, %d were left, and one dismissed", s, left)
						}
						if said := string(db.run(t, dir, 2, "resume", killed.ID)); !strings.Contains(said, "retry the rejects of job "+of) {
							t.Errorf("%s", said)
						}
					}
					if !s.Balanced || s.Open == nil || *s.Open != 0 {
						t.Errorf("%+v", s)
					}
					db.wantRetried(t, dir, of, rejects)
					db.wantNothingOwn(t)
					db.forgetHold(t)
					db.exec(t, "DELETE FROM numbers")
				})
			}
		}
	})
}

// wantRetried checks that each reject of a job but the first, which was dismissed, is
// loaded, once.
func (db held) wantRetried(t *testing.T, dir, of string, rejects int) {
	t.Helper()
	rows := db.rows(t, "SELECT id, count(*), sum(n) FROM numbers GROUP BY id ORDER BY id")
	want := [][]string{{"0", "1", "0"}, {"2", "1", "2"}}
	for i := 3; i <= rejects; i++ {
		want = append(want, []string{strconv.Itoa(i), "1", "7"})
	}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("the table has %v", rows)
	}
	type reject struct {
		State  string
		Closed *struct{ Job string }
	}
	var all []reject
	for line := range strings.Lines(string(db.run(t, dir, 0, "rejects", of, "--format", "json"))) {
		var v reject
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, v)
	}
	for i, v := range all {
		want := "loaded"
		if i == 0 {
			want = "dismissed"
		}
		if v.State != want || v.Closed == nil {
			t.Errorf("reject %d is %s, want %s", i+1, v.State, want)
		}
	}
	if len(all) != rejects {
		t.Errorf("%d rejects", len(all))
	}
}
