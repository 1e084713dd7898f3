package mysql_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

// undoLayout is the layout of a load into columns of the table items that can be undone.
func undoLayout(t *testing.T, tg target.Target, p load.Plan, columns ...string) load.Layout {
	t.Helper()
	p.Undo = true
	if p.Table == "" {
		p.Table = "items"
	}
	all, err := tg.Columns(t.Context(), p.TableName())
	if err != nil {
		t.Fatal(err)
	}
	l := load.Layout{Plan: p}
	for i, name := range columns {
		at := slices.IndexFunc(all, func(c load.Column) bool { return c.Name == name })
		l.Columns, l.Fields, l.Index = append(l.Columns, all[at]), append(l.Fields, name), append(l.Index, i)
	}
	return l
}

func opened(t *testing.T, url string) target.Target {
	t.Helper()
	tg, err := target.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return tg
}

// loaded loads rows so that they can be undone.
func loaded(t *testing.T, tg target.Target, l load.Layout, rows ...[]any) (load.Result, error) {
	t.Helper()
	if problems, _, err := tg.Check(t.Context(), l); err != nil || len(problems) > 0 {
		t.Fatalf("check: %+v, %v", problems, err)
	}
	into, err := tg.Prepare(t.Context(), "job", l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.Write(t.Context(), targettest.Batch(rows...))
	if err == nil {
		err = w.Commit(t.Context(), load.Mark{Writers: 1})
	}
	return res, errors.Join(err, w.Close(), into.Close())
}

func undone(t *testing.T, tg target.Target) load.Undoing {
	t.Helper()
	n, err := tg.(load.Undoer).Undo(t.Context(), "job", load.TableName{Name: "items"}, false)
	if err != nil {
		t.Fatal(err)
	}
	n.Warnings = nil
	return n
}

// Values of every kind come back as they were, also those that the server would not take
// as new ones, whatever the settings of other sessions.
func TestUndoKinds(t *testing.T) {
	server := testserver.MariaDB(t)
	for kind, c := range map[string]struct {
		old  string
		next any
	}{
		"decimal(12,2)": {"7.10", "7.20"}, "float": {"0.1", 0.5}, "double": {"0.1e0 + 0.2e0", 1.5}, "timestamp(6) null": {"'2026-03-01 12:00:00.25'", "2026-03-01 12:00:01"},
		"timestamp not null": {"'2026-03-01 12:00:00'", "2026-03-01 12:00:01"}, "date": {"'0000-00-00'", "2026-03-01"}, "datetime": {"'2026-00-00 10:00:00'", "2026-03-01 10:00:00"},
		"time(3)": {"'-800:00:00.5'", "10:00:00"}, "year": {"2026", 2027}, "bit(9)": {"b'101000011'", 1}, "blob": {"x'00ff27'", []byte("x")}, "varbinary(9)": {"x'ff00'", []byte("x")},
		"varchar(9) character set latin1": {"'é  '", "e"}, "char(4)": {"'ab'", "x"}, "text": {"'É'", "é"}, "enum('a','b')": {"''", "b"}, "set('x','y')": {"'x,y'", "x"},
		"json": {"'{\"a\": [1]}'", "{}"}, "uuid": {"'6f2b8a30-3c1e-11ee-be56-0242ac120002'", "6f2b8a30-3c1e-11ee-be56-0242ac120003"}, "inet6": {"'::1'", "::2"},
		"bigint unsigned": {"18446744073709551615", "1"}, "longtext": {"repeat('long', 100000)", "short"}, "int": {"NULL", 1},
	} {
		t.Run(kind, func(t *testing.T) {
			d := server.Database(t)
			d.Exec(t, fmt.Sprintf("CREATE TABLE items (hash VARCHAR(9) PRIMARY KEY, was %s, n INT DEFAULT 5, twice VARCHAR(20) AS (concat(hash, hash)))", kind))
			d.Exec(t, fmt.Sprintf("SET STATEMENT sql_mode = '' FOR INSERT INTO items (hash, was) VALUES ('a', %s), ('b', %[1]s)", c.old))
			state := "SELECT hash, hex(was), cast(was AS CHAR), n, twice FROM items ORDER BY hash"
			if kind == "float" || kind == "double" {
				state = strings.Replace(state, "hex(was)", "was + 0e0", 1)
			}
			before := fmt.Sprint(d.Query(t, state))
			tg := opened(t, d.URL())
			l := undoLayout(t, tg, load.Plan{OnConflict: load.ConflictUpdate}, "hash", "was")
			res, err := loaded(t, tg, l, []any{"a", c.next}, []any{"c", c.next}, []any{"a", c.next}, []any{"c", c.next})
			if err != nil || res.Inserted != 1 || res.Updated != 3 {
				t.Fatalf("%+v, %v", res, err)
			}
			if after := fmt.Sprint(d.Query(t, state)); after == before {
				t.Fatalf("the table is as before: %s", after)
			}
			if n := undone(t, tg); fmt.Sprint(n) != fmt.Sprint(load.Undoing{Removed: 1, Restored: 1}) {
				t.Errorf("undoing was %+v", n)
			}
			if after := fmt.Sprint(d.Query(t, state)); after != before {
				t.Errorf("the table is\n%s, was\n%s", after, before)
			}
		})
	}
}

// Rows are told apart by the key that is there: of several columns, by one that is not the
// primary key, or by the number that the table counts.
func TestUndoKeys(t *testing.T) {
	server := testserver.MariaDB(t)
	for name, c := range map[string]struct {
		table   string
		plan    load.Plan
		columns []string
	}{
		"two columns":            {"a VARCHAR(9), b DATE, c INT, PRIMARY KEY (a, b)", load.Plan{OnConflict: load.ConflictReplace}, []string{"c", "b", "a"}},
		"not the primary key":    {"id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(9), b DATE NOT NULL UNIQUE, c INT", load.Plan{OnConflict: load.ConflictUpdate, Key: []string{"b"}}, []string{"c", "b", "a"}},
		"counted":                {"id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(9), b DATE, c INT", load.Plan{}, []string{"c", "b", "a"}},
		"skipped":                {"id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(9), b DATE NOT NULL UNIQUE, c INT", load.Plan{OnConflict: load.ConflictSkip, Key: []string{"b"}}, []string{"c", "b", "a"}},
		"with triggers, skipped": {"a VARCHAR(9), b DATE PRIMARY KEY, c INT", load.Plan{OnConflict: load.ConflictSkip}, []string{"c", "b", "a"}},
		"with triggers, updated": {"a VARCHAR(9), b DATE PRIMARY KEY, c INT", load.Plan{OnConflict: load.ConflictUpdate}, []string{"c", "b", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := server.Database(t)
			d.Exec(t, "CREATE TABLE items ("+c.table+")")
			if strings.HasPrefix(name, "with triggers") {
				d.Exec(t, "CREATE TRIGGER more BEFORE INSERT ON items FOR EACH ROW SET NEW.c = NEW.c + 1")
				d.Exec(t, "CREATE TRIGGER less BEFORE UPDATE ON items FOR EACH ROW SET NEW.c = NEW.c - 1")
			}
			d.Exec(t, "INSERT INTO items (a, b, c) VALUES ('x', '2026-01-01', 1), ('y', '2026-01-02', 2)")
			const state = "SELECT a, b, c FROM items ORDER BY a, b"
			before := d.Query(t, state)
			tg := opened(t, d.URL())
			var rows [][]any
			for i := range 1200 { // more than a statement takes
				rows = append(rows, []any{i, fmt.Sprintf("%d-01-%02d", 2026+i/28, i%28+1), "x"})
			}
			rows = append(rows, rows[5], []any{nil, nil, "bad"}, rows[1100])
			res, err := loaded(t, tg, undoLayout(t, tg, c.plan, c.columns...), rows...)
			if err != nil {
				t.Fatal(err)
			}
			n := undone(t, tg)
			if n.Removed != res.Inserted || n.Changed+n.Gone+n.Referred+n.Refused != 0 || res.Inserted == 0 {
				t.Errorf("loading was %+v, undoing %+v", res, n)
			}
			if name != "with triggers, updated" { // which run again
				if after := d.Query(t, state); fmt.Sprint(after) != fmt.Sprint(before) {
					t.Errorf("the table is\n%s, was\n%s", after, before)
				}
			}
		})
	}
}

// A trigger that gives rows another key ends the load, and nothing of it stays.
func TestUndoOfOtherKeys(t *testing.T) {
	d := testserver.MariaDB(t).Database(t)
	d.Exec(t, "CREATE TABLE items (id INT PRIMARY KEY, a INT)")
	d.Exec(t, "INSERT INTO items VALUES (1, 1)")
	d.Exec(t, "CREATE TRIGGER other BEFORE INSERT ON items FOR EACH ROW SET NEW.id = NEW.id + 100")
	tg := opened(t, d.URL())
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate} {
		for _, id := range []int{1, 7} {
			if rule != load.ConflictReject && id == 1 { // found, and not inserted
				continue
			}
			_, err := loaded(t, tg, undoLayout(t, tg, load.Plan{OnConflict: rule}, "id", "a"), []any{id, 5})
			if err == nil || !strings.Contains(err.Error(), "another key") {
				t.Errorf("%s, %d: %v", rule, id, err)
			}
		}
	}
	if rows := d.Query(t, "SELECT id, a FROM items"); fmt.Sprint(rows) != "[[1 1]]" {
		t.Errorf("the table has %v", rows)
	}
}

// An importer needs no right to make triggers, nor to see them.
func TestUndoRights(t *testing.T) {
	d := testserver.MariaDB(t).Database(t)
	d.Exec(t, "CREATE TABLE items (id INT PRIMARY KEY, a INT)")
	d.Exec(t, "INSERT INTO items VALUES (1, 1), (2, 2)")
	d.Exec(t, "CREATE TRIGGER more BEFORE UPDATE ON items FOR EACH ROW SET NEW.a = NEW.a + 0")
	own := []string{"CREATE, DROP ON " + d.Name + ".*"}
	for _, table := range []string{"linefeed_marks", "linefeed_undo", "linefeed_undo_job"} {
		d.Exec(t, "CREATE TABLE "+table+" (n INT)") // or no right on it can be given
		own = append(own, "SELECT, INSERT, UPDATE, DELETE ON "+table)
	}
	importer := d.User(t, append(own, "SELECT, INSERT, UPDATE, DELETE ON items")...)
	for _, table := range []string{"linefeed_marks", "linefeed_undo", "linefeed_undo_job"} {
		d.Exec(t, "DROP TABLE "+table)
	}
	for _, rule := range []load.Conflict{load.ConflictUpdate, load.ConflictSkip} {
		tg := opened(t, importer)
		l := undoLayout(t, tg, load.Plan{OnConflict: rule}, "id", "a")
		if res, err := loaded(t, tg, l, []any{2, 20}, []any{3, 30}); err != nil || res.Inserted != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		if n := undone(t, tg); n.Removed != 1 || !n.Whole() {
			t.Errorf("%+v", n)
		}
		if rows := d.Query(t, "SELECT id, a FROM items"); fmt.Sprint(rows) != "[[1 1] [2 2]]" {
			t.Errorf("the table has %v", rows)
		}
	}
}

// What can't be undone is told before the start.
func TestUndoRefusedBefore(t *testing.T) {
	d := testserver.MariaDB(t).Database(t)
	d.Exec(t, "CREATE TABLE plain (a INT)")
	d.Exec(t, "CREATE TABLE rounded (a FLOAT PRIMARY KEY)")
	d.Exec(t, "CREATE TABLE kept (a INT PRIMARY KEY) ENGINE=MyISAM")
	d.Exec(t, "CREATE TABLE nothing (a INT UNIQUE)")
	d.Exec(t, "CREATE TABLE part (a VARCHAR(20), b INT, PRIMARY KEY (a(5)))")
	d.Exec(t, "CREATE TABLE other (id VARCHAR(40) PRIMARY KEY DEFAULT uuid(), a INT)")
	d.Exec(t, "CREATE TABLE good (id INT PRIMARY KEY AUTO_INCREMENT, a INT)")
	for _, c := range []struct {
		url     string
		table   string
		columns []string
		want    string
	}{
		{d.URL(), "plain", []string{"a"}, "undo_no_key"},
		{d.URL(), "rounded", []string{"a"}, "undo_no_key"},
		{d.URL(), "kept", []string{"a"}, "undo_engine"},
		{d.URL(), "nothing", []string{"a"}, "undo_no_key"},
		{d.URL(), "part", []string{"a"}, "undo_no_key"},
		{d.URL(), "other", []string{"a"}, "undo_key_unmapped"},
		{d.URL(), "good", []string{"a"}, ""},
		{d.User(t, "SELECT, INSERT ON good", "CREATE ON "+d.Name+".*"), "good", []string{"a"}, "may_not_write_table"},
		{d.User(t, "SELECT, INSERT, DELETE ON good"), "good", []string{"a"}, "undo_no_place"},
	} {
		tg := opened(t, c.url)
		problems, _, err := tg.Check(t.Context(), undoLayout(t, tg, load.Plan{Table: c.table}, c.columns...))
		got := ""
		if len(problems) > 0 {
			got = string(problems[0].MessageID)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.table, got, err, c.want)
		}
	}
}
