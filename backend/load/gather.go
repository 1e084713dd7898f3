package load

import (
	"cmp"
	"context"
	"slices"
)

// sharedBytes is how much of a file travels in a block that is shared out among
// writers. A writer gathers what has come for it meanwhile, up to a batch: the longer
// an answer of the server takes, the more it writes at once.
const sharedBytes = 512 << 10

// blockSize returns how many bytes of text a block holds.
func (r *run) blockSize() int {
	size := cmp.Or(r.pace.Batch, blockBytes)
	if len(r.lanes) > 1 {
		size = min(size, sharedBytes)
	}
	return size
}

// fly writes the lane's shares of flights until there come no more, or writing fails:
// then those that follow have failed too.
func (n *lane) fly(ctx context.Context, most int, panics *panicGuard) {
	var failed error
	for f := range n.work {
		n.gather(f, most)
		var res Result
		if failed == nil {
			b := &f.shares[n.index].batch
			if len(n.flights) > 1 {
				b = n.pack()
			}
			panics.guard(func() { res, failed = n.writer.Write(ctx, b) })
			failed = cmp.Or(panics.err(), failed)
		}
		n.handOut(res, failed)
		if cap(n.packed.Arena) > keepBatches*most { // it held a huge record
			n.packed.Arena = nil
		}
	}
}

// keepBatches is how many batches the largest arena has that is kept for the next one.
const keepBatches = keepBytes / blockBytes

// gather takes a flight and those that wait behind it, up to most bytes.
func (n *lane) gather(f *flight, most int) {
	n.flights = append(n.flights[:0], f)
	for size := f.shares[n.index].size; size < most; {
		select {
		case next, ok := <-n.work:
			if !ok {
				return
			}
			n.flights = append(n.flights, next)
			size += next.shares[n.index].size
		default:
			return
		}
	}
}

// pack returns the shares of the flights as one batch.
func (n *lane) pack() *Batch {
	to := &n.packed
	var need room
	for _, f := range n.flights {
		s := &f.shares[n.index]
		need.rows += len(s.batch.Rows)
		need.bytes += s.size
		to.Cols = s.batch.Cols
	}
	to.Rows = slices.Grow(to.Rows[:0], need.rows)
	to.Cells = slices.Grow(to.Cells[:0], need.rows*to.Cols)
	to.Arena = slices.Grow(to.Arena[:0], need.bytes+need.bytes/16) // what was escaped is there twice
	for _, f := range n.flights {
		from := &f.shares[n.index].batch
		for i, row := range from.Rows {
			raw := len(to.Arena)
			to.Arena = append(to.Arena, from.Raw(i)...)
			moved := row
			moved.RawStart, moved.RawEnd = uint32(raw), uint32(len(to.Arena))
			to.Rows = append(to.Rows, moved)
			for _, c := range from.Row(i) {
				if c.Kind == CellText || c.Kind == CellBlob || c.IsSign() {
					start, end := uint64(row.RawStart), uint64(row.RawEnd)
					switch {
					case c.Bits >= start && c.Bits+uint64(c.Len) <= end:
						c.Bits += uint64(raw) - start
					default: // what was escaped stands elsewhere
						text := from.Bytes(c)
						c.Bits = uint64(len(to.Arena))
						to.Arena = append(to.Arena, text...)
					}
				}
				to.Cells = append(to.Cells, c)
			}
		}
	}
	return to
}

// handOut tells the flights what became of their rows. Which of them were inserted, and
// which updated, is not known: what counts is their sum.
func (n *lane) handOut(res Result, err error) {
	refused, first := res.Refused, 0
	for i, f := range n.flights {
		s := &f.shares[n.index]
		rows := len(s.batch.Rows)
		s.err = err
		if len(n.flights) == 1 {
			s.res = res
		} else if err == nil {
			k := 0
			for k < len(refused) && refused[k].Row < first+rows {
				refused[k].Row -= first
				k++
			}
			s.res.Refused, refused = refused[:k:k], refused[k:]
			left := int64(rows - k)
			for _, c := range []struct{ from, to *int64 }{
				{&res.Inserted, &s.res.Inserted}, {&res.Updated, &s.res.Updated}, {&res.Skipped, &s.res.Skipped},
			} {
				*c.to = min(left, *c.from)
				if i == len(n.flights)-1 { // an account that does not balance is told of
					*c.to = *c.from
				}
				left -= *c.to
				*c.from -= *c.to
			}
			first += rows
		}
		f.left.Done()
	}
	clear(n.flights) // they are others' now
}
