package load

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What was written is kept when a load is stopped, and the rows of the block
// that bears the error of a source that was closed then.
func TestRunCancelKeepsTheLastBlock(t *testing.T) {
	mine := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	src, dst := linesOf("name,n", "a,1", "b,2", "stop"), &memory{}
	dst.onWrite = func(context.Context) error { cancel(mine); return nil }
	s, err := runWith(ctx, src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
	if !errors.Is(err, mine) || errors.Is(err, errStop) || len(dst.rows) != 2 || s.Inserted != 2 || s.RolledBack != 0 {
		t.Errorf("%+v, rows %q, %v", s, dst.rows, err)
	}
}

// A load that is stopped while a guess gives way, and all is undone, is no
// failed one.
func TestRunCancelWhileAGuessGivesWay(t *testing.T) {
	mine := errors.New("enough")
	guessed := []Column{{Name: "name", Nullable: true}, {Name: "n", Type: Integer, Nullable: true, Guessed: true}}
	for _, tt := range []struct {
		name    string
		atomic  bool
		before  int
		undoing bool // rows that are kept where nothing gives way
	}{
		{"with rows before", false, 50_000, true},
		{"with none", false, 0, false},
		{"atomic", true, 50_000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			src := linesOf("name,n", append(slices.Repeat([]string{"a,24"}, tt.before), "a,x7")...)
			dst := &memory{onClose: func() { cancel(mine) }}
			s, err := runWith(ctx, src, dst, layoutOf(t, Plan{Atomic: tt.atomic}, src, guessed...), Options{GiveWay: true})
			var undone *UndoneError
			switch errors.As(err, &undone); {
			case tt.undoing && (undone == nil || !undone.BrokenOff() || undone.Rows != s.RolledBack || !strings.Contains(err.Error(), `"n"`)):
				t.Errorf("it ends by %v", err)
			case !tt.undoing && (undone != nil || !errors.Is(err, mine)):
				t.Errorf("it ends by %v", err)
			}
			if len(dst.rows) > 0 || s.Inserted > 0 || s.RolledBack != s.Read {
				t.Errorf("%d rows, %+v", len(dst.rows), s)
			}
		})
	}
}

// A stop that can't keep what was written says so, and how much it was.
func TestRunCancelWhoseCommitFails(t *testing.T) {
	mine, full := errors.New("enough"), errors.New("the disk is full")
	for _, tt := range []struct {
		name      string
		fails     error
		brokenOff bool
	}{{"full", full, false}, {"locked", context.DeadlineExceeded, true}} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			src, dst := many(1_000_000, nil), &memory{}
			dst.onWrite = func(context.Context) error { cancel(mine); return nil }
			dst.onCommit = func(last context.Context) error {
				if last.Err() != nil {
					t.Error("the last commit has no time at all")
				}
				return tt.fails
			}
			s, err := runWith(ctx, src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
			var undone *UndoneError
			if !errors.As(err, &undone) || undone.Rows != s.RolledBack || !errors.Is(err, tt.fails) || !errors.Is(undone.Cause, mine) || undone.BrokenOff() != tt.brokenOff {
				t.Fatalf("the error is %v", err)
			}
			if errors.Is(err, mine) {
				t.Error("the error passes for the cancel alone")
			}
			if s.RolledBack == 0 || s.Inserted != 0 || len(dst.rows) != 0 {
				t.Errorf("%d rows, %+v", len(dst.rows), s)
			}
		})
	}
}

// A load that is stopped while it stands still writes nothing more.
func TestRunCancelWhilePaused(t *testing.T) {
	mine := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	src, dst := many(1_000_000, nil), &memory{}
	paused, standing := make(chan struct{}), false
	dst.onWrite = func(context.Context) error {
		if standing {
			t.Error("it goes on writing")
		}
		return nil
	}
	asked := 0
	var last Progress
	s, err := runWith(ctx, src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		Paused: func() <-chan struct{} {
			if asked++; asked != 5 {
				return nil
			}
			standing = true
			cancel(mine)
			return paused
		},
		OnProgress: func(p Progress) {
			if standing && p.Phase != PhaseCommitting && p.RecordsPerSecond != 0 {
				t.Errorf("%+v while it stands still", p)
			}
			last = p
		},
	})
	if !errors.Is(err, mine) || s.RolledBack != 0 || int64(len(dst.rows)) != s.Inserted || last.Inserted != s.Inserted {
		t.Errorf("%+v, last told %+v, %d rows, %v", s, last, len(dst.rows), err)
	}
}

// A cancel gives the batch at hand some time to be kept, and the commit more; of
// an atomic plan, which keeps nothing, it is broken off at once.
func TestRunCancelGivesTime(t *testing.T) {
	for _, atomic := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			src, dst := linesOf("name,n", "a,1"), &memory{}
			begun := time.Now()
			dst.onWrite = func(writing context.Context) error {
				cancel()
				<-writing.Done()
				return writing.Err()
			}
			s, err := runWith(ctx, src, dst, layoutOf(t, Plan{Atomic: atomic}, src, textAndInteger...), Options{})
			if want := map[bool]time.Duration{false: graceAfterCancel, true: 0}[atomic]; time.Since(begun) != want {
				t.Errorf("atomic %v: broken off after %v, want %v", atomic, time.Since(begun), want)
			}
			if !errors.Is(err, context.Canceled) || s.Inserted != 0 {
				t.Errorf("atomic %v: %+v, %v", atomic, s, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		src, dst := linesOf("name,n", "a,1"), &memory{}
		dst.onWrite = func(context.Context) error { cancel(); return nil }
		begun := time.Now()
		dst.onCommit = func(committing context.Context) error {
			<-committing.Done()
			return committing.Err()
		}
		s, err := runWith(ctx, src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
		if undone, ok := errors.AsType[*UndoneError](err); !ok || !undone.BrokenOff() || s.RolledBack != 1 || time.Since(begun) != commitAfterCancel {
			t.Errorf("the commit ends after %v, want %v: %+v, %v", time.Since(begun), commitAfterCancel, s, err)
		}
	})
}
