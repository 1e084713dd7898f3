package targettest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"linefeed/backend/load"
)

// undoable begins a load of a job that can be undone, with one writer.
func (s *session) undoable(job string, p load.Plan, columns ...string) load.Writer {
	s.t.Helper()
	p.Undo, p.Writers = true, 1
	return s.writer(s.prepare(job, p, columns...), 0)
}

func (s *session) undo(job, table string, try bool) load.Undoing {
	s.t.Helper()
	n, err := s.Target.(load.Undoer).Undo(s.t.Context(), job, load.TableName{Name: table}, try)
	if err != nil {
		s.t.Fatalf("undo %s: %v", job, err)
	}
	n.Warnings = nil
	return n
}

func (s *session) forgetUndo(job, table string) {
	s.t.Helper()
	if err := s.Target.(load.Undoer).ForgetUndo(s.t.Context(), job, load.TableName{Name: table}); err != nil {
		s.t.Fatalf("forget %s: %v", job, err)
	}
}

// wantUndone checks what undoing a job would do, and what it does.
func (s *session) wantUndone(job, table string, want load.Undoing) {
	s.t.Helper()
	would := want
	would.Removed += want.Refused // which is not known before
	would.Refused = 0
	if got := s.undo(job, table, true); fmt.Sprint(got) != fmt.Sprint(would) {
		s.t.Errorf("undoing would be %+v, want %+v", got, would)
	}
	for range 2 { // who was killed before he knew asks again
		if got := s.undo(job, table, false); fmt.Sprint(got) != fmt.Sprint(want) {
			s.t.Errorf("undoing was %+v, want %+v", got, want)
		}
	}
	s.forgetUndo(job, table)
	if _, err := s.Target.(load.Undoer).Undo(s.t.Context(), job, load.TableName{Name: table}, true); !errors.Is(err, load.ErrNoUndo) {
		s.t.Errorf("undo again: %v, want %v", err, load.ErrNoUndo)
	}
	if tables, err := s.Tables(s.t.Context()); err != nil || slices.ContainsFunc(tables, func(t load.Table) bool { return len(t.Name) > 8 && t.Name[:8] == "linefeed" }) {
		s.t.Errorf("tables: %v, %v, want those of the user", tables, err)
	}
}

// What was inserted is removed, but for what somebody has changed or refers to.
func testUndoInserted(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE colours (code VARCHAR(10) PRIMARY KEY, name VARCHAR(20))")
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, colour VARCHAR(10), FOREIGN KEY (colour) REFERENCES colours (code) ON DELETE CASCADE)")
	db.Exec(t, "INSERT INTO colours VALUES ('red', 'red')")
	s := open(t, db)
	w := s.undoable("one", load.Plan{Table: "colours"}, "code", "name")
	res := s.write(w, row("blue", "a"), row("red", "b"), row("green", "c"), row("pink", nil))
	wantCounts(t, res, 3, 0, 0)
	s.commit(w)
	s.write(w, row("grey", "d"), row("black", "e"))
	s.finish(w)
	db.Exec(t, "INSERT INTO items VALUES (1, 'green'), (2, NULL)")
	db.Exec(t, "UPDATE colours SET name = 'changed' WHERE code = 'pink'")
	db.Exec(t, "DELETE FROM colours WHERE code = 'black'")
	s = open(t, db)
	s.wantUndone("one", "colours", load.Undoing{Removed: 2, Changed: 1, Gone: 1, Referred: 1})
	s.want("SELECT code, name FROM colours ORDER BY code", "green|c", "pink|changed", "red|red")
	s.want("SELECT id, colour FROM items ORDER BY id", "1|green", "2|NULL")
}

// What was changed gets back what it held, also where several records changed it.
func testUndoChanged(t *testing.T, db Database) {
	for _, rule := range []load.Conflict{load.ConflictUpdate, load.ConflictReplace} {
		table := "people_" + string(rule)
		db.Exec(t, "CREATE TABLE "+table+" (id INTEGER PRIMARY KEY, email VARCHAR(20) NOT NULL UNIQUE, name VARCHAR(20), city VARCHAR(20) DEFAULT 'nowhere')")
		db.Exec(t, "INSERT INTO "+table+" VALUES (1, 'a@x', 'Ann', 'Rome'), (2, 'b@x', NULL, 'Oslo'), (3, 'c@x', 'Cyd', ''), (4, 'd@x', 'Dan', 'Bern')")
		s := open(t, db)
		w := s.undoable("two", load.Plan{Table: table, OnConflict: rule}, "id", "email", "name")
		res := s.write(w, row(1, "z@x", "Zoe"), row(5, "e@x", "Eve"), row(2, "b@x", "Bob"), row(5, "e@x", "Eva"), row(1, "y@x", nil), row(9, nil, "bad"))
		wantCounts(t, res, 1, 4, 0)
		s.commit(w)
		db.Exec(t, "UPDATE "+table+" SET name = 'other' WHERE id = 2")
		res = s.write(w, row(2, "b@x", "Ben"), row(3, "c@x", "Cid"), row(4, "d@x", "Don"))
		wantCounts(t, res, 0, 3, 0)
		s.finish(w)
		db.Exec(t, "UPDATE "+table+" SET city = 'Paris' WHERE id = 4")
		s = open(t, db)
		s.wantUndone("two", table, load.Undoing{Removed: 1, Restored: 3, Changed: 1})
		bob := "2|b@x|other|Oslo"
		if rule == load.ConflictReplace {
			bob = "2|b@x|other|nowhere"
		}
		s.want("SELECT id, email, name, city FROM "+table+" ORDER BY id", "1|a@x|Ann|Rome", bob, "3|c@x|Cyd|", "4|d@x|Don|Paris")
	}
}

// Where the database refuses what would be done to one row, the others are undone.
func testUndoRefused(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(20) UNIQUE)")
	db.Exec(t, "INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x'), (3, 'c@x')")
	s := open(t, db)
	w := s.undoable("three", load.Plan{Table: "people", OnConflict: load.ConflictUpdate}, "id", "email")
	// Each takes the value that another has left.
	s.write(w, row(1, "z@x"), row(2, "a@x"), row(3, "b@x"), row(4, "c@x"))
	s.finish(w)
	db.Exec(t, "UPDATE people SET email = 'd@x' WHERE id = 4")
	db.Exec(t, "INSERT INTO people VALUES (5, 'c@x')")
	if got := s.undo("three", "people", true); got.Restored != 3 || got.Changed != 1 {
		t.Errorf("undoing would be %+v", got)
	}
	if got := s.undo("three", "people", false); got.Restored != 0 || got.Refused != 3 || got.Changed != 1 {
		t.Errorf("undoing was %+v, want nothing restored", got)
	}
	s.want("SELECT id, email FROM people ORDER BY id", "1|z@x", "2|a@x", "3|b@x", "4|d@x", "5|c@x")
	s.forgetUndo("three", "people")

	s = open(t, db)
	w = s.undoable("four", load.Plan{Table: "people", OnConflict: load.ConflictUpdate}, "id", "email")
	s.write(w, row(1, "y@x"), row(2, "z@x"), row(3, "a@x"))
	s.finish(w)
	db.Exec(t, "DELETE FROM people WHERE id = 5")
	s.wantUndone("four", "people", load.Undoing{Restored: 3})
	s.want("SELECT id, email FROM people ORDER BY id", "1|z@x", "2|a@x", "3|b@x", "4|d@x")
}

// Rows that refer to each other are removed together, and stay together.
func testUndoOwnReferences(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, FOREIGN KEY (boss) REFERENCES staff (id))")
	s := open(t, db)
	w := s.undoable("five", load.Plan{Table: "staff"}, "id", "boss")
	s.write(w, row(1, nil), row(2, 1), row(3, 2), row(4, nil), row(5, 4))
	s.finish(w)
	db.Exec(t, "INSERT INTO staff VALUES (6, 4)")
	s.wantUndone("five", "staff", load.Undoing{Removed: 4, Referred: 1})
	s.want("SELECT id FROM staff ORDER BY id", "4", "6")
}

// What would be removed along with a row, because of its foreign key, may have to stay:
// then the row stays.
func testUndoFollowed(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, FOREIGN KEY (boss) REFERENCES staff (id) ON DELETE CASCADE)")
	db.Exec(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, about INTEGER, FOREIGN KEY (about) REFERENCES staff (id) ON DELETE CASCADE)")
	s := open(t, db)
	w := s.undoable("ten", load.Plan{Table: "staff"}, "id", "boss")
	s.write(w, row(1, nil), row(2, 1), row(3, 2), row(4, nil), row(5, 4), row(6, 6))
	s.finish(w)
	db.Exec(t, "INSERT INTO notes VALUES (1, 3)")
	s.wantUndone("ten", "staff", load.Undoing{Removed: 3, Referred: 1, Refused: 2})
	s.want("SELECT id FROM staff ORDER BY id", "1", "2", "3")
	s.want("SELECT id, about FROM notes", "1|3")
}

// A table that was made goes too, unless somebody has put something into it.
func testUndoMade(t *testing.T, db Database) {
	s := open(t, db)
	plan := load.Plan{Table: "items", Create: true, Columns: items()}
	for _, others := range []bool{false, true} {
		s = open(t, db)
		w := s.undoable("six", plan, "id", "name")
		s.write(w, row(1, "one"), row(2, "two"))
		s.finish(w)
		if others {
			db.Exec(t, "INSERT INTO items (id, name) VALUES (3, 'three')")
		}
		s.wantUndone("six", "items", load.Undoing{Removed: 2, Dropped: !others})
		if _, err := s.Columns(t.Context(), plan.TableName()); errors.Is(err, load.ErrNoTable) == others {
			t.Errorf("columns: %v", err)
		}
	}
	s.want("SELECT id FROM items", "3")
}

// What a load keeps is what it committed, and goes with the request to forget it.
func testUndoKept(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))")
	s := open(t, db)
	table := load.TableName{Name: "items"}
	w := s.undoable("seven", load.Plan{Table: "items"}, "id", "name")
	s.write(w, row(1, "one"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, db)
	w = s.undoable("seven", load.Plan{Table: "items"}, "id", "name")
	s.write(w, row(1, "one"))
	if err := w.Commit(t.Context(), load.Mark{Writers: 1, Record: 1, Inserted: 1}); err != nil {
		t.Fatal(err)
	}
	s.write(w, row(2, "two"))
	if err := w.Close(); err != nil { // and the second row is undone
		t.Fatal(err)
	}
	db.Exec(t, "INSERT INTO items VALUES (2, 'two')")
	s = open(t, db)
	w = s.undoable("seven", load.Plan{Table: "items"}, "id", "name") // goes on
	s.write(w, row(3, "three"))
	if err := w.Commit(t.Context(), load.Mark{Writers: 1, Record: 3, Inserted: 2}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, db)
	s.wantUndone("seven", "items", load.Undoing{Removed: 2})
	s.want("SELECT id FROM items", "2")
	s.wantMarks("seven", table)

	w = s.undoable("eight", load.Plan{Table: "items"}, "id", "name")
	s.write(w, row(4, "four"))
	s.finish(w)
	undoer := s.Target.(load.Undoer)
	for range 2 {
		s.forgetUndo("eight", table.Name)
	}
	if _, err := undoer.Undo(t.Context(), "eight", table, false); !errors.Is(err, load.ErrNoUndo) {
		t.Errorf("undo: %v, want %v", err, load.ErrNoUndo)
	}
}

// An undoing that is broken off has done nothing.
func testUndoCancelled(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20))")
	s := open(t, db)
	w := s.undoable("nine", load.Plan{Table: "items"}, "id", "name")
	var rows [][]any
	for i := range 3000 {
		rows = append(rows, row(i, "name"))
	}
	s.write(w, rows...)
	s.finish(w)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Target.(load.Undoer).Undo(ctx, "nine", load.TableName{Name: "items"}, false); !errors.Is(err, context.Canceled) {
		t.Errorf("undo: %v, want %v", err, context.Canceled)
	}
	s = open(t, db)
	s.want("SELECT count(*) FROM items", "3000")
	s.wantUndone("nine", "items", load.Undoing{Removed: 3000})
	s.want("SELECT count(*) FROM items", "0")
}

// A version is what a row of the model holds.
type version struct{ number, name string }

// An entry is what the model keeps of a row that the load has written.
type entry struct {
	was  *version // nil for none
	left version
}

// testUndoModel loads random rows while others change some, undoes that, and compares
// with a map.
func testUndoModel(t *testing.T, db Database) {
	for i, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(rule, seed), func(t *testing.T) {
				undoModel(t, db, fmt.Sprintf("model_%d_%d", i, seed), rule, rand.New(rand.NewPCG(seed, uint64(i))))
			})
		}
	}
}

func undoModel(t *testing.T, db Database, table string, rule load.Conflict, rng *rand.Rand) {
	db.Exec(t, "CREATE TABLE "+table+" (k VARCHAR(10) PRIMARY KEY, n DECIMAL(10,2), name VARCHAR(20))")
	s := open(t, db)
	rows, entries := map[string]version{}, map[string]entry{}
	random := func() (string, version) {
		return fmt.Sprintf("k%d", rng.IntN(300)), version{fmt.Sprintf("%d.25", rng.IntN(50)), fmt.Sprintf("n'%d", rng.IntN(9))}
	}
	others := func(n int) {
		for range n {
			k, v := random()
			_, there := rows[k]
			text := "n''" + v.name[2:]
			switch {
			case !there:
				db.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES ('%s', %s, '%s')", table, k, v.number, text))
			case rng.IntN(3) == 0:
				db.Exec(t, fmt.Sprintf("DELETE FROM %s WHERE k = '%s'", table, k))
				delete(rows, k)
				continue
			default:
				db.Exec(t, fmt.Sprintf("UPDATE %s SET n = %s, name = '%s' WHERE k = '%s'", table, v.number, text, k))
			}
			rows[k] = v
		}
	}
	others(30)
	var w load.Writer
	for batch := range 6 {
		if w == nil {
			w = s.undoable("model", load.Plan{Table: table, OnConflict: rule}, "k", "n", "name")
		}
		var all [][]any
		for range rng.IntN(150) {
			k, v := random()
			old, there := rows[k]
			all = append(all, row(k, v.number, v.name))
			e, ours := entries[k]
			switch {
			case !there:
				e = entry{nil, v}
			case rule == load.ConflictReject || rule == load.ConflictSkip:
				continue
			case !ours || e.left != old:
				e = entry{&old, v}
			}
			e.left = v
			rows[k], entries[k] = v, e
		}
		s.write(w, all...)
		if err := w.Commit(t.Context(), load.Mark{Writers: 1, Record: int64(batch + 1), Inserted: 1}); err != nil {
			t.Fatal(err)
		}
		others(8)
		if rng.IntN(2) == 0 { // another process goes on
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			s, w = open(t, db), nil
		}
	}
	if w != nil {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, db)
	var want load.Undoing
	for k, e := range entries {
		now, there := rows[k]
		switch {
		case !there:
			want.Gone++
		case now != e.left:
			want.Changed++
		case e.was == nil:
			want.Removed++
			delete(rows, k)
		default:
			want.Restored++
			rows[k] = *e.was
		}
	}
	would, did := s.undo("model", table, true), s.undo("model", table, false)
	if fmt.Sprint(would) != fmt.Sprint(did) || did.Removed != want.Removed || did.Restored != want.Restored || did.Refused+did.Referred != 0 {
		t.Errorf("undoing would be %+v and was %+v, want %+v", would, did, want)
	}
	// Whether a row that was removed and written again is the same one, or is gone, is the database's to say.
	if others := did.Changed + did.Gone; others < want.Changed+want.Gone {
		t.Errorf("%d rows were changed by others, want %d", others, want.Changed+want.Gone)
	}
	got := db.Query(t, "SELECT k, n, name FROM "+table)
	if len(got) != len(rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}
	for _, r := range got {
		if v, ok := rows[r[0]]; !ok || r[1] != v.number || r[2] != v.name {
			t.Fatalf("%s is %s, %s, want %+v (%v)", r[0], r[1], r[2], v, ok)
		}
	}
}
