package postgres_test

import (
	"errors"
	"testing"

	"linefeed/backend/load"
)

// Only the table that was made is removed: none whose name differs in case, and none of
// another schema in the search path.
func TestUnmakeAnother(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE SCHEMA other")
	d.Exec(t, "CREATE TABLE items AS SELECT 1 AS id")
	d.Exec(t, "CREATE TABLE other.things AS SELECT 1 AS id")
	tg := open(t, d.URL()+"?search_path=public,other")
	for _, name := range []string{"Items", "things"} {
		if err := tg.Unmake(t.Context(), "job", load.TableName{Name: name}, 1); !errors.Is(err, load.ErrNoTable) {
			t.Errorf("%s: %v, want %v", name, err, load.ErrNoTable)
		}
	}
	d.want(t, "SELECT items.id, things.id FROM items, other.things", "1|1")
}
