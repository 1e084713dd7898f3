package targettest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// items is the table that most tests use.
func items() []load.Column {
	return []load.Column{
		{Name: "id", Type: load.Integer, PrimaryKey: true},
		{Name: "name", Type: load.Text, Length: 20},
		{Name: "price", Type: load.Decimal, Precision: 10, Scale: 2, Nullable: true, Check: "price >= 0"},
	}
}

func createItems(s *session) load.Writer {
	s.t.Helper()
	return s.begin(load.Plan{Table: "items", Create: true, Columns: items()}, "id", "name", "price")
}

func testCreate(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	res := s.write(w, row(1, "one", "1.25"), row(2, "two", nil))
	wantCounts(t, res, 2, 0, 0)
	s.finish(w)
	s.want("SELECT id, name, price FROM items ORDER BY id", "1|one|1.25", "2|two|NULL")
}

func testCreateTwice(t *testing.T, db Database) {
	s := open(t, db)
	s.finish(createItems(s))
	_, err := s.tryBegin(load.Plan{Table: "items", Create: true, Columns: items()}, "id")
	if err == nil || !strings.Contains(err.Error(), "already") {
		t.Fatalf("begin: %v, want that the table is there already", err)
	}
	s.want("SELECT count(*) FROM items", "0")
}

func testCreateAndGiveUp(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	s.write(w, row(1, "one", "1.5"))
	if err := w.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if _, err := s.Columns(t.Context(), load.TableName{Name: "items"}); !errors.Is(err, load.ErrNoTable) {
		t.Fatalf("columns: %v, want %v", err, load.ErrNoTable)
	}
}

func testDescribe(t *testing.T, db Database) {
	s := open(t, db)
	columns := []load.Column{
		{Name: "sku", Type: load.Text, Length: 12, PrimaryKey: true},
		{Name: "title", Type: load.Text},
		{Name: "count", Type: load.Integer, Nullable: true, Unique: true},
		{Name: "price", Type: load.Decimal, Precision: 10, Scale: 2},
		{Name: "big", Type: load.Decimal, Precision: 30, Scale: 5, Nullable: true},
		{Name: "ratio", Type: load.Float, Nullable: true},
		{Name: "active", Type: load.Boolean, Nullable: true},
		{Name: "day", Type: load.Date, Nullable: true},
		{Name: "hour", Type: load.Time, Nullable: true},
		{Name: "moment", Type: load.Timestamp, Nullable: true},
		{Name: "instant", Type: load.TimestampTZ, Nullable: true},
		{Name: "uid", Type: load.UUID, Nullable: true},
		{Name: "doc", Type: load.JSON, Nullable: true},
		{Name: "bytes", Type: load.Binary, Nullable: true},
	}
	s.finish(s.begin(load.Plan{Table: "all_kinds", Create: true, Columns: columns}, "sku"))
	got, err := s.Columns(t.Context(), load.TableName{Name: "all_kinds"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(columns) {
		t.Fatalf("%d columns, want %d", len(got), len(columns))
	}
	for i, want := range columns {
		c := got[i]
		if c.Declared == "" {
			t.Errorf("%s: the declared type is missing", c.Name)
		}
		c.Declared = ""
		if c.PrimaryKey {
			want.Unique = true
		}
		if c != want {
			t.Errorf("column is\n%+v, want\n%+v", c, want)
		}
	}
}

func testAppend(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, note VARCHAR(20) DEFAULT 'none')")
	db.Exec(t, "INSERT INTO items VALUES (1, 'one', 'old')")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "items"}, "name", "id")
	wantCounts(t, s.write(w, row("two", 2), row("three", 3)), 2, 0, 0)
	wantCounts(t, s.write(w, row("four", 4)), 1, 0, 0)
	wantCounts(t, s.write(w), 0, 0, 0)
	s.finish(w)
	s.want("SELECT id, name, note FROM items ORDER BY id", "1|one|old", "2|two|none", "3|three|none", "4|four|none")
}

func testNoTable(t *testing.T, db Database) {
	s := open(t, db)
	if _, err := s.Columns(t.Context(), load.TableName{Name: "items"}); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("columns: %v, want %v", err, load.ErrNoTable)
	}
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
	s = open(t, db)
	_, err := s.Columns(t.Context(), load.TableName{Name: "item"})
	if !errors.Is(err, load.ErrNoTable) || !strings.Contains(err.Error(), `"items"`) {
		t.Errorf("columns: %v, want %v and the name of the table that is near", err, load.ErrNoTable)
	}
}

func testTables(t *testing.T, db Database) {
	s := open(t, db)
	if tables, err := s.Tables(t.Context()); err != nil || len(tables) != 0 {
		t.Fatalf("tables: %v, %v, want none", tables, err)
	}
	s.finish(createItems(s))
	db.Exec(t, "CREATE TABLE other (id INTEGER PRIMARY KEY)")
	tables, err := s.Tables(t.Context())
	if err != nil || len(tables) != 2 || tables[0].Name != "items" || tables[1].Name != "other" {
		t.Fatalf("tables: %v, %v, want items and other", tables, err)
	}
}

func testValues(t *testing.T, db Database) {
	s := open(t, db)
	columns := []load.Column{
		{Name: "n", Type: load.Integer, PrimaryKey: true},
		{Name: "i", Type: load.Integer, Nullable: true},
		{Name: "f", Type: load.Float, Nullable: true},
		{Name: "d", Type: load.Decimal, Precision: 30, Scale: 10, Nullable: true},
		{Name: "s", Type: load.Text, Nullable: true},
		{Name: "t", Type: load.Timestamp, Nullable: true},
		{Name: "j", Type: load.JSON, Nullable: true},
	}
	text := "it's 00420 \"ü\" 漢\n\x00z"
	if db.Dialect().NoNUL {
		text = strings.ReplaceAll(text, "\x00", "\x01")
	}
	w := s.begin(load.Plan{Table: "vals", Create: true, Columns: columns}, "n", "i", "f", "d", "s", "t", "j")
	s.write(w,
		row(1, 9223372036854775807, 0.1, "12345678901234567890.0123456789", "", "2026-02-03 04:05:06", `{"a": 1.0}`),
		row(2, -9223372036854775808, -1e300, "0.1234567890", text, "1999-12-31 23:59:59.123456", "1.0"),
		row(3, nil, nil, nil, nil, nil, nil),
	)
	s.finish(w)
	s.want("SELECT n, i, f, d, s, t, j FROM vals ORDER BY n",
		`1|9223372036854775807|0.1|12345678901234567890.0123456789||2026-02-03 04:05:06|{"a": 1.0}`,
		"2|-9223372036854775808|-1e+300|0.1234567890|"+text+"|1999-12-31 23:59:59.123456|1.0",
		"3|NULL|NULL|NULL|NULL|NULL|NULL")
}

func testCommitAndGiveUp(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	s.write(w, row(1, "one", nil))
	s.commit(w)
	s.want("SELECT id FROM items", "1")
	s.write(w, row(2, "two", nil))
	s.commit(w)
	s.write(w, row(3, "three", nil))
	s.want("SELECT id FROM items ORDER BY id", "1", "2")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT id FROM items ORDER BY id", "1", "2")
	if err := w.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if _, err := w.Write(t.Context(), Batch(row(4, "four", nil))); err == nil {
		t.Error("write after close succeeded")
	}
	// The target can be loaded into again.
	w = s.begin(load.Plan{Table: "items"}, "id", "name")
	s.write(w, row(3, "three"))
	s.finish(w)
	s.want("SELECT id FROM items ORDER BY id", "1", "2", "3")
}

func testUnknownColumn(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
	s := open(t, db)
	_, err := s.tryBegin(load.Plan{Table: "items"}, "id", "colour")
	if err == nil || !strings.Contains(err.Error(), `"colour"`) {
		t.Errorf("begin: %v, want that there is no such column", err)
	}
	if _, err := s.tryBegin(load.Plan{Table: "items"}); err == nil {
		t.Error("begin with no columns succeeded")
	}
}

func testNames(t *testing.T, db Database) {
	s := open(t, db)
	table, key, other := `the "table"; -- ü`, `select`, `a "b" 'c', d`
	w := s.begin(load.Plan{Table: table, Create: true, Columns: []load.Column{
		{Name: key, Type: load.Integer, PrimaryKey: true},
		{Name: other, Type: load.Text, Unique: true},
	}}, key, other)
	res := s.write(w, row(1, "x"), row(2, "x"), row(1, "y"), row(3, nil))
	wantRefused(t, res, "1 duplicate_key 1", "2 duplicate_key 0", "3 required 1")
	s.finish(w)
	got, err := s.Columns(t.Context(), load.TableName{Name: table})
	if err != nil || len(got) != 2 || got[0].Name != key || got[1].Name != other {
		t.Errorf("columns: %+v, %v", got, err)
	}
}

func testCancelledBefore(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	s.write(w, row(1, "one", nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Write(ctx, Batch(row(2, "two", nil))); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v, want %v", err, context.Canceled)
	}
	if err := w.Commit(ctx, load.Mark{}); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v, want %v", err, context.Canceled)
	}
	if _, err := Begin(ctx, s.Target, load.Layout{Plan: load.Plan{Table: "items"}}); err == nil {
		t.Error("a second load at the same time began")
	}
}

func testCancelledWithin(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	s.commit(w)
	rows := make([][]any, 50000)
	for i := range rows {
		rows[i] = row(i, "name", "1")
	}
	b := Batch(rows...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		var err error
		for err == nil {
			// From the second time on, every row is refused.
			_, err = w.Write(ctx, b)
		}
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v, want %v", err, context.Canceled)
	}
	if err := w.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	s.want("SELECT count(*) FROM items", "0")
}
