package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// startSet starts a set, and runSet also waits for its end, and returns it.
func (b *bench) startSet(req SetRequest) Set {
	b.Helper()
	set, err := b.runner.StartSet(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	return set
}

func (b *bench) runSet(req SetRequest) Set {
	b.Helper()
	return b.endOf(b.startSet(req))
}

func (b *bench) endOf(set Set) Set {
	b.Helper()
	for _, j := range set.Jobs {
		_, _ = b.runner.Wait(b.Context(), j.ID)
	}
	set, err := b.runner.Set(b.Context(), set.ID)
	if err != nil {
		b.Fatal(err)
	}
	return set
}

// said returns the states of the jobs, and why they failed.
func said(set Set) string {
	var all []string
	for _, j := range set.Jobs {
		text := string(j.State)
		if j.Summary != nil {
			text = strings.TrimSuffix(text+": "+j.Summary.Error, ": ")
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

func (b *bench) want(set Set, files SetFiles, counts load.Counts) {
	b.Helper()
	files.Total = len(set.Jobs)
	if set.Summary.Files != files || set.Summary.Counts != counts || !set.Summary.Balanced {
		b.Errorf("%+v, want %+v, %+v:\n%s", set.Summary, files, counts, said(set))
	}
}

func TestSetIntoOneTable(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	// Each has its own delimiter and order of fields, and the types of the first two are
	// not those of all.
	set := b.runSet(SetRequest{
		Files: []string{
			b.file("1.csv", "id,price,day,code\n1,1,03/04/2026,10115\n2,N/A,04/05/2026,10117\n"),
			b.file("2.csv", "price;id;day;code\n1.5;3;05/06/2026;10119\nN/A;4;06/07/2026;10119\n"),
			b.file("3.csv", "id\tprice\tday\tcode\n5\t2\t31/12/2026\t00420\n"),
		},
		Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true}},
	})
	b.want(set, SetFiles{Done: 3}, load.Counts{Read: 5, Inserted: 5})
	if set.State != Done || set.Resumable || !strings.HasPrefix(set.ID, setPrefix) || set.Jobs[0].Set != set.ID {
		t.Errorf("%+v", set)
	}
	const q = "SELECT group_concat(id || '|' || ifnull(price, 'NULL') || '|' || day || '|' || code, ' ') FROM (SELECT * FROM t ORDER BY id)"
	if got, want := b.query(db, q), "1|1|2026-04-03|10115 2|NULL|2026-05-04|10117 3|1.5|2026-06-05|10119 4|NULL|2026-07-06|10119 5|2|2026-12-31|00420"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSetIntoTablesOfItsOwn(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	set := b.runSet(SetRequest{
		Files:  []string{b.file("a.b.csv", "id\n1\n"), b.file("c.csv", "name\nx\ny\n")},
		Import: Request{Target: db, Plan: load.Plan{Table: "in_{name}", Create: true}},
	})
	b.want(set, SetFiles{Done: 2}, load.Counts{Read: 3, Inserted: 3})
	if b.count(db, "in_a_b") != 1 || b.count(db, "in_c") != 2 {
		t.Error("a table is not as it should be")
	}
	_, err := b.runner.StartSet(t.Context(), SetRequest{
		Files: []string{b.path("c.csv"), b.path("C.tsv")}, Import: Request{Target: db, Plan: load.Plan{Table: "{name}", Create: true}},
	})
	if err == nil || !strings.Contains(err.Error(), `would both be loaded into the table "C"`) {
		t.Errorf("two files into one of their own: %v", err)
	}
}

// Files with other fields are refused before anything is begun, and told with what
// differs; or the table has a column for each field.
func TestSetOfMixedHeaders(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	req := SetRequest{
		Files: []string{
			b.file("1.csv", "id,name\n1,a\n"), b.file("2.csv", "Name,ID\nb,2\n"), // these differ in nothing that counts
			b.file("3.csv", "id,cost\n3,1.5\n"), b.file("4.csv", "id,name,cost\n4,d,2\n"), b.file("5.csv", "id\n5\n"),
		},
		Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true}},
	}
	_, err := b.runner.StartSet(t.Context(), req)
	for _, says := range []string{
		"3.csv has other fields than 1.csv: it lacks name, and has cost besides", "4.csv has other fields than 1.csv: it has cost besides",
		"5.csv has other fields than 1.csv: it lacks name", "nothing was loaded",
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) != 0 || b.count(db, "t") != -1 {
		t.Errorf("something was begun: %v, %v", jobs, err)
	}
	req.MixedHeaders = true
	req.Import.Plan.Map = map[string]string{"cost": "price"} // which the first has not
	set := b.runSet(req)
	b.want(set, SetFiles{Done: 5}, load.Counts{Read: 5, Inserted: 5})
	const q = "SELECT group_concat(id || '|' || ifnull(name, '') || '|' || ifnull(price, ''), ' ') FROM (SELECT * FROM t ORDER BY id)"
	if got, want := b.query(db, q), "1|a| 2|b| 3||1.5 4|d|2 5||"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// One file that fails costs no other, and is taken up with the set once it is mended.
func TestTakeUpSet(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	req := SetRequest{
		Files:  []string{b.file("1.csv", ""), b.file("2.csv", "id\n2\n"), b.path("3.csv"), b.file("4.csv", "id\n4\n")},
		Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true}},
	}
	set := b.runSet(req)
	b.want(set, SetFiles{Done: 2, Failed: 2}, load.Counts{Read: 2, Inserted: 2})
	if set.State != Failed || !set.Resumable {
		t.Errorf("%+v", set)
	}
	b.file("1.csv", "id\n1\n")
	b.file("3.csv", "id\n3\n")
	set, err := b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{})
	if err != nil {
		t.Fatal(err)
	}
	set = b.endOf(set)
	b.want(set, SetFiles{Done: 4}, load.Counts{Read: 4, Inserted: 4})
	if got := b.query(db, "SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)"); got != "1,2,3,4" {
		t.Error(got)
	}
	if _, err := b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{}); !errors.Is(err, ErrNotActive) {
		t.Errorf("a set that is done was taken up: %v", err)
	}
	if _, err := b.runner.TakeUpSet(t.Context(), "set-none", TakeUp{}); !errors.Is(err, ErrNoSet) {
		t.Errorf("a set that is not there was taken up: %v", err)
	}
}

// holdRow makes a table whose row with that id is not inserted before it is let go: a trigger
// goes round until the base has told it to end.
func (b *bench) holdRow(db, table string, id int) (letGo func()) {
	b.Helper()
	b.execute(db, fmt.Sprintf(`CREATE TABLE %[1]s (id INTEGER PRIMARY KEY, name TEXT);
		CREATE VIEW %[1]s_endless AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c;
		CREATE TRIGGER %[1]s_hold BEFORE INSERT ON %[1]s WHEN NEW.id = %[2]d BEGIN SELECT count(*) FROM %[1]s_endless; END`, table, id))
	return func() { b.execute(db, fmt.Sprintf("DROP TRIGGER %[1]s_hold; DROP VIEW %[1]s_endless", table)) }
}

// The program ends in the middle of a set: the next one goes on with it.
func TestSetInterrupted(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	letGo := b.holdRow(db, "t", 1_000_005) // of the second file
	req := SetRequest{Import: Request{Target: db, Plan: load.Plan{Table: "t"}}}
	var counts load.Counts
	for i := range 4 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), renumbered(rows(1000, 10), i*1_000_000)))
		counts = sum(counts, load.Counts{Read: 1000, Inserted: 900, Rejected: 100})
	}
	set := b.startSet(req)
	b.until(set.Jobs[1].ID, func(e *event.Event) bool { return e.Kind == event.KindProgress }) // and it comes no further
	b.runner.Close()
	letGo()
	set, err := b.runner.Set(t.Context(), set.ID)
	if err != nil || set.State != Interrupted || set.Summary.Files.Done != 1 || set.Summary.Files.Interrupted != 3 || !set.Resumable {
		t.Fatalf("%+v, %v", set.Summary, err)
	}
	b.runner = NewRunner(b.runner.store, b.hub, URLs{})
	if set, err = b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{}); err != nil {
		t.Fatal(err)
	}
	set = b.endOf(set)
	b.want(set, SetFiles{Done: 4}, counts)
	if n := b.count(db, "t"); n != int(counts.Inserted) {
		t.Errorf("%d rows, want %d", n, counts.Inserted)
	}
}

// renumbered adds to the IDs of rows.
func renumbered(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines[1:] {
		var id int
		if _, err := fmt.Sscanf(line, "%d,", &id); err == nil {
			lines[i+1] = fmt.Sprint(n+id) + line[strings.IndexByte(line, ','):]
		}
	}
	return strings.Join(lines, "")
}

// A set is one to its followers: its progress is over all bytes and never falls, and its
// last state has the summary.
func TestSetEvents(t *testing.T) {
	b := newBench(t)
	set := b.startSet(SetRequest{
		Files:  []string{b.file("1.csv", rows(60_000, 0)), b.file("2.csv", rows(200_000, 0)), b.file("3.csv", rows(10, 0))},
		Import: Request{Target: b.path("out.db"), Plan: load.Plan{Table: "{name}", Create: true}},
	})
	b.endOf(set)
	follow, err := b.hub.Follow(set.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	var last SetProgress
	var states []string
	var told struct {
		State   string
		Summary *SetSummary
	}
	for e := range follow.Events(t.Context()) {
		switch e.Kind {
		case event.KindProgress:
			if err := json.Unmarshal(e.Data, &last); err != nil {
				t.Fatal(err)
			}
		case event.KindState:
			if err := json.Unmarshal(e.Data, &told); err != nil {
				t.Fatal(err)
			}
			states = append(states, told.State)
		default:
			t.Errorf("%s", e.Data)
		}
	}
	if got := strings.Join(states, " "); got != "queued running done" {
		t.Error(got)
	}
	if *last.Percent != 100 || last.Phase != load.PhaseDone || last.Read != 260_010 || last.Files.Done != 3 || last.BytesRead != last.BytesTotal {
		t.Errorf("%+v", last)
	}
	if v := told.Summary; v == nil || v.Set != set.ID || v.State != Done || v.Inserted != 260_010 || v.Files != last.Files || v.Bytes != last.BytesTotal {
		t.Errorf("%+v", v)
	}
	if shot, err := b.runner.SetSnapshot(t.Context(), set.ID); err != nil || shot.Set.State != Done || shot.Progress != nil {
		t.Errorf("%+v, %v", shot, err)
	}
}

// The percentage of a set never falls, and is 100 only at its end.
func TestSetPercent(t *testing.T) {
	b := newBench(t)
	req := SetRequest{Import: Request{Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}}
	for i := range 5 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), rows(30_000, 0)))
	}
	set := b.startSet(req)
	percent, steps := 0.0, 0
	for e := range b.events.Events(t.Context()) {
		if e.Job != set.ID {
			continue
		}
		if e.Kind == event.KindState && strings.Contains(string(e.Data), `"balanced"`) {
			break
		}
		var p SetProgress
		if e.Kind == event.KindProgress && json.Unmarshal(e.Data, &p) == nil {
			if *p.Percent < percent || *p.Percent == 100 && p.Files.Done < 5 {
				t.Errorf("%s after %v", e.Data, percent)
			}
			percent = *p.Percent
			steps++
		}
	}
	if percent != 100 || steps < 2 {
		t.Errorf("%v in %d steps", percent, steps)
	}
}

func TestPauseAndCancelSet(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	// The second file comes no further than its first rows; the first one ends while it is paused.
	letGo := b.holdRow(db, "t1", 5)
	b.execute(db, "CREATE TABLE t0 (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE t2 (id INTEGER PRIMARY KEY, name TEXT)")
	req := SetRequest{Import: Request{Target: db, Plan: load.Plan{Table: "{name}"}}}
	for i := range 3 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("t%d.csv", i), rows(1000, 0)))
	}
	free := b.lockTarget(db)
	set := b.startSet(req)
	b.until(set.Jobs[0].ID, state(Running)) // and it waits for the lock
	if err := b.runner.Pause(t.Context(), set.ID); err != nil {
		t.Fatal(err)
	}
	b.until(set.ID, state(Paused))
	free()
	if err := b.runner.Pause(t.Context(), set.ID); err == nil {
		t.Error("it was paused twice")
	}
	if err := b.beside().runner.Resume(t.Context(), set.ID); err != nil { // from another process
		t.Fatal(err)
	}
	left := map[string]bool{set.ID: true, set.Jobs[1].ID: true} // in any order
	for e := range b.events.Events(t.Context()) {
		if state(Running)(e) {
			delete(left, e.Job)
		}
		if len(left) == 0 {
			break
		}
	}
	if err := b.runner.Cancel(t.Context(), set.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	set = b.endOf(set)
	letGo()
	b.until(set.ID, state(Cancelled))
	if f := set.Summary.Files; f.Done != 1 || f.Cancelled != 2 || set.State != Cancelled || !set.Resumable {
		t.Errorf("%+v", set.Summary)
	}
	for _, do := range []func(context.Context, string) error{b.runner.Pause, b.runner.Resume, func(ctx context.Context, id string) error { return b.runner.Cancel(ctx, id, KeepRows) }} {
		if err := do(t.Context(), set.ID); !errors.Is(err, ErrNotActive) {
			t.Errorf("a set that has ended: %v", err)
		}
	}
	if _, err := b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{}); err != nil {
		t.Fatal(err)
	}
	set = b.endOf(set)
	b.want(set, SetFiles{Done: 3}, load.Counts{Read: 3000, Inserted: 3000})
}

// A job of a set can be cancelled, also one that is not in the queue yet: the others go
// on.
func TestCancelJobOfSet(t *testing.T) {
	b := newBench(t)
	req := SetRequest{Import: Request{Target: b.path("out.db"), Plan: load.Plan{Table: "t{name}", Create: true, Columns: idAndName()}}}
	for i := range 4 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), rows(100_000, 0)))
	}
	set := b.startSet(req)
	for _, i := range []int{2, 0} {
		if err := b.runner.Cancel(t.Context(), set.Jobs[i].ID, KeepRows); err != nil {
			t.Fatal(err)
		}
	}
	set = b.endOf(set)
	var states []State
	for _, j := range set.Jobs {
		states = append(states, j.State)
	}
	if !slices.Equal(states, []State{Cancelled, Done, Cancelled, Done}) {
		t.Errorf("%v", states)
	}
}

// What a set says that it loaded is what its files hold, and what is in the table,
// whatever files there are.
func TestSetBalances(t *testing.T) {
	b := newBench(t)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		db := b.path(fmt.Sprintf("%d.db", n))
		req := SetRequest{MixedHeaders: true, AtOnce: random.IntN(4), Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true}}}
		if n%2 == 1 { // as it is known what it will be
			req.Import.Plan.ColumnTypes = map[string]load.Type{"id": load.Integer}
		}
		var counts load.Counts
		for i := range 1 + random.IntN(8) {
			text := "id" + []string{"", ",x", ",y,x"}[random.IntN(3)] + "\n"
			width := strings.Count(text, ",")
			for range random.IntN(300) {
				id := "1"
				counts.Read++
				if n%2 == 1 && random.IntN(5) == 0 {
					id = "one"
					counts.Rejected++
				} else {
					counts.Inserted++
				}
				text += id + strings.Repeat(",z", width) + "\n"
			}
			req.Files = append(req.Files, b.file(fmt.Sprintf("%d-%d.csv", n, i), text))
		}
		set := b.runSet(req)
		b.want(set, SetFiles{Done: len(set.Jobs)}, counts)
		if got := b.count(db, "t"); got != int(counts.Inserted) {
			t.Errorf("%d rows, want %d", got, counts.Inserted)
		}
	}
}

// A file that has changed since is not gone on with, and costs the others nothing.
func TestTakeUpSetWithChangedFile(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	req := SetRequest{Import: Request{Target: db, Plan: load.Plan{Table: "t{name}", Create: true, Columns: idAndName()}}}
	for i := range 3 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), rows(halfRows, 100)))
	}
	set := b.startSet(req)
	b.until(set.Jobs[0].ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
	if err := b.runner.Pause(t.Context(), set.ID); err != nil { // which commits
		t.Fatal(err)
	}
	b.until(set.ID, state(Paused))
	if err := b.runner.Cancel(t.Context(), set.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	b.endOf(set)
	b.file("0.csv", rows(halfRows-1, 100))
	if err := os.Remove(b.path("1.csv")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{}); err != nil {
		t.Fatal(err)
	}
	set = b.endOf(set)
	if f := set.Summary.Files; f.Failed != 2 || f.Done != 1 || !set.Resumable {
		t.Errorf("%+v: %s", f, said(set))
	}
	for _, says := range []string{"not as it was when the import began", "there is no such file"} {
		if !strings.Contains(said(set), says) {
			t.Errorf("%q is not said: %s", says, said(set))
		}
	}
}

// A check of a set finds the types of a table that would be made in all of its files, as the
// import does, whichever file of it is looked at.
func TestCheckSetTellsTypesOfAll(t *testing.T) {
	for _, atOnce := range []int{1, 3} {
		b := newBench(t)
		req := SetRequest{AtOnce: atOnce, Import: Request{Check: true, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}}
		for i, text := range []string{"id,n\n1,1\n", "n,id\n00420,2\n", "id,n\n3,3.5\n"} {
			req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), text))
		}
		set := b.endOf(b.startSet(req))
		b.want(set, SetFiles{Done: 3}, load.Counts{Read: 3, Inserted: 3})
		for _, j := range set.Jobs {
			s, err := b.runner.Wait(t.Context(), j.ID)
			if err != nil || len(s.Guesses) != 2 {
				t.Fatalf("%+v, %v", s, err)
			}
			for _, g := range s.Guesses {
				if want := map[string]load.Type{"id": load.Integer, "n": load.Text}[g.Field]; g.Column.Type != want {
					t.Errorf("%s of %s is %v, want %v", g.Field, s.File, g.Column.Type, want)
				}
			}
		}
		if n := b.count(b.path("out.db"), "t"); n != -1 {
			t.Errorf("%d rows", n)
		}
	}
}
