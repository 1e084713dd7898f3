package load

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a source that takes a second for each of some blocks.
func slow(blocks int) *lines {
	return many(blocks*blockRows, func(i int) {
		if i%blockRows == 0 {
			time.Sleep(time.Second)
		}
	})
}

// A load commits every few seconds, and once at its end where it can be undone as
// a whole: where the plan is atomic, or types may give way.
func TestCommitsInBetween(t *testing.T) {
	for _, tt := range []struct {
		name   string
		atomic bool
		opt    Options
		want   int
	}{{"by itself", false, Options{}, 5}, {"atomic", true, Options{}, 1}, {"types may give way", false, Options{GiveWay: true}, 1}} {
		synctest.Test(t, func(t *testing.T) {
			src, dst := slow(20), &memory{}
			s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{Atomic: tt.atomic}, src, textAndInteger...), tt.opt)
			if err != nil || s.Elapsed != 20*time.Second || dst.commits < tt.want-1 || dst.commits > tt.want {
				t.Errorf("%s: %d commits in %v, want %d: %v", tt.name, dst.commits, s.Elapsed, tt.want, err)
			}
		})
	}
}

// The time of a pause is not part of the load, nor of its rates. What was written
// is committed before it, unless all is to be undone together.
func TestPauseCostsNoTime(t *testing.T) {
	for pause, atomic := range map[time.Duration]bool{time.Hour: false, 2 * time.Second: false, time.Minute: true} {
		synctest.Test(t, func(t *testing.T) {
			src, dst := slow(12), &memory{}
			asked, resumed := 0, false
			s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{Atomic: atomic}, src, textAndInteger...), Options{
				Paused: func() <-chan struct{} {
					if asked++; asked != 3 {
						return nil
					}
					resume := make(chan struct{})
					time.AfterFunc(pause, func() {
						synctest.Wait() // until the load stands still
						if want := map[bool]int{false: 1, true: 0}[atomic]; dst.commits != want {
							t.Errorf("atomic %v: %d commits before the pause, want %d", atomic, dst.commits, want)
						}
						resumed = true
						close(resume)
					})
					return resume
				},
				OnProgress: func(p Progress) {
					if r := p.RecordsPerSecond; resumed && r > 0 && (r < blockRows/2 || r > blockRows*5) {
						t.Errorf("atomic %v: %v records a second after the pause, want about %d", atomic, r, blockRows)
					}
				},
			})
			if err != nil || !resumed || s.Elapsed > 13*time.Second {
				t.Errorf("atomic %v: it takes %v, %v", atomic, s.Elapsed, err)
			}
		})
	}
}

// A limit of rejects ends a load as soon as it is exceeded; one in percent only
// when there are enough records to tell.
func TestLimitOfRejectsEndsEarly(t *testing.T) {
	const n = 1_000_000
	for _, limit := range []string{"100", "5%"} {
		src, dst := many(n, nil), &memory{}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{MaxRejects: limit}, src, textAndInteger...), Options{})
		var tooMany *TooManyRejectsError
		if !errors.As(err, &tooMany) || tooMany.Rejected != s.Rejected || tooMany.Read != s.Read || s.Read > n/10 || len(dst.rows) != 0 {
			t.Errorf("with a limit of %s it ends after %d of %d records, by %v", limit, s.Read, n, err)
		}
	}
	long := strings.Repeat("x", blockBytes) // so that each record is a block
	src, dst := linesOf("name,n", append([]string{long + ",x"}, slices.Repeat([]string{long + ",1"}, 4)...)...), &memory{}
	if s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{MaxRejects: "20%"}, src, textAndInteger...), Options{}); err != nil || s.Rejected != 1 || s.Inserted != 4 {
		t.Errorf("one of five records with a limit of 20 %%: %+v, %v", s.Counts, err)
	}
}
