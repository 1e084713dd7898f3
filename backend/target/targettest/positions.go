package targettest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Each kind of refusal is found wherever in a batch the rows stand, and costs no
// other row.
func testPositions(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE colours (code VARCHAR(10) PRIMARY KEY)")
	db.Exec(t, "INSERT INTO colours VALUES ('red')")
	positions := map[string]func(i, n int) bool{
		"first":       func(i, n int) bool { return i == 0 },
		"last":        func(i, n int) bool { return i == n-1 },
		"both ends":   func(i, n int) bool { return i == 0 || i == n-1 },
		"all":         func(i, n int) bool { return true },
		"all but one": func(i, n int) bool { return i != n/2 },
		"alternating": func(i, n int) bool { return i%2 == 1 },
		"in a run":    func(i, n int) bool { return i >= n/3 && i < n/2 },
	}
	kinds := map[string]func(id int) []any{
		"duplicate_key 0": func(int) []any { return row(1000000, "name", 1, "red") },
		"required 1":      func(id int) []any { return row(id, nil, 1, "red") },
		"check_failed 2":  func(id int) []any { return row(id, "name", -1, "red") },
		"foreign_key 3":   func(id int) []any { return row(id, "name", 1, "green") },
	}
	tables := 0
	for position, bad := range positions {
		for kind, refused := range kinds {
			tables++
			table := fmt.Sprintf("items_%d", tables)
			db.Exec(t, "CREATE TABLE "+table+` (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, n INTEGER CHECK (n >= 0), colour VARCHAR(10),
				FOREIGN KEY (colour) REFERENCES colours (code))`)
			db.Exec(t, "INSERT INTO "+table+" VALUES (1000000, 'there', 1, 'red')")
			t.Run(position+" "+kind, func(t *testing.T) {
				s := open(t, db)
				w := s.begin(load.Plan{Table: table}, "id", "name", "n", "colour")
				good := 0
				for batch := range 2 {
					const n = 60
					var rows [][]any
					var want []string
					for i := range n {
						id := batch*n + i
						if !bad(i, n) {
							rows = append(rows, row(id, "name", 1, "red"))
							good++
							continue
						}
						rows = append(rows, refused(id))
						want = append(want, fmt.Sprintf("%d %s", i, kind))
					}
					wantRefused(t, s.write(w, rows...), want...)
				}
				s.finish(w)
				s.want("SELECT count(*) FROM "+table, fmt.Sprint(good+1))
			})
		}
	}
}

// A foreign key that is checked at the end of the transaction is checked at that of
// the batch: a row may refer to a later one of it, and who refers to none is told.
func testDeferred(t *testing.T, db Database) {
	deferred := db.Dialect().Deferred
	if deferred == "" {
		return // the database has none
	}
	db.Exec(t, "CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, FOREIGN KEY (boss) REFERENCES staff (id) "+deferred+")")
	db.Exec(t, "CREATE TABLE lines (id INTEGER PRIMARY KEY, staff INTEGER, FOREIGN KEY (staff) REFERENCES staff (id) "+deferred+")")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "staff"}, "id", "boss")
	res := s.write(w, row(1, 2), row(2, nil), row(3, 99), row(4, 1), row(5, 3))
	wantRefused(t, res, "2 foreign_key 1", "4 foreign_key 1")
	s.finish(w)
	s.want("SELECT id FROM staff ORDER BY id", "1", "2", "4")
	w = s.begin(load.Plan{Table: "lines"}, "id", "staff")
	wantRefused(t, s.write(w, row(1, 1), row(2, 3), row(3, nil), row(4, 5), row(5, 4)), "1 foreign_key 1", "3 foreign_key 1")
	s.finish(w)
	s.want("SELECT id FROM lines ORDER BY id", "1", "3", "5")
}

// An atomic load leaves nothing behind when it is given up, and all when it ends.
func testAtomic(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "items", Atomic: true}, "id")
	for i := range 5 {
		s.write(w, row(i), row(i))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count(*) FROM items", "0")
	w = s.begin(load.Plan{Table: "items", Atomic: true}, "id")
	for i := range 5 {
		s.write(w, row(i), row(i))
	}
	s.finish(w)
	s.want("SELECT count(*) FROM items", "5")
}

// A table that another program changes or removes between two commits ends the load
// with an error, or it goes on: but what it says is what is there.
func testChangedMeanwhile(t *testing.T, db Database) {
	for change, statement := range map[string]string{
		"dropped":             "DROP TABLE items",
		"column dropped":      "ALTER TABLE items DROP COLUMN name",
		"column added":        "ALTER TABLE items ADD COLUMN other INTEGER",
		"required one added":  "ALTER TABLE items ADD COLUMN other INTEGER DEFAULT 7 NOT NULL",
		"made anew":           "DROP TABLE items; CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))",
		"key and rows of it":  "INSERT INTO items VALUES (2, 'other')",
		"all rows are gone":   "DELETE FROM items",
		"nothing of the kind": "SELECT 1",
	} {
		t.Run(change, func(t *testing.T) {
			db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))")
			s := open(t, db)
			w := s.begin(load.Plan{Table: "items"}, "id", "name")
			s.write(w, row(1, "one"))
			s.commit(w)
			for one := range strings.SplitSeq(statement, ";") {
				db.Exec(t, one)
			}
			inserted := int64(0)
			res, err := w.Write(t.Context(), Batch(row(2, "two"), row(3, "three")))
			if err == nil {
				checkBalance(t, res, 2)
				if err = w.Commit(t.Context(), load.Mark{}); err == nil {
					inserted = res.Inserted
				}
			}
			if errors.Is(err, load.ErrLost) || errors.Is(err, context.Canceled) {
				t.Errorf("error: %v, which is no reason to try again", err)
			}
			if err := w.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			if change != "dropped" {
				s.want("SELECT count(*) FROM items WHERE id > 1 AND "+ours(change), fmt.Sprint(inserted))
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			db.Exec(t, "DROP TABLE IF EXISTS items")
		})
	}
}

// ours is the condition of rows that the load wrote.
func ours(change string) string {
	if change == "column dropped" {
		return "1 = 1"
	}
	return "name <> 'other'"
}

// The first rows of a table are shown as they are.
func testHead(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))")
	s := open(t, db)
	table := load.TableName{Name: "items"}
	if head, err := s.Head(t.Context(), table, 5); err != nil || len(head) != 0 {
		t.Errorf("head: %v, %v, want none", head, err)
	}
	db.Exec(t, "INSERT INTO items VALUES (1, 'it''s'), (2, NULL), (3, '')")
	head, err := s.Head(t.Context(), table, 2)
	if err != nil || len(head) != 2 || len(head[0]) != 2 {
		t.Fatalf("head: %v, %v, want two rows of two columns", head, err)
	}
	if *head[0][0] != "1" || *head[0][1] != "it's" || *head[1][0] != "2" || head[1][1] != nil {
		t.Errorf("head: %q %q, %q %v", *head[0][0], *head[0][1], *head[1][0], head[1][1])
	}
	if _, err := s.Head(t.Context(), load.TableName{Name: "none"}, 2); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("head of no table: %v", err)
	}
}
