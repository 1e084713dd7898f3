package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linefeed/backend/message"
)

// A lossy is a load of a mixed list into a server.
type lossy struct {
	records, writers int
	job              string
	giveWay, atomic  bool
	create           bool
	markless         bool // there is no place for the marks of the job
	skips            bool
	after            int // records that are none of the load's
}

func (c lossy) String() string {
	return fmt.Sprintf("%d writers, job %q, give way %v, atomic %v, markless %v, create %v, skips %v, after %d", c.writers, c.job, c.giveWay, c.atomic, c.markless, c.create, c.skips, c.after)
}

// marks reports whether marks say how far the load has come.
func (c lossy) marks() bool { return c.job != "" && !c.markless }

// run runs the load. It returns what went wrong with the account, whatever the
// load's outcome.
func (c lossy) run(t *testing.T, fault func(int, string) fault) (s Summary, dst *server, err error) {
	t.Helper()
	src := mixed(c.records)
	src.after = c.after
	var skip func(Position) error
	if c.skips {
		skip = src.skip
	}
	dst = &server{fault: fault, pace: Pace{Writers: c.writers, Commit: 100}, markless: c.markless}
	l := layoutOf(t, Plan{Atomic: c.atomic}, src, textAndInteger...)
	l.Plan.Create = c.create
	var rejects []int64
	s, err = Run(t.Context(), src, signing{plain(l)}, dst, l, Options{
		Job: c.job, Rewind: src.rewind, Skip: skip, After: int64(c.after), Reconnect: 1000 * time.Hour, GiveWay: c.giveWay, OnReject: numbers(&rejects),
		OnProgress: func(p Progress) {
			if p.RecordsPerSecond < 0 || p.BytesPerSecond < 0 {
				t.Errorf("%s: rates %v, %v", c, p.RecordsPerSecond, p.BytesPerSecond)
			}
			if (p.Phase == PhaseReconnecting) != (p.Reconnecting != nil) {
				t.Errorf("%s: in phase %s: %+v", c, p.Phase, p.Reconnecting)
			}
		},
	})
	want := src.outcome()
	if dst.misused > 0 {
		t.Errorf("%s: writers were used %d times after they had failed", c, dst.misused)
	}
	if kept := dst.records(); len(slices.Compact(slices.Clone(kept))) != len(kept) {
		t.Errorf("%s: rows are doubled: %v", c, kept)
	}
	if !slices.IsSorted(rejects) || len(slices.Compact(slices.Clone(rejects))) != len(rejects) || int64(len(rejects)) != s.Rejected {
		t.Errorf("%s: %d rejects, told are %v", c, s.Rejected, rejects)
	}
	if s.Inserted+s.Updated+s.Skipped+s.Rejected+s.RolledBack != s.Read || s.RolledBack < 0 {
		t.Errorf("%s: not balanced: %+v", c, s)
	}
	if err != nil {
		kept, least := int64(len(dst.rows)), s.Inserted+s.Updated+s.Skipped
		var undone *UndoneError
		unknown := errors.As(err, &undone) && undone.Unknown
		if most := least + s.RolledBack; kept < least || kept > most || kept > least && !unknown {
			t.Errorf("%s: %d rows are in the table, told are %d, undone %d: %v", c, kept, least, s.RolledBack, err)
		}
		return s, dst, err
	}
	slices.SortFunc(s.Signs, bySign)
	if s.Counts != want.counts || !slices.Equal(dst.records(), want.kept) || !slices.Equal(rejects, want.rejected) || !slices.Equal(s.Signs, want.signs) {
		t.Errorf("%s: %+v with rows %v, rejects %v, signs %v; want %+v", c, s, dst.records(), rejects, s.Signs, want)
	}
	for i, m := range dst.marks[c.job] {
		if m.Record != int64(c.records) || m.Writer != i || m.Writers != c.writers {
			t.Errorf("%s: writer %d has the mark %+v", c, i, m)
		}
	}
	return s, dst, err
}

// every calls f for every kind of load.
func every(f func(lossy)) {
	for writers := 1; writers <= 4; writers++ {
		for _, job := range []string{"", "j"} {
			f(lossy{records: 120, writers: writers, job: job})
			f(lossy{records: 120, writers: writers, job: job, giveWay: true})
			f(lossy{records: 120, writers: writers, job: job, create: true})
			f(lossy{records: 120, writers: writers, job: job, skips: true})
			f(lossy{records: 120, writers: writers, job: job, skips: true, after: 38})
		}
		f(lossy{records: 120, writers: writers, job: "j", markless: true})
	}
	for _, job := range []string{"", "j"} {
		f(lossy{records: 120, writers: 1, job: job, atomic: true})
	}
}

// Wherever the connection is lost, each record is loaded once, and each reject
// told once. Only without marks nobody knows whether a commit took effect whose
// answer did not come.
func TestLostAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every(func(c lossy) {
			_, dst, err := c.run(t, nil)
			if err != nil {
				t.Fatalf("%s: %v", c, err)
			}
			for _, how := range []fault{lostBefore, lostAfter, serverStarts} {
				for at := 1; at <= dst.calls; at++ {
					hit := ""
					s, _, err := c.run(t, func(n int, call string) fault {
						if n == at {
							hit = call
							return how
						}
						return noFault
					})
					var undone *UndoneError
					switch {
					case hit == "commit" && !c.marks():
						if !errors.As(err, &undone) || !undone.Unknown || undone.Rows != s.RolledBack || !errors.Is(err, ErrLost) {
							if s.RolledBack > 0 {
								t.Errorf("%s: lost in call %d, a commit: %v", c, at, err)
							}
						}
					case err != nil || s.Reconnects != 1 && hit != "":
						t.Errorf("%s: lost in call %d, %s: after %d losses: %v", c, at, hit, s.Reconnects, err)
					}
				}
			}
		})
	})
}

// The same where connections are lost again and again, also while records are read
// that were read before.
func TestLostAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every(func(c lossy) {
			c.records = 400
			for seed := range uint64(20) {
				random := rand.New(rand.NewPCG(seed, uint64(c.writers)))
				often := 8*c.writers + random.IntN(40)
				if c.giveWay || c.atomic {
					often *= 10 // or it never comes to an end
				}
				s, _, err := c.run(t, func(_ int, call string) fault {
					if random.IntN(often) > 0 || call == "commit" && !c.marks() {
						return noFault
					}
					return []fault{lostBefore, lostAfter, serverStarts}[random.IntN(3)]
				})
				if err != nil {
					if !c.marks() && errors.As(err, new(*UndoneError)) { // another lane's connection, at a commit
						continue
					}
					t.Errorf("%s, seed %d: after %d losses: %v", c, seed, s.Reconnects, err)
				}
			}
		})
	})
}

// A failure that is none of the connection ends a load, whatever else is lost.
func TestFailureAmongLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every(func(c lossy) {
			_, dst, _ := c.run(t, nil)
			for at := 1; at <= dst.calls; at++ {
				s, _, err := c.run(t, func(n int, _ string) fault {
					switch n {
					case at:
						return lostAfter
					case at + 1:
						return fails
					}
					return noFault
				})
				var undone *UndoneError
				if !errors.Is(err, errFails) && !(errors.As(err, &undone) && undone.Unknown) && at+1 <= dst.calls && !(err == nil && c.writers > 1) {
					t.Errorf("%s: call %d: %+v, %v", c, at, s, err)
				}
			}
		})
	})
}

// Another process goes on with a job where its marks stand.
func TestMarksOfAnEarlierRun(t *testing.T) {
	for n := range 8 {
		writers := 1 + n%4
		src := mixed(300)
		opt := Options{Job: "j"}
		if n >= 4 {
			opt.Skip = src.skip
		}
		_, whole, _ := lossy{records: 300, writers: writers}.run(t, nil)
		dst := &server{pace: Pace{Writers: writers, Commit: 100}, fault: func(n int, _ string) fault {
			if n > whole.calls/2 {
				return fails
			}
			return noFault
		}}
		l := layoutOf(t, Plan{}, src, textAndInteger...)
		first, err := runWith(t.Context(), src, dst, l, opt)
		if !errors.Is(err, errFails) || first.Inserted == 0 {
			t.Fatalf("%+v, %v", first, err)
		}
		dst.fault, dst.pace.Writers, src.at = nil, 7, 0 // it has the shares that it had
		s, err := runWith(t.Context(), src, dst, l, opt)
		if want := src.outcome(); err != nil || !slices.Equal(dst.records(), want.kept) || s.Inserted != want.counts.Inserted || s.Updated != want.counts.Updated || !s.Balanced() {
			t.Errorf("%d writers: %+v, %v, rows %v; want %+v", writers, s, err, dst.records(), want)
		}
	}
}

// What can't be tidied up after a failure does not make it a loss.
func TestFailureOfAWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := mixed(20)
		dst := &server{pace: Pace{Writers: 2}, closing: Lost(errCut), fault: func(n int, _ string) fault {
			if n == 3 { // the second writer
				return fails
			}
			return noFault
		}}
		_, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{Rewind: src.rewind})
		if !errors.Is(err, errFails) || errors.Is(err, ErrLost) || dst.prepared != 1 {
			t.Errorf("prepared %d times: %v", dst.prepared, err)
		}
	})
}

// A connection that is lost when all is committed costs nothing.
func TestLostAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := mixed(120)
		dst := &server{pace: Pace{Writers: 2}, closing: Lost(errCut)}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{Rewind: src.rewind})
		if err != nil || s.Counts != src.outcome().counts || dst.prepared != 1 {
			t.Errorf("prepared %d times: %+v, %v", dst.prepared, s, err)
		}
	})
}

// A check ends where the connection is lost: what it has counted is not counted twice.
func TestLostCheck(t *testing.T) {
	src := mixed(120)
	dst := &server{fault: func(n int, _ string) fault {
		if n == 10 {
			return lostBefore
		}
		return noFault
	}}
	s, err := runWith(t.Context(), src, asked{dst}, layoutOf(t, Plan{}, src, textAndInteger...), Options{Check: true, Rewind: src.rewind})
	if !errors.Is(err, ErrLost) || s.Read == 0 || s.Read > 120 || s.Reconnects != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// An asked is a server that says what it would do.
type asked struct{ *server }

func (a asked) Probe(ctx context.Context, l Layout) (Load, []Warning, error) {
	into, err := a.Prepare(ctx, "", l)
	return into, nil, err
}

// A load gives up when it got nowhere for long, and says what is undone.
func TestGivesUp(t *testing.T) {
	for _, call := range []string{"prepare", "writer", "write", "commit"} {
		synctest.Test(t, func(t *testing.T) {
			src := mixed(120)
			var attempts []int
			gone, lost := false, false
			dst := &server{pace: Pace{Writers: 2, Commit: 100}}
			dst.fault = func(n int, at string) fault {
				first := !lost && n >= 20 && at == "commit" // of what was written before
				lost = lost || first
				if gone = gone || n >= 20 && at == call; gone && at == call || first {
					return lostBefore
				}
				return noFault
			}
			var next time.Time
			l := layoutOf(t, Plan{}, src, textAndInteger...)
			begun := time.Now()
			s, err := runWith(t.Context(), src, dst, l, Options{
				Job: "j", Rewind: src.rewind, Reconnect: time.Minute,
				OnProgress: func(p Progress) {
					if r := p.Reconnecting; r != nil {
						attempts = append(attempts, r.Attempt)
						next = r.NextTry
						if r.Reason != errCut.Error() {
							t.Errorf("the reason is %q", r.Reason)
						}
						return
					}
					if now := time.Now(); now.Before(next) && p.Phase != PhaseDone {
						t.Errorf("phase %s %v before the next try", p.Phase, next.Sub(now))
					}
				},
			})
			took := time.Since(begun)
			if s.Reconnects > 0 {
				t.Errorf("%s: it is said to have gone on %d times", call, s.Reconnects)
			}
			if !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "tried again for 1m0s") || took < time.Minute || took > time.Minute+lastPause {
				t.Errorf("%s: after %v: %v", call, took, err)
			}
			rows := s.Inserted + s.Updated + s.Skipped
			if int64(len(dst.rows)) != rows || rows+s.Rejected+s.RolledBack != s.Read || s.RolledBack == 0 || s.Elapsed > time.Second {
				t.Errorf("%s: %d rows, %+v", call, len(dst.rows), s)
			}
			for i, n := range attempts {
				if n != i+1 {
					t.Errorf("%s: the attempts are %v", call, attempts)
					break
				}
			}
			if len(attempts) < 8 || len(attempts) > 15 {
				t.Errorf("%s: %d attempts in a minute", call, len(attempts))
			}
		})
	}
}

// As long as a load gets further it does not give up, though nothing is committed.
func TestGetsFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := mixed(120)
		dst := &server{pace: Pace{Commit: 1 << 20}}
		writes, most := 0, 0
		dst.fault = func(_ int, call string) fault {
			switch call {
			case "prepare":
				writes = 0
			case "write":
				time.Sleep(time.Minute) // as long as Reconnect
				if writes++; writes > most && most < 5 {
					most++
					return lostBefore
				}
			}
			return noFault
		}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{Atomic: true}, src, textAndInteger...), Options{Rewind: src.rewind, Reconnect: time.Minute})
		if want := src.outcome(); err != nil || s.Counts != want.counts || !slices.Equal(dst.records(), want.kept) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// A load can be stopped while it waits for the connection.
func TestCancelWhileReconnecting(t *testing.T) {
	mine := errors.New("enough")
	for _, atomic := range []bool{false, true} {
		for _, unknown := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				src := mixed(120)
				dst := &server{pace: Pace{Commit: 100}}
				commits, gone := 0, false
				dst.fault = func(n int, call string) fault {
					if call == "commit" {
						commits++
					}
					lost := n == 20
					if unknown {
						lost = call == "commit" && (commits == 3 || atomic)
					}
					if gone = gone || lost; gone {
						return lostBefore
					}
					return noFault
				}
				var at time.Time
				s, err := runWith(ctx, src, dst, layoutOf(t, Plan{Atomic: atomic}, src, textAndInteger...), Options{
					Job: "j", Rewind: src.rewind, OnProgress: func(p Progress) {
						if r := p.Reconnecting; r != nil && r.Attempt == 5 {
							time.AfterFunc(time.Second, func() { at = time.Now(); cancel(mine) })
						}
					},
				})
				if time.Since(at) != 0 {
					t.Errorf("it ends %v after the cancel", time.Since(at))
				}
				var undone *UndoneError
				switch is := errors.As(err, &undone); {
				case unknown && (!is || !undone.Unknown || undone.BrokenOff() || undone.Rows != s.RolledBack):
					t.Errorf("atomic %v: the fate of the commit is not told: %v", atomic, err)
				case unknown:
				case atomic && (is || !errors.Is(err, mine)):
					t.Errorf("atomic: %v", err)
				case !atomic && (!is || undone.Unknown || !undone.BrokenOff() || undone.Rows != s.RolledBack || errors.Is(err, mine) || !strings.Contains(err.Error(), "cut")):
					t.Errorf("what is undone is not told: %v", err)
				}
				if s.RolledBack == 0 || s.Inserted+s.Updated+s.Skipped != int64(len(dst.rows)) {
					t.Errorf("%d rows, %+v", len(dst.rows), s)
				}
			})
		}
	}
}

// The answer to the commit that keeps what was written may not come either.
func TestCancelWhoseCommitIsLost(t *testing.T) {
	for _, job := range []string{"", "j"} {
		mine := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		src := mixed(120)
		dst := &server{fault: func(n int, call string) fault {
			if call == "commit" {
				return lostAfter
			}
			if n == 8 {
				cancel(mine)
			}
			return noFault
		}}
		s, err := runWith(ctx, src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{Job: job, Rewind: src.rewind})
		var undone *UndoneError
		if !errors.As(err, &undone) || !undone.Unknown || undone.Rows != int64(len(dst.rows)) || undone.Rows == 0 || s.RolledBack != undone.Rows || message.Of(err).MessageID != "commit_unknown" {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

// The rejects of a load that was lost count once against the limit.
func TestLimitAfterALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &list{block: 1000, apart: 10}
		for i := range 10_000 {
			src.all = append(src.all, fmt.Sprintf("a,%s", []string{"1", "x"}[i%5/4]))
		}
		dst := &server{fault: func(n int, _ string) fault {
			if n == 10 {
				return lostBefore
			}
			return noFault
		}}
		dst.refuse = func(record int64) bool { return record == 1 && dst.prepared == 2 } // no longer free
		for limit, fails := range map[string]bool{"25%": false, "2001": false, "2000": true, "19%": true} {
			dst.calls, dst.prepared, src.at = 0, 0, 0
			s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{MaxRejects: limit}, src, textAndInteger...), Options{Rewind: src.rewind})
			if (err != nil) != fails || !fails && s.Rejected != 2001 {
				t.Errorf("limit %s: %+v, %v", limit, s.Counts, err)
			}
		}
	})
}

// Time that passes before the first connection is none of the load's.
func TestLostBeforeItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := mixed(120)
		dst := &server{fault: func(n int, _ string) fault {
			if n <= 5 {
				return lostBefore
			}
			return noFault
		}}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{Rewind: src.rewind})
		if err != nil || s.Elapsed != 0 || s.Counts != src.outcome().counts {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// A file that can't be read again ends the load as it was lost.
func TestLostAndNotReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("the file is gone")
		src := mixed(120)
		dst := &server{fault: func(n int, _ string) fault {
			if n == 10 {
				return lostBefore
			}
			return noFault
		}}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{Rewind: func() error { return gone }})
		if !errors.Is(err, gone) || !errors.Is(err, ErrLost) || s.RolledBack == 0 || len(dst.rows) != 0 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestReasonOf(t *testing.T) {
	silent := message.NewError(nil, "server_silent", "check_firewall", "address", "db:5432")
	for want, err := range map[string]error{
		"db:5432 does not answer": fmt.Errorf("write to table: %w", errors.Join(Lost(silent), errors.New("close: broken pipe"))),
		"write: EOF":              fmt.Errorf("write: %w", io.EOF),
	} {
		if got := reasonOf(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
