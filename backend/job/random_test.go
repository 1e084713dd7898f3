package job

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// A model is what a table with the key id should hold, and what became of the records.
type model struct {
	rows map[int]string // name and n
	load.Counts
}

// add loads a record: n is "" for NULL. With the rule, mapped says whether n is loaded.
func (m *model) add(rule load.Conflict, mapped bool, id, name, n string) {
	m.Read++
	key, err := strconv.Atoi(id)
	_, bad := strconv.Atoi(n)
	if err != nil || name == "" || mapped && n != "" && bad != nil {
		m.Rejected++
		return
	}
	was, there := m.rows[key]
	switch {
	case !there:
		m.Inserted++
	case rule == load.ConflictSkip:
		m.Skipped++
		return
	case rule == load.ConflictReject:
		m.Rejected++
		return
	default:
		m.Updated++
	}
	switch {
	case mapped:
	case there && rule == load.ConflictUpdate:
		_, n, _ = strings.Cut(was, "|")
	default:
		n = ""
	}
	m.rows[key] = name + "|" + n
}

// For any file and rule, read equals inserted, updated, skipped and rejected, and the
// table says the same: also where the import was cancelled on the way, and taken up.
func TestRandomImports(t *testing.T) {
	every := load.CommitInterval
	load.CommitInterval = time.Millisecond
	t.Cleanup(func() { load.CommitInterval = every })
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	b := newBench(t)
	cancelled := 0
	for i := range 40 {
		db := b.path(fmt.Sprintf("%d.db", i))
		rule := []load.Conflict{load.ConflictReject, load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace}[r.IntN(4)]
		mapped := r.IntN(3) > 0
		size := r.IntN(1 << (4 + r.IntN(10)))
		m := &model{rows: map[int]string{}}
		var before, file strings.Builder
		before.WriteString("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER);")
		for range r.IntN(100) {
			id := r.IntN(size + 10)
			m.rows[id] = "before|" + strconv.Itoa(id)
			fmt.Fprintf(&before, "INSERT OR REPLACE INTO t VALUES (%d, 'before', %d);", id, id)
		}
		file.WriteString("id,name,n\n")
		for range size {
			id, name, n := strconv.Itoa(r.IntN(size+10)), "name "+strconv.Itoa(r.IntN(1000)), strconv.Itoa(r.IntN(1000))
			switch r.IntN(20) {
			case 0:
				id = "no number"
			case 1:
				name = ""
			case 2:
				n = ""
			case 3:
				n = "none"
			}
			fmt.Fprintf(&file, "%s,%s,%s\n", id, name, n)
			m.add(rule, mapped, id, name, n)
		}
		makeTables(t, db, before.String())
		plan := load.Plan{Table: "t", OnConflict: rule, Key: []string{"id"}, Atomic: r.IntN(4) == 0}
		if !mapped {
			plan.Map = map[string]string{"n": ""}
		}
		j := b.start(Request{File: b.file(fmt.Sprintf("%d.csv", i), file.String()), Target: db, Plan: plan})
		if r.IntN(2) == 0 {
			b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindProgress })
			_ = b.runner.Cancel(t.Context(), j.ID, KeepRows) // it may have ended
		}
		s, err := b.runner.Wait(t.Context(), j.ID)
		for errors.Is(err, errCancelled) {
			cancelled++
			s, err = b.takeUp(j.ID, TakeUp{})
		}
		if err != nil || s.State != Done || s.Counts != m.Counts || !s.Balanced {
			t.Errorf("import %d by %s, n mapped: %v, atomic: %v: %+v, %v, want %+v", i, rule, mapped, plan.Atomic, s.Counts, err, m.Counts)
		}
		if got := rowsOf(t, db); !maps.Equal(got, m.rows) {
			t.Errorf("import %d by %s, n mapped: %v: %d rows, want %d", i, rule, mapped, len(got), len(m.rows))
		}
		if n := b.stored(j.ID); n != m.Rejected {
			t.Errorf("import %d: %d rejects are stored, want %d", i, n, m.Rejected)
		}
	}
	t.Logf("%d of them were cancelled and taken up", cancelled)
}

func makeTables(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

func rowsOf(t *testing.T, path string) map[int]string {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.Query("SELECT id, name || '|' || ifnull(n, '') FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	rows := map[int]string{}
	for found.Next() {
		var id int
		var rest string
		if err := found.Scan(&id, &rest); err != nil {
			t.Fatal(err)
		}
		rows[id] = rest
	}
	return rows
}
