package job

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/mend"
)

// A gate is what [Runner.Allow] may be.
type gate struct {
	mu     sync.Mutex
	who    string
	closed bool
}

func (g *gate) set(who string, closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.who, g.closed = who, closed
}

func (g *gate) allow(_ context.Context, work bool) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if work && g.closed {
		return "", fmt.Errorf("nobody is signed in: %w", ErrNotAllowed)
	}
	return g.who, nil
}

func newGated(t *testing.T) (*bench, *gate) {
	t.Helper()
	b, g := newBench(t), &gate{who: "ada"}
	b.runner.Allow = g.allow
	return b, g
}

// Whoever may not import starts nothing that writes into a target, by whatever way, and
// nothing is left of the attempt. What writes nothing goes on to be possible.
func TestNotAllowed(t *testing.T) {
	b, g := newGated(t)
	id, db := b.prices(priced, csvfile.Dialect{})
	undoable := b.undoable(b.file("undo.csv", "id,name,price\n100,a,1\n"), load.Plan{})
	stopped := b.start(Request{File: b.path("missing.csv"), Target: db, Plan: load.Plan{Table: "t"}})
	if _, err := b.runner.Wait(t.Context(), stopped.ID); err == nil {
		t.Fatal("a file that is not there was loaded")
	}
	halfSet := b.runSet(SetRequest{Files: []string{b.path("1.csv"), b.path("2.csv")}, Import: Request{Target: b.path("set.db"), Plan: load.Plan{Table: "t", Create: true}}})
	one := b.file("1.csv", "id\n1\n")
	undoableSet := b.runSet(SetRequest{Files: []string{one}, Import: Request{Target: b.path("undo.db"), Plan: load.Plan{Table: "t", Create: true, Undo: true}}})
	b.file("missing.csv", "id,name,price\n200,a,1\n")
	jobs := func() (n int) {
		all, err := b.runner.Jobs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before, rows := jobs(), b.count(db, "t")

	g.set("ada", true)
	plain := Request{File: one, Target: b.path("new.db"), Plan: load.Plan{Table: "t", Create: true}}
	key, err := NewKey("key", plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	retry := Request{Retry: &Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Set, Value: "1"}}}}
	for name, start := range map[string]func(ctx context.Context) error{
		"an import":            func(ctx context.Context) error { _, err := b.runner.Start(ctx, plain); return err },
		"an import with a key": func(ctx context.Context) error { _, err := b.runner.StartKeyed(ctx, plain, key); return err },
		"a retry":              func(ctx context.Context) error { _, err := b.runner.Start(ctx, retry); return err },
		"a set": func(ctx context.Context) error {
			_, err := b.runner.StartSet(ctx, SetRequest{Files: []string{one, one}, Import: plain})
			return err
		},
		"one that was stopped":   func(ctx context.Context) error { _, err := b.runner.TakeUp(ctx, stopped.ID, TakeUp{}); return err },
		"a set that was stopped": func(ctx context.Context) error { _, err := b.runner.TakeUpSet(ctx, halfSet.ID, TakeUp{}); return err },
		"an undo of a set": func(ctx context.Context) error {
			_, err := b.runner.UndoSet(ctx, undoableSet.ID, false, true)
			return err
		},
		"an undo":                   func(ctx context.Context) error { _, err := b.runner.Undo(ctx, undoable.ID, false); return err },
		"one that is not there yet": b.runner.Allowed,
	} {
		if err := start(t.Context()); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "nobody is signed in") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := jobs(); n != before {
		t.Errorf("there are %d jobs, and were %d", n, before)
	}
	if n := b.count(db, "t"); n != rows || b.count(b.path("new.db"), "t") != -1 {
		t.Errorf("%d rows of %d, and a new database has %d", n, rows, b.count(b.path("new.db"), "t"))
	}

	check := plain
	check.Check = true
	for name, do := range map[string]func(ctx context.Context) error{
		"a check": func(context.Context) error { _, err := b.run(check); return err },
		"a look":  func(ctx context.Context) error { _, err := b.runner.Look(ctx, plain); return err },
		"a trial": func(ctx context.Context) error { _, err := b.runner.TryRetry(ctx, *retry.Retry); return err },
		"an undo": func(ctx context.Context) error { _, err := b.runner.Undo(ctx, undoable.ID, true); return err },
		"a dismiss": func(ctx context.Context) error {
			_, err := b.runner.Dismiss(ctx, id, Selection{}, "", false)
			return err
		},
	} {
		if err := do(t.Context()); err != nil {
			t.Errorf("%s that writes nothing: %v", name, err)
		}
	}

	g.set("ada", false)
	if v, err := b.takeUp(stopped.ID, TakeUp{}); err != nil || v.Inserted != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := b.runner.Undo(t.Context(), undoable.ID, false); err != nil {
		t.Error(err)
	}
}

// Each method of a runner is known to be one that [Runner.Allow] is asked about, or to write
// nothing into a target that was not let in before. TestNotAllowed has the former.
func TestMethodsThatWork(t *testing.T) {
	works := strings.Fields("Start StartKeyed StartSet TakeUp TakeUpSet Resume Undo UndoSet Allowed")
	others := strings.Fields(`Active Again Cancel Close Dismiss DismissNotice EachReject EachSetReject Elsewhere FindJobs First FitProfile
		Forget ForgetAll ForgetOlder FreshNotices Going GoingOlder Job Jobs Keyed Leave Look LookAtSet Notices Pause ProfileFor
		ProfileOf Reject RejectBytes RejectCounts RejectFields RejectGroups Rejects RejectsComplete RemoveDamaged SaveRejects
		SaveReport SaveSetRejects SaveSomeRejects Set SetSetting SetSnapshot Sets Setting Settings Settle SettleSet Snapshot
		TakingBack TargetOf Tidy TryRetry Usage Wait WatchedJob WritePage WriteReasons WriteRejects WriteReport WriteSetRejects`)
	for m := range reflect.TypeFor[*Runner]().Methods() {
		if slices.Contains(works, m.Name) == slices.Contains(others, m.Name) {
			t.Errorf("%s: does it write into a target? Then it asks Allow, and is in TestNotAllowed", m.Name)
		}
	}
}

// An import that runs goes on when nobody may import any more, and can be paused and
// cancelled, but not resumed.
func TestNotAllowedMeanwhile(t *testing.T) {
	b, g := newGated(t)
	j := b.long("t")
	b.until(j.ID, state(Running))
	g.set("", true)
	if err := b.runner.Pause(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Resume(t.Context(), j.ID); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("resumed: %v", err)
	}
	g.set("", false)
	if err := b.runner.Resume(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	g.set("", true)
	b.until(j.ID, state(Done))
	if n := b.count(b.path("out.db"), "t"); n != 300_000 {
		t.Errorf("%d rows", n)
	}

	g.set("", false)
	j = b.long("u")
	g.set("", true)
	if err := b.runner.Cancel(t.Context(), j.ID, KeepRows); err != nil {
		t.Errorf("cancel: %v", err)
	}
	_, _ = b.runner.Wait(t.Context(), j.ID)
}

// The history tells who did what.
func TestWhoDidIt(t *testing.T) {
	b, g := newGated(t)
	id, _ := b.prices(priced, csvfile.Dialect{})
	if j := b.job(id); j.Who != "ada" {
		t.Errorf("the import is by %q", j.Who)
	}
	g.set("grace", false)
	retry := b.retry(Retry{Job: id, Selection: Selection{IDs: b.ids(id)[:1]}, Rules: []mend.Rule{{Column: "price", Op: mend.Set, Value: "1"}}})
	g.set("edsger", false)
	if _, err := b.runner.Dismiss(t.Context(), id, Selection{}, "", false); err != nil {
		t.Fatal(err)
	}
	var by []string
	for v, err := range b.runner.EachReject(t.Context(), id, false) {
		if err != nil {
			t.Fatal(err)
		}
		by = append(by, v.Closed.Who)
	}
	if got := strings.Join(by, " "); b.job(retry.Job).Who != "grace" || !strings.HasPrefix(got, "grace edsger edsger") {
		t.Errorf("the retry is by %q, the rejects were closed by %s", b.job(retry.Job).Who, got)
	}
	undoable := b.undoable(b.file("undo.csv", "id,name,price\n100,a,1\n"), load.Plan{})
	g.set("barbara", false)
	if _, err := b.runner.Undo(t.Context(), undoable.ID, false); err != nil {
		t.Fatal(err)
	}
	if j := b.job(undoable.ID); j.Who != "edsger" || j.Undone.Who != "barbara" {
		t.Errorf("by %q, undone by %q", j.Who, j.Undone.Who)
	}
	g.set("", false)
	if j := b.start(Request{File: b.path("undo.csv"), Check: true}); j.Who != systemUser() || j.Who == "" {
		t.Errorf("of the system's user: %q", j.Who)
	}
	set := b.runSet(SetRequest{Files: []string{b.path("undo.csv"), b.path("undo.csv")}, Import: Request{Target: b.path("set.db"), Plan: load.Plan{Table: "t", Create: true}}})
	for _, j := range set.Jobs {
		if j.Who != systemUser() {
			t.Errorf("one of a set is by %q", j.Who)
		}
	}
}

// ids are those of the rejects of a job.
func (b *bench) ids(job string) (ids []int64) {
	b.Helper()
	for v, err := range b.runner.EachReject(b.Context(), job, false) {
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, v.ID)
	}
	return ids
}
