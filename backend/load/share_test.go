package load

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// texts is a source of lines of two fields, at the places where they stand.
func texts(n int, line func(i int) string) *lines {
	return &lines{fields: []string{"name", "n"}, size: -1, all: iter.Seq[string](func(yield func(string) bool) {
		for i := range n {
			if !yield(line(i)) {
				return
			}
		}
	})}
}

// Records with equal keys go to the same writer, in their order, and all writers
// get some.
func TestShareByKey(t *testing.T) {
	const n, keys = 30_000, 101
	for _, by := range [][]int{{0}, {1}, {0, 1}} {
		src := texts(n, func(i int) string { return fmt.Sprintf("key %d,%d", i%keys, i*31%keys) })
		dst := &server{pace: Pace{Writers: 3, ShareBy: by}}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
		if err != nil || s.Inserted != n {
			t.Fatalf("%+v, %v", s, err)
		}
		last, writers := map[string]stored{}, map[int]int{}
		for _, r := range dst.rows {
			fields := strings.Split(r.text, ",")
			var key string
			for _, i := range by {
				key += fields[i] + ","
			}
			if was, ok := last[key]; ok && (was.writer != r.writer || was.record >= r.record) {
				t.Fatalf("by %v: %+v comes after %+v", by, r, was)
			}
			last[key] = r
			writers[r.writer]++
		}
		for w := range 3 {
			if writers[w] < n/10 {
				t.Errorf("by %v: writer %d got %d of %d rows", by, w, writers[w], n)
			}
		}
	}
}

// What two columns hold together is not what they hold in each other's place.
func TestSharesKeepValuesApart(t *testing.T) {
	r := &run{lanes: make([]*lane, 1<<20), pace: Pace{ShareBy: []int{0, 1}}}
	b := &Block{Batch: Batch{Arena: []byte("aab"), Cols: 2, Rows: make([]Row, 5), Cells: []Cell{
		TextCell(0, 2), TextCell(2, 3), // aa b
		TextCell(0, 1), TextCell(1, 3), // a ab
		TextCell(0, 0), TextCell(0, 3), // "" aab
		{}, TextCell(0, 3), // NULL aab: may go to the same as ""
		IntCell(-1), IntCell(1 << 40),
	}}}
	var lanes []int
	for i := range b.Rows {
		lanes = append(lanes, r.laneOf(b, i))
	}
	if slices.Sort(lanes); len(slices.Compact(lanes)) < 4 {
		t.Errorf("the lanes are %v", lanes)
	}
}

// All writers work at the same time, whatever the records are like.
func TestAllWritersHaveWork(t *testing.T) {
	for _, batch := range []int{0, 1 << 20, 4 << 20} {
		for _, width := range []int{150, 100_000} {
			synctest.Test(t, func(t *testing.T) {
				const writers = 4
				wide := strings.Repeat("x", width)
				src := texts(10<<20/(width+8), func(i int) string { return fmt.Sprintf("%s,%d", wide, i) })
				var all sync.WaitGroup // a wait that nobody ends is a deadlock, and fails the test
				all.Add(writers)
				var first [writers]sync.Once
				dst := &server{pace: Pace{Writers: writers, Batch: batch}, onWrite: func(w int) {
					first[w].Do(func() { all.Done(); all.Wait() })
				}}
				s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
				if err != nil || !s.Balanced() {
					t.Errorf("batches of %d, records of %d bytes: %+v, %v", batch, width, s, err)
				}
			})
		}
	}
}

// Records that are larger than a block pass several writers one at a time.
func TestHugeRecordsOfSeveralWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		huge := strings.Repeat("x", 2*keepBytes)
		src := texts(40, func(i int) string {
			switch i % 5 {
			case 2, 3:
				return fmt.Sprintf("%s,%d", huge, i)
			case 4:
				return huge + ",x"
			}
			return fmt.Sprintf("row,%d", i)
		})
		dst := &server{pace: Pace{Writers: 3}}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
		if want := (Counts{Read: 40, Inserted: 32, Rejected: 8}); err != nil || s.Counts != want || len(dst.rows) != 32 {
			t.Errorf("%+v, %d rows, %v", s, len(dst.rows), err)
		}
	})
}

// A target says how much it wants in a batch, and at most between two commits.
func TestPaceOfTarget(t *testing.T) {
	const width = 150
	for _, batch := range []int{0, 1 << 20} {
		for _, commit := range []int64{0, 3 << 20} {
			src := texts(40_000, func(i int) string { return fmt.Sprintf("%0*d,%d", width, i, i) })
			dst := &server{pace: Pace{Batch: batch, Commit: commit}}
			if s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{}); err != nil {
				t.Fatalf("%+v, %v", s, err)
			}
			want := max(batch, blockBytes)
			for i, n := range dst.writes {
				if n > want+2*width || n < want-2*width && i < len(dst.writes)-1 {
					t.Errorf("a batch of %d bytes, want %d", n, want)
				}
			}
			last := 0
			for i, at := range dst.atCommit {
				bytes := int64(0)
				for _, n := range dst.writes[last:at] {
					bytes += int64(n)
				}
				if last = at; commit > 0 && (bytes > commit+int64(want)+2*width || bytes < commit && i < len(dst.atCommit)-1) {
					t.Errorf("batches of %d: %d bytes are committed together, want %d", want, bytes, commit)
				}
			}
			if (len(dst.atCommit) > 1) != (commit > 0) {
				t.Errorf("%d commits of at most %d bytes", len(dst.atCommit), commit)
			}
		}
	}
}

// What a batch refers to is let go when it is written.
func TestWrittenBlocksAreLetGo(t *testing.T) {
	r := &run{lanes: []*lane{{work: make(chan *flight, 1)}}, free: make(chan *Block, 1), log: newRejectLog(nil), progress: newProgress(-1, 0, nil), large: make(chan struct{}, 1)}
	b := &Block{Batch: Batch{Arena: make([]byte, 1), Rows: []Row{{Number: 1}}}, large: true}
	b.found()
	b.large = true
	r.hand(b)
	f := <-r.lanes[0].work
	f.shares[0].res.Inserted = 1
	f.left.Done()
	if err := r.settle(0); err != nil || f.block != nil || f.shares[0].batch.Arena != nil || b.Arena != nil {
		t.Errorf("%+v, %v", f, err)
	}
}

// A load of which a pause is asked at once commits before it reads.
func TestPauseBeforeTheFirstBlock(t *testing.T) {
	src := mixed(120)
	dst := &server{pace: Pace{Writers: 3}}
	resumed := make(chan struct{})
	close(resumed)
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		Paused: func() <-chan struct{} { return resumed }, Rewind: src.rewind,
	})
	if err != nil || s.Counts != src.outcome().counts {
		t.Errorf("%+v, %v", s, err)
	}
}
