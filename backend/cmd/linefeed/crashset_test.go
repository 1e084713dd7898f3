//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linefeed/backend/job"
)

// setCrashes is how many sets are killed at random moments, each until it is done.
const setCrashes = 5

// A set that is killed at any moment, within a file or between two, and taken up as a
// whole loads every record of every file once.
func TestCrashOfASet(t *testing.T) {
	const files, rows = 5, 1500
	folder := t.TempDir()
	for i := range files {
		var b strings.Builder
		b.WriteString("id,n\n")
		for k := range rows {
			fmt.Fprintf(&b, "%d,%d\n", i*rows+k, k)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("part%d.csv", i)), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	kills, resumes := 0, 0
	takes := time.Second
	for n := 0; n < setCrashes || resumes == 0 && n < 10*setCrashes; n++ {
		dir := t.TempDir()
		db := crashed{url: filepath.Join(dir, "out.db")}
		killed := 0
		for began := time.Now(); ; {
			args := []string{"import", folder, "--to", db.url, "--table", "numbers", "--create", "--quiet"}
			if set, done := setOf(t, dir); done {
				break
			} else if set != "" {
				args = []string{"resume", set, "--quiet"}
				resumes++
			}
			after := time.Duration(random.Int64N(int64(takes)))
			if n == 0 || killed == mostKills { // the first says how long it takes
				after = time.Minute
			}
			ctx, cancel := context.WithTimeout(t.Context(), after)
			c := crashCommand(ctx, t, dir, db, args...)
			out, err := c.CombinedOutput()
			wasKilled := ctx.Err() != nil && (c.ProcessState == nil || !c.ProcessState.Exited())
			cancel()
			if wasKilled {
				killed, kills = killed+1, kills+1
				continue
			}
			if !status(err, 0) {
				t.Fatalf("time %d: %v: %v: %s", n, args, err, out)
			}
			if killed == 0 { // the latest whole one, as the machine has other work too
				takes = time.Since(began)
			}
		}
		c, err := sql.Open("sqlite3", db.url)
		if err != nil {
			t.Fatal(err)
		}
		got := texts(t, c, "SELECT count(*), count(DISTINCT id), sum(id) FROM numbers")
		c.Close()
		const all = files * rows
		if want := fmt.Sprint([][]string{{fmt.Sprint(all), fmt.Sprint(all), fmt.Sprint(all * (all - 1) / 2)}}); fmt.Sprint(got) != want {
			t.Fatalf("time %d: %v, want %s", n, got, want)
		}
	}
	if kills == 0 || resumes == 0 {
		t.Error("no set was killed and taken up")
	}
	t.Logf("killed %d times, taken up %d times", kills, resumes)
}

// setOf returns the set in the home below dir, "" for none, and whether all of it is done.
func setOf(t *testing.T, dir string) (id string, done bool) {
	t.Helper()
	out, err := command(t, dir, "jobs", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job.Job
	if err := json.Unmarshal(out, &jobs); err != nil {
		t.Fatal(err)
	}
	done = len(jobs) > 0
	for _, j := range jobs {
		id, done = j.Set, done && j.State == job.Done
	}
	return id, done
}
