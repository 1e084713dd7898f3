package targettest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
	"linefeed/backend/target/testserver"
)

// Servers are what the suite of faults needs of a database: the server that the
// process shares, and one for a test alone, which it may end.
type Servers struct {
	Shared func(t testing.TB) *testserver.Server
	Own    func(t testing.TB, options ...testserver.Option) *testserver.Server
	Plain  string // what URLs end with for no TLS: the faults are to see what is sent
}

// RunFaults loads through networks and into servers that fail, and checks that each
// record is loaded once, and each reject told once.
func RunFaults(t *testing.T, s Servers) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s Servers)
	}{
		{"cut at many bytes", testCuts},
		{"cut again and again", testCutAgain},
		{"cut with several writers", testCutWriters},
		{"cut with conflict rules", testCutConflicts},
		{"cut while a table is made", testCutCreate},
		{"server away while a table is made", testRefusedCreate},
		{"cut an atomic load", testCutAtomic},
		{"cut without marks", testCutWithoutMarks},
		{"commit whose answer is lost", testAnswerLost},
		{"commit that is lost", testRequestLost},
		{"commit that arrives late", testRequestLate},
		{"server restarted", testRestart},
		{"server away for a while", testRefused},
		{"server gone", testGone},
		{"server stalled, then not", testStalledForAWhile},
		{"server stalled, and a cancel", testStalledCancel},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

// An imported is a load through a proxy.
type imported struct {
	t      *testing.T
	db     *testserver.Database
	proxy  *testserver.Proxy
	target target.Target
	plan   load.Plan
	job    string
	source *crowd
	url    string

	// Before each block that is written, from the first, and whether what was
	// written before it is committed. May be nil.
	before func(block int) (commit bool)
	retry  time.Duration // see load.Options.Reconnect

	blocks  int
	rejects []load.Reject
	waits   []load.Reconnecting
}

// tables counts the tables of a test process: each import has one of its own.
var tables atomic.Int64

// through prepares an import of n records into a new table, over a proxy.
func (s Servers) through(t *testing.T, db *testserver.Database, n int) *imported {
	t.Helper()
	im := newImport(t, db, n)
	im.proxy = db.Behind(t)
	im.url = db.URLAt(im.proxy.Addr) + s.Plain
	im.open()
	return im
}

func newImport(t *testing.T, db *testserver.Database, n int) *imported {
	t.Helper()
	number := tables.Add(1)
	im := &imported{
		t: t, db: db, source: &crowd{records: n},
		job: fmt.Sprint("job ", number), plan: load.Plan{Table: fmt.Sprint("people_", number)},
	}
	db.Exec(t, "CREATE TABLE "+im.plan.Table+" (id integer PRIMARY KEY, name varchar(60) NOT NULL, qty integer)")
	return im
}

// open opens the target.
func (im *imported) open() {
	im.t.Helper()
	tg, err := target.Open(im.t.Context(), im.url)
	if err != nil {
		im.t.Fatalf("open: %v", err)
	}
	im.target = tg
	im.t.Cleanup(func() { _ = tg.Close() }) // its connection may have been cut
}

func (im *imported) layout() (load.Layout, error) {
	l := load.Layout{Plan: im.plan, Fields: im.source.Fields(), Index: []int{0, 1, 2}}
	columns := im.plan.Columns
	if im.plan.Create {
		l.Make = columns
	} else {
		var err error
		if columns, err = im.target.Columns(im.t.Context(), im.plan.TableName()); err != nil {
			return l, err
		}
	}
	l.Columns = columns
	return l, nil
}

// run runs the import.
func (im *imported) run(ctx context.Context) (load.Summary, error) {
	im.t.Helper()
	l, err := im.layout()
	if err != nil {
		im.t.Fatalf("columns: %v", err)
	}
	return im.load(ctx, l)
}

func (im *imported) load(ctx context.Context, l load.Layout) (load.Summary, error) {
	goOn := make(chan struct{})
	close(goOn)
	im.source.next, im.blocks = 0, 0
	return load.Run(ctx, im.source, im.source, im.target, l, load.Options{
		Job:    im.job,
		Rewind: func() error { im.source.next = 0; return nil },
		OnReject: func(rejects []load.Reject) error {
			for _, r := range rejects {
				r.Raw = nil
				im.rejects = append(im.rejects, r)
			}
			return nil
		},
		OnProgress: func(p load.Progress) {
			if p.Phase == load.PhaseReconnecting && p.Reconnecting != nil {
				im.waits = append(im.waits, *p.Reconnecting)
			}
		},
		Paused: func() <-chan struct{} {
			im.blocks++
			if im.before == nil || !im.before(im.blocks-1) {
				return nil
			}
			return goOn // it commits before it sees that it may go on
		},
		Reconnect: im.retry,
	})
}

// finish runs the import to its end, and checks all of it.
func (im *imported) finish() load.Summary {
	im.t.Helper()
	s, err := im.run(im.t.Context())
	if err != nil {
		im.t.Fatalf("run: %v", err)
	}
	im.check(s)
	return s
}

// check compares the table, the rejects and the counts with what they should be
// after all records.
func (im *imported) check(s load.Summary) {
	im.t.Helper()
	want := im.source.expect(im.plan.OnConflict)
	im.checkTable(want.rows)
	im.checkRejects(want.rejects)
	if want.Counts != s.Counts {
		im.t.Errorf("counts %+v, want %+v", s.Counts, want.Counts)
	}
}

// rows returns the table, as lines by the id.
func (im *imported) rows() map[string]string {
	im.t.Helper()
	got := map[string]string{}
	all := im.db.Query(im.t, "SELECT id, name, qty FROM "+im.plan.Table)
	for _, row := range all {
		got[row[0]] = strings.Join(row[1:], "|")
	}
	if len(got) != len(all) {
		im.t.Errorf("%d rows with %d ids", len(all), len(got))
	}
	return got
}

func (im *imported) checkTable(want map[string]string) {
	im.t.Helper()
	got := im.rows()
	if maps.Equal(got, want) {
		return
	}
	var wrong []string
	for id, row := range want {
		if have, ok := got[id]; have != row || !ok {
			wrong = append(wrong, fmt.Sprintf("%s is %q and not %q", id, have, row))
		}
	}
	for id, row := range got {
		if _, ok := want[id]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s is %q and should not be", id, row))
		}
	}
	slices.Sort(wrong)
	im.t.Errorf("%d rows, want %d; %d are wrong: %s", len(got), len(want), len(wrong), strings.Join(wrong[:min(len(wrong), 5)], "; "))
}

// told returns the codes of the records that were told to be rejected, and checks that each
// was told once.
func (im *imported) told() map[int64]load.Code {
	im.t.Helper()
	codes := map[int64]load.Code{}
	for _, r := range im.rejects {
		if _, twice := codes[r.Record]; twice {
			im.t.Errorf("record %d is told twice to be rejected", r.Record)
		}
		codes[r.Record] = r.Code
	}
	return codes
}

func (im *imported) checkRejects(want map[int64]load.Code) {
	im.t.Helper()
	got := im.told()
	if !maps.Equal(got, want) {
		for n, code := range want {
			if got[n] != code {
				im.t.Errorf("%d rejects, want %d; record %d is rejected for %q, want %q", len(got), len(want), n, got[n], code)
				return
			}
		}
		im.t.Errorf("%d rejects, want %d", len(got), len(want))
	}
}

// wantReconnected checks that the load went on after a loss, and told of it.
func (im *imported) wantReconnected(s load.Summary) {
	im.t.Helper()
	if s.Reconnects == 0 || len(im.waits) < s.Reconnects {
		im.t.Errorf("went on %d times, told of %d", s.Reconnects, len(im.waits))
	}
	for _, w := range im.waits {
		if w.Reason == "" || w.Attempt < 1 || w.NextTry.IsZero() {
			im.t.Errorf("told of a loss by %+v", w)
		}
	}
	if im.proxy.Pending() != 0 {
		im.t.Errorf("%d faults did not happen", im.proxy.Pending())
	}
}

// undone checks an import that did not come to its end: what the summary counts as inserted
// is what the table has, where that is known, and no row is there but those of the file.
func (im *imported) undone(s load.Summary, err error) {
	im.t.Helper()
	if err == nil {
		im.t.Error("no error")
	}
	unknown := message.Of(err).MessageID == "commit_unknown"
	got, want := im.rows(), im.source.expect(im.plan.OnConflict).rows
	if !unknown && int64(len(got)) != s.Inserted {
		im.t.Errorf("%d rows, and the summary tells of %d: %v", len(got), s.Inserted, err)
	}
	for id, row := range got {
		if want[id] != row {
			im.t.Errorf("%s is %q and not %q", id, row, want[id])
		}
	}
}
