package load

import (
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
)

// What comes for a writer while it waits for an answer is written at once, and each
// record meets its own fate.
func TestGather(t *testing.T) {
	for _, by := range [][]int{nil, {0}} {
		synctest.Test(t, func(t *testing.T) {
			const n, width = 60_000, 150
			kinds := []string{"row", "refuse", "update", "skip", "other"}
			src := texts(n, func(i int) string {
				kind := kinds[i%len(kinds)]
				if kind == "row" {
					kind = fmt.Sprintf("%0*d", width, i)
				}
				return fmt.Sprintf("%s,%d", kind, i)
			})
			released := make(chan struct{})
			dst := &server{pace: Pace{Writers: 2, Batch: 2 << 20, ShareBy: by}, onWrite: func(int) { <-released }}
			go func() {
				synctest.Wait() // all that can be on its way is
				close(released)
			}()
			var rejected []int64
			s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{OnReject: numbers(&rejected)})
			if want := (Counts{Read: n, Inserted: n * 2 / 5, Updated: n / 5, Skipped: n / 5, Rejected: n / 5}); err != nil || s.Counts != want {
				t.Fatalf("by %v: %+v, %v; want %+v", by, s, err, want)
			}
			for i, record := range rejected {
				if record != int64(i*5+2) {
					t.Fatalf("by %v: record %d is rejected", by, record)
				}
			}
			for _, r := range dst.rows {
				i := int(r.record - 1)
				kind := kinds[i%len(kinds)]
				if kind == "row" {
					kind = fmt.Sprintf("%0*d", width, i)
				}
				if want := fmt.Sprintf("%s,%d", kind, i); r.text != want {
					t.Fatalf("by %v: record %d is %q", by, r.record, r.text)
				}
			}
			most := 0
			for _, bytes := range dst.writes {
				most = max(most, bytes)
			}
			if most < sharedBytes*5/4 {
				t.Errorf("by %v: at most %d bytes are written at once", by, most)
			}
		})
	}
}

// A packed batch has the rows of its parts.
func TestPack(t *testing.T) {
	part := func(number int64) *flight {
		arena := []byte("before\"a\"\"b\",5,-\na\"b")
		b := Batch{
			Arena: arena, Cols: 5,
			Rows: []Row{{Number: number, Line: number + 1, Offset: 7 * number, RawStart: 6, RawEnd: 17, Breaks: 1}},
			Cells: []Cell{
				TextCell(17, 20),                             // what was escaped
				IntCell(5),                                   //
				{Bits: 15, Len: 1, Kind: CellNull},           // the sign "-"
				{Bits: 13, Len: 1, Kind: CellBlob}, {Len: 0}, // in its place; NULL
			},
		}
		return &flight{shares: []share{{batch: b, size: 11}}}
	}
	n := &lane{flights: []*flight{part(1), part(2), part(3)}}
	for range 2 { // its memory serves again
		b := n.pack()
		if len(b.Rows) != 3 || len(b.Cells) != 15 || b.Cols != 5 {
			t.Fatalf("%d rows, %d cells", len(b.Rows), len(b.Cells))
		}
		for i, f := range n.flights {
			was := &f.shares[0].batch
			row, old := b.Rows[i], was.Rows[0]
			row.RawStart, row.RawEnd, old.RawStart, old.RawEnd = 0, 0, 0, 0
			if row != old || string(b.Raw(i)) != string(was.Raw(0)) {
				t.Errorf("row %d is %+v, %q", i, b.Rows[i], b.Raw(i))
			}
			for k, c := range b.Row(i) {
				w := was.Row(0)[k]
				if c.Kind != w.Kind || c.Len != w.Len || c.Kind == CellInt && c != w || c.Kind != CellInt && string(b.Bytes(c)) != string(was.Bytes(w)) {
					t.Errorf("row %d has %+v, %q", i, c, b.Bytes(c))
				}
			}
		}
	}
}

// The memory of a packed batch is let go where it held a huge record.
func TestPackedMemoryIsLetGo(t *testing.T) {
	const most = 1000
	for _, size := range []int{most, keepBatches * most} {
		n := &lane{writer: discard{}, work: make(chan *flight, 3)}
		var flights []*flight
		for _, raw := range []int{most / 4, size} {
			b := Batch{Arena: make([]byte, raw), Rows: []Row{{RawEnd: uint32(raw)}}}
			f := &flight{shares: []share{{batch: b, size: raw}}}
			f.left.Add(1)
			n.work <- f
			flights = append(flights, f)
		}
		close(n.work)
		n.fly(t.Context(), most, new(panicGuard))
		if kept := cap(n.packed.Arena); (kept > 0) != (size == most) || len(n.packed.Rows) != 2 {
			t.Errorf("after a record of %d bytes, %d are kept", size, kept)
		}
		for _, f := range flights {
			if f.left.Wait(); f.shares[0].res.Inserted != 1 {
				t.Errorf("%+v", f.shares[0].res)
			}
		}
	}
}

// What became of a packed batch adds up over its parts.
func TestHandOut(t *testing.T) {
	var flights []*flight
	for _, rows := range []int{3, 1, 4} {
		f := &flight{shares: []share{{batch: Batch{Rows: make([]Row, rows)}}}}
		f.left.Add(1)
		flights = append(flights, f)
	}
	n := &lane{flights: append([]*flight(nil), flights...)}
	refused := func(rows ...int) (all []Refusal) {
		for _, row := range rows {
			all = append(all, Refusal{Row: row})
		}
		return all
	}
	n.handOut(Result{Inserted: 3, Updated: 1, Skipped: 1, Refused: refused(2, 3, 7)}, nil)
	for i, want := range []Result{
		{Inserted: 2, Refused: refused(2)},
		{Refused: refused(0)},
		{Inserted: 1, Updated: 1, Skipped: 1, Refused: refused(3)},
	} {
		flights[i].left.Wait()
		if got := flights[i].shares[0]; !reflect.DeepEqual(got.res, want) || got.err != nil {
			t.Errorf("part %d: %+v, %v; want %+v", i, got.res, got.err, want)
		}
	}
}
