package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

var errCut = errors.New("cut")

// A lossy is a target that loses its connection. It keeps rows with their marks, and a
// row twice where it is written twice.
type lossy struct {
	writers int
	shareBy []int

	lock     sync.Mutex
	rows     map[string]int
	marks    map[int]Mark
	calls    int          // to write and to commit
	lose     map[int]bool // the calls after which the connection is lost; those that commit nothing are true
	prepared int
}

func (l *lossy) Columns(context.Context, TableName) ([]Column, error) { return nil, ErrNoTable }
func (l *lossy) Close() error                                         { return nil }

func (l *lossy) Prepare(context.Context, string, Layout) (Load, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.prepared++
	load := &lossyLoad{lossy: l}
	for _, m := range l.marks {
		load.marks = append(load.marks, m)
	}
	return load, nil
}

type lossyLoad struct {
	*lossy
	marks []Mark
}

func (l *lossyLoad) Marks() []Mark { return l.marks }
func (l *lossyLoad) Pace() Pace    { return Pace{Writers: l.writers, ShareBy: l.shareBy} }
func (l *lossyLoad) Writer(context.Context, int) (Writer, error) {
	return &lossyWriter{lossy: l.lossy}, nil
}

type lossyWriter struct {
	*lossy
	pending []string
}

func (w *lossyWriter) Write(_ context.Context, b *Batch) (res Result, err error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.calls++
	if _, lost := w.lose[w.calls]; lost {
		return Result{}, Lost(errCut)
	}
	for i := range b.Rows {
		id := string(b.text(b.Row(i)[0]))
		if strings.HasSuffix(id, "7") {
			res.Refused = append(res.Refused, Refusal{Row: i, Column: 0, Code: CodeDuplicateKey})
			continue
		}
		w.pending = append(w.pending, id)
		res.Inserted++
	}
	return res, nil
}

func (w *lossyWriter) Commit(_ context.Context, m Mark) error {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.calls++
	before, lost := w.lose[w.calls]
	if before {
		return Lost(errCut)
	}
	for _, id := range w.pending {
		w.rows[id]++
	}
	w.marks[m.Writer] = m
	w.pending = nil
	if lost {
		return Lost(errCut)
	}
	return nil
}

func (w *lossyWriter) Close() error {
	w.pending = nil
	return nil
}

// TestLost loses the connection at each of the calls of a load, once and twice.
func TestLost(t *testing.T) {
	all := make([]string, 400) // long, so that few fill a block
	want := 0
	for i := range all {
		all[i] = fmt.Sprintf("%04096d,1", i+1)
		if i%11 == 3 {
			all[i] = "!spoiled"
		} else if (i+1)%10 != 7 {
			want++
		}
	}
	for _, c := range []struct {
		name    string
		writers int
		shareBy []int
	}{
		{"one writer", 1, nil},
		{"three writers", 3, nil},
		{"three writers by key", 3, []int{0}},
	} {
		for first := 1; first <= 9; first++ {
			for _, then := range []int{0, 3} {
				for every := 1; every <= 3; every++ {
					t.Run(fmt.Sprintf("%s, commits every %d, at call %d and %d later", c.name, every, first, then), func(t *testing.T) {
						before := (first+then)%2 == 0
						lose := map[int]bool{first: before}
						if then > 0 {
							lose[first+then] = !before
						}
						testLost(t, &lossy{writers: c.writers, shareBy: c.shareBy, lose: lose}, every, all, want)
					})
				}
			}
		}
	}
}

// testLost runs a load of some blocks that commits after every nth.
func testLost(t *testing.T, l *lossy, every int, all []string, want int) {
	records := len(all)
	l.rows, l.marks = map[string]int{}, map[int]Mark{}
	src := linesOf("name,n", all...)
	again := *src
	var rejects []int64
	goOn := make(chan struct{})
	close(goOn)
	blocks := 0
	s, err := runWith(t.Context(), src, l, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		Job:    "job",
		Rewind: func() error { *src = again; return nil },
		OnReject: func(all []Reject) error {
			for _, r := range all {
				rejects = append(rejects, r.Record)
			}
			return nil
		},
		Paused: func() <-chan struct{} { // it commits before it waits
			if blocks++; blocks%every == 0 {
				return goOn
			}
			return nil
		},
		firstPause: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, n := range l.rows {
		if n != 1 {
			t.Fatalf("row %s is there %d times", strings.TrimLeft(id, "0"), n)
		}
	}
	if len(l.rows) != want || int(s.Inserted) != want || int(s.Read) != records || !s.Balanced() {
		t.Errorf("%d rows, want %d; the summary tells of %+v", len(l.rows), want, s.Counts)
	}
	if s.Reconnects == 0 {
		t.Error("nothing was lost")
	}
	slices.Sort(rejects)
	if n := len(slices.Compact(slices.Clone(rejects))); n != len(rejects) || n != records-want {
		t.Errorf("%d rejects told, of %d records, want %d", len(rejects), n, records-want)
	}
	for _, m := range l.marks {
		if m.Record != int64(records) {
			t.Errorf("writer %d is at record %d of %d", m.Writer, m.Record, records)
		}
	}
}
