package job

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/target"
)

// losing opens targets in which the commit with that number, from 1, ends the connection:
// before it goes through, or after.
type losing struct {
	URLs
	at      int
	through bool
	err     error  // what it returns; nil for a lost answer
	then    func() // is called before it returns; nil for nothing

	commits int
}

func (l *losing) Open(ctx context.Context, url string) (target.Target, error) {
	t, err := l.URLs.Open(ctx, url)
	return &losingTarget{t, l}, err
}

type losingTarget struct {
	target.Target
	of *losing
}

func (t *losingTarget) Prepare(ctx context.Context, job string, l load.Layout) (load.Load, error) {
	into, err := t.Target.Prepare(ctx, job, l)
	return &losingLoad{into, t.of}, err
}

type losingLoad struct {
	load.Load
	of *losing
}

func (l *losingLoad) Writer(ctx context.Context, i int) (load.Writer, error) {
	w, err := l.Load.Writer(ctx, i)
	return &losingWriter{w, l.of}, err
}

// Pace has a commit after each batch.
func (l *losingLoad) Pace() load.Pace { return load.Pace{Commit: 1} }

type losingWriter struct {
	load.Writer
	of *losing
}

func (w *losingWriter) Commit(ctx context.Context, m load.Mark) error {
	w.of.commits++
	if w.of.commits != w.of.at {
		return w.Writer.Commit(ctx, m)
	}
	if w.of.through {
		if err := w.Writer.Commit(ctx, m); err != nil {
			return err
		}
	}
	if w.of.then != nil {
		w.of.then()
	}
	if w.of.err != nil {
		return w.of.err
	}
	return load.Lost(errors.New("the server went away"))
}

// doubtful imports a file, of which the commit of a batch is lost, and returns the job, and
// what resuming it without a word tells.
func (b *bench) doubtful(plan load.Plan, l *losing) (Job, Summary, error) {
	b.Helper()
	b.runner.targets = l
	plan.Table, plan.Marks = "t", load.MarksInStore
	j := b.start(Request{File: b.file("in.csv", rows(40_000, 100)), Target: b.path("out.db"), Plan: plan})
	if s, err := b.runner.Wait(b.Context(), j.ID); err == nil || s.State != Failed {
		b.Fatalf("%+v, %v", s, err)
	}
	s, err := b.takeUp(j.ID, TakeUp{})
	return j, s, err
}

// ours returns the tables of the program's in a database.
func (b *bench) ours(db string) (names []string) {
	b.Helper()
	for _, name := range []string{"linefeed_marks", "linefeed_undo"} {
		if b.count(db, name) >= 0 {
			names = append(names, name)
		}
	}
	return names
}

// What may be in the table, or not, is told by its records and lines, and nothing goes on
// until somebody says which: then nothing is lost, and nothing doubled.
func TestDoubt(t *testing.T) {
	for _, at := range []int{1, 2, 4} {
		for _, through := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d, through %v", at, through), func(t *testing.T) {
				b := newBench(t)
				db := b.path("out.db")
				if at > 1 || !through { // the table of a first commit is made by it
					b.execute(db, "CREATE TABLE t (id INTEGER, name TEXT)")
				}
				plan := load.Plan{Columns: idAndName(), Create: at == 1 && through}
				j, s, err := b.doubtful(plan, &losing{at: at, through: through})
				if err == nil || s.State != Failed || !strings.Contains(err.Error(), "was stopped in a commit: whether records ") {
					t.Fatalf("%+v, %v", s, err)
				}
				note := s.Reasons[0]
				was := b.count(db, "t")
				var from, to, after, line int
				words := regexp.MustCompile(`records [0-9]+ to [^,]*, [^,]*,`).FindString(regexp.MustCompile(`([0-9]),([0-9])`).ReplaceAllString(note.Message, "$1$2"))
				if _, err := fmt.Sscanf(words, "records %d to %d of the file, after line %d and up to line %d,", &from, &to, &after, &line); err != nil {
					t.Errorf("%v: %+v", err, note)
				}
				// Each record is one line, below a header, and each 100th is rejected.
				if through && was != to-to/100 || !through && max(was, 0) != from-1-(from-1)/100 || line != to+1 || from > 1 && after != from {
					t.Errorf("%d rows; %s", was, words)
				}
				if len(note.Settings) != 2 || note.Settings[0].Name != "unsure" {
					t.Errorf("%+v", note.Settings)
				}
				word := "open"
				if through {
					word = "loaded"
				}
				s, err = b.takeUp(j.ID, TakeUp{Unsure: word})
				if err != nil || s.State != Done || s.Read != 40_000 || s.Rejected != 400 || s.Inserted != 39_600 || !s.Balanced {
					t.Errorf("%+v, %v", s, err)
				}
				if n := b.count(db, "t"); n != 39_600 || was >= n {
					t.Errorf("%d rows, %d before", n, was)
				}
				if n := b.stored(j.ID); n != 400 {
					t.Errorf("%d rejects are stored", n)
				}
				if !s.warns(WarnInDoubt) || !s.warns(WarnMarksInStore) {
					t.Errorf("%+v", s.Warnings)
				}
				if names := b.ours(db); names != nil {
					t.Errorf("%v are left", names)
				}
			})
		}
	}
}

// A rule for keys that are there makes it no matter, where each record has a key.
func TestDoubtSettledByKeys(t *testing.T) {
	for _, c := range []struct {
		table string
		rule  load.Conflict
		tells bool
	}{
		{"CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, name TEXT)", load.ConflictSkip, true},
		{"CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, name TEXT)", load.ConflictUpdate, true},
		{"CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, name TEXT)", load.ConflictReplace, true},
		{"CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, name TEXT)", load.ConflictReject, false},
		{"CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT)", load.ConflictSkip, false},             // it may be NULL, and then tells nothing
		{"CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, name TEXT)", load.ConflictSkip, false}, // SQLite gives those without one a new one
	} {
		t.Run(c.table+" "+string(c.rule), func(t *testing.T) {
			for _, through := range []bool{false, true} {
				b := newBench(t)
				b.execute(b.path("out.db"), c.table)
				_, s, err := b.doubtful(load.Plan{OnConflict: c.rule}, &losing{at: 3, through: through})
				if !c.tells {
					if err == nil || !strings.Contains(err.Error(), "is not known") {
						t.Errorf("%+v, %v", s, err)
					}
					return // whether it went through makes no difference
				}
				if n := b.count(b.path("out.db"), "t"); err != nil || n != 40_000 || s.Read != 40_000 || !s.Balanced || !s.warns(WarnInDoubt) {
					t.Errorf("%d rows; %+v, %v", n, s, err)
				}
				if again := s.Skipped + s.Updated; through != (again > 0) {
					t.Errorf("%d were there, and the commit went through: %v", again, through)
				}
			}
		})
	}
}

// What is known not to be committed is in no doubt, nor is a table that is not there.
func TestNoDoubt(t *testing.T) {
	t.Run("the commit is refused", func(t *testing.T) {
		b := newBench(t)
		j, s, err := b.doubtful(load.Plan{Columns: idAndName(), Create: true}, &losing{at: 3, err: errors.New("the disk is full")})
		if err != nil || s.State != Done || b.count(b.path("out.db"), "t") != 39_600 || b.stored(j.ID) != 400 || s.warns(WarnInDoubt) {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("the table was to be made by it", func(t *testing.T) {
		b := newBench(t)
		j, s, err := b.doubtful(load.Plan{Columns: idAndName(), Create: true}, &losing{at: 1})
		if err != nil || s.State != Done || b.count(b.path("out.db"), "t") != 39_600 || b.stored(j.ID) != 400 || s.warns(WarnInDoubt) {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("the table is gone", func(t *testing.T) {
		b := newBench(t)
		j, _, err := b.doubtful(load.Plan{Columns: idAndName(), Create: true}, &losing{at: 3})
		if err == nil {
			t.Fatal("no doubt")
		}
		b.execute(b.path("out.db"), "DROP TABLE t")
		if s, err := b.takeUp(j.ID, TakeUp{Unsure: "open"}); err == nil || !strings.Contains(err.Error(), "not there any more") {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("the commit is of no records", func(t *testing.T) {
		for _, through := range []bool{false, true} {
			b := newBench(t)
			b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, name TEXT)")
			l := &losing{}
			b.runner.targets = l
			if s, err := b.run(Request{File: b.file("all.csv", rows(40_000, 100)), Target: b.path("all.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}}); err != nil {
				t.Fatalf("%+v, %v", s, err)
			}
			j, s, err := b.doubtful(load.Plan{}, &losing{at: l.commits, through: through})
			if err != nil || s.Read != 40_000 || !s.Balanced || b.count(b.path("out.db"), "t") != 39_600 || b.stored(j.ID) != 400 || s.warns(WarnInDoubt) {
				t.Errorf("%+v, %v", s, err)
			}
		}
	})
	t.Run("it was stopped between commits", func(t *testing.T) {
		b := newBench(t)
		j := b.halfOf(Request{
			File: b.file("in.csv", rows(halfRows, 100)), Target: b.path("out.db"),
			Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore},
		})
		if names := b.ours(b.path("out.db")); names != nil {
			t.Errorf("there are %v", names)
		}
		b.all(b.takeUp(j.ID, TakeUp{}))
	})
}

// Nothing is committed of which the store keeps no mark.
func TestMarkThatCannotBeStored(t *testing.T) {
	b := newBench(t)
	b.execute(b.path("home/linefeed.db"), "CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT raise(FAIL, 'the disk is full'); END")
	j := b.start(Request{File: b.file("in.csv", rows(1000, 0)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore}})
	if s, err := b.runner.Wait(t.Context(), j.ID); err == nil || !strings.Contains(err.Error(), "the disk is full") || s.Inserted != 0 || s.RolledBack != 1000 {
		t.Errorf("%+v, %v", s, err)
	}
	if n := b.count(b.path("out.db"), "t"); n > 0 {
		t.Errorf("%d rows", n)
	}
	b.execute(b.path("home/linefeed.db"), "DROP TRIGGER full")
	if s, err := b.takeUp(j.ID, TakeUp{}); err != nil || s.Inserted != 1000 || b.count(b.path("out.db"), "t") != 1000 {
		t.Errorf("%+v, %v", s, err)
	}
}

// What does not go with marks in the store is refused, and what is promised less is told.
func TestMarksInStoreIsSettled(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(3, 0))
	for _, c := range []struct {
		plan load.Plan
		says string
	}{
		{load.Plan{Marks: "file"}, "can't be \"file\""},
		{load.Plan{Marks: load.MarksInStore, Undo: true}, "in which nothing is to be kept"},
		{load.Plan{Marks: load.MarksInStore, Writers: 2}, "2 writers"},
	} {
		c.plan.Table, c.plan.Create, c.plan.Columns = "t", true, idAndName()
		s, err := Settle(t.Context(), Request{File: file, Target: b.path("out.db"), Plan: c.plan})
		if err != nil || len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, c.says) {
			t.Errorf("%+v: %+v, %v", c.plan, s.Problems, err)
		}
	}
	s, err := Settle(t.Context(), Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore}})
	if err != nil || len(s.Problems) != 0 || !slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == WarnMarksInStore }) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := b.runner.TakeUp(t.Context(), "none", TakeUp{Unsure: "maybe"}); err == nil || !strings.Contains(err.Error(), "maybe") {
		t.Error(err)
	}
}

// A retry of rejects of an import without marks in its database keeps none there either: where
// it was killed, somebody says what became of its records.
func TestRetryWithMarksInStore(t *testing.T) {
	b := newBench(t)
	b.runner.targets = &losing{}
	s, err := b.run(Request{File: b.file("in.csv", rows(1000, 10)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore}})
	if err != nil || s.Rejected != 100 {
		t.Fatalf("%+v, %v", s, err)
	}
	fix := []mend.Rule{{Column: "id", Op: mend.Set, Value: ""}} // SQLite counts them
	l := &losing{at: 1, through: true}
	b.runner.targets = l
	if _, err := b.run(Request{Retry: &Retry{Job: s.Job, Rules: fix}}); err == nil {
		t.Fatal("its commit was not lost")
	}
	if names := b.ours(b.path("out.db")); names != nil {
		t.Errorf("there are %v", names)
	}
	if _, err := b.run(Request{Retry: &Retry{Job: s.Job, Rules: fix}}); err == nil || !strings.Contains(err.Error(), "is not known") {
		t.Errorf("%v", err)
	}
	again := b.retry(Retry{Job: s.Job, Rules: fix, Unsure: "loaded"})
	if n := b.count(b.path("out.db"), "t"); n != 1000 || again.Read != 0 {
		t.Errorf("%d rows; %+v", n, again)
	}
}

// Of a file of which only what was added is loaded, nothing else is in doubt, and nothing else
// is loaded again.
func TestDoubtOfAdded(t *testing.T) {
	for _, through := range []bool{false, true} {
		b := newBench(t)
		b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, name TEXT)")
		req := Request{File: b.file("in.csv", rows(1000, 100)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Marks: load.MarksInStore}}
		if _, err := b.run(req); err != nil {
			t.Fatal(err)
		}
		b.add(req.File, strings.TrimPrefix(rows(500, 100), "id,name\n"))
		b.runner.targets = &losing{at: 1, through: through}
		req.Added = true
		j := b.start(req)
		if s, err := b.runner.Wait(t.Context(), j.ID); err == nil || s.State != Failed {
			t.Fatalf("%+v, %v", s, err)
		}
		if _, err := b.takeUp(j.ID, TakeUp{}); err == nil || !strings.Contains(err.Error(), "whether records 1,001 to ") {
			t.Errorf("%v", err)
		}
		word := "open"
		if through {
			word = "loaded"
		}
		s, err := b.takeUp(j.ID, TakeUp{Unsure: word})
		if err != nil || s.Read != 500 || s.Inserted != 495 || s.Rejected != 5 || !s.Balanced {
			t.Errorf("%+v, %v", s, err)
		}
		if n := b.count(b.path("out.db"), "t"); n != 990+495 || b.stored(j.ID) != 5 {
			t.Errorf("the commit went through: %v; %d rows, %d rejects", through, n, b.stored(j.ID))
		}
	}
}

// Of a long retry, too, all records are in doubt, or none.
func TestDoubtOfALongRetry(t *testing.T) {
	b := newBench(t)
	s, err := b.run(Request{File: b.file("in.csv", rows(40_000, 1)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore}})
	if err != nil || s.Rejected != 40_000 {
		t.Fatalf("%+v, %v", s, err)
	}
	v := Retry{Job: s.Job, Rules: []mend.Rule{{Column: "id", Op: mend.Set, Value: ""}}} // SQLite counts them
	l := &losing{at: 2}
	b.runner.targets = l
	if _, err := b.run(Request{Retry: &v}); err != nil {
		v.Unsure = "open"
		b.retry(v)
	}
	if n := b.count(b.path("out.db"), "t"); n != 40_000 || l.commits != 1 {
		t.Errorf("%d rows, by %d commits", n, l.commits)
	}
}

// A retry that is cancelled in a commit, which goes through, loads nothing that the next one
// loads again.
func TestRetryCancelledInACommit(t *testing.T) {
	for n, marks := range []load.MarksPlace{load.MarksInTarget, load.MarksInTarget, load.MarksInStore} {
		b := newBench(t)
		s, err := b.run(Request{File: b.file("in.csv", rows(1000, 10)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: marks}})
		if err != nil || s.Rejected != 100 {
			t.Fatalf("%+v, %v", s, err)
		}
		v := Retry{Job: s.Job, Rules: []mend.Rule{{Column: "id", Op: mend.Set, Value: ""}}} // SQLite counts them
		id := make(chan string, 1)
		b.runner.targets = &losing{at: 1, through: true, err: context.Canceled, then: func() {
			if err := b.runner.Cancel(context.Background(), <-id, KeepRows); err != nil {
				t.Error(err)
			}
		}}
		j := b.start(Request{Retry: &v})
		id <- j.ID
		if did, err := b.runner.Wait(t.Context(), j.ID); !errors.Is(err, errCancelled) {
			t.Errorf("%+v, %v", did, err)
		}
		if marks == load.MarksInStore {
			if _, err := b.run(Request{Retry: &v}); err == nil || !strings.Contains(err.Error(), "is not known") {
				t.Errorf("%v", err)
			}
			v.Unsure = "loaded"
		}
		if n == 1 { // else the next one settles it
			if did, err := b.takeUp(j.ID, TakeUp{}); err != nil || did.State != Done || did.Inserted != 100 || *did.Open != 0 {
				t.Errorf("%+v, %v", did, err)
			}
		}
		again := b.retry(v)
		if n := b.count(b.path("out.db"), "t"); n != 1000 || again.Read != 0 || *again.Open != 0 {
			t.Errorf("marks in the %s: %d rows; %+v", marks, n, again)
		}
	}
}

// What may be in the table is of the file as it was: another one is not gone on with, also from
// its first record.
func TestDoubtOfAChangedFile(t *testing.T) {
	b := newBench(t)
	b.execute(b.path("out.db"), "CREATE TABLE t (id INTEGER, name TEXT)")
	j, _, err := b.doubtful(load.Plan{}, &losing{at: 1})
	if err == nil {
		t.Fatal("no doubt")
	}
	b.file("in.csv", strings.Replace(rows(40_000, 100), "x99,", "199,", 1)) // which was rejected
	if s, err := b.takeUp(j.ID, TakeUp{Unsure: "open"}); err == nil || b.count(b.path("out.db"), "t") != 0 {
		t.Errorf("%d rows; %+v, %v", b.count(b.path("out.db"), "t"), s, err)
	}
	if s, err := b.takeUp(j.ID, TakeUp{Unsure: "open", Changed: true}); err != nil || s.Read != 40_000 || int64(b.count(b.path("out.db"), "t")) != s.Inserted {
		t.Errorf("%d rows; %+v, %v", b.count(b.path("out.db"), "t"), s, err)
	}
}

// An import that is cancelled in a commit says at once of which records it is not known whether
// they are in the table.
func TestCancelledInACommit(t *testing.T) {
	b := newBench(t)
	id := make(chan string, 1)
	b.runner.targets = &losing{at: 2, through: true, err: context.Canceled, then: func() {
		if err := b.runner.Cancel(context.Background(), <-id, KeepRows); err != nil {
			t.Error(err)
		}
	}}
	j := b.start(Request{File: b.file("in.csv", rows(40_000, 100)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Marks: load.MarksInStore}})
	id <- j.ID
	s, err := b.runner.Wait(t.Context(), j.ID)
	if !errors.Is(err, errCancelled) || !s.warns(WarnInDoubt) {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = b.takeUp(j.ID, TakeUp{Unsure: "loaded"}); err != nil || s.Inserted != 39_600 || b.count(b.path("out.db"), "t") != 39_600 {
		t.Errorf("%+v, %v", s, err)
	}
}
