package targettest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// probe opens a load that only says what would become of rows; nil where the database
// can't be asked.
func (s *session) probe(l load.Layout) load.Writer {
	s.t.Helper()
	p, ok := s.Target.(load.Prober)
	if !ok {
		s.t.Fatal("the target can't be asked what it would do")
	}
	into, untold, err := p.Probe(s.t.Context(), l)
	if err != nil {
		s.t.Fatalf("probe: %v", err)
	}
	if into == nil || len(untold) > 0 {
		s.t.Fatalf("a check can't tell: %+v", untold)
	}
	w, err := into.Writer(s.t.Context(), 0)
	if err != nil {
		s.t.Fatalf("writer: %v", err)
	}
	return &only{w, into}
}

// outcomes writes batches, and returns what became of their rows, with the reasons
// where each has one only.
func (s *session) outcomes(w load.Writer, reasons bool, batches [][][]any) (all []string) {
	s.t.Helper()
	for _, b := range batches {
		res := s.write(w, b...)
		said := fmt.Sprintf("inserted %d, updated %d, skipped %d", res.Inserted, res.Updated, res.Skipped)
		for _, r := range res.Refused {
			if said += fmt.Sprintf("; %d", r.Row); reasons {
				said += fmt.Sprintf(" %s in %d", r.Code, r.Column)
			}
		}
		all = append(all, said)
		if err := w.Commit(s.t.Context(), load.Mark{}); err != nil {
			s.t.Fatalf("commit: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		s.t.Fatalf("close: %v", err)
	}
	return all
}

// testProbe compares what a check says of random rows with what an import does, and
// sees to it that the check writes nothing.
func testProbe(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE makers (id INTEGER PRIMARY KEY, name VARCHAR(20))")
	db.Exec(t, "INSERT INTO makers VALUES (1, 'one'), (2, 'two'), (3, 'three')")
	for i, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		for seed := range uint64(6) {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			table := fmt.Sprintf("probed_%d_%d", i, seed)
			db.Exec(t, "CREATE TABLE "+table+` (
				id INTEGER PRIMARY KEY, code VARCHAR(10), a INTEGER, b INTEGER NOT NULL DEFAULT 3,
				maker INTEGER, name VARCHAR(20) NOT NULL, price DECIMAL(8,2) CHECK (price >= 0),
				UNIQUE (code), UNIQUE (a, b), FOREIGN KEY (maker) REFERENCES makers (id))`)
			for k := range 12 {
				db.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES (%d, 'c%d', %d, %d, 1, 'old', 1)", table, 10+k, k, k, k))
				db.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES (%d, 'd%d', %d, %d, 1, 'old', 1)", table, 100+k, k, 100+k, k))
			}
			fresh := 0
			// Which of several reasons a database finds first is its own choice: where rows
			// are not just rejected, a code is new, or that of a row which stays as it is,
			// and one that refers to none has a new number.
			code := func() any {
				switch fresh++; {
				case rule == load.ConflictReject:
					return fmt.Sprintf("c%d", random.IntN(60))
				case random.IntN(10) == 0:
					return fmt.Sprintf("d%d", random.IntN(12))
				}
				return fmt.Sprintf("f%d", fresh)
			}
			a := func() any {
				if rule == load.ConflictReject {
					return random.IntN(20)
				}
				return 200 + fresh
			}
			var batches [][][]any
			for range 4 {
				var b [][]any
				for range random.IntN(30) {
					id, maker := 1+random.IntN(40), sometimes(random, 30, 1+random.IntN(4))
					if maker == 4 && rule != load.ConflictReject {
						id = 500 + fresh
					}
					b = append(b, row(
						id, sometimes(random, 10, code()), sometimes(random, 20, a()), sometimes(random, 10, random.IntN(20)),
						maker, sometimes(random, 2, "new"), fmt.Sprint(random.IntN(20)-1),
					))
				}
				batches = append(batches, b)
			}
			s := open(t, db)
			plan := load.Plan{Table: table, OnConflict: rule}
			l := s.layout(plan, "id", "code", "a", "b", "maker", "name", "price")
			state := func() string {
				rows := db.Query(t, "SELECT id, code, a, b, maker, name, price FROM "+table+" ORDER BY id")
				tables, err := s.Tables(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return fmt.Sprint(rows, tables)
			}
			was := state()
			said := s.outcomes(s.probe(l), false, batches)
			if state() != was {
				t.Errorf("rule %s, %d: the check has changed the database", rule, seed)
			}
			if did := s.outcomes(s.begin(plan, "id", "code", "a", "b", "maker", "name", "price"), false, batches); !slices.Equal(said, did) {
				t.Errorf("rule %s, %d: of\n%v\nthe check says\n%s\nand the import\n%s", rule, seed, batches, strings.Join(said, "\n"), strings.Join(did, "\n"))
			}
		}
	}
}

// sometimes returns v, or nil in so many of a hundred cases.
func sometimes(r *rand.Rand, percent int, v any) any {
	if r.IntN(100) < percent {
		return nil
	}
	return v
}

// testProbeOwn asks about rows that refer to each other, and about numbers that the
// database counts.
func testProbeOwn(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES tree (id))")
	db.Exec(t, "INSERT INTO tree VALUES (1, NULL), (2, 1)")
	db.Exec(t, `CREATE TABLE items (
		id INTEGER PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE, n INTEGER CHECK (n > 0), tree INTEGER, FOREIGN KEY (tree) REFERENCES tree (id))`)
	db.Exec(t, "INSERT INTO items VALUES (1, 'a', 1, 1), (2, 'b', 1, 1)")
	db.Exec(t, "CREATE TABLE counted (id "+db.Dialect().Counted+", code VARCHAR(10) UNIQUE)")
	db.Exec(t, "INSERT INTO counted (code) VALUES ('a')")
	s := open(t, db)
	for _, c := range []struct {
		table   string
		columns []string
		batches [][][]any
	}{
		{"tree", []string{"id", "parent"}, [][][]any{{row(3, 4), row(4, 1), row(5, 9), row(6, 6), row(2, nil)}, {row(7, 3), row(8, 5)}}},
		{"items", []string{"id", "code", "n", "tree"}, [][][]any{
			{row(1, "c", 1, 1), row(3, "a", 1, 1), row(4, "d", 0, 1), row(5, nil, 1, 1), row(6, "e", 1, 9), row(7, "f", 1, 2), row(7, "g", nil, nil)},
			{row(8, "f", 1, nil), row(6, "e", 1, nil), row(9, "x", 1, nil)},
		}},
		{"counted", []string{"code"}, [][][]any{{row("a"), row("b"), row(nil), row(nil), row("b")}, {row("c"), row("b")}}},
	} {
		plan := load.Plan{Table: c.table}
		said := s.outcomes(s.probe(s.layout(plan, c.columns...)), true, c.batches)
		if c.table == "counted" {
			db.Exec(t, "INSERT INTO counted (code) VALUES ('z')")
			if got := db.Query(t, "SELECT max(id) FROM counted"); got[0][0] != "2" {
				t.Errorf("the next number is %v: the check has used some up", got)
			}
		}
		if did := s.outcomes(s.begin(plan, c.columns...), true, c.batches); !slices.Equal(said, did) {
			t.Errorf("%s: the check says\n%s\nand the import\n%s", c.table, strings.Join(said, "\n"), strings.Join(did, "\n"))
		}
	}
}

// testProbeNew asks about a table that is to be made: a check tells what the import then
// does, for each row.
func testProbeNew(t *testing.T, db Database) {
	s := open(t, db)
	columns := []load.Column{
		{Name: "id", Type: load.Text, Length: 20},
		{Name: "n", Type: load.Integer, Nullable: true, Unique: true},
		{Name: "currency", Type: load.Text, Length: 3, Check: "length(currency) = 3"},
		{Name: "price", Type: load.Decimal, Precision: 6, Scale: 2, Nullable: true, Check: "price >= 0"},
		{Name: "at", Type: load.TimestampTZ, Nullable: true},
		{Name: "doc", Type: load.JSON, Nullable: true},
	}
	plan := load.Plan{Table: "made", Create: true, Key: []string{"id"}, Columns: columns}
	l := load.Layout{Plan: plan, Columns: columns, Make: columns, Index: []int{0, 1, 2, 3, 4, 5}}
	batches := [][][]any{
		{
			row("a", 1, "EUR", "1", nil, "{}"), row("b", nil, "ÄÖÜ", "1.25", "2026-02-03 04:05:06Z", nil), row("a", 2, "EUR", nil, nil, nil),
			row("A", nil, "Ä1", nil, nil, nil), row("A", 1, "EUR", nil, nil, nil), row("c", 3, "EUR", "-1", nil, nil), row(nil, 4, "EUR", nil, nil, nil),
		},
		{row("b", 5, "EUR", nil, nil, nil), row("a ", 6, "EUR", nil, nil, nil), row("c", 3, "EUR", nil, nil, `[1]`)},
	}
	said := s.outcomes(s.probe(l), true, batches)
	if want := []string{
		"inserted 2, updated 0, skipped 0; 2 duplicate_key in 0; 3 check_failed in 2; 4 duplicate_key in 1; 5 check_failed in 3; 6 required in 0",
		"inserted 2, updated 0, skipped 0; 0 duplicate_key in 0",
	}; !slices.Equal(said, want) {
		t.Errorf("%q, want %q", said, want)
	}
	tables, err := s.Tables(t.Context())
	if err != nil || len(tables) > 0 {
		t.Errorf("there are the tables %v, %v", tables, err)
	}
	if did := s.outcomes(s.begin(plan, "id", "n", "currency", "price", "at", "doc"), true, batches); !slices.Equal(said, did) {
		t.Errorf("the check says\n%s\nand the import\n%s", strings.Join(said, "\n"), strings.Join(did, "\n"))
	}
}
