package postgres_test

import (
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// Where a trigger gives rows another key, the file's keys are no reason to refuse one.
func TestTriggerChangesKey(t *testing.T) { eachServer(t, testTriggerChangesKey) }

func testTriggerChangesKey(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, name text)",
		"INSERT INTO items VALUES (2, 'there')",
		"CREATE SEQUENCE numbers START 100",
		`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name <> 'keep' THEN NEW.id := nextval('numbers'); END IF; RETURN NEW; END $$`,
		"CREATE TRIGGER f BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()",
	} {
		d.Exec(t, statement)
	}
	rows := [][]any{{1, "a"}, {1, "b"}, {2, "keep"}, {2, "c"}, {3, "keep"}, {3, "keep"}}
	wantRefused(t, write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "name"}, rows...), "2 duplicate_key 0", "5 duplicate_key 0")
	res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictSkip}, []string{"id", "name"}, rows...)
	wantRefused(t, res)
	if res.Inserted != 3 || res.Skipped != 3 {
		t.Errorf("%d inserted, %d skipped, want 3 each", res.Inserted, res.Skipped)
	}
}

// A key is that of the table alone, not of those that inherit from it.
func TestInheritance(t *testing.T) { eachServer(t, testInheritance) }

func testInheritance(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, name text)",
		"CREATE TABLE more () INHERITS (items)",
		"INSERT INTO items VALUES (1, 'there')",
		"INSERT INTO more VALUES (2, 'below')",
	} {
		d.Exec(t, statement)
	}
	for i, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate} {
		d.Exec(t, "DELETE FROM ONLY items WHERE id > 1")
		res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: rule}, []string{"id", "name"}, []any{1, "new"}, []any{2, "new"}, []any{3, "new"})
		if len(res.Refused) != []int{1, 0, 0}[i] || res.Skipped != []int64{0, 1, 0}[i] || res.Updated != []int64{0, 0, 1}[i] || res.Inserted != 2 {
			t.Errorf("rule %s: %+v", rule, res)
		}
		d.want(t, "SELECT id FROM ONLY items ORDER BY id", "1", "2", "3")
		d.want(t, "SELECT id, name FROM more", "2|below")
	}
}

// No number is rounded, whatever its type's scale.
func TestScales(t *testing.T) { eachServer(t, testScales) }

func testScales(t *testing.T, d database) {
	d.Exec(t, "CREATE TABLE items (hundreds numeric(5,-2), tiny numeric(2,5), hours timetz(0))")
	for _, columns := range [][]string{{"hundreds", "tiny", "hours"}, {"hours", "tiny", "hundreds"}} {
		at := 0
		if columns[0] != "hundreds" {
			at = 2
		}
		of := func(hundreds, tiny, hours any) []any {
			if at == 0 {
				return []any{hundreds, tiny, hours}
			}
			return []any{hours, tiny, hundreds}
		}
		res := write(t, d.URL(), load.Plan{Table: "items"}, columns,
			of("1200", "0.00012", "12:00:00+00"), of("1250", nil, nil), of("1200.5", nil, nil), of(nil, "-0.000123", nil), of(nil, nil, "12:00:00.5+00"),
			of("-1200.00", "0.000120", "12:00:00.000+00"), of("0", "0", nil), of("50", nil, nil), of("9999900", nil, nil), of("10000000", nil, nil))
		var want []string
		for _, w := range []string{"1 out_of_range H", "2 out_of_range H", "3 out_of_range 1", "4 out_of_range T", "7 out_of_range H", "9 out_of_range H"} {
			want = append(want, strings.NewReplacer("H", string("02"[at/2]), "T", string("20"[at/2])).Replace(w))
		}
		wantRefused(t, res, want...)
	}
}

// A trigger of a partition that waits for the end of a transaction refuses its row.
func TestDeferredInPartition(t *testing.T) { eachServer(t, testDeferredInPartition) }

func testDeferredInPartition(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer, v integer) PARTITION BY RANGE (id)",
		"CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id)",
		"CREATE TABLE items_11 PARTITION OF items_1 FOR VALUES FROM (0) TO (50)",
		`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RAISE 'seven is unlucky'; END IF; RETURN NULL; END $$`,
		"CREATE CONSTRAINT TRIGGER f AFTER INSERT ON items_11 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "v"}, []any{1, 1}, []any{2, 7}, []any{3, 3})
	wantRefused(t, res, "1 refused -1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "3")
}

// There is one writer where the order of all records counts.
func TestOneWriterAtATime(t *testing.T) {
	d := database{testserver.Postgres(t).Database(t)}
	for _, statement := range []string{
		"CREATE EXTENSION postgres_fdw",
		"CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw",
		"CREATE FOREIGN TABLE far (id integer, name text) SERVER elsewhere",
		"CREATE TABLE made (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text, low text UNIQUE GENERATED ALWAYS AS (lower(name)) STORED)",
		"CREATE TABLE parts (id integer, name text) PARTITION BY RANGE (id)",
		"CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
		"ALTER TABLE parts_1 ADD EXCLUDE USING btree (name WITH =)",
		"CREATE TABLE plain (id integer PRIMARY KEY, name text)",
	} {
		d.Exec(t, statement)
	}
	for table, want := range map[string]int{"far": 1, "made": 1, "parts": 1, "plain": 3} {
		into, err := open(t, d.URL()).Prepare(t.Context(), "", layout(load.Plan{Table: table, Writers: 3}, "name"))
		if err != nil {
			t.Fatal(err)
		}
		if got := into.Pace().Writers; got != want {
			t.Errorf("%s: %d writers, want %d", table, got, want)
		}
		into.Close()
	}
}

// A default is what the catalogue says, whatever it begins with and wherever its functions are.
func TestDefaultExpressions(t *testing.T) { eachServer(t, testDefaultExpressions) }

func testDefaultExpressions(t *testing.T, d database) {
	d.Exec(t, `CREATE SCHEMA app; CREATE FUNCTION app.one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
		SET search_path = app; CREATE DOMAIN public.number AS integer NOT NULL DEFAULT one(); SET search_path = public;
		CREATE TABLE items (id integer, n number, owner text NOT NULL DEFAULT NULLIF(current_setting('server_version'), ''), nothing text DEFAULT NULL::varchar)`)
	tg := open(t, d.URL())
	columns, err := tg.Columns(t.Context(), load.TableName{Name: "items"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true, false} {
		if columns[i].HasDefault != want {
			t.Errorf("%s: has a default: %v", columns[i].Name, !want)
		}
	}
	wantRefused(t, write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "n", "owner"}, []any{1, nil, nil}, []any{2, 7, "x"}))
	d.want(t, "SELECT id, n FROM items WHERE owner <> '' ORDER BY id", "1|1", "2|7")
}

// Rows of a view get the identity that the file says, as those of its table do.
func TestViewOfIdentity(t *testing.T) { eachServer(t, testViewOfIdentity) }

func testViewOfIdentity(t *testing.T, d database) {
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text)")
	d.Exec(t, "CREATE VIEW seen AS SELECT id, name FROM items")
	wantRefused(t, write(t, d.URL(), load.Plan{Table: "seen"}, []string{"id", "name"}, []any{7, "a"}, []any{8, "b"}))
	d.want(t, "SELECT id, name FROM items ORDER BY id", "7|a", "8|b")
}

// What an update needs is the right to change what it changes, and no more.
func TestRightsOfUpdate(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, name text, note text)")
	for rule, want := range map[load.Conflict]string{load.ConflictUpdate: "", load.ConflictReplace: `on the column "id"`} {
		tg := open(t, d.User(t, "INSERT, SELECT, UPDATE (name) ON items"))
		problems, _, err := tg.Check(t.Context(), layout(load.Plan{Table: "items", OnConflict: rule}, "id", "name"))
		if err != nil || want == "" && len(problems) > 0 || want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Message, want)) {
			t.Errorf("rule %s: problems: %v, %v, want %q", rule, problems, err, want)
		}
	}
}

// Numbers that a check makes up are such as the table would have.
func TestProbeOfPositiveNumbers(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE items (id serial PRIMARY KEY CHECK (id > 0), small smallint GENERATED ALWAYS AS IDENTITY CHECK (small > 0), name text)")
	d.Exec(t, "INSERT INTO items (name) VALUES ('there')")
	into, _, err := open(t, d.URL()).(load.Prober).Probe(t.Context(), layout(load.Plan{Table: "items"}, "name"))
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	res, err := w.Write(t.Context(), batch([]any{"a"}, []any{"b"}))
	if err != nil || res.Inserted != 2 {
		t.Errorf("%+v, %v", res, err)
	}
}

// Rows that are changed stay so where a row to be inserted with them has a value without a
// binary form.
func TestChangedBesideFormless(t *testing.T) { eachServer(t, testChangedBesideFormless) }

func testChangedBesideFormless(t *testing.T, d database) {
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, n numeric)")
	d.Exec(t, "INSERT INTO items VALUES (1, 1), (2, 2)")
	long := strings.Repeat("7", 1001)
	res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictUpdate}, []string{"id", "n"}, []any{1, "10"}, []any{3, long}, []any{2, "20"})
	if res.Updated != 2 || res.Inserted != 1 || len(res.Refused) > 0 {
		t.Errorf("%+v", res)
	}
	d.want(t, "SELECT id, n FROM items ORDER BY id", "1|10", "2|20", "3|"+long)
}
