package targettest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// commitEvery has an import commit before every nth block.
func commitEvery(n int) func(int) bool {
	return func(block int) bool { return block%n == n-1 }
}

// testCuts cuts the connection at bytes all over the stream.
func testCuts(t *testing.T, s Servers) {
	const records, toServer, fromServer = 600, 26, 14
	db := s.Shared(t).Database(t)
	clean := s.through(t, db, records)
	clean.before = commitEvery(3)
	to, from := clean.proxy.Passed(testserver.ToServer), clean.proxy.Passed(testserver.FromServer)
	clean.finish()
	to, from = clean.proxy.Passed(testserver.ToServer)-to, clean.proxy.Passed(testserver.FromServer)-from

	var lost atomic.Int32
	t.Run("at", func(t *testing.T) {
		cut := func(name string, d testserver.Direction, at int64) {
			t.Run(fmt.Sprint(name, " byte ", at), func(t *testing.T) {
				t.Parallel()
				im := s.through(t, db, records)
				im.before = commitEvery(3)
				l, err := im.layout()
				if err != nil {
					t.Fatal(err)
				}
				im.proxy.At(d, at, testserver.Cut())
				sum, err := im.load(t.Context(), l)
				if err != nil {
					t.Fatalf("run: %v", err)
				}
				im.check(sum)
				if sum.Reconnects > 0 {
					lost.Add(1)
				}
			})
		}
		for i := range int64(toServer) {
			cut("to", testserver.ToServer, i*(to-1)/(toServer-1))
		}
		for i := range int64(fromServer) {
			cut("from", testserver.FromServer, i*(from-1)/(fromServer-1))
		}
	})
	if n := lost.Load(); n < 30 {
		t.Errorf("%d loads went on after a loss, want 30 at least", n)
	}
}

// testCutAgain cuts one load many times, also while it comes back.
func testCutAgain(t *testing.T, s Servers) {
	const cuts = 4
	im := s.through(t, s.Shared(t).Database(t), 900)
	made := 0
	im.before = func(block int) bool {
		if made < cuts && im.proxy.Pending() == 0 {
			im.proxy.At(testserver.ToServer, int64(4000+4000*made), testserver.Cut())
			made++
		}
		return block%3 == 0
	}
	im.wantReconnected(im.finish())
	if made < cuts {
		t.Errorf("%d cuts, want %d", made, cuts)
	}
}

func testCutWriters(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for _, at := range []int64{20_000, 60_000, 100_000} {
		im := s.through(t, db, 3000)
		im.source.same = true // whoever is the first
		im.plan.Writers = 3
		im.before = commitEvery(10)
		im.proxy.At(testserver.ToServer, at, testserver.Cut())
		sum, err := im.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := im.source.expect("")
		im.checkTable(want.rows)
		if sum.Counts != want.Counts {
			t.Errorf("counts %+v, want %+v", sum.Counts, want.Counts)
		}
		im.told()
		im.wantReconnected(sum)
	}
}

func testCutConflicts(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for _, rule := range []load.Conflict{load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		t.Run(string(rule), func(t *testing.T) {
			for _, at := range []int64{6_000, 18_000} {
				im := s.through(t, db, 600)
				im.plan.OnConflict = rule
				im.before = commitEvery(4)
				im.proxy.At(testserver.ToServer, at, testserver.Cut())
				im.wantReconnected(im.finish())
			}
		})
	}
}

// testCutCreate cuts loads that make their table, before and after a commit.
func testCutCreate(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for _, at := range []int64{0, 100, 300, 1000, 6_000, 18_000, 30_000} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			im := s.through(t, db, 600)
			im.plan = load.Plan{Table: "made_" + im.plan.Table, Create: true, Columns: []load.Column{
				{Name: "id", Type: load.Integer, PrimaryKey: true},
				{Name: "name", Type: load.Text},
				{Name: "qty", Type: load.Integer, Nullable: true},
			}}
			im.before = commitEvery(4)
			im.proxy.At(testserver.ToServer, at, testserver.Cut())
			im.wantReconnected(im.finish())
		})
	}
}

// testRefusedCreate cuts a load into a new table before its first commit, whose marks are kept
// elsewhere, and by a server that is away for a while.
func testRefusedCreate(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.plan = load.Plan{Table: "made_" + im.plan.Table, Create: true, Writers: 1, Marks: load.MarksInStore, Columns: []load.Column{
		{Name: "id", Type: load.Integer, PrimaryKey: true},
		{Name: "name", Type: load.Text},
		{Name: "qty", Type: load.Integer, Nullable: true},
	}}
	im.before = func(block int) bool {
		if block == 2 && len(im.waits) == 0 {
			im.proxy.Refuse()
			im.proxy.CutAll()
			time.AfterFunc(700*time.Millisecond, func() {
				if err := im.proxy.Accept(); err != nil {
					t.Error(err)
				}
			})
		}
		return false
	}
	im.wantReconnected(im.finish())
}

// testCutAtomic cuts a load that is all or nothing: it begins again.
func testCutAtomic(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.plan.Atomic = true
	im.proxy.At(testserver.ToServer, 18_000, testserver.Cut())
	im.wantReconnected(im.finish())
}

// testCutWithoutMarks cuts a load that has only its own memory to go on from.
func testCutWithoutMarks(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.job = ""
	im.before = func(block int) bool {
		if block == 6 {
			im.proxy.At(testserver.ToServer, 1000, testserver.Cut()) // in a batch, and not in a commit
		}
		return block == 4
	}
	im.wantReconnected(im.finish())
}
