package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/testserver"
)

func newDatabase(t *testing.T) database {
	t.Helper()
	return database{testserver.Postgres(t).Database(t)}
}

func open(t *testing.T, url string) target.Target {
	t.Helper()
	tg, err := target.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return tg
}

// eachServer runs a test on a database of each version.
func eachServer(t *testing.T, run func(t *testing.T, d database)) {
	t.Helper()
	t.Run("system's", func(t *testing.T) { run(t, newDatabase(t)) })
	t.Run("18", func(t *testing.T) { run(t, database{testserver.Postgres18(t).Database(t)}) })
}

// What the catalogue says of columns is what the converter has to know.
func TestColumns(t *testing.T) { eachServer(t, testColumns) }

func testColumns(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE DOMAIN short AS varchar(5) NOT NULL DEFAULT 'x'",
		"CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 3)",
		"CREATE TYPE colour AS ENUM ('red', 'blue')",
		`CREATE TABLE kinds (
			id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
			big bigserial, small smallint UNIQUE, name varchar(20) NOT NULL, code char(3), free text,
			price numeric(10,2), any_number numeric, hundreds numeric(5,-2), tiny numeric(2,5),
			f4 real, f8 double precision, b boolean DEFAULT true, d date, t time(3), tz timetz, ts timestamp, tstz timestamptz(0),
			u uuid, j json, jb jsonb, bin bytea, col colour, many integer[], rng int4range, m money, ip inet,
			s short, ss shorter, sum integer GENERATED ALWAYS AS (small + 1) STORED, dropped integer)`,
		"ALTER TABLE kinds DROP COLUMN dropped",
	} {
		d.Exec(t, statement)
	}
	columns, err := open(t, d.URL()).Columns(t.Context(), load.TableName{Name: "kinds"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range columns {
		text := fmt.Sprintf("%s %s %q", c.Name, c.Type, c.Declared)
		for _, flag := range []struct {
			name string
			is   bool
		}{{"nullable", c.Nullable}, {"primary", c.PrimaryKey}, {"unique", c.Unique}, {"default", c.HasDefault}, {"generated", c.Generated}} {
			if flag.is {
				text += " " + flag.name
			}
		}
		if c.Length+c.Precision+c.Scale > 0 {
			text += fmt.Sprintf(" %d %d %d", c.Length, c.Precision, c.Scale)
		}
		got = append(got, text)
	}
	want := []string{
		`id integer "integer" primary unique default`,
		`big integer "bigint" default`,
		`small integer "smallint" nullable unique`,
		`name text "character varying(20)" 20 0 0`,
		`code text "character(3)" nullable 3 0 0`,
		`free text "text" nullable`,
		`price decimal "numeric(10,2)" nullable 0 10 2`,
		`any_number decimal "numeric" nullable`,
		`hundreds decimal "numeric(5,-2)" nullable`,
		`tiny decimal "numeric(2,5)" nullable`,
		`f4 float "real" nullable`,
		`f8 float "double precision" nullable`,
		`b boolean "boolean" nullable default`,
		`d date "date" nullable`,
		`t time "time(3) without time zone" nullable`,
		`tz text "time with time zone" nullable`,
		`ts timestamp "timestamp without time zone" nullable`,
		`tstz timestamptz "timestamp(0) with time zone" nullable`,
		`u uuid "uuid" nullable`,
		`j json "json" nullable`,
		`jb json "jsonb" nullable`,
		`bin binary "bytea" nullable`,
		`col text "colour" nullable`,
		`many text "integer[]" nullable`,
		`rng text "int4range" nullable`,
		`m text "money" nullable`,
		`ip text "inet" nullable`,
		`s text "short" default 5 0 0`,
		`ss text "shorter" default 5 0 0`,
		`sum integer "integer" nullable generated`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("columns:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// write writes rows into columns of a table and returns what became of them.
func write(t *testing.T, url string, p load.Plan, columns []string, rows ...[]any) load.Result {
	t.Helper()
	tg := open(t, url)
	defer tg.Close()
	w := begin(t, tg, p, columns...)
	res, err := w.Write(t.Context(), batch(rows...))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Commit(t.Context(), load.Mark{}), w.Close()); err != nil {
		t.Fatal(err)
	}
	return res
}

func wantRefused(t *testing.T, res load.Result, want ...string) {
	t.Helper()
	var got []string
	for _, r := range res.Refused {
		got = append(got, fmt.Sprintf("%d %s %d", r.Row, r.Code, r.Column))
		if r.Message == "" {
			t.Errorf("row %d is refused without a reason", r.Row)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("refused: %q (%v), want %q", got, res.Refused, want)
	}
}

func (d database) want(t *testing.T, query string, want ...string) {
	t.Helper()
	var got []string
	for _, row := range d.Query(t, query) {
		got = append(got, strings.Join(row, "|"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%q, want\n%q", query, got, want)
	}
}

// What a column of any type takes, it takes as it stands, and what it does not take
// is refused with the column.
func TestTypes(t *testing.T) { eachServer(t, testTypes) }

func testTypes(t *testing.T, d database) {
	d.Exec(t, "CREATE TYPE colour AS ENUM ('red', 'blue')")
	d.Exec(t, "CREATE DOMAIN even AS integer CHECK (VALUE % 2 = 0)")
	d.Exec(t, "CREATE DOMAIN short AS varchar(3)")
	for _, c := range []struct {
		declared string
		good     []any // and how they are shown
		shown    []string
		bad      []any // and their codes
		codes    []string
	}{
		{"smallint", []any{-32768, 32767}, []string{"-32768", "32767"}, []any{32768}, []string{"out_of_range"}},
		{"bigint", []any{-9223372036854775808, 9223372036854775807}, []string{"-9223372036854775808", "9223372036854775807"}, nil, nil},
		{"numeric(4,2)", []any{"99.99", "-0.01"}, []string{"99.99", "-0.01"}, []any{"100"}, []string{"out_of_range"}},
		{"numeric", []any{strings.Repeat("9", 200) + "." + strings.Repeat("1", 50)}, []string{strings.Repeat("9", 200) + "." + strings.Repeat("1", 50)}, nil, nil},
		{"real", []any{1.5, 0.1}, []string{"1.5", "0.1"}, []any{1e300, 1.23456789}, []string{"out_of_range", "out_of_range"}},
		{"double precision", []any{5e-324, 1.7976931348623157e308}, []string{"5e-324", "1.7976931348623157e+308"}, nil, nil},
		{"boolean", []any{true, false}, []string{"t", "f"}, nil, nil},
		{"varchar(3)", []any{"漢字x", ""}, []string{"漢字x", ""}, []any{"four"}, []string{"too_long"}},
		{"text", []any{"a\tb\\n\nc\rd\\.\\N\"\U0010ffff", `\.`, `\N`}, []string{"a\tb\\n\nc\rd\\.\\N\"\U0010ffff", `\.`, `\N`}, []any{"a\x00b"}, []string{"refused"}},
		{"date", []any{"0001-01-01", "9999-12-31"}, []string{"0001-01-01", "9999-12-31"}, nil, nil},
		{"time", []any{"23:59:59.999999", "00:00:00"}, []string{"23:59:59.999999", "00:00:00"}, []any{"00:00:00.1234567"}, []string{"out_of_range"}},
		{"timestamp(3)", []any{"2024-02-29 12:00:00.123000"}, []string{"2024-02-29 12:00:00.123"}, []any{"2024-02-29 12:00:00.1234"}, []string{"out_of_range"}},
		{"timestamptz", []any{"2024-02-29 12:00:00.5+05:30"}, []string{"2024-02-29 06:30:00.5+00"}, []any{"2024-02-29 12:00:00.123456789Z"}, []string{"out_of_range"}},
		{"uuid", []any{"123e4567-e89b-12d3-a456-426614174000"}, []string{"123e4567-e89b-12d3-a456-426614174000"}, nil, nil},
		{"jsonb", []any{`{"a":[1,null]}`}, []string{`{"a": [1, null]}`}, []any{`"\u0000"`, `{`}, []string{"refused", "refused"}},
		{"bytea", []any{[]byte{0, 1, 0xff, '\\'}}, []string{`\x0001ff5c`}, nil, nil},
		{"integer[]", []any{"{1,2,NULL}"}, []string{"{1,2,NULL}"}, []any{"1,2", "{a}"}, []string{"refused", "refused"}},
		{"colour", []any{"red"}, []string{"red"}, []any{"green"}, []string{"refused"}},
		{"even", []any{4}, []string{"4"}, []any{5}, []string{"check_failed"}},
		{"short", []any{"abc"}, []string{"abc"}, []any{"abcd"}, []string{"too_long"}},
		{"int4range", []any{"[1,5)"}, []string{"[1,5)"}, []any{"[5,1)"}, []string{"refused"}},
		{"inet", []any{"10.0.0.1/8"}, []string{"10.0.0.1/8"}, []any{"10.0.0"}, []string{"refused"}},
		{"bit(3)", []any{"101"}, []string{"101"}, []any{"1011"}, []string{"refused"}},
		{"char(3)", []any{"ab"}, []string{"ab "}, []any{"abcd"}, []string{"too_long"}},
	} {
		for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictUpdate} {
			t.Run(c.declared+" "+string(rule), func(t *testing.T) {
				d.Exec(t, "DROP TABLE IF EXISTS vals; CREATE TABLE vals (n integer PRIMARY KEY, v "+c.declared+")")
				d.Exec(t, "INSERT INTO vals SELECT generate_series(0, 9)")
				first := 0 // rows that are there
				if rule == load.ConflictReject {
					first = 10
				}
				var rows [][]any
				var refused, shown []string
				for i, v := range c.bad {
					refused = append(refused, fmt.Sprintf("%d %s 1", len(rows), c.codes[i]))
					rows = append(rows, []any{first + len(rows), v})
				}
				for i, v := range c.good {
					shown = append(shown, c.shown[i])
					rows = append(rows, []any{first + len(rows), v})
				}
				res := write(t, d.URL(), load.Plan{Table: "vals", OnConflict: rule}, []string{"n", "v"}, rows...)
				if rule == load.ConflictUpdate { // whose errors tell no column
					for i := range res.Refused {
						if res.Refused[i].Column == -1 {
							res.Refused[i].Column = 1
						}
					}
				}
				wantRefused(t, res, refused...)
				d.want(t, "SET timezone = 'UTC'; SELECT v FROM vals WHERE v IS NOT NULL ORDER BY n", shown...)
			})
		}
	}
}

// Columns that the database fills are filled where the file has nothing.
func TestDefaults(t *testing.T) { eachServer(t, testDefaults) }

func testDefaults(t *testing.T, d database) {
	d.Exec(t, `CREATE TABLE items (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, n serial, name text NOT NULL DEFAULT 'none', day date DEFAULT '2020-01-01', up text GENERATED ALWAYS AS (upper(name)) STORED)`)
	res := write(t, d.URL(), load.Plan{Table: "items"}, []string{"id", "n", "name", "day"},
		[]any{nil, nil, nil, nil}, []any{100, 7, "x", "2024-01-01"}, []any{100, nil, "dup", nil}, []any{nil, 8, nil, nil})
	wantRefused(t, res, "2 duplicate_key 0")
	d.want(t, "SELECT n, name, day, up FROM items WHERE n > 6 ORDER BY n", "7|x|2024-01-01|X", "8|none|NULL|NONE")
	d.want(t, "SELECT count(DISTINCT id), count(n), count(day) FROM items", "3|3|1")
	res = write(t, d.URL(), load.Plan{Table: "items"}, []string{"name"}, []any{"only"})
	wantRefused(t, res)
	d.want(t, "SELECT name, day FROM items WHERE name = 'only'", "only|2020-01-01")
	res = write(t, d.URL(), load.Plan{Table: "items", OnConflict: load.ConflictReplace}, []string{"id", "name"}, []any{100, nil}, []any{200, "new"})
	wantRefused(t, res)
	if res.Inserted != 1 || res.Updated != 1 {
		t.Errorf("%+v", res)
	}
	d.want(t, "SELECT id, name, day FROM items WHERE id >= 100 ORDER BY id", "100|none|2020-01-01", "200|new|2020-01-01")
	d.want(t, "SELECT n FROM items WHERE id = 100", "7")
}

// Tables are found by their schemas, the search path, and but for case.
func TestSchemasAndCase(t *testing.T) { eachServer(t, testSchemasAndCase) }

func testSchemasAndCase(t *testing.T, d database) {
	for _, statement := range []string{
		`CREATE SCHEMA "Other"`, `CREATE TABLE "Other".items (id integer PRIMARY KEY)`, `CREATE TABLE "Items" (id integer PRIMARY KEY)`,
		`CREATE TABLE "Both" (a integer)`, `CREATE TABLE "both" (a integer, b integer)`, `CREATE TABLE "TWICE" (a integer)`, `CREATE TABLE "Twice" (a integer)`,
		`CREATE TABLE parts (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)`,
		`CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu')`, `CREATE TABLE parts_us PARTITION OF parts FOR VALUES IN ('us')`,
	} {
		d.Exec(t, statement)
	}
	tg := open(t, d.URL())
	for _, c := range []struct {
		table load.TableName
		want  string
	}{
		{load.TableName{Name: "items"}, "1"},
		{load.TableName{Name: "Both"}, "1"},
		{load.TableName{Name: "both"}, "2"},
		{load.TableName{Schema: "Other", Name: "ITEMS"}, "1"},
		{load.TableName{Name: "twice"}, `did you mean "TWICE" or "Twice"`},
		{load.TableName{Schema: "other", Name: "items"}, "no such table"},
		{load.TableName{Name: "item"}, `did you mean "Items"`},
	} {
		columns, err := tg.Columns(t.Context(), c.table)
		got := fmt.Sprint(len(columns))
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s, want %s", c.table, got, c.want)
		}
	}
	res := write(t, d.URL(), load.Plan{Schema: "Other", Table: "items"}, []string{"id"}, []any{1}, []any{1})
	wantRefused(t, res, "1 duplicate_key 0")
	d.want(t, `SELECT id FROM "Other".items`, "1")
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate} {
		d.Exec(t, "TRUNCATE parts")
		res = write(t, d.URL(), load.Plan{Table: "parts", OnConflict: rule}, []string{"region", "id"}, []any{"eu", 1}, []any{"asia", 1}, []any{"us", 1}, []any{"eu", 2}, []any{"eu", 1})
		switch rule {
		case load.ConflictReject:
			wantRefused(t, res, "1 refused -1", "4 duplicate_key -1")
		default:
			wantRefused(t, res, "1 refused -1")
		}
		d.want(t, "SELECT region, id FROM parts ORDER BY 1, 2", "eu|1", "eu|2", "us|1")
	}
	tables, err := tg.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, table := range tables {
		names = append(names, load.TableName{Schema: table.Schema, Name: table.Name}.String())
	}
	if want := []string{"Other.items", "public.Both", "public.Items", "public.TWICE", "public.Twice", "public.both", "public.parts", "public.parts_eu", "public.parts_us"}; !slices.Equal(names, want) {
		t.Errorf("tables: %q, want %q", names, want)
	}
}

// Views are loaded into where the server allows it.
func TestViews(t *testing.T) { eachServer(t, testViews) }

func testViews(t *testing.T, d database) {
	for _, statement := range []string{
		"CREATE TABLE items (id integer PRIMARY KEY, name text)",
		"CREATE VIEW simple AS SELECT id, name FROM items WHERE id > 0 WITH CHECK OPTION",
		"CREATE VIEW joined AS SELECT a.id, b.name FROM items a JOIN items b USING (id)",
		"CREATE VIEW counted AS SELECT count(*) AS n FROM items",
		`CREATE FUNCTION through() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.name = 'no' THEN RETURN NULL; END IF;
			INSERT INTO items VALUES (NEW.id, NEW.name); RETURN NEW; END $$`,
		"CREATE TRIGGER through INSTEAD OF INSERT ON joined FOR EACH ROW EXECUTE FUNCTION through()",
	} {
		d.Exec(t, statement)
	}
	wantRefused(t, write(t, d.URL(), load.Plan{Table: "simple"}, []string{"id", "name"}, []any{1, "a"}, []any{-1, "b"}, []any{1, "c"}, []any{2, "d"}),
		"1 refused -1", "2 duplicate_key -1")
	wantRefused(t, write(t, d.URL(), load.Plan{Table: "joined"}, []string{"id", "name"}, []any{3, "a"}, []any{4, "no"}, []any{5, "b"}, []any{1, "c"}),
		"1 refused -1", "3 duplicate_key -1")
	d.want(t, "SELECT id FROM items ORDER BY id", "1", "2", "3", "5")
	tg := open(t, d.URL())
	if _, err := tg.Prepare(t.Context(), "", load.Layout{Plan: load.Plan{Table: "counted"}, Columns: []load.Column{{Name: "n"}}}); err == nil || !strings.Contains(err.Error(), "no rows can be inserted") {
		t.Errorf("a view of a count: %v", err)
	}
}
