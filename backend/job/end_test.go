package job

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// stored returns how many rejects of a job the store has.
func (b *bench) stored(id string) (n int64) {
	b.Helper()
	counts, err := b.runner.RejectCounts(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range counts {
		n += c.Count
	}
	page, err := b.runner.Rejects(b.Context(), RejectQuery{Job: id, Limit: 1})
	if err != nil || page.Total != n {
		b.Errorf("%d rejects are counted, and %d are there: %v", n, page.Total, err)
	}
	return n
}

// A cancel loses no reject, though the store was locked when it came.
func TestCancelLosesNoReject(t *testing.T) {
	for _, atomic := range []bool{false, true} {
		b := newBench(t)
		j := b.start(Request{
			File: b.file("in.csv", rows(1_000_000, 10)), Target: b.path("out.db"),
			Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), Atomic: atomic},
		})
		b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
		free := b.lockStore()
		before := b.stored(j.ID) // those of the block at hand can't be added to them now
		if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
			t.Fatal(err)
		}
		soon, done := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer done()
		if _, err := b.runner.Wait(soon, j.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("atomic %v: it ends before its rejects can be stored: %v", atomic, err)
		}
		free()
		s, err := b.runner.Wait(t.Context(), j.ID)
		if !errors.Is(err, errCancelled) || s.State != Cancelled || s.Rejected < before || !s.Balanced {
			t.Errorf("atomic %v: %+v, %v", atomic, s, err)
		}
		if n := b.stored(j.ID); n != s.Rejected {
			t.Errorf("atomic %v: %d rejects are stored, %d are told", atomic, n, s.Rejected)
		}
		if n := b.count(b.path("out.db"), "t"); int64(max(n, 0)) != s.Inserted || atomic && n > 0 {
			t.Errorf("atomic %v: %d rows, %d are told", atomic, n, s.Inserted)
		}
	}
}

// The final state of a job is its last event, for one who follows the job.
func TestNothingFollowsTheEnd(t *testing.T) {
	b := newBench(t)
	for name, content := range map[string]string{"done": rows(10, 3), "failed": ""} {
		j := b.start(Request{File: b.file(name+".csv", content), Target: b.path(name + ".db"), Plan: load.Plan{Table: "t", Create: name == "done", Columns: idAndName()}})
		c, err := b.hub.Follow(j.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var last *event.Event
		for err == nil {
			var events []*event.Event
			if events, err = c.Next(ctx); len(events) > 0 {
				last = events[len(events)-1]
			}
		}
		if !errors.Is(err, io.EOF) || !c.AtEnd() || !state(State(name))(last) {
			t.Errorf("the last event is %s, and then %v", last.Data, err)
		}
	}
}

// The percentage that is told never falls, also where it is found out that the
// file is to be read once more.
func TestPercentNeverFalls(t *testing.T) {
	b := newBench(t)
	a := &active{job: Job{ID: "a"}}
	for i, tt := range []struct{ is, told float64 }{{10, 10}, {50, 50}, {30, 50}, {49, 50}, {60, 60}} {
		b.runner.publishProgress(a, load.Progress{Percent: &tt.is, Counts: load.Counts{Read: int64(i)}})
		if p := a.progress; *p.Percent != tt.told || p.Read != int64(i) {
			t.Errorf("at %v %% it tells %v %% and %d records", tt.is, *p.Percent, p.Read)
		}
	}
	b.runner.publishProgress(a, load.Progress{}) // of which the end is not known
	if a.progress.Percent != nil {
		t.Errorf("%v %% of no one knows what", *a.progress.Percent)
	}
}

// The balance of a summary counts what was undone, and tells where it is wrong.
func TestBalanceOfASummary(t *testing.T) {
	for _, tt := range []struct {
		counts     load.Counts
		rolledBack int64
		balanced   bool
	}{
		{load.Counts{Read: 10, Inserted: 4, Updated: 3, Skipped: 2, Rejected: 1}, 0, true},
		{load.Counts{Read: 10, Inserted: 3, Rejected: 1}, 6, true},
		{load.Counts{Read: 10, Inserted: 3, Rejected: 1}, 0, false},
		{load.Counts{Read: 10, Inserted: 10}, 1, false},
	} {
		a := &active{ctx: t.Context()}
		s, err := Summary{Counts: tt.counts, RolledBack: tt.rolledBack}, error(nil)
		if a.conclude(&s, &err); s.Balanced != tt.balanced || s.Counts != tt.counts {
			t.Errorf("%+v, and %d undone: balanced %v, want %v", tt.counts, tt.rolledBack, s.Balanced, tt.balanced)
		}
	}
}

// A file that is named by an address is not told with its password, whatever
// comes of it.
func TestPasswordOfAFileIsNotTold(t *testing.T) {
	b := newBench(t)
	const address = "https://ann:s3cret-passw0rd@host/in.csv"
	j := b.start(Request{File: address, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}})
	s, err := b.runner.Wait(t.Context(), j.ID)
	if err == nil || s.State != Failed {
		t.Fatalf("%+v, %v", s, err)
	}
	last := b.until(j.ID, state(Failed))
	kept, keptErr := b.runner.Job(t.Context(), j.ID)
	text, encodeErr := json.Marshal([]any{s, kept, err.Error(), last.Data})
	if keptErr != nil || encodeErr != nil || strings.Contains(string(text), "s3cret") || !strings.Contains(string(text), "ann:***@host") {
		t.Errorf("it tells %s: %v, %v", text, keptErr, encodeErr)
	}
}

// A table is told to be made only where it is there.
func TestCreatedIsToldOfWhatIsThere(t *testing.T) {
	b := newBench(t)
	for name, tt := range map[string]struct {
		content, limit string
		check          bool
		state          State
		created        bool
	}{
		"good":            {rows(10, 0), "", false, Done, true},
		"without records": {"id,name\n", "", false, Done, true},
		"too bad":         {rows(10, 2), "1", false, Failed, false},
		"checked":         {rows(10, 0), "", true, Done, false},
	} {
		db := b.path(name + ".db")
		s, _ := b.run(Request{
			File: b.file(name+".csv", tt.content), Target: db, Check: tt.check,
			Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), MaxRejects: tt.limit},
		})
		if there := b.count(db, "t") >= 0; s.State != tt.state || s.Created != tt.created || there != tt.created {
			t.Errorf("%s: the table is there: %v; %+v", name, there, s)
		}
	}
}

// The last record of a file of rejects is no footer, though that of the file they
// come from had one.
func TestLikeHasNoFooter(t *testing.T) {
	b := newBench(t)
	db, one := b.path("out.db"), 1
	req := Request{
		File: b.file("in.csv", "id,name\n1,a\nx,b\nsum,2\n"), Target: db,
		Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()},
	}
	req.Dialect.FooterLines = &one
	j := b.start(req)
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil || s.Inserted != 1 || s.Rejected != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	mended := b.file("mended.csv", strings.ReplaceAll(b.rejects(j.ID), "x", "2"))
	if s, err := b.run(Request{File: mended, Like: j.ID}); err != nil || s.Read != 1 || s.Inserted != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// What a job keeps for those that are to be like it are the types by which it was
// loaded, not those that it began with.
func TestKeptTypesAreTheLast(t *testing.T) {
	b := newBench(t)
	content := "id,n\n" + strings.Repeat("1,24\n", 30_000) + "2,x\n"
	j := b.start(Request{File: b.file("in.csv", content), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}})
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil || s.Inserted != 30_001 {
		t.Fatalf("%+v, %v", s, err)
	}
	k, _, err := b.runner.kept(t.Context(), j.ID)
	if err != nil || len(k.Columns) != 2 || k.Columns[0].Type != load.Integer || k.Columns[1].Type != load.Text {
		t.Errorf("it keeps %+v, %v", k.Columns, err)
	}
}

// A summary that can't be encoded is reported once and not stored again: the state
// is stored without it.
func TestSummaryThatCannotBeEncoded(t *testing.T) {
	for _, locked := range []bool{false, true} {
		b := newBench(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		a := &active{job: Job{ID: newID(), State: Queued}, ctx: ctx, cancel: cancel, ended: make(chan struct{})}
		if err := b.runner.keepNew(t.Context(), a, Key{}); err != nil {
			t.Fatal(err)
		}
		free := func() {}
		if locked {
			free = b.lockStore()
		}
		b.runner.end(a, Summary{Seconds: math.NaN()}, nil)
		free()
		if !errors.Is(a.err, ErrNotKept) || !slices.ContainsFunc(a.job.Summary.Warnings, isNotKept) {
			t.Errorf("locked %v: %+v, %v", locked, a.job.Summary, a.err)
		}
		if !b.runner.keepUnkept() {
			t.Errorf("locked %v: it is still to be stored", locked)
		}
		if s := b.kept(a.job.ID); s != string(Done) {
			t.Errorf("locked %v: the store has it as %s", locked, s)
		}
	}
}
