package job

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/lockfile"
	"linefeed/backend/store"
)

// beside returns another process's bench with the same store, in the same folder.
func (b *bench) beside() *bench {
	b.Helper()
	st, err := store.Open(b.Context(), b.path("home"), b.path("home/run"))
	if err != nil {
		b.Fatal(err)
	}
	o := &bench{T: b.T, dir: b.dir, hub: event.New()}
	o.runner = NewRunner(st, o.hub, URLs{})
	if o.events, err = o.hub.Follow("", ""); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		o.runner.Close()
		o.hub.Close()
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return o
}

// process has the owner of that ID live, until it ends.
func (b *bench) process(id string) (end func()) {
	b.Helper()
	lock, err := lockfile.Hold(b.path("home/linefeed.db.owner-" + id + lockfile.Suffix))
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		if err := lock.Release(); err != nil {
			b.Error(err)
		}
	}
}

// wishes returns the number of wishes in the store.
func (b *bench) wishes() (n int) {
	b.Helper()
	db := b.storeFile()
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM wishes").Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// A job is paused, resumed and cancelled from another process.
func TestWishes(t *testing.T) {
	b := newBench(t)
	other := b.beside()
	b.file("long.csv", rows(3_000_000, 0)) // it runs until it is cancelled
	j := b.long("t")
	b.until(j.ID, state(Running))
	if err := other.runner.Resume(t.Context(), j.ID); err == nil || !strings.Contains(err.Error(), "is running: only a paused one can be resumed") {
		t.Errorf("resume one that runs: %v", err)
	}
	if err := other.runner.Pause(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	queued := b.long("u")
	if err := other.runner.Resume(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Running))
	for _, id := range []string{queued.ID, j.ID} {
		if err := other.runner.Cancel(t.Context(), id, KeepRows); err != nil {
			t.Fatal(err)
		}
		if s, err := b.runner.Wait(t.Context(), id); s.State != Cancelled || !errors.Is(err, errCancelled) {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if err := other.runner.Cancel(t.Context(), j.ID, KeepRows); !errors.Is(err, ErrNotActive) {
		t.Errorf("cancel what has ended: %v", err)
	}
	if n := b.wishes(); n != 0 {
		t.Errorf("%d wishes are left", n)
	}
}

// A process that does not answer is told as such, and what was asked of it is not done
// later.
func TestNoAnswer(t *testing.T) {
	defer func(d time.Duration) { answerFor = d }(answerFor)
	answerFor = 20 * time.Millisecond
	b := newBench(t)
	defer b.process("hangs")()
	b.exec("INSERT INTO jobs (id, owner, state, file, request, created) VALUES ('j', 'hangs', 'running', '', '{}', '')")
	err := b.runner.Pause(t.Context(), "j")
	if !errors.Is(err, ErrNoAnswer) || !strings.Contains(err.Error(), "has not answered for") {
		t.Errorf("%v", err)
	}
	if n := b.wishes(); n != 0 {
		t.Errorf("%d wishes are left", n)
	}
}

// wished waits until there is a wish about a job that is not answered.
func (b *bench) wished(id string) {
	b.Helper()
	db := b.storeFile()
	defer db.Close()
	for n := 0; n == 0; {
		if err := db.QueryRowContext(b.Context(), "SELECT count(*) FROM wishes JOIN jobs j ON j.number = job WHERE j.id = ?", id).Scan(&n); err != nil {
			b.Fatal(err)
		}
	}
}

// An order about a set goes with another job of it where one has ended before its process
// looked.
func TestWishAboutASet(t *testing.T) {
	b := newBench(t)
	defer b.process("other")()
	b.exec(`INSERT INTO sets (number, id, request, created) VALUES (1, 'set-x', '{}', '')`)
	b.exec(`INSERT INTO jobs (id, owner, state, file, request, created, set_number)
		VALUES ('one', 'other', 'running', '', '{}', '', 1), ('two', 'other', 'queued', '', '{}', '', 1)`)
	obeyed := make(chan error, 1)
	go func() { obeyed <- b.runner.Pause(t.Context(), "set-x") }()
	b.wished("two")
	b.exec("UPDATE jobs SET state = 'done' WHERE id = 'two'")
	b.wished("one")
	b.exec("UPDATE wishes SET answer = ''")
	if err := <-obeyed; err != nil {
		t.Errorf("%v", err)
	}
	if n := b.wishes(); n != 0 {
		t.Errorf("%d wishes are left", n)
	}
}

// A job that is being cancelled, or that is done, no longer takes its rows back.
func TestTakeBackTooLate(t *testing.T) {
	b := newBench(t)
	for name, end := range map[string]func(*active){"cancelled": func(a *active) { a.cancel(errCancelled) }, "done": func(a *active) { a.keeper.last = true }} {
		a := newActive(Request{}, "")
		a.within(t.Context())
		end(a)
		b.runner.jobs = map[string]*active{"j": a}
		own, err := b.runner.obey("j", order{Do: doCancel, Rows: TakeBackRows})
		if !own || !errors.Is(err, ErrNotActive) || context.Cause(a.ctx) == errTakeBack { //nolint:errorlint // itself
			t.Errorf("%s: %v, %v, %v", name, own, err, context.Cause(a.ctx))
		}
	}
	b.runner.jobs = map[string]*active{}
}

// A job that waits can be moved to the front, also from another process.
func TestFirst(t *testing.T) {
	b := newBench(t)
	other := b.beside()
	x := b.into("x.db", "t")
	b.until(x.ID, state(Running))
	if err := b.runner.Pause(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	second, third, fourth := b.into("x.db", "u"), b.into("x.db", "v"), b.into("x.db", "w")
	if err := b.runner.First(t.Context(), third.ID); err != nil {
		t.Fatal(err)
	}
	if err := other.runner.First(t.Context(), fourth.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.runner.First(t.Context(), x.ID); err == nil || !strings.Contains(err.Error(), "only a queued one can be moved") {
		t.Errorf("one that has begun: %v", err)
	}
	if err := b.runner.Resume(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	b.wantBefore(b.states(x, second, third, fourth), "a done", "d done", "c done", "b done")
}
