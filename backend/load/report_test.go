package load

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Rejects are reported while later rows are written, but before a commit all
// that were read up to there.
func TestRejectsAreReportedBesideWriting(t *testing.T) {
	const n = 20_000 // several blocks
	src, dst := many(n, nil), &memory{}
	later := make(chan struct{})
	writes := 0
	dst.onWrite = func(context.Context) error {
		if writes++; writes == 3 {
			close(later)
		}
		return nil
	}
	reported := 0
	s, err := runWith(t.Context(), src, committing{dst, func() {
		if reported != n/10 {
			t.Errorf("committed with %d rejects reported, want %d", reported, n/10)
		}
	}}, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		commitEvery: time.Hour,
		OnReject: func(rs []Reject) error {
			<-later
			reported += len(rs)
			return nil
		},
	})
	if err != nil || s.Rejected != n/10 || dst.commits != 1 {
		t.Fatalf("%+v, %d commits, %v", s, dst.commits, err)
	}
}

// When rejects can't be kept, nothing is committed from then on.
func TestNothingIsCommittedBehindRejectsThatCannotBeKept(t *testing.T) {
	full := errors.New("disk full")
	src, dst := many(100_000, nil), &memory{}
	reported := 0
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		commitEvery: time.Nanosecond,
		OnReject: func([]Reject) error {
			if reported++; reported == 3 {
				return full
			}
			return nil
		},
	})
	if !errors.Is(err, full) || reported != 3 {
		t.Fatalf("%v after %d reports", err, reported)
	}
	if dst.commits != 2 || int64(len(dst.rows)) != s.Inserted || s.Inserted == 0 {
		t.Errorf("%d commits of %d rows; the summary says %+v", dst.commits, len(dst.rows), s)
	}
}

// A committing target calls back before each commit.
type committing struct {
	*memory
	before func()
}

func (c committing) Prepare(context.Context, string, Layout) (Load, error) { return writing{c}, nil }

func (c committing) Commit(ctx context.Context, m Mark) error {
	c.before()
	return c.memory.Commit(ctx, m)
}

// A load that waits for its rejects ends when they can't be kept.
func TestRejectsThatCannotBeKeptHoldNobody(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		waits   string
		lines   int
		bad     int // every so many lines
		failsAt int // the line at which the first report fails, -1 for the commit
	}{
		// To read the sixth block the second must be free again: its rejects wait, and there is no room for those of the third.
		{"for room", 8 * blockRows, 1, 5 * blockRows},
		{"to commit", 3 * blockRows, blockRows / 2, -1},
	} {
		t.Run(tt.waits, func(t *testing.T) {
			reported, fails := make(chan struct{}), make(chan struct{})
			src := &lines{fields: []string{"name", "n"}, size: -1, all: func(yield func(string) bool) {
				for i := range tt.lines {
					if i == 2*blockRows {
						<-reported // the first block's rejects, without the second's
					}
					if i == tt.failsAt {
						close(fails)
					}
					line := "row,1"
					if i%tt.bad == 0 {
						line = "row,x"
					}
					if !yield(line) {
						return
					}
				}
			}}
			dst := &memory{}
			ended := make(chan error, 1)
			go func() {
				_, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
					commitEvery: time.Hour,
					OnReject:    func([]Reject) error { close(reported); <-fails; return full },
					OnProgress: func(p Progress) {
						if p.Phase == PhaseCommitting && tt.failsAt < 0 {
							close(fails)
						}
					},
				})
				ended <- err
			}()
			select {
			case err := <-ended:
				if !errors.Is(err, full) || len(dst.rows) != 0 {
					t.Errorf("%d rows are committed, %v", len(dst.rows), err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it waits on")
			}
		})
	}
}
