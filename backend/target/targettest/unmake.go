package targettest

import (
	"errors"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A table that a load has made is removed with its marks, unless somebody else has
// changed its rows.
func testUnmake(t *testing.T, db Database) {
	s := open(t, db)
	plan := load.Plan{Table: "items", Create: true, Columns: items()}
	into := s.prepare("job", plan, "id", "name")
	n := max(1, into.Pace().Writers)
	w := s.writer(into, 0)
	s.write(w, row(1, "one"), row(2, "two"))
	mark := load.Mark{Writers: n, Record: 2, Inserted: 2}
	if err := w.Commit(t.Context(), mark); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, "INSERT INTO items (id, name) VALUES (3, 'three')")
	s = open(t, db)
	err := s.Unmake(t.Context(), "job", plan.TableName(), 2)
	if err == nil || !strings.Contains(err.Error(), "3 rows, and the import has loaded 2") {
		t.Fatalf("with a row of somebody else's: %v", err)
	}
	s.wantMarks("job", plan.TableName(), mark)
	s.want("SELECT id FROM items ORDER BY id", "1", "2", "3")
	db.Exec(t, "DELETE FROM items WHERE id = 3")
	if err := s.Unmake(t.Context(), "job", plan.TableName(), 2); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Columns(t.Context(), plan.TableName()); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("columns: %v, want %v", err, load.ErrNoTable)
	}
	s.wantMarks("job", plan.TableName())
	if err := s.Unmake(t.Context(), "job", plan.TableName(), 2); err == nil {
		t.Error("a table that is not there is removed")
	}
}
