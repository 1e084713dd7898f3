package postgres_test

import (
	"errors"
	"fmt"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/testserver"
)

// undone loads rows into the table items, undoes that with other settings of the
// session, and returns what that did.
func undone(t *testing.T, d *testserver.Database, p load.Plan, columns []string, rows ...[]any) load.Undoing {
	t.Helper()
	tg, err := target.Open(t.Context(), d.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	p.Table, p.Undo = "items", true
	if problems, _, err := tg.Check(t.Context(), layout(p, columns...)); err != nil || len(problems) > 0 {
		t.Fatalf("check: %+v, %v", problems, err)
	}
	into, err := tg.Prepare(t.Context(), "job", layout(p, columns...))
	if err != nil {
		t.Fatal(err)
	}
	for i := range into.Pace().Writers {
		w, err := into.Writer(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			for _, row := range rows {
				if res, err := w.Write(t.Context(), batch(row)); err != nil || len(res.Refused) > 0 {
					t.Fatalf("write %v: %+v, %v", row, res, err)
				}
			}
		}
		if err := errors.Join(w.Commit(t.Context(), load.Mark{Writer: i, Writers: into.Pace().Writers}), w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	d.Exec(t, "ALTER DATABASE "+d.Name+" SET DateStyle = 'German, DMY'")
	d.Exec(t, "ALTER DATABASE "+d.Name+" SET TimeZone = 'Asia/Kolkata'")
	other, err := target.Open(t.Context(), d.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	n, err := other.(load.Undoer).Undo(t.Context(), "job", load.TableName{Name: "items"}, false)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Values of every kind come back as they were, whatever the settings of the session.
func TestUndoKinds(t *testing.T) {
	server := testserver.Postgres(t)
	for name, table := range map[string]string{
		"plain":          "CREATE TABLE items (code text PRIMARY KEY, a %s)",
		"generated":      "CREATE TABLE items (n integer GENERATED ALWAYS AS IDENTITY, code text PRIMARY KEY, a %s, twice text GENERATED ALWAYS AS (code || code) STORED)",
		"partitioned":    "CREATE TABLE items (code text PRIMARY KEY, a %s) PARTITION BY HASH (code); CREATE TABLE part PARTITION OF items FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
		"no primary key": "CREATE TABLE items (code text NOT NULL UNIQUE, a %s)",
		"dropped column": "CREATE TABLE items (x integer, code text PRIMARY KEY, a %s); ALTER TABLE items DROP COLUMN x",
	} {
		for kind, values := range map[string][2]string{
			"numeric(12,2)": {"'NaN'", "7.10"}, "double precision": {"0.1::float8 + 0.2", "1"}, "timestamptz": {"'infinity'", "2026-03-01 12:00:00Z"},
			"bytea": {`'\x00ff'`, `\x01`}, "text[]": {`ARRAY['a,b', NULL, '"']`, "{x}"}, "jsonb": {`'{"a": [1]}'`, "{}"}, "interval": {"'1 mon 2 days'", "1 day"},
			"varchar(5)": {"'é  '", "x"}, "char(4)": {"'ab'", "x"}, "money": {"12.34", "$1.00"}, "bit(3)": {"B'101'", "111"}, "short": {"'d'", "e"}, "json": {"NULL", "{}"},
		} {
			if name != "plain" && kind != "varchar(5)" && kind != "timestamptz" { // the kind of the table makes no difference
				continue
			}
			t.Run(name+" "+kind, func(t *testing.T) {
				d := server.Database(t)
				d.Exec(t, "CREATE DOMAIN short AS varchar(3) NOT NULL CHECK (value <> '')")
				d.Exec(t, fmt.Sprintf(table, kind))
				d.Exec(t, fmt.Sprintf("INSERT INTO items (code, a) VALUES ('a', %s), ('b', %[1]s)", values[0]))
				state := func() string {
					return fmt.Sprint(d.Query(t, "SELECT code, encode(record_send(ROW(items.*)), 'hex') FROM items ORDER BY code"))
				}
				before := state()
				n := undone(t, d, load.Plan{OnConflict: load.ConflictUpdate, Key: []string{"code"}}, []string{"code", "a"},
					[]any{"a", values[1]}, []any{"c", values[1]}, []any{"a", values[1]}, []any{"c", values[1]})
				if want := (load.Undoing{Removed: 1, Restored: 1}); fmt.Sprint(n) != fmt.Sprint(want) {
					t.Errorf("undoing was %+v, want %+v", n, want)
				}
				if after := state(); after != before {
					t.Errorf("the table is\n%s, was\n%s", after, before)
				}
			})
		}
	}
}

// What can't be undone is told before the start.
func TestUndoRefusedBefore(t *testing.T) {
	d := testserver.Postgres(t).Database(t)
	d.Exec(t, "CREATE TABLE plain (a integer)")
	d.Exec(t, "CREATE TABLE two (id integer PRIMARY KEY, code text NOT NULL UNIQUE)")
	d.Exec(t, "CREATE TABLE view_of (a integer PRIMARY KEY); CREATE VIEW shown AS SELECT * FROM view_of")
	tg := open(t, d.URL())
	for _, c := range []struct {
		plan    load.Plan
		columns []string
		want    string
	}{
		{load.Plan{Table: "plain"}, []string{"a"}, "undo_no_key"},
		{load.Plan{Table: "two", OnConflict: load.ConflictUpdate, Key: []string{"code"}}, []string{"id", "code"}, "undo_moves_key"},
		{load.Plan{Table: "shown"}, []string{"a"}, "undo_not_here"},
		{load.Plan{Table: "two"}, []string{"id", "code"}, ""},
	} {
		c.plan.Undo = true
		problems, _, err := tg.Check(t.Context(), layout(c.plan, c.columns...))
		got := ""
		if len(problems) > 0 {
			got = string(problems[0].MessageID)
		}
		if err != nil || got != c.want {
			t.Errorf("%+v: %q, %v, want %q", c.plan, got, err, c.want)
		}
	}
}
