package mysql_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Removing a table leaves no lock behind, whatever comes in between.
func TestUnmakeUnlocks(t *testing.T) {
	d := newDatabase(t)
	for _, statement := range []string{
		"CREATE TABLE t (id INTEGER PRIMARY KEY)",
		"INSERT INTO t VALUES (1)",
		"CREATE FUNCTION f() RETURNS INTEGER DETERMINISTIC BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'; RETURN 1; END",
		"CREATE VIEW made AS SELECT id FROM t WHERE id = f()", // which can be locked, and not counted
		"CREATE TABLE other (id INTEGER)",
	} {
		d.Exec(t, statement)
	}
	db := openURL(t, d.URL())
	if err := db.Unmake(t.Context(), "job", load.TableName{Name: "made"}, 1); err == nil || !strings.Contains(err.Error(), "not now") {
		t.Errorf("%v", err)
	}
	if _, err := db.Head(t.Context(), load.TableName{Name: "other"}, 1); err != nil {
		t.Errorf("another table: %v", err)
	}
}

// A connection that is lost once the table is removed keeps nothing of the load.
func TestUnmakeLost(t *testing.T) {
	d := newDatabase(t)
	proxy := d.Behind(t)
	db := openURL(t, d.URLAt(proxy.Addr))
	plan := load.Plan{Table: "made", Create: true, Columns: []load.Column{{Name: "id", Type: load.Integer}}}
	into, err := db.Prepare(t.Context(), "job", layout(t, db, plan))
	if err != nil {
		t.Fatal(err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, row(1))
	if err := errors.Join(w.Commit(t.Context(), load.Mark{Writers: 1, Record: 1, Inserted: 1}), w.Close(), into.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.Unmake(t.Context(), "job", plan.TableName(), 2); err == nil || !strings.Contains(err.Error(), `the table "made" has 1 row,`) {
		t.Errorf("%v", err)
	}
	proxy.LoseRequest("UNLOCK TABLES", 1)
	if err := db.Unmake(t.Context(), "job", plan.TableName(), 1); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(d.Query(t, "SHOW TABLES")); got != "[]" {
		t.Errorf("there is still %s", got)
	}
}
