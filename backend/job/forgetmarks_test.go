package job

import (
	"errors"
	"os"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/mend"
)

// A job that is forgotten leaves no marks in the database; where that can't be reached,
// that is told, and the job forgotten all the same.
func TestForgetRemovesMarks(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", rows(halfRows, 100)), b.path("out.db")
	j := b.half(file)
	if err := b.runner.Forget(t.Context(), j.ID); err != nil {
		t.Error(err)
	}
	if n := b.count(db, "linefeed_marks"); n != -1 {
		t.Errorf("%d marks are left", n)
	}
	if n := b.count(db, "t"); int64(n) != j.Summary.Inserted {
		t.Errorf("%d rows, %d were loaded", n, j.Summary.Inserted)
	}
	if _, err := b.runner.Job(t.Context(), j.ID); !errors.Is(err, ErrNoJob) {
		t.Errorf("it is there: %v", err)
	}
	if err := os.Remove(db); err != nil {
		t.Fatal(err)
	}

	j = b.half(file)
	if err := errors.Join(os.Remove(db), os.WriteFile(db, []byte(strings.Repeat("no database ", 100)), 0o600)); err != nil {
		t.Fatal(err)
	}
	err := b.runner.Forget(t.Context(), j.ID)
	if !errors.Is(err, ErrMarksLeft) || !strings.Contains(err.Error(), "job "+j.ID+" is forgotten, but its row in the table linefeed_marks") {
		t.Errorf("where the database can't be reached: %v", err)
	}
	if _, err := b.runner.Job(t.Context(), j.ID); !errors.Is(err, ErrNoJob) {
		t.Errorf("it is there: %v", err)
	}
}

// A retry that was killed once its rejects were closed, and before its marks were removed,
// leaves none when it is forgotten.
func TestForgetRemovesMarksOfARetry(t *testing.T) {
	b := newBench(t)
	id, db := b.prices("id,name,price\n1,a,x\n", csvfile.Dialect{})
	b.killRetry(Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Set, Value: "1"}}}, 1)
	if err := b.runner.store.Settle(t.Context(), killed, 1); err != nil {
		t.Fatal(err)
	}
	if n := b.count(db, "linefeed_marks"); n != 1 {
		t.Errorf("before, %d marks are there", n)
	}
	if err := b.runner.Forget(t.Context(), killed); err != nil {
		t.Fatal(err)
	}
	if n := b.count(db, "linefeed_marks"); n != -1 {
		t.Errorf("%d marks are left", n)
	}
}
