package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// TestProbeRandomTables asks what would become of random rows in random tables, and
// compares that with what an import then does.
func TestProbeRandomTables(t *testing.T) {
	defer sqlite.SetTurn(0)()
	tables, compared := 120, 0
	if testing.Short() {
		tables = 40
	}
	for seed := range tables {
		r := newRandomTable(rand.New(rand.NewPCG(uint64(seed), 7)))
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) {
			if r.tryProbe(t) {
				compared++
			}
		}) {
			t.Fatalf("seed %d:\n%s", seed, r)
		}
	}
	if compared < tables/4 {
		t.Errorf("%d of %d tables could be asked", compared, tables)
	}
}

// tryProbe reports whether a check can tell all.
func (r *randomTable) tryProbe(t *testing.T) bool {
	f := newFile(t)
	db := f.independent(t)
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"PRAGMA synchronous = OFF", "PRAGMA foreign_keys = ON"}, r.setup...) {
		if _, err := db.Exec(s); err != nil && !strings.HasPrefix(s, "INSERT OR IGNORE") {
			t.Fatalf("%s: %v", s, err)
		}
	}
	db.Close()
	var names, key []string
	for _, c := range r.mapped {
		names = append(names, r.columns[c].name)
	}
	for _, c := range r.key {
		key = append(key, r.columns[c].name)
	}
	plan := load.Plan{Table: r.name, OnConflict: r.rule, Key: key}
	verdict := func(w load.Writer) (all []string) {
		for _, batch := range r.batches {
			res, err := w.Write(t.Context(), targettest.Batch(batch...))
			if err != nil {
				t.Fatal(err)
			}
			said := fmt.Sprintf("inserted %d, updated %d, skipped %d", res.Inserted, res.Updated, res.Skipped)
			for _, one := range res.Refused {
				said += fmt.Sprintf("; %d: %s in %d, %s", one.Row, one.Code, one.Column, one.Message)
			}
			all = append(all, said)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	was := stateOf(t, f)
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	l := layoutFor(t, tg, plan, names)
	probe, untold, err := tg.(load.Prober).Probe(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := probe.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	said := verdict(w)
	if stateOf(t, f) != was {
		t.Error("the check has changed the file")
	}
	into, err := tg.Prepare(t.Context(), "", l) // the same connection serves for an import
	if err != nil {
		t.Fatal(err)
	}
	if w, err = into.Writer(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	did := verdict(w)
	if len(untold) > 0 {
		return false
	}
	for i := range said {
		if said[i] != did[i] {
			t.Errorf("batch %d %v:\nthe check says %s,\nthe import     %s", i, r.batches[i], said[i], did[i])
		}
	}
	return true
}

func layoutFor(t *testing.T, tg target.Target, p load.Plan, names []string) load.Layout {
	t.Helper()
	columns, err := tg.Columns(t.Context(), p.TableName())
	if err != nil {
		t.Fatal(err)
	}
	l := load.Layout{Plan: p}
	for i, name := range names {
		for _, c := range columns {
			if c.Name == name {
				l.Columns, l.Index = append(l.Columns, c), append(l.Index, i)
			}
		}
	}
	return l
}

// stateOf returns what a database consists of on the disk.
func stateOf(t *testing.T, f file) string {
	t.Helper()
	var state bytes.Buffer
	for _, path := range sqlite.Files(f.path) {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&state, "%s %v %x\n", filepath.Base(path), info.ModTime(), content)
	}
	return state.String()
}

// A probe compares with the rows of the table, and with those before in the file.
func TestProbe(t *testing.T) {
	for _, journal := range []string{"DELETE", "WAL"} {
		f := newFile(t)
		f.Exec(t, `
			PRAGMA journal_mode = `+journal+`;
			CREATE TABLE makers (id INTEGER PRIMARY KEY);
			INSERT INTO makers VALUES (1);
			CREATE TABLE "the ""articles""" /* of a shop ( */ (
				id TEXT PRIMARY KEY COLLATE NOCASE, ean INTEGER, maker INTEGER REFERENCES makers, part_of TEXT REFERENCES "the ""articles""",
				price NUMERIC NOT NULL DEFAULT 1 CHECK (price > 0)
			);
			CREATE UNIQUE INDEX "on" ON "the ""articles""" (ean);
			INSERT INTO "the ""articles""" VALUES ('A', 1, 1, NULL, 5), ('B', 2, NULL, 'A', 5);`)
		was := stateOf(t, f)
		tg, err := f.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := layoutFor(t, tg, load.Plan{Table: `the "articles"`}, []string{"id", "ean", "maker", "part_of", "price"})
		p, untold, err := tg.(load.Prober).Probe(t.Context(), l)
		if err != nil || len(untold) > 0 {
			t.Fatal(untold, err)
		}
		w, err := p.Writer(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		res, err := w.Write(t.Context(), targettest.Batch(
			[]any{"a", 9, nil, nil, nil},   // there, but for case
			[]any{"C", 1, nil, nil, nil},   // another key that is there
			[]any{"C", 3, 1, "D", nil},     // its parent comes later
			[]any{"D", nil, nil, "A", nil}, // its parent is there
			[]any{"d", 4, nil, nil, nil},   // twice in the file
			[]any{"E", nil, 2, nil, nil},   // no such maker
			[]any{"F", nil, nil, "Z", nil}, // no such article
			[]any{"F", nil, nil, nil, 0},
			[]any{"H", 4, nil, nil, 2}, // free, as the other was refused
		))
		var got []string
		for _, r := range res.Refused {
			got = append(got, fmt.Sprintf("%d %s in %d: %s", r.Row, r.Code, r.Column, r.Message))
		}
		want := []string{
			"0 duplicate_key in 0", "1 duplicate_key in 1", "4 duplicate_key in 0", "5 foreign_key in 2", "6 foreign_key in 3", "7 check_failed in 4",
		}
		if err != nil || res.Inserted != 3 || len(got) != len(want) {
			t.Fatalf("%+v: %q, %v", res, got, err)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%s, want %s", got[i], want[i])
			}
		}
		if err := w.Commit(t.Context(), load.Mark{}); err != nil {
			t.Error(err)
		}
		if res, err := w.Write(t.Context(), targettest.Batch([]any{"d", 8, nil, nil, nil}, []any{"G", 3, nil, nil, nil})); err != nil || len(res.Refused) != 2 {
			t.Errorf("of two keys of an earlier batch: %+v, %v", res, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if err := tg.Close(); err != nil {
			t.Error(err)
		}
		if now := stateOf(t, f); now != was {
			t.Errorf("journal %s: the check has changed the file", journal)
		}
	}
}

// What a check can't tell it says.
func TestProbeSaysWhatItCannotTell(t *testing.T) {
	f := newFile(t)
	f.Exec(t, `
		CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b);
		CREATE UNIQUE INDEX part ON t (b) WHERE b > 0; CREATE UNIQUE INDEX made ON t (lower(b));
		CREATE TABLE child (a REFERENCES t (a));
		CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no'); END;`)
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	p, untold, err := tg.(load.Prober).Probe(t.Context(), layoutFor(t, tg, load.Plan{Table: "t", OnConflict: load.ConflictUpdate}, []string{"id", "a", "b"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	var said []string
	for _, w := range untold {
		said = append(said, w.Message)
	}
	all := strings.Join(said, "\n")
	if len(said) != 3 || !strings.Contains(all, "triggers of t") || !strings.Contains(all, "part") || !strings.Contains(all, "made") || !strings.Contains(all, "keep a from") {
		t.Errorf("%q", said)
	}
}

// A table that is to be made is asked too, without a file of that name.
func TestProbeOfANewTable(t *testing.T) {
	f := newFile(t)
	tg, err := sqlite.Open(context.Background(), f.path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	columns := []load.Column{{Name: "id", Type: load.Text}, {Name: "n", Type: load.Integer, Nullable: true}}
	l := load.Layout{Plan: load.Plan{Table: "t", Create: true, Key: []string{"id"}}, Columns: columns, Make: columns, Index: []int{0, 1}}
	p, _, err := tg.Probe(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := p.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		res, err := w.Write(t.Context(), targettest.Batch([]any{"a", 1}, []any{"a", 2}))
		if err != nil || len(res.Refused) == 0 || res.Refused[0].Code != load.CodeDuplicateKey {
			t.Errorf("%+v, %v", res, err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := tg.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(f.path + "*"); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
}
