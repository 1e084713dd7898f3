//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// An undoing that is killed in the middle has done nothing; taken up again it leaves the
// table as it was before the import.
func TestCrashOfAnUndo(t *testing.T) {
	eachHeld(t, "CREATE TABLE numbers (id bigint PRIMARY KEY, name varchar(20), n bigint)", func(t *testing.T, db held) {
		var old, text strings.Builder
		for i := 1; i <= 600; i++ {
			fmt.Fprintf(&old, ", (%d, 'old', %d)", i, i)
		}
		text.WriteString("id,name,n\n")
		for i := 401; i <= 1000; i++ {
			fmt.Fprintf(&text, "%d,new,%d\n", i, -i)
		}
		db.exec(t, "INSERT INTO numbers VALUES "+old.String()[2:])
		file := filepath.Join(t.TempDir(), "numbers.csv")
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		table := func() [][]string { return db.rows(t, "SELECT id, name, n FROM numbers ORDER BY id") }
		before := table()
		for _, event := range []string{"DELETE", "UPDATE"} {
			t.Run(event, func(t *testing.T) {
				dir := t.TempDir()
				db.run(t, dir, 0, "import", file, "--to", db.url, "--table", "numbers", "--on-conflict", "update", "--keep-undo", "--quiet")
				loaded := table()
				var jobs []job.Job
				db.json(t, dir, &jobs, 0, "jobs", "--json")
				id := jobs[0].ID
				db.hold(t, event, map[string]int{"DELETE": 800, "UPDATE": 500}[event])
				db.killHeld(t, dir, func() bool { return true }, "undo", id)
				if got := table(); !slices.EqualFunc(got, loaded, slices.Equal) {
					t.Errorf("after the kill the table has other rows, %d of them", len(got))
				}
				if db.json(t, dir, &jobs, 0, "jobs", "--json"); !jobs[0].Undoable || jobs[0].Undone != nil {
					t.Errorf("%+v", jobs[0])
				}
				var would, did load.Undoing
				db.json(t, dir, &would, 0, "undo", id, "--dry-run", "--json")
				db.json(t, dir, &did, 0, "undo", id, "--json")
				if would.Removed != 400 || would.Restored != 200 || !would.Whole() || did.Removed != 400 || did.Restored != 200 || !did.Whole() {
					t.Errorf("undoing would be %+v, and was %+v", would, did)
				}
				if got := table(); !slices.EqualFunc(got, before, slices.Equal) {
					t.Errorf("the table is not as it was: %d rows, want %d", len(got), len(before))
				}
				db.wantNothingOwn(t)
				db.forgetHold(t)
			})
		}
	})
}
