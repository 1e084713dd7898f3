package targettest

import (
	"errors"
	"fmt"
	"testing"

	"linefeed/backend/load"
)

// A row whose key exists is skipped even if it could not be inserted.
func testSkipBroken(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE stock (sku VARCHAR(10) PRIMARY KEY, title VARCHAR(20) NOT NULL, price INTEGER CHECK (price >= 0))")
	db.Exec(t, "INSERT INTO stock VALUES ('a', 'A', 1)")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "stock", OnConflict: load.ConflictSkip}, "sku", "title", "price")
	res := s.write(w, row("a", "A", -1), row("a", nil, 1), row("b", "B", -1), row("b", nil, 1), row("b", "B", 2), row("b", nil, -1))
	wantCounts(t, res, 1, 0, 3)
	wantRefused(t, res, "2 check_failed 2", "3 required 1")
	s.finish(w)
	s.want("SELECT sku, title, price FROM stock ORDER BY sku", "a|A|1", "b|B|2")
}

// An existing row can be updated without the columns that a new one needs; a new
// one is refused without them.
func testUpdateSome(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE stock (sku VARCHAR(10) PRIMARY KEY, title VARCHAR(20) NOT NULL, price INTEGER CHECK (price >= 0))")
	db.Exec(t, "INSERT INTO stock VALUES ('a', 'A', 1), ('b', 'B', 1)")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "stock", OnConflict: load.ConflictUpdate}, "price", "sku")
	res := s.write(w, row(2, "a"), row(3, "c"), row(-3, "b"), row(4, "a"), row(5, "b"))
	wantCounts(t, res, 0, 3, 0)
	wantRefused(t, res, "1 required -1", "2 check_failed 0")
	s.finish(w)
	s.want("SELECT sku, title, price FROM stock ORDER BY sku", "a|A|4", "b|B|5")
}

// A check applies to the row as updated, not to one of the mapped values and the
// defaults.
func testUpdateUnmappedCheck(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE stock (sku VARCHAR(10) PRIMARY KEY, low INTEGER DEFAULT 10, price INTEGER, CHECK (price >= low))")
	db.Exec(t, "INSERT INTO stock VALUES ('a', 0, 1), ('b', 100, 200)")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "stock", OnConflict: load.ConflictUpdate}, "sku", "price")
	res := s.write(w, row("a", 5), row("b", 50), row("c", 5), row("c", 15), row("b", 150))
	wantCounts(t, res, 1, 2, 0)
	for i, want := range []int{1, 2} { // either column may be blamed
		if i >= len(res.Refused) || res.Refused[i].Row != want || res.Refused[i].Code != load.CodeCheckFailed {
			t.Fatalf("refused: %+v, want rows 1 and 2 for the check", res.Refused)
		}
	}
	s.finish(w)
	s.want("SELECT sku, low, price FROM stock ORDER BY sku", "a|0|5", "b|100|150", "c|10|15")
}

// Tables and columns may have any name that the statements of a load use, under
// every rule.
func testNamesWithMeaning(t *testing.T, db Database) {
	names := []string{
		"excluded", "new", "old", "values", "set", "default", "select", "table", "row", "null",
		"rowid", "oid", "_rowid_", "c0", "c1", "main", "temp", "x", "linefeed_batch", "linefeed_row", "linefeed_conflict",
		"pragma_table_list", "pragma_table_xinfo", "pragma_index_list", "pragma_foreign_key_list",
	}
	for i, table := range names {
		key, value := names[(i+1)%len(names)], names[(i+2)%len(names)]
		t.Run(table, func(t *testing.T) { testMeaning(t, db, table, key, value) })
	}
}

func testMeaning(t *testing.T, db Database, table, key, value string) {
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		s := open(t, db)
		plan := load.Plan{Table: table, Create: true, OnConflict: rule, Columns: []load.Column{
			{Name: key, Type: load.Integer, PrimaryKey: true}, {Name: value, Type: load.Integer},
		}}
		w := s.begin(plan, key, value)
		res := s.write(w, row(1, 10), row(2, 20), row(1, 30), row(3, nil))
		var want load.Result
		first, refused := "1|10", []string{"3 required 1"}
		switch rule {
		case load.ConflictReject:
			refused = []string{"2 duplicate_key 0", "3 required 1"}
		case load.ConflictSkip:
			want.Skipped = 1
		default:
			want.Updated, first = 1, "1|30"
		}
		wantCounts(t, res, 2, want.Updated, want.Skipped)
		wantRefused(t, res, refused...)
		s.finish(w)
		quoted := func(name string) string { return `"` + name + `"` }
		query := fmt.Sprintf("SELECT * FROM %s ORDER BY 1", quoted(table))
		s.want(query, first, "2|20")
		db.Exec(t, "DROP TABLE "+quoted(table))
	}
}

// A plan for a new table creates that table, or nothing.
func testNothingElseIsMade(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE precious (a INTEGER)")
	db.Exec(t, "INSERT INTO precious VALUES (7)")
	for _, c := range []load.Column{
		{Name: "a", Declared: "TEXT); DROP TABLE precious; CREATE TABLE z (b"},
		{Name: "a", Declared: "TEXT DEFAULT 'x'"},
		{Name: "a", Declared: "INTEGER REFERENCES precious"},
		{Name: "a", Declared: "INTEGER /* */"},
		{Name: "a", Check: "1 = 1); DROP TABLE precious; CREATE TABLE z (b INTEGER CHECK (1 = 1"},
		{Name: "a", Check: "1 = 1) -- "},
		{Name: "a\x00", Type: load.Integer},
	} {
		s := open(t, db)
		plan := load.Plan{Table: "made", Create: true, Columns: []load.Column{c}}
		layout := load.Layout{Plan: plan, Columns: plan.Columns, Make: plan.Columns, Index: []int{0}}
		if problems, _, err := s.Check(t.Context(), layout); err != nil || len(problems) != 1 {
			t.Errorf("check of %+v: %v, %v, want one problem", c, problems, err)
		}
		var p load.Problem
		if w, err := Begin(t.Context(), s.Target, layout); !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("begin with %+v: %v, want a problem that says what to do", c, err)
			if err == nil {
				w.Close()
			}
		}
		s.want("SELECT a FROM precious", "7")
		tables, err := s.Tables(t.Context())
		if err != nil || len(tables) != 1 {
			t.Errorf("tables after %+v: %v, %v, want the one that was there", c, tables, err)
		}
	}
}

// The number of rows is exact, or unknown.
func testRowsAreCounted(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE counted (id BIGINT PRIMARY KEY)")
	s := open(t, db)
	for want, statement := range []string{"", "INSERT INTO counted VALUES (-5)", "INSERT INTO counted VALUES (1700000000456)"} {
		if statement != "" {
			db.Exec(t, statement)
		}
		tables, err := s.Tables(t.Context())
		if err != nil || len(tables) != 1 || tables[0].Rows != int64(want) && tables[0].Rows != -1 {
			t.Errorf("tables: %v, %v, want one of %d rows", tables, err, want)
		}
	}
}
