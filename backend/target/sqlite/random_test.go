package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// TestRandomTables loads random rows into random tables, and compares the result
// with that of one statement per row.
func TestRandomTables(t *testing.T) {
	defer sqlite.SetTurn(0)()
	tables := 120
	if testing.Short() {
		tables = 40
	}
	for seed := range tables {
		r := newRandomTable(rand.New(rand.NewPCG(uint64(seed), 42)))
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { r.try(t) }) {
			t.Fatalf("seed %d:\n%s", seed, r)
		}
	}
}

// A randomTable is a table, its surroundings, and rows to load into it.
type randomTable struct {
	*rand.Rand
	name     string
	setup    []string
	columns  []randomColumn
	keys     [][]int // indexes of columns
	rowid    bool    // the first column is the rowid
	triggers bool
	conflict bool // the table's constraints have conflict clauses

	rule    load.Conflict
	key     []int
	mapped  []int
	batches [][][]any
}

type randomColumn struct {
	name, byDefault string
	values          []any
}

func (r *randomTable) String() string {
	return fmt.Sprintf("%s\nrule %s, key %v, mapped %v\n%v", strings.Join(r.setup, "\n"), r.rule, r.key, r.mapped, r.batches)
}

func (r *randomTable) one(of ...string) string { return of[r.IntN(len(of))] }

func (r *randomTable) maybe(percent int, text string) string {
	if r.IntN(100) < percent {
		return text
	}
	return ""
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (r *randomTable) list(columns []int) string {
	var names []string
	for _, c := range columns {
		names = append(names, quoteName(r.columns[c].name))
	}
	return strings.Join(names, ", ")
}

func newRandomTable(rng *rand.Rand) *randomTable {
	r := &randomTable{Rand: rng}
	r.name = r.one("t", "excluded", "linefeed_batch", "new", "a b", `q"q`, "rowid", "select")
	r.conflict = r.IntN(8) == 0
	r.setup = []string{
		"CREATE TABLE parent (id INTEGER PRIMARY KEY, u UNIQUE)", "INSERT INTO parent VALUES (1, 1), (2, 2), (3, 3)",
		"CREATE TABLE log (k UNIQUE" + r.maybe(20, " ON CONFLICT "+r.one("IGNORE", "REPLACE", "FAIL")) + ", v)", "INSERT INTO log VALUES (1, 'old'), ('x', 'old')",
		"CREATE TABLE child (x REFERENCES parent" + r.maybe(50, " DEFERRABLE INITIALLY DEFERRED") + ")",
	}
	clause := func() string {
		if !r.conflict {
			return ""
		}
		return " ON CONFLICT " + r.one("IGNORE", "REPLACE", "ROLLBACK", "FAIL", "ABORT")
	}
	names := []string{"a", "b", "rowid", "excluded", "_rowid_", "c d", "oid", "c0", "old"}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var parts []string
	r.rowid = r.IntN(3) == 0
	primary := false
	for i := range 2 + r.IntN(3) {
		c := randomColumn{name: names[i], values: []any{1, 2, 3, 4, 5, 6, "x", "y", nil}}
		kind := r.one("", " INTEGER", " TEXT", " NUMERIC", " REAL", " BLOB", " TEXT COLLATE NOCASE")
		if strings.HasSuffix(kind, "NOCASE") {
			c.values = []any{"a", "A", "b", "B", "c", nil, 1}
		}
		part := quoteName(c.name) + kind
		switch {
		case i == 0 && r.rowid:
			part, primary = quoteName(c.name)+" INTEGER PRIMARY KEY"+r.maybe(20, " AUTOINCREMENT"), true
			if r.conflict && !strings.Contains(part, "AUTO") {
				part += clause()
			}
			c.values = []any{1, 2, 3, 4, 5, 6, 7, 8, nil}
			r.keys = append(r.keys, []int{0})
		case r.IntN(4) == 0:
			part += " UNIQUE" + clause()
			r.keys = append(r.keys, []int{i})
		}
		if i > 0 || !r.rowid {
			if r.IntN(4) == 0 {
				c.byDefault = r.one("1", "'x'", "(1 + 2)", "9")
				part += " DEFAULT " + c.byDefault
			}
			part += r.maybe(25, " NOT NULL"+clause())
			part += r.maybe(25, fmt.Sprintf(" CHECK (%s IS NOT %s)", quoteName(c.name), r.one("2", "'y'", "5")))
			part += r.maybe(12, " REFERENCES parent (u)"+r.maybe(50, " DEFERRABLE INITIALLY DEFERRED"))
		}
		parts = append(parts, part)
		r.columns = append(r.columns, c)
	}
	all := r.Perm(len(r.columns))
	if pair := all[:2]; !primary && r.IntN(2) == 0 {
		parts = append(parts, "PRIMARY KEY ("+r.list(pair)+")"+clause())
		r.keys = append(r.keys, slices.Clone(pair))
		primary = true
	} else if r.IntN(3) == 0 {
		parts = append(parts, "UNIQUE ("+r.list(pair)+")"+clause())
		r.keys = append(r.keys, slices.Clone(pair))
	}
	create := "CREATE TABLE " + quoteName(r.name) + " (" + strings.Join(parts, ", ") + ")"
	if primary && !strings.Contains(create, "AUTOINCREMENT") {
		if without := r.maybe(20, " WITHOUT ROWID"); without != "" {
			create, r.rowid = create+without, false
		}
	}
	r.setup = append(r.setup, create)
	r.conflict = strings.Contains(create, "ON CONFLICT")
	if len(r.keys) > 0 && r.IntN(4) == 0 { // another table refers to it
		r.setup = append(r.setup, fmt.Sprintf("CREATE TABLE looks (x REFERENCES %s (%s) ON UPDATE %s DEFERRABLE INITIALLY %s)",
			quoteName(r.name), r.list(r.keys[0][:1]), r.one("NO ACTION", "CASCADE", "SET NULL"), r.one("DEFERRED", "IMMEDIATE")))
		if len(r.keys[0]) > 1 {
			r.setup = r.setup[:len(r.setup)-1]
		}
	}
	for range 6 {
		var values []string
		for _, c := range r.columns {
			values = append(values, literal(c.values[r.IntN(len(c.values))]))
		}
		r.setup = append(r.setup, "INSERT OR IGNORE INTO "+quoteName(r.name)+" VALUES ("+strings.Join(values, ", ")+")")
	}
	if r.IntN(2) == 0 {
		r.triggers = true
		for i := range 1 + r.IntN(3) {
			r.setup = append(r.setup, r.trigger(i))
		}
	}
	r.rows()
	return r
}

func (r *randomTable) trigger(i int) string {
	column := "new." + quoteName(r.columns[r.IntN(len(r.columns))].name)
	body := func() string {
		switch r.IntN(4) {
		case 0:
			return "SELECT RAISE(" + r.one("IGNORE", "ABORT, 'no'", "FAIL, 'no'") + ") WHERE " + column + " IS " + r.one("1", "3", "'x'")
		case 1:
			return "INSERT INTO child VALUES (CASE WHEN " + column + " IN (1, 2, 3, 9) THEN " + column + " END)"
		case 2:
			return "UPDATE OR " + r.one("IGNORE", "REPLACE", "ABORT") + " log SET k = " + column + " WHERE k = 'x'"
		}
		return "INSERT " + r.one("", "OR IGNORE ", "OR REPLACE ", "OR FAIL ", "OR ABORT ") + "INTO log VALUES (" + column + ", 'new')"
	}
	text := fmt.Sprintf("CREATE TRIGGER tr%d %s %s ON %s BEGIN ", i, r.one("BEFORE", "AFTER"), r.one("INSERT", "UPDATE"), quoteName(r.name))
	for range 1 + r.IntN(2) {
		text += body() + "; "
	}
	return text + "END"
}

// rows generates the rows, and the rule and key to load them by.
func (r *randomTable) rows() {
	r.mapped = r.Perm(len(r.columns))[:1+r.IntN(len(r.columns))]
	r.rule = load.ConflictReject
	if len(r.keys) > 0 && r.IntN(3) > 0 {
		r.rule = []load.Conflict{load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace}[r.IntN(3)]
		r.key = r.keys[r.IntN(len(r.keys))]
		for _, k := range r.key {
			if !slices.Contains(r.mapped, k) {
				r.mapped = append(r.mapped, k)
			}
		}
	}
	for range 4 {
		var batch [][]any
		for range r.IntN(12) {
			var values []any
			for _, c := range r.mapped {
				values = append(values, r.columns[c].values[r.IntN(len(r.columns[c].values))])
			}
			batch = append(batch, values)
		}
		r.batches = append(r.batches, batch)
	}
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + v + "'"
	}
	return fmt.Sprint(v)
}

func (r *randomTable) try(t *testing.T) {
	f := newFile(t)
	db := f.independent(t)
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"PRAGMA synchronous = OFF", "PRAGMA foreign_keys = ON"}, r.setup...) {
		if _, err := db.Exec(s); err != nil && !strings.HasPrefix(s, "INSERT OR IGNORE") { // which may violate foreign keys
			t.Fatalf("%s: %v", s, err)
		}
	}
	db.Close()
	expected := newFile(t)
	f.Exec(t, "VACUUM INTO '"+expected.path+"'")

	var names, key []string
	for _, c := range r.mapped {
		names = append(names, r.columns[c].name)
	}
	for _, c := range r.key {
		key = append(key, r.columns[c].name)
	}
	w, err := tryBegin(t, f, load.Plan{Table: r.name, OnConflict: r.rule, Key: key}, names...)
	if err != nil {
		t.Fatal(err)
	}
	ref := r.reference(t, expected)
	for i, batch := range r.batches {
		res, err := w.Write(t.Context(), targettest.Batch(batch...))
		if err != nil {
			t.Fatal(err)
		}
		var refused []int
		for _, one := range res.Refused {
			refused = append(refused, one.Row)
		}
		got := fmt.Sprintf("inserted %d, updated %d, skipped %d, refused %v", res.Inserted, res.Updated, res.Skipped, refused)
		if want := ref.write(batch); got != want {
			t.Errorf("batch %d %v: %s, want %s (%+v)", i, batch, got, want, res.Refused)
		}
		if i%2 == 1 {
			if err := w.Commit(t.Context(), load.Mark{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ref.exec("COMMIT")
	for _, table := range []string{r.name, "log", "child", "parent"} {
		query := "SELECT * FROM " + quoteName(table)
		got, want := f.Query(t, query), expected.Query(t, query)
		slices.SortFunc(got, slices.Compare)
		slices.SortFunc(want, slices.Compare)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s holds\n%v, want\n%v", table, got, want)
		}
	}
	f.check(t)
}

// A reference runs one statement per row.
type reference struct {
	*randomTable
	t    *testing.T
	conn *sql.Conn
	verb string
}

func (r *randomTable) reference(t *testing.T, f file) *reference {
	conn, err := f.independent(t).Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	ref := &reference{r, t, conn, " OR ABORT"}
	if r.triggers && !r.conflict {
		ref.verb = ""
	}
	ref.exec("PRAGMA foreign_keys = ON")
	ref.exec("PRAGMA synchronous = OFF")
	ref.exec("BEGIN")
	return ref
}

func (r *reference) exec(statement string, values ...any) {
	r.t.Helper()
	if _, err := r.conn.ExecContext(context.Background(), statement, values...); err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
}

// count returns the number of rows of a query.
func (r *reference) count(query string, values ...any) (n int) {
	r.t.Helper()
	if err := r.conn.QueryRowContext(context.Background(), "SELECT count(*) FROM ("+query+")", values...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (r *reference) write(batch [][]any) string {
	var inserted, updated, skipped int
	var refused []int
	for i, values := range batch {
		r.exec("SAVEPOINT r")
		there := r.key != nil && r.count("SELECT 1 FROM "+quoteName(r.name)+" WHERE "+r.where(), values...) > 0
		switch {
		case there && (r.rule == load.ConflictSkip || len(r.set()) == 0):
			skipped++
		case there && r.put("UPDATE"+r.verb+" "+quoteName(r.name)+" SET "+strings.Join(r.set(), ", ")+" WHERE "+r.where(), values):
			updated++
		case !there && r.put("INSERT"+r.verb+" INTO "+quoteName(r.name)+" ("+r.list(r.mapped)+") VALUES ("+r.values()+")", values):
			inserted++
		default:
			refused = append(refused, i)
		}
		r.exec("RELEASE r")
	}
	return fmt.Sprintf("inserted %d, updated %d, skipped %d, refused %v", inserted, updated, skipped, refused)
}

// put reports whether a statement stored a row; a refused one leaves nothing behind.
func (r *reference) put(statement string, values []any) bool {
	res, err := r.conn.ExecContext(context.Background(), statement, values...)
	var stored int64
	if err == nil {
		stored, err = res.RowsAffected()
	}
	if err != nil || r.count("SELECT 1 FROM pragma_foreign_key_check") > 0 {
		r.exec("ROLLBACK TO r")
		return false
	}
	return stored > 0
}

// value returns the expression of the value of a mapped column.
func (r *reference) value(c int) string {
	value := fmt.Sprintf("?%d", slices.Index(r.mapped, c)+1)
	required := r.count("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 AND \"notnull\"", r.name, r.columns[c].name) > 0
	if required && r.columns[c].byDefault != "" {
		return "coalesce(" + value + ", " + r.columns[c].byDefault + ")"
	}
	return value
}

func (r *reference) values() string {
	var all []string
	for _, c := range r.mapped {
		all = append(all, r.value(c))
	}
	return strings.Join(all, ", ")
}

func (r *reference) where() string {
	var all []string
	for _, c := range r.key {
		all = append(all, quoteName(r.columns[c].name)+" = "+r.value(c))
	}
	return strings.Join(all, " AND ")
}

func (r *reference) set() []string {
	var all []string
	for c, column := range r.columns {
		mapped, inKey := slices.Contains(r.mapped, c), slices.Contains(r.key, c)
		value := column.byDefault
		switch {
		case r.rule == load.ConflictUpdate && (!mapped || inKey):
			continue
		case r.rowid && c == 0 && !mapped:
			continue // it stays
		case r.rowid && c == 0:
			if inKey {
				continue
			}
			value = "coalesce(" + r.value(c) + ", " + quoteName(column.name) + ")"
		case mapped:
			value = r.value(c)
		case value == "":
			value = "NULL"
		}
		all = append(all, quoteName(column.name)+" = "+value)
	}
	return all
}
