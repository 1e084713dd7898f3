package targettest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

func testRefusals(t *testing.T, db Database) {
	db.Exec(t, `CREATE TABLE items (
		id INTEGER PRIMARY KEY,
		name VARCHAR(20) NOT NULL,
		price DECIMAL(10,2) CHECK (price >= 0),
		a INTEGER, b INTEGER,
		UNIQUE (a, b))`)
	db.Exec(t, "INSERT INTO items VALUES (100, 'there', 1, 7, 7)")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "items"}, "id", "name", "price", "a", "b")
	res := s.write(w,
		row(100, "bad", "1", 1, 1), // 0: the key is in the table
		row(1, "good", "1", 1, 2),
		row(1, "bad", "1", 1, 3),  // 2: the key came before
		row(2, nil, "1", 1, 4),    // 3: NOT NULL
		row(2, "bad", "-1", 1, 4), // 4: CHECK
		row(2, "good", "1", 1, 4),
		row(3, "bad", "1", 7, 7), // 6: the other key is in the table
		row(4, "good", "1", 7, 8),
		row(5, "good", nil, nil, nil),
		row(4, "bad", "1", 9, 9), // 9: the last one
	)
	wantCounts(t, res, 4, 0, 0)
	wantRefused(t, res, "0 duplicate_key 0", "2 duplicate_key 0", "3 required 1", "4 check_failed 2", "6 duplicate_key -1", "9 duplicate_key 0")
	s.finish(w)
	s.want("SELECT id, name FROM items ORDER BY id", "1|good", "2|good", "4|good", "5|good", "100|there")
}

func testAllRefused(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	var rows [][]any
	for i := range 3000 {
		rows = append(rows, row(i, nil, nil))
	}
	res := s.write(w, rows...)
	wantCounts(t, res, 0, 0, 0)
	wantCounts(t, s.write(w, row(1, "one", nil)), 1, 0, 0)
	s.finish(w)
	s.want("SELECT count(*) FROM items", "1")
}

func testManyRefusals(t *testing.T, db Database) {
	s := open(t, db)
	w := createItems(s)
	good := 0
	for batch := range 3 {
		var rows [][]any
		for i := range 5000 {
			switch i % 3 {
			case 0:
				rows = append(rows, row(5000*batch+i, "good", nil))
				good++
			case 1:
				rows = append(rows, row(5000*batch+i, "bad", "-1"))
			default:
				rows = append(rows, row(5000*batch+i, nil, nil))
			}
		}
		res := s.write(w, rows...)
		for _, r := range res.Refused {
			want := load.CodeCheckFailed
			if r.Row%3 == 2 {
				want = load.CodeRequired
			}
			if r.Row%3 == 0 || r.Code != want {
				t.Fatalf("row %d: %s, want %s", r.Row, r.Code, want)
			}
		}
	}
	s.finish(w)
	s.want("SELECT count(*) FROM items WHERE name = 'good'", fmt.Sprint(good))
	s.want("SELECT count(*) FROM items", fmt.Sprint(good))
}

func testForeignKeys(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE colours (code VARCHAR(10) PRIMARY KEY)")
	db.Exec(t, "INSERT INTO colours VALUES ('red'), ('blue')")
	db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, colour VARCHAR(10), FOREIGN KEY (colour) REFERENCES colours (code))")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "items"}, "id", "colour")
	res := s.write(w, row(1, "red"), row(2, "green"), row(3, "blue"), row(4, nil), row(1, "red"), row(5, "pink"), row(6, "red"))
	wantCounts(t, res, 4, 0, 0)
	wantRefused(t, res, "1 foreign_key 1", "4 duplicate_key 0", "5 foreign_key 1")
	s.finish(w)
	s.want("SELECT id FROM items ORDER BY id", "1", "3", "4", "6")
}

// A row may refer to an earlier row, or to a later one of the same batch.
func testOwnForeignKey(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, FOREIGN KEY (boss) REFERENCES staff (id))")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "staff"}, "id", "boss")
	res := s.write(w, row(1, nil), row(2, 1), row(3, 5), row(4, 99), row(5, 6), row(6, 1), row(7, 4))
	wantCounts(t, res, 5, 0, 0)
	wantRefused(t, res, "3 foreign_key 1", "6 foreign_key 1")
	s.finish(w)
	s.want("SELECT id FROM staff ORDER BY id", "1", "2", "3", "5", "6")
}

const people = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(20) NOT NULL UNIQUE, name VARCHAR(20), city VARCHAR(20) DEFAULT 'nowhere')"

func withPeople(t *testing.T, db Database) {
	db.Exec(t, people)
	db.Exec(t, "INSERT INTO people VALUES (1, 'a@x', 'Ann', 'Rome'), (2, 'b@x', 'Bob', 'Oslo')")
}

func testSkip(t *testing.T, db Database) {
	withPeople(t, db)
	s := open(t, db)
	w := s.begin(load.Plan{Table: "people", OnConflict: load.ConflictSkip}, "id", "email", "name")
	res := s.write(w, row(1, "z@x", "Zoe"), row(3, "c@x", "Cyd"), row(3, "d@x", "Dan"), row(4, nil, "Eve"), row(4, "e@x", "Eve"))
	wantCounts(t, res, 2, 0, 2)
	wantRefused(t, res, "3 required 1")
	s.finish(w)
	s.want("SELECT id, email, name, city FROM people ORDER BY id",
		"1|a@x|Ann|Rome", "2|b@x|Bob|Oslo", "3|c@x|Cyd|nowhere", "4|e@x|Eve|nowhere")
}

func testUpdate(t *testing.T, db Database) {
	withPeople(t, db)
	s := open(t, db)
	w := s.begin(load.Plan{Table: "people", OnConflict: load.ConflictUpdate}, "id", "email", "name")
	res := s.write(w, row(1, "z@x", "Zoe"), row(3, "c@x", "Cyd"), row(2, nil, "Eve"), row(2, "b@x", nil))
	wantCounts(t, res, 1, 2, 0)
	wantRefused(t, res, "2 required 1")
	s.finish(w)
	s.want("SELECT id, email, name, city FROM people ORDER BY id",
		"1|z@x|Zoe|Rome", "2|b@x|NULL|Oslo", "3|c@x|Cyd|nowhere")
}

func testUpdateByKey(t *testing.T, db Database) {
	db.Exec(t, strings.Replace(people, "INTEGER PRIMARY KEY", db.Dialect().Counted, 1))
	db.Exec(t, "INSERT INTO people VALUES (-1, 'a@x', 'Ann', 'Rome'), (-2, 'b@x', 'Bob', 'Oslo')")
	s := open(t, db)
	w := s.begin(load.Plan{Table: "people", OnConflict: load.ConflictUpdate, Key: []string{"email"}}, "email", "name")
	res := s.write(w, row("a@x", "Zoe"), row("c@x", "Cyd"))
	wantCounts(t, res, 1, 1, 0)
	s.finish(w)
	s.want("SELECT email, name, city FROM people ORDER BY email", "a@x|Zoe|Rome", "b@x|Bob|Oslo", "c@x|Cyd|nowhere")
	s.want("SELECT id FROM people WHERE email = 'a@x'", "-1")
}

func testReplace(t *testing.T, db Database) {
	withPeople(t, db)
	s := open(t, db)
	w := s.begin(load.Plan{Table: "people", OnConflict: load.ConflictReplace}, "id", "email", "name")
	res := s.write(w, row(1, "z@x", "Zoe"), row(3, "c@x", "Cyd"), row(2, "b@x", "Ben"), row(2, nil, "Eve"))
	wantCounts(t, res, 1, 2, 0)
	wantRefused(t, res, "3 required 1")
	s.finish(w)
	s.want("SELECT id, email, name, city FROM people ORDER BY id",
		"1|z@x|Zoe|nowhere", "2|b@x|Ben|nowhere", "3|c@x|Cyd|nowhere")
}

func testConflictWithinBatch(t *testing.T, db Database) {
	for _, c := range []struct {
		rule                       load.Conflict
		inserted, updated, skipped int64
		name                       string
	}{
		{load.ConflictSkip, 1, 0, 2, "first"},
		{load.ConflictUpdate, 1, 2, 0, "third"},
		{load.ConflictReplace, 1, 2, 0, "third"},
	} {
		table := "people_" + string(c.rule)
		db.Exec(t, strings.Replace(people, "people", table, 1))
		s := open(t, db)
		w := s.begin(load.Plan{Table: table, OnConflict: c.rule}, "id", "email", "name")
		res := s.write(w, row(7, "a@x", "first"), row(7, "b@x", "second"), row(7, "c@x", "third"))
		wantCounts(t, res, c.inserted, c.updated, c.skipped)
		s.finish(w)
		s.want("SELECT id, name FROM "+table, "7|"+c.name)
	}
}

// A row that shares another unique value with a third row is refused under every
// rule: the rule is about neither row.
func testConflictOnAnotherKey(t *testing.T, db Database) {
	for _, rule := range []load.Conflict{load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		table := "people_" + string(rule)
		db.Exec(t, strings.Replace(people, "people", table, 1))
		db.Exec(t, "INSERT INTO "+table+" VALUES (1, 'a@x', 'Ann', 'Rome'), (2, 'b@x', 'Bob', 'Oslo')")
		s := open(t, db)
		w := s.begin(load.Plan{Table: table, OnConflict: rule}, "id", "email", "name")
		res := s.write(w, row(3, "c@x", "good"), row(4, "a@x", "bad"), row(5, "e@x", "good"))
		wantCounts(t, res, 2, 0, 0)
		wantRefused(t, res, "1 duplicate_key 1")
		s.finish(w)
		s.want("SELECT id, name FROM "+table+" ORDER BY id", "1|Ann", "2|Bob", "3|good", "5|good")
	}
}

func testConflictWithoutKey(t *testing.T, db Database) {
	db.Exec(t, "CREATE TABLE plain (a INTEGER, b INTEGER)")
	withPeople(t, db)
	s := open(t, db)
	for _, c := range []struct {
		plan    load.Plan
		columns []string
		want    string
	}{
		{load.Plan{Table: "plain", OnConflict: load.ConflictUpdate}, []string{"a", "b"}, "no primary key"},
		{load.Plan{Table: "plain", OnConflict: load.ConflictSkip, Key: []string{"a"}}, []string{"a", "b"}, "unique"},
		{load.Plan{Table: "people", OnConflict: load.ConflictSkip, Key: []string{"name"}}, []string{"id", "email", "name"}, "unique"},
		{load.Plan{Table: "people", OnConflict: load.ConflictUpdate}, []string{"email", "name"}, "not mapped"},
	} {
		if _, err := s.tryBegin(c.plan, c.columns...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("begin %+v: %v, want %q", c.plan, err, c.want)
		}
	}
}

// Rows with two keys are taken one after the other: one that is refused for its second
// key does not take the first one from those behind it.
func testTwoKeys(t *testing.T, db Database) {
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip} {
		table := "two_" + string(rule)
		db.Exec(t, "CREATE TABLE "+table+" (id INTEGER PRIMARY KEY, email VARCHAR(10) UNIQUE)")
		s := open(t, db)
		w := s.begin(load.Plan{Table: table, OnConflict: rule}, "id", "email")
		rng := rand.New(rand.NewPCG(2, uint64(len(rule))))
		ids, emails := map[int]bool{}, map[string]bool{}
		for range 20 {
			var rows [][]any
			var refused, want []string
			skipped := 0
			for i := range 60 {
				id, email := rng.IntN(1500), fmt.Sprintf("e%d", rng.IntN(1500))
				rows = append(rows, row(id, email))
				switch {
				case ids[id] && rule == load.ConflictSkip:
					skipped++
				case ids[id] || emails[email]:
					want = append(want, fmt.Sprintf("%d %s", i, load.CodeDuplicateKey))
				default:
					ids[id], emails[email] = true, true
				}
			}
			res := s.write(w, rows...)
			for _, r := range res.Refused {
				refused = append(refused, fmt.Sprintf("%d %s", r.Row, r.Code))
			}
			if !slices.Equal(refused, want) || res.Skipped != int64(skipped) {
				t.Fatalf("rule %s: %d skipped, refused: %q, want %d, %q, of %v", rule, res.Skipped, refused, skipped, want, rows)
			}
		}
		s.finish(w)
		s.want("SELECT count(*) FROM "+table, fmt.Sprint(len(ids)))
	}
}

// testModel writes random batches under every rule and compares with a map.
func testModel(t *testing.T, db Database) {
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		t.Run(string(rule), func(t *testing.T) {
			table := "model_" + string(rule)
			db.Exec(t, "CREATE TABLE "+table+" (k VARCHAR(10) PRIMARY KEY, v INTEGER NOT NULL CHECK (v < 900))")
			s := open(t, db)
			w := s.begin(load.Plan{Table: table, OnConflict: rule}, "k", "v")
			rng := rand.New(rand.NewPCG(1, uint64(len(rule))))
			model := map[string]int{}
			for range 60 {
				rows := make([][]any, rng.IntN(200))
				var want load.Result
				var refused []string
				for i := range rows {
					k, v := fmt.Sprintf("k%d", rng.IntN(4000)), rng.IntN(1000)
					_, there := model[k]
					rows[i] = row(k, v)
					faulty := rng.IntN(50) == 0
					if faulty {
						rows[i] = row(k, nil)
					}
					switch {
					case there && rule == load.ConflictSkip: // whatever else is wrong with it
						want.Skipped++
					case faulty && there && rule == load.ConflictReject:
						// Either fault of a row may be reported.
						rows[i] = row(k, 1)
						refused = append(refused, fmt.Sprintf("%d duplicate_key 0", i))
					case faulty:
						refused = append(refused, fmt.Sprintf("%d required 1", i))
					case v >= 900 && there && rule == load.ConflictReject:
						rows[i] = row(k, 1)
						refused = append(refused, fmt.Sprintf("%d duplicate_key 0", i))
					case v >= 900:
						refused = append(refused, fmt.Sprintf("%d check_failed 1", i))
					case !there:
						model[k] = v
						want.Inserted++
					case rule == load.ConflictReject:
						refused = append(refused, fmt.Sprintf("%d duplicate_key 0", i))
					default:
						model[k] = v
						want.Updated++
					}
				}
				res := s.write(w, rows...)
				wantCounts(t, res, want.Inserted, want.Updated, want.Skipped)
				wantRefused(t, res, refused...)
				if rng.IntN(5) == 0 {
					s.commit(w)
				}
			}
			s.finish(w)
			got := db.Query(t, "SELECT k, v FROM "+table)
			if len(got) != len(model) {
				t.Fatalf("%d rows, want %d", len(got), len(model))
			}
			for _, r := range got {
				if v, ok := model[r[0]]; !ok || fmt.Sprint(v) != r[1] {
					t.Fatalf("%s is %s, want %d (%v)", r[0], r[1], v, ok)
				}
			}
		})
	}
}
