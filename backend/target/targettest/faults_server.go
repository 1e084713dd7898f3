package targettest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// testAnswerLost loses the answer of a commit that went through.
func testAnswerLost(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for nth := 1; nth <= 3; nth++ {
		im := s.through(t, db, 600)
		lose(im, func() { im.proxy.LoseAnswer("commit", 1) }, nth)
		im.wantReconnected(im.finish())
	}
}

// testRequestLost loses a commit before it reaches the server.
func testRequestLost(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for nth := 1; nth <= 3; nth++ {
		im := s.through(t, db, 600)
		lose(im, func() { im.proxy.LoseRequest("commit", 1) }, nth)
		im.wantReconnected(im.finish())
	}
}

// lose has something happen to the nth commit of an import with three.
func lose(im *imported, how func(), nth int) {
	commits := 0
	im.before = func(block int) bool {
		if block != 3 && block != 6 && block != 9 {
			return false
		}
		if commits++; commits == nth {
			how()
		}
		return true
	}
}

// testRequestLate lets a commit reach the server after the load has lost its connection, and has
// come back.
func testRequestLate(t *testing.T, s Servers) {
	db := s.Shared(t).Database(t)
	for nth := 1; nth <= 2; nth++ {
		im := s.through(t, db, 600)
		lose(im, func() {
			opened := im.proxy.Opened()
			held, release := im.proxy.HoldRequest("commit", 1)
			go func() {
				<-held
				await(t, "another connection", func() bool { return im.proxy.Opened() > opened })
				time.Sleep(300 * time.Millisecond) // the load may be waiting for what is held
				release()
			}()
		}, nth)
		im.wantReconnected(im.finish())
	}
}

// testRestart ends the server within a transaction, by its administrator and by SIGKILL.
func testRestart(t *testing.T, s Servers) {
	server := s.Own(t)
	for name, end := range map[string]func(testing.TB){"stopped": server.Stop, "killed": server.Kill} {
		t.Run(name, func(t *testing.T) {
			im := s.through(t, server.Database(t), 600)
			im.before = func(block int) bool {
				if block == 5 {
					end(t)
					server.Start(t)
				}
				return block == 3
			}
			im.wantReconnected(im.finish())
		})
	}
}

// testRefused cuts a load and refuses its tries to come back for a while.
func testRefused(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.before = func(block int) bool {
		if block == 5 && len(im.waits) == 0 {
			im.proxy.Refuse()
			im.proxy.CutAll()
			time.AfterFunc(700*time.Millisecond, func() {
				if err := im.proxy.Accept(); err != nil {
					t.Error(err)
				}
			})
		}
		return block == 3
	}
	sum := im.finish()
	im.wantReconnected(sum)
	if len(im.waits) < 2 {
		t.Errorf("told of %d tries to come back, want 2 at least", len(im.waits))
	}
}

// testGone ends a load whose server does not come back, and goes on with it by another one.
func testGone(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.retry = time.Second
	im.before = func(block int) bool {
		if block == 5 {
			im.proxy.Refuse()
			im.proxy.CutAll()
		}
		return block == 3
	}
	began := time.Now()
	sum, err := im.run(t.Context())
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it gave up after %s", took)
	}
	if !errors.Is(err, load.ErrLost) {
		t.Errorf("error %v does not wrap ErrLost", err)
	}
	im.undone(sum, err)
	if sum.Inserted == 0 {
		t.Error("what was committed is not told")
	}

	if err := im.proxy.Accept(); err != nil {
		t.Fatal(err)
	}
	told := im.told()
	im.before, im.rejects = nil, nil
	im.open() // as another process does
	if sum, err = im.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := im.source.expect("")
	im.checkTable(want.rows)
	if sum.Inserted != want.Inserted {
		t.Errorf("%d inserted in both, want %d", sum.Inserted, want.Inserted)
	}
	if maps.Copy(told, im.told()); !maps.Equal(told, want.rejects) {
		t.Errorf("%d rejects told by both, want %d", len(told), len(want.rejects))
	}
}

// testStalledForAWhile stalls the server for a while: nothing is lost.
func testStalledForAWhile(t *testing.T, s Servers) {
	im := s.through(t, s.Shared(t).Database(t), 600)
	im.before = func(block int) bool {
		if block == 5 {
			im.proxy.Stall()
			time.AfterFunc(500*time.Millisecond, im.proxy.Resume)
		}
		return block == 7
	}
	if sum := im.finish(); sum.Reconnects != 0 {
		t.Errorf("went on %d times after a loss that was none", sum.Reconnects)
	}
}

// testStalledCancel cancels loads whose server says no more.
func testStalledCancel(t *testing.T, s Servers) {
	const most = 2*time.Second + 300*time.Millisecond
	db := s.Shared(t).Database(t)
	for name, stall := range map[string]struct {
		d  testserver.Direction
		at int64
	}{
		"at its beginning":    {testserver.ToServer, 0},
		"at the first answer": {testserver.FromServer, 0},
		"in a batch":          {testserver.ToServer, 15_000},
		"at an answer":        {testserver.FromServer, 400},
	} {
		t.Run(name, func(t *testing.T) {
			im := s.through(t, db, 600)
			l, err := im.layout()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			im.proxy.At(stall.d, stall.at, testserver.Stall())
			type end struct {
				sum load.Summary
				err error
			}
			ended := make(chan end, 1)
			go func() {
				sum, err := im.load(ctx, l)
				ended <- end{sum, errors.Join(err, im.target.Close())}
			}()
			await(t, "the stall", func() bool { return im.proxy.Pending() == 0 })
			began := time.Now()
			cancel()
			select {
			case e := <-ended:
				took := time.Since(began)
				t.Logf("ended %s after the cancel: %v", took.Round(time.Millisecond), e.err)
				if took > most {
					t.Errorf("it ended %s after the cancel", took)
				}
				im.proxy.CutAll()
				im.undone(e.sum, e.err)
			case <-time.After(20 * time.Second):
				im.proxy.Close()
				t.Fatal("the load does not end")
			}
		})
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(30 * time.Second); !done(); {
		select {
		case <-tick.C:
		case <-end:
			t.Errorf("%s does not come", what)
			return
		}
	}
}
