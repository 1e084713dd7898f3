package sqlite_test

import (
	"linefeed/backend/target/targettest"

	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
)

// Commits are durable and foreign keys enforced: in a new file, in an existing one,
// and in one with a write-ahead log.
func TestCommitsAreDurable(t *testing.T) {
	for name, make := range map[string]string{"made": "", "there": "CREATE TABLE u (a)", "with a log": "PRAGMA journal_mode = WAL; CREATE TABLE u (a)"} {
		t.Run(name, func(t *testing.T) {
			f := newFile(t)
			if make != "" {
				f.Exec(t, make)
			}
			db, err := sqlite.Open(t.Context(), f.path, sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			w, err := targettest.Begin(t.Context(), db, createPlan())
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			const extra = 3
			for pragma, want := range map[string]int{"synchronous": extra, "foreign_keys": 1} {
				if got, err := db.Setting(t.Context(), pragma); err != nil || got != want {
					t.Errorf("%s is %d, %v, want %d", pragma, got, err, want)
				}
			}
			if _, err := targettest.Begin(t.Context(), db, load.Layout{Plan: load.Plan{Table: "u"}}); err == nil {
				t.Error("two loads at the same time")
			}
		})
	}
}
