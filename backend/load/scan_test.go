package load

import (
	"context"
	"errors"
	"testing"
)

// A file that is read twice, for its types and then for its records, has one
// progress: over both.
func TestScanThenRun(t *testing.T) {
	const n = 100_000
	src := many(n, nil)
	rows := 0
	count := func(b *Block) { rows += len(b.Rows) }
	var told []Progress
	opt := Options{Check: true, OnProgress: func(p Progress) { told = append(told, p) }}
	if _, err := Scan(t.Context(), src, count, opt); err != nil {
		t.Fatal(err)
	}
	if rows != n {
		t.Errorf("%d rows of %d", rows, n)
	}
	opt.Before, src = src.Size(), many(n, nil)
	if _, err := runWith(t.Context(), src, nil, layoutOf(t, Plan{}, src, textAndInteger...), opt); err != nil {
		t.Fatal(err)
	}
	percent := 0.0
	for at, p := range told {
		end := at == len(told)-1
		if p.Percent == nil || *p.Percent < percent || p.Phase == PhaseInferring && *p.Percent > 50 ||
			(*p.Percent == 100) != end || (p.Phase == PhaseDone) != end || p.BytesTotal != 2*src.Size() || !p.Balanced() {
			t.Fatalf("progress %d of %d, behind %v %%: %+v", at, len(told), percent, p)
		}
		percent = *p.Percent
	}
	if told[0].Phase != PhaseInferring {
		t.Errorf("it begins with %+v", told[0])
	}
}

func TestScanPauseAndCancel(t *testing.T) {
	src := many(100_000, nil)
	rows := 0
	ctx, cancel := context.WithCancelCause(t.Context())
	resumed, stop := make(chan struct{}), errors.New("stop")
	asked, stood := 0, false
	_, err := Scan(ctx, src, func(b *Block) { rows += len(b.Rows) }, Options{
		Paused: func() <-chan struct{} {
			switch asked++; asked {
			case 2:
				return resumed
			case 3:
				cancel(stop)
			}
			return nil
		},
		OnProgress: func(p Progress) {
			if asked == 2 && !stood { // it stands still
				stood = true
				close(resumed)
			}
		},
	})
	if !errors.Is(err, stop) || !stood || rows == 100_000 {
		t.Fatalf("%v, stood still %v, %d rows", err, stood, rows)
	}
}
