package postgres_test

import (
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// Rows that refer to a partitioned table refer to any of its partitions.
func TestReferenceToPartitions(t *testing.T) { eachServer(t, testReferenceToPartitions) }

func testReferenceToPartitions(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE parts (id integer PRIMARY KEY) PARTITION BY RANGE (id)",
		"CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
		"CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)",
		"INSERT INTO parts VALUES (1), (11)",
		"CREATE TABLE items (id integer PRIMARY KEY, part integer REFERENCES parts)",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "part"}, []any{1, 1}, []any{2, 2}, []any{3, 11}, []any{4, 1})
	wantRefused(t, res, "1 foreign_key 1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "3", "4")
}

// A foreign key that PostgreSQL 18 does not enforce refuses no row, and one over a period
// none whose period is covered.
func TestReferencesOf18(t *testing.T) {
	d := database{testserver.Postgres18(t).Database(t)}
	for _, statement := range []string{
		"CREATE TABLE makers (id integer PRIMARY KEY)",
		"INSERT INTO makers VALUES (1)",
		"CREATE TABLE prices (item int4range, during daterange, PRIMARY KEY (item, during WITHOUT OVERLAPS))",
		"INSERT INTO prices VALUES ('[1,9)', '[2024-01-01,2025-01-01)')",
		`CREATE TABLE items (id integer PRIMARY KEY, maker integer REFERENCES makers, other integer REFERENCES makers NOT ENFORCED,
			item int4range, sold daterange, FOREIGN KEY (item, PERIOD sold) REFERENCES prices (item, PERIOD during))`,
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "maker", "other", "item", "sold"},
		[]any{1, 1, 7, "[1,9)", "[2024-02-01,2024-03-01)"}, []any{2, 7, 1, nil, nil}, []any{3, 1, 7, "[1,9)", "[2024-12-01,2025-02-01)"}, []any{4, nil, nil, "[1,9)", "[2024-01-01,2025-01-01)"})
	wantRefused(t, res, "1 foreign_key 1", "2 foreign_key -1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "4")
}

// A row refers to none of the tables that inherit from its own, and a check knows that.
func TestProbeOfInheritance(t *testing.T) {
	d := newDatabase(t)
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, part integer REFERENCES items)",
		"CREATE TABLE more () INHERITS (items)",
		"INSERT INTO items VALUES (1, NULL)",
		"INSERT INTO more VALUES (2, NULL)",
	} {
		d.Exec(t, statement)
	}
	columns, rows := []string{"id", "part"}, [][]any{{3, 1}, {4, 2}}
	into, _, err := open(t, d.URL()).(load.Prober).Probe(t.Context(), layout(load.Plan{Table: "items"}, columns...))
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	told, err := w.Write(t.Context(), batch(rows...))
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range []load.Result{told, write(t, d.URL(), load.Plan{Table: "items"}, columns, rows...)} {
		wantRefused(t, res, "1 foreign_key 1")
	}
}
