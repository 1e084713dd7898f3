//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// storedCrashes is how many imports that keep no marks in their database are killed at
// random moments.
const storedCrashes = 8

// An import that keeps nothing in its database, killed at any moment, goes on after the mark
// in the program's own store. Where it was killed in a commit it says which records are in
// doubt, and they all are in the table or none is: who looks settles it. Nothing is lost,
// nothing doubled, and nothing of the program's is ever in the database.
func TestCrashWithMarksInStore(t *testing.T) {
	file := crashFile(t, crashRows)
	// Without a key, so that what is loaded twice is there twice.
	eachHeld(t, "CREATE TABLE numbers (id bigint, name varchar(100), n bigint)", func(t *testing.T, db held) {
		begin := []string{"import", file, "--to", db.url, "--table", "numbers", "--marks", "store", "--json"}
		whole := t.TempDir()
		began := time.Now()
		db.run(t, whole, 1, begin...)
		takes := time.Since(began)
		all := "SELECT id, name, n FROM numbers ORDER BY id, name"
		want, rejects := db.rows(t, all), rejectedBy(t, whole)
		random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		kills, doubts := 0, 0
		for n := 0; n < storedCrashes || kills == 0; n++ {
			dir := t.TempDir()
			db.exec(t, "DELETE FROM numbers")
			args, word := begin, ""
			for killed := 0; ; {
				if j, ok := newest(t, dir); ok {
					if j.State == job.Done {
						break
					}
					if args = []string{"resume", j.ID, "--json"}; word != "" {
						args = append(args, "--unsure", word)
						word = "" // it is of one doubt
					}
				}
				after := time.Duration(random.Int64N(int64(takes) * 11 / 10))
				if killed == mostKills {
					after = time.Minute
				}
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), after)
				c := crashCommand(ctx, t, dir, db.crashed, args...)
				out, err := c.Output()
				wasKilled := ctx.Err() != nil && (c.ProcessState == nil || !c.ProcessState.Exited())
				cancel()
				db.wantNothingOwn(t)
				if wasKilled {
					killed, kills = killed+1, kills+1
					continue
				}
				if status(err, 1) {
					if killed == 0 {
						takes = min(takes, time.Since(began))
					}
					break
				}
				in, ok := doubtIn(out)
				if !ok {
					t.Fatalf("time %d: %v: %v: %s", n, args, err, out)
				}
				word, doubts = db.look(t, want, in), doubts+1
			}
			if got := db.rows(t, all); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("time %d: %d rows, want %d", n, len(got), len(want))
			}
			if got := rejectedBy(t, dir); !slices.Equal(got, rejects) {
				t.Fatalf("time %d: %d rejects, want %d", n, len(got), len(rejects))
			}
			if j, _ := newest(t, dir); j.Summary == nil || !j.Summary.Balanced || j.Summary.Read != crashRows || j.Summary.Inserted != int64(len(want)) {
				t.Fatalf("time %d: %+v", n, j.Summary)
			}
		}
		t.Logf("killed %d times, and %d times records were in doubt", kills, doubts)
	})
}

// An import that keeps nothing in its database, killed while the database commits, is in
// doubt about the records of that commit, and about no other.
func TestCrashInACommit(t *testing.T) {
	const rows = 1_000
	file := crashFile(t, rows)
	eachHeld(t, "CREATE TABLE numbers (id bigint, name varchar(100), n bigint)", func(t *testing.T, db held) {
		begin := []string{"import", file, "--to", db.url, "--table", "numbers", "--marks", "store", "--json"}
		db.run(t, t.TempDir(), 1, begin...)
		all := "SELECT id, name, n FROM numbers ORDER BY id, name"
		want := db.rows(t, all)
		db.exec(t, "DELETE FROM numbers")

		dir := t.TempDir()
		db.commits.hold(t)
		db.killWhen(t, dir, func() bool { return db.commits.waits(t) }, begin...)
		db.commits.open(t)
		j, _ := newest(t, dir)
		out, err := crashCommand(t.Context(), t, dir, db.crashed, "resume", j.ID, "--json").Output()
		in, ok := doubtIn(out)
		if !ok || !status(err, 64) {
			t.Fatalf("nothing is in doubt: %v: %s", err, out)
		}
		db.run(t, dir, 1, "resume", j.ID, "--unsure", db.look(t, want, in), "--json")
		if got := db.rows(t, all); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%d rows, want %d", len(got), len(want))
		}
		if j, _ := newest(t, dir); !j.Summary.Balanced || j.Summary.Read != rows || j.Summary.Inserted != int64(len(want)) {
			t.Errorf("%+v", j.Summary)
		}
		db.wantNothingOwn(t)
	})
}

// doubtIn returns the records that a resumed import says are in doubt.
func doubtIn(summary []byte) (in [2]int, ok bool) {
	var s job.Summary
	if json.Unmarshal(summary, &s) != nil {
		return in, false
	}
	for _, r := range s.Reasons {
		if r.MessageID == "doubt" {
			text, err := json.Marshal(r.Params)
			var p struct{ From, To int }
			if err == nil && json.Unmarshal(text, &p) == nil {
				return [2]int{p.From, p.To}, p.From > 0
			}
		}
	}
	return in, false
}

// look returns what the records that are in doubt are to count as, by what is in the table:
// all that comes before them, and of them all or nothing.
func (db held) look(t *testing.T, want [][]string, in [2]int) string {
	t.Helper()
	there := map[string]bool{} // by the names, which have the number of the record
	for _, row := range db.rows(t, "SELECT id, name, n FROM numbers") {
		if there[row[1]] {
			t.Fatalf("%v is there twice", row)
		}
		there[row[1]] = true
	}
	found, records := 0, 0
	for _, row := range want {
		var n int
		if _, err := fmt.Sscanf(row[1], "the name of %d", &n); err != nil {
			t.Fatal(err)
		}
		switch {
		case n < in[0] && !there[row[1]], n > in[1] && there[row[1]]:
			t.Fatalf("records %d to %d are in doubt, and %s is there: %v", in[0], in[1], row[1], there[row[1]])
		case n >= in[0] && n <= in[1]:
			if records++; there[row[1]] {
				found++
			}
		}
	}
	switch found {
	case 0:
		return "open"
	case records:
		return "loaded"
	}
	t.Fatalf("of %d records that are in doubt, %d are there", records, found)
	return ""
}

// With a rule for keys that are there, nothing is asked.
func TestCrashWithMarksInStoreAndKeys(t *testing.T) {
	file := crashFile(t, crashRows)
	eachHeld(t, "CREATE TABLE numbers (id varchar(20) NOT NULL PRIMARY KEY, name varchar(100), n bigint)", func(t *testing.T, db held) {
		all := "SELECT id, name, n FROM numbers ORDER BY id"
		begin := []string{"import", file, "--to", db.url, "--table", "numbers", "--marks", "store", "--on-conflict", string(load.ConflictUpdate), "--quiet"}
		began := time.Now()
		db.run(t, t.TempDir(), 1, begin...)
		takes, want := time.Since(began), db.rows(t, all)
		random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		for n := range storedCrashes {
			dir := t.TempDir()
			db.exec(t, "DELETE FROM numbers")
			args := begin
			for kills := 0; ; kills++ {
				after := time.Duration(random.Int64N(int64(takes)))
				if kills == mostKills {
					after = time.Minute
				}
				ctx, cancel := context.WithTimeout(t.Context(), after)
				c := crashCommand(ctx, t, dir, db.crashed, args...)
				out, err := c.CombinedOutput()
				wasKilled := ctx.Err() != nil && (c.ProcessState == nil || !c.ProcessState.Exited())
				cancel()
				j, ok := newest(t, dir)
				if !wasKilled && !status(err, 1) {
					t.Fatalf("time %d: %v: %v: %s", n, args, err, out)
				}
				if ok && j.State == job.Done {
					break
				}
				if ok {
					args = []string{"resume", j.ID, "--quiet"}
				}
			}
			if got := db.rows(t, all); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("time %d: %d rows, want %d", n, len(got), len(want))
			}
			if j, _ := newest(t, dir); !j.Summary.Balanced || j.Summary.Read != crashRows || j.Summary.Rejected != crashRows/301-crashRows/(301*500) {
				t.Fatalf("time %d: %+v", n, j.Summary)
			}
			db.wantNothingOwn(t)
		}
	})
}
