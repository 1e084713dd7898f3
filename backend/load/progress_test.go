package load

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// told runs a load of some good and bad lines of exactly the size that the
// source tells, and returns all of its progress, and how much of it had been
// told when the rows were committed.
func told(t *testing.T, before int64, lines int) (all []Progress, atCommit int) {
	t.Helper()
	var text []string
	for i := range lines {
		text = append(text, fmt.Sprintf("name,%d", i%10))
	}
	src := linesOf("name,n", text...)
	_, err := runWith(t.Context(), src, committing{&memory{}, func() { atCommit = len(all) }}, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		Before:     before,
		OnProgress: func(p Progress) { all = append(all, p) },
	})
	if err != nil || atCommit == 0 {
		t.Fatalf("%d reports before the commit, %v", atCommit, err)
	}
	return all, atCommit
}

// A load is not at 100 % when all is read, but when all is committed.
func TestNoLoadIsDoneBeforeItsLastCommit(t *testing.T) {
	for _, lines := range []int{0, 1, 50_000} {
		all, atCommit := told(t, 0, lines)
		for _, p := range all[:atCommit] {
			if !(*p.Percent >= 0 && *p.Percent < 100) || p.Phase == PhaseDone { // which no NaN passes
				t.Errorf("%d lines: before the commit it is at %v %% in the phase %s", lines, *p.Percent, p.Phase)
			}
		}
		if p := all[atCommit-1]; p.Phase != PhaseCommitting || p.BytesRead != p.BytesTotal || lines > 0 && *p.Percent < 99 {
			t.Errorf("%d lines: at the commit it tells %+v", lines, p)
		}
		last := all[len(all)-1]
		if last.Phase != PhaseDone || *last.Percent != 100 || last.EtaMs != nil || last.Read != int64(lines) {
			t.Errorf("%d lines: at the end it tells %+v", lines, last)
		}
	}
}

// A source that tells more bytes than it consumes is at its end all the same.
func TestAllIsReadAtTheEnd(t *testing.T) {
	src := many(100, nil)
	var last Progress
	_, err := runWith(t.Context(), src, &memory{}, layoutOf(t, Plan{}, src, textAndInteger...), Options{OnProgress: func(p Progress) { last = p }})
	if err != nil || last.BytesRead != src.Size() || last.BytesTotal != src.Size() {
		t.Errorf("%+v, want %d bytes: %v", last, src.Size(), err)
	}
}

// A reading that follows on another goes on where that was.
func TestProgressAfterAnotherReading(t *testing.T) {
	const lines, before = 50_000, 1_000_000
	size := int64(lines * len("name,0\n"))
	all, _ := told(t, before, lines)
	percent := 100 * float64(before) / float64(before+size)
	for _, p := range all {
		if p.BytesTotal != before+size || p.BytesRead < before || *p.Percent < percent {
			t.Errorf("%d of %d bytes, %v %%, want no less than %d of %d", p.BytesRead, p.BytesTotal, *p.Percent, before, before+size)
		}
		percent = *p.Percent
	}
	if last := all[len(all)-1]; last.BytesRead != before+size {
		t.Errorf("at the end %d bytes are read, want %d", last.BytesRead, before+size)
	}
}

// Between changes of phase progress is told ten times a second at most, with how
// fast the load is and how long it will take.
func TestProgressIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if all, _ := told(t, 0, 10*blockRows); len(all) != 4 {
			t.Errorf("%d reports in no time, want one for each phase", len(all))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		const steps = 100
		src := many(steps*blockRows, func(i int) {
			if i%blockRows == 0 {
				time.Sleep(20 * time.Millisecond)
			}
		})
		begun, last, rates := time.Now(), Progress{Phase: PhaseOpening}, 0
		var at time.Time
		_, err := runWith(t.Context(), src, &memory{}, layoutOf(t, Plan{}, src, textAndInteger...), Options{OnProgress: func(p Progress) {
			if p.Phase == last.Phase && p.Phase != PhaseOpening && time.Since(at) < progressEvery {
				t.Errorf("told again after %v in the phase %s", time.Since(at), p.Phase)
			}
			at, last = time.Now(), p
			if p.RecordsPerSecond == 0 || p.Phase != PhaseWriting {
				return
			}
			rates++
			const want = blockRows * 50
			if p.RecordsPerSecond < want*0.7 || p.RecordsPerSecond > want*1.3 {
				t.Errorf("after %v %v records a second, want about %d", time.Since(begun), p.RecordsPerSecond, want)
			}
			left := 1000 * float64(p.BytesTotal-p.BytesRead) / p.BytesPerSecond
			if p.EtaMs == nil || math.Abs(float64(*p.EtaMs)-left) > 1 {
				t.Errorf("%v ms are left, want %v", p.EtaMs, left)
			}
		}})
		if err != nil || rates < 10 || time.Since(begun) != steps*20*time.Millisecond {
			t.Errorf("%d rates in %v, %v", rates, time.Since(begun), err)
		}
	})
}
