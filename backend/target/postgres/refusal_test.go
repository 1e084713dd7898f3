package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Triggers, policies and constraints of any kind refuse their row, and no other.
func TestOtherRefusals(t *testing.T) { eachServer(t, testOtherRefusals) }

func testOtherRefusals(t *testing.T, d database) {
	for _, c := range []struct {
		name, made string
		value      int // that is refused
		code, says string
	}{
		{"raises", `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RAISE 'seven is unlucky' USING HINT = 'take eight'; END IF; RETURN NEW; END $$;
			CREATE TRIGGER f BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()`, 7, "refused", "seven is unlucky: take eight"},
		{"raises afterwards", `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RAISE 'seven is unlucky'; END IF; RETURN NULL; END $$;
			CREATE TRIGGER f AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()`, 7, "refused", "seven is unlucky: a trigger of the database refused it"},
		{"raises at the end", `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RAISE 'seven is unlucky'; END IF; RETURN NULL; END $$;
			CREATE CONSTRAINT TRIGGER f AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()`, 7, "refused", "seven is unlucky"},
		{"ignores", `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RETURN NULL; END IF; RETURN NEW; END $$;
			CREATE TRIGGER f BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()`, 7, "refused", "without giving a reason: look for RETURN NULL"},
		{"is broken", `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN PERFORM nothing FROM nowhere; END IF; RETURN NEW; END $$;
			CREATE TRIGGER f BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()`, 7, "refused", `relation "nowhere" does not exist`},
		{"excludes", `ALTER TABLE items ADD EXCLUDE USING btree (v WITH =)`, 1, "refused", "conflicting key value"},
		{"unique expression", `CREATE UNIQUE INDEX low ON items ((abs(v)))`, -1, "duplicate_key", "another row has the same value in low"},
		{"partly unique", `CREATE UNIQUE INDEX part ON items (v) WHERE v < 3`, 1, "duplicate_key", "another row has the same v"},
		{"unique later", `ALTER TABLE items ADD UNIQUE (v) DEFERRABLE INITIALLY DEFERRED`, 1, "duplicate_key", "another row has the same v"},
		{"unique with NULL", `ALTER TABLE items ADD UNIQUE NULLS NOT DISTINCT (w)`, 7, "duplicate_key", "another row has the same w"},
		{"any check", `ALTER TABLE items ADD CONSTRAINT "Low" CHECK (v < 1000 AND id < 1000000)`, 1000, "check_failed", "does not satisfy the check (v < 1000) AND (id < 1000000)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.Exec(t, "DROP TABLE IF EXISTS items CASCADE; DROP FUNCTION IF EXISTS f")
			d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, v integer, w integer)")
			d.Exec(t, "INSERT INTO items VALUES (-1, 1, NULL)")
			d.Exec(t, c.made)
			var rows [][]any
			var bad []int
			for i := range 300 {
				v, w := any(2000+i), any(i)
				if strings.Contains(c.name, "check") {
					v = i % 200
				}
				if i%100 == 40 {
					v = c.value
					bad = append(bad, i)
					if strings.Contains(c.name, "NULL") {
						v, w = 2000+i, nil
					}
				}
				if c.name == "any check" && i%100 != 40 {
					v = i
				}
				rows = append(rows, []any{i, v, w})
			}
			res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "v", "w"}, rows...)
			if len(res.Refused) != len(bad) || int(res.Inserted) != len(rows)-len(bad) {
				t.Fatalf("%d inserted, refused: %v", res.Inserted, res.Refused)
			}
			for i, r := range res.Refused {
				if r.Row != bad[i] || string(r.Code) != c.code || !strings.Contains(r.String(), c.says) {
					t.Errorf("refused: row %d, %s, %s; want %d, %s, %s", r.Row, r.Code, r.Note, bad[i], c.code, c.says)
				}
			}
			d.want(t, "SELECT count(*) FROM items WHERE id >= 0", fmt.Sprint(len(rows)-len(bad)))
		})
	}
}

// A policy for rows refuses its row.
func TestPolicy(t *testing.T) { eachServer(t, testPolicy) }

func testPolicy(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, owner text)",
		"ALTER TABLE items ENABLE ROW LEVEL SECURITY",
		"CREATE POLICY mine ON items USING (owner = 'me') WITH CHECK (owner = 'me')",
		"INSERT INTO items VALUES (9, 'you')",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.User(t, "SELECT, INSERT ON items"), load.Plan{Table: "items"}, []string{"id", "owner"},
		[]any{1, "me"}, []any{2, "you"}, []any{3, "me"}, []any{9, "me"}, []any{4, "me"})
	wantRefused(t, res, "1 refused -1", "3 duplicate_key 0")
	d.want(t, "SELECT id FROM items WHERE owner = 'me' ORDER BY id", "1", "3", "4")
}

// A trigger that leaves rows out is told for rows that are there, too.
func TestUpdateIgnored(t *testing.T) { eachServer(t, testUpdateIgnored) }

func testUpdateIgnored(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, v integer)",
		"INSERT INTO items SELECT n, 0 FROM generate_series(1, 5) n",
		`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 7 THEN RETURN NULL; END IF; RETURN NEW; END $$`,
		"CREATE TRIGGER f BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f()",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictUpdate}, []string{"id", "v"},
		[]any{1, 1}, []any{2, 7}, []any{3, 3}, []any{6, 7}, []any{4, 7})
	wantRefused(t, res, "1 refused -1", "4 refused -1")
	if !strings.Contains(res.Refused[0].Message, "a trigger") {
		t.Errorf("%s", res.Refused[0].Message)
	}
	d.want(t, "SELECT id, v FROM items ORDER BY id", "1|1", "2|0", "3|3", "4|0", "5|0", "6|7")
}

// Keys that are equal though their bytes are not are found out by the server.
func TestEqualKeys(t *testing.T) { eachServer(t, testEqualKeys) }

func testEqualKeys(t *testing.T, d database) {
	d.Exec(t, "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
	for declared, same := range map[string][]any{
		"numeric":              {"1", "1.0", "2"},
		"text COLLATE nocase":  {"a", "A", "b"},
		"char(5)":              {"a", "a ", "b"},
		"timestamptz":          {"2024-01-01 00:00:00Z", "2024-01-01 01:00:00+01:00", "2024-01-02 00:00:00Z"},
		"inet":                 {"10.0.0.1", "10.0.0.1/32", "10.0.0.2"},
		"double precision":     {0.0, -1 * zero, 1.0},
		"bytea":                {[]byte("a"), []byte("a"), []byte("b")},
		"character varying(9)": {"a", "a", "b"},
	} {
		for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
			t.Run(declared+" "+string(rule), func(t *testing.T) {
				d.Exec(t, "DROP TABLE IF EXISTS items; CREATE TABLE items (k "+declared+" PRIMARY KEY, v integer)")
				rows := [][]any{{same[0], 1}, {same[2], 2}, {same[1], 3}}
				tg := open(t, d.URL())
				defer tg.Close()
				w := begin(t, tg, load.Plan{Table: "items", OnConflict: rule}, "k", "v")
				for again := range 2 {
					res, err := w.Write(t.Context(), batch(rows...))
					if err != nil {
						t.Fatal(err)
					}
					there := int64(1 + 2*again)
					switch rule {
					case load.ConflictReject:
						if int64(len(res.Refused)) != there {
							t.Errorf("refused: %v", res.Refused)
						}
					case load.ConflictSkip:
						if res.Skipped != there {
							t.Errorf("%+v", res)
						}
					default:
						if res.Updated != there {
							t.Errorf("%+v", res)
						}
					}
				}
				if err := w.Commit(t.Context(), load.Mark{}); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				want := []string{"1", "2"}
				if rule == load.ConflictUpdate || rule == load.ConflictReplace {
					want = []string{"2", "3"}
				}
				d.want(t, "SELECT v FROM items ORDER BY v", want...)
			})
		}
	}
}

var zero float64

// The effort of finding refused rows grows with their number: each costs a few
// statements, whatever the size of the batch.
func TestIsolationIsBounded(t *testing.T) {
	d := newDatabase(t)
	const n = 20000
	for name, check := range map[string]string{"told by line": "CHECK (v >= 0)", "not told": "REFERENCES others"} {
		d.Exec(t, "DROP TABLE IF EXISTS items, others; CREATE TABLE others (v integer PRIMARY KEY); INSERT INTO others VALUES (1)")
		d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, v integer "+check+")")
		for _, bad := range []int{1, 10, 100} {
			d.Exec(t, "TRUNCATE items")
			var rows [][]any
			for i := range n {
				v := 1
				if i%(n/bad) == n/bad/2 {
					v = -1
				}
				rows = append(rows, []any{i, v})
			}
			res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "v"}, rows...)
			if len(res.Refused) != bad || int(res.Inserted) != n-bad {
				t.Errorf("%s: %d refused, %d inserted, want %d and %d", name, len(res.Refused), res.Inserted, bad, n-bad)
			}
			// Dead rows are those that were written in vain.
			d.Exec(t, "ANALYZE items")
			d.want(t, fmt.Sprintf("SELECT pg_relation_size('items') < %d * pg_relation_size('others') + 20 * 45 * %d", 1, n), "t")
		}
	}
}

// A row that the server can't take for its size, or for an error that it takes for its own, is
// refused, and no other.
func TestErrorsOfOneRow(t *testing.T) { eachServer(t, testErrorsOfOneRow) }

func testErrorsOfOneRow(t *testing.T, d database) {
	for _, statement := range []string{
		`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.name = 'no' THEN RAISE 'parse error' USING ERRCODE = 'XX000'; END IF; RETURN NEW; END $$`,
		"CREATE TABLE items (id integer PRIMARY KEY, name text UNIQUE, j jsonb)",
		"CREATE TRIGGER f BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f()",
	} {
		d.Exec(t, statement)
	}
	var long strings.Builder // which can't be made shorter
	for i := range 3000 {
		fmt.Fprintf(&long, "%08x", sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictUpdate} {
		res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: rule}, []string{"id", "name", "j"},
			[]any{1, "a", nil}, []any{2, long.String(), nil}, []any{3, "b", nil}, []any{4, "no", nil}, []any{5, "c", deep}, []any{6, "d", "[]"})
		wantRefused(t, res, "1 refused -1", "3 refused -1", "4 refused 2")
		d.want(t, "SELECT id FROM items ORDER BY id", "1", "3", "6")
	}
}

// A value that reads as if it told a line of COPY blames no other row.
func TestValueLikeContext(t *testing.T) { eachServer(t, testValueLikeContext) }

func testValueLikeContext(t *testing.T, d database) {
	d.Exec(t, "CREATE TABLE items (id integer CHECK (id > 0), name text)")
	res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"name", "id"},
		[]any{"a", 1}, []any{"b", 2}, []any{"COPY items, line 2, column id:", -1}, []any{"\nCOPY items, line 1", 99999999999}, []any{"c", 3})
	wantRefused(t, res, "2 check_failed 1", "3 out_of_range 1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "2", "3")
}

// What a trigger writes to another table is not taken for the table's own, though its
// keys, checks and columns have the same names.
func TestErrorsOfAnotherTable(t *testing.T) { eachServer(t, testErrorsOfAnotherTable) }

func testErrorsOfAnotherTable(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE SCHEMA log",
		"CREATE TABLE items (id integer PRIMARY KEY, name text, CONSTRAINT short CHECK (id < 1000))",
		"CREATE TABLE log.items (id integer PRIMARY KEY, name text NOT NULL, CONSTRAINT short CHECK (id < 5))",
		"INSERT INTO log.items VALUES (2, 'there')",
		`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log.items VALUES (NEW.id, NEW.name); RETURN NEW; END $$`,
		"CREATE TRIGGER f BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f()",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictSkip}, []string{"id", "name"},
		[]any{1, "a"}, []any{2, "b"}, []any{3, nil}, []any{4, "c"}, []any{6, "d"})
	wantRefused(t, res, "1 refused -1", "2 refused -1", "4 refused -1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "4")
}

// A row that others refer to keeps its key.
func TestReferredKey(t *testing.T) { eachServer(t, testReferredKey) }

func testReferredKey(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, code text UNIQUE)",
		"CREATE TABLE orders (code text REFERENCES items (code))",
		"INSERT INTO items VALUES (1, 'a'), (2, 'b')",
		"INSERT INTO orders VALUES ('a')",
	} {
		d.Exec(t, statement)
	}
	res := write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictUpdate}, []string{"id", "code"}, []any{1, "x"}, []any{2, "y"})
	wantRefused(t, res, "0 foreign_key -1")
	if !strings.Contains(res.Refused[0].Message, `still referenced from table "orders"`) {
		t.Errorf("%s", res.Refused[0].Note)
	}
}
