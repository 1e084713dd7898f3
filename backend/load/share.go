package load

// shareBytes is how many bytes of the file in a row go to the same writer, where
// records are shared out by their places: enough that each writes much at once.
const shareBytes = 1 << 20

// hand sends a block to the writers, each its share.
func (r *run) hand(b *Block) {
	f := r.flight(b)
	if len(r.lanes) == 1 && b.first() > r.through {
		s := &f.shares[0]
		s.batch, s.rows = b.Batch, nil
	} else {
		r.split(f)
	}
	for i, n := range r.lanes {
		if len(f.shares[i].batch.Rows) > 0 {
			f.left.Add(1)
			n.work <- f // has room for all that are on their way
		}
	}
	r.flights = append(r.flights, f)
}

// flight returns a flight for b, with shares that are empty.
func (r *run) flight(b *Block) *flight {
	f := &flight{shares: make([]share, len(r.lanes))}
	if n := len(r.idle); n > 0 {
		f, r.idle = r.idle[n-1], r.idle[:n-1]
	}
	f.block, f.passed = b, 0
	for i := range f.shares {
		f.shares[i].res, f.shares[i].err = Result{}, nil
		f.shares[i].batch = Batch{}
	}
	return f
}

// split shares out the rows of a flight's block, and leaves out what an earlier try
// has dealt with.
func (r *run) split(f *flight) {
	b, from := f.block, r.from
	for i := range f.shares {
		s := &f.shares[i]
		if s.space.Rows == nil {
			rows := len(b.Rows) / len(f.shares) * 9 / 8
			s.space.Rows, s.space.Cells, s.index = make([]Row, 0, rows), make([]Cell, 0, rows*b.Cols), make([]int, 0, rows)
		}
		s.batch = Batch{Rows: s.space.Rows[:0], Cells: s.space.Cells[:0], Cols: b.Cols, Arena: b.Arena}
		s.rows, s.size = s.index[:0], 0
	}
	for i := range b.Rows {
		number := b.Rows[i].Number
		n := r.laneOf(b, i)
		if number <= r.lanes[n].done.Record || r.rejected.has(number) {
			f.passed++
			if number <= from || r.rejected.has(number) {
				b.uncountSigns(i)
			}
			continue
		}
		s := &f.shares[n]
		s.batch.Rows = append(s.batch.Rows, b.Rows[i])
		s.batch.Cells = append(s.batch.Cells, b.Row(i)...)
		s.rows = append(s.rows, i)
		s.size += int(b.Rows[i].RawEnd - b.Rows[i].RawStart)
	}
	for i := range f.shares {
		s := &f.shares[i]
		s.space, s.index = s.batch, s.rows // their memory serves again
		s.space.Arena = nil
	}
	kept := b.Rejects[:0]
	for _, v := range b.Rejects {
		if v.Record <= from || r.rejected.has(v.Record) {
			f.passed++
			continue
		}
		kept = append(kept, v)
	}
	b.Rejects = kept
}

// laneOf returns the lane of row i of a block. It depends on nothing but the record
// and the number of lanes.
func (r *run) laneOf(b *Block, i int) int {
	n := uint64(len(r.lanes))
	if n == 1 {
		return 0
	}
	if len(r.pace.ShareBy) == 0 {
		return int(uint64(b.Rows[i].Offset) / shareBytes % n)
	}
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	hash := uint64(offset)
	cells := b.Row(i)
	for _, k := range r.pace.ShareBy {
		switch c := cells[k]; c.Kind {
		case CellText, CellBlob:
			for _, v := range b.Bytes(c) {
				hash = (hash ^ uint64(v)) * prime
			}
		case CellInt, CellFloat:
			for bits := c.Bits; ; bits >>= 8 {
				hash = (hash ^ bits&0xFF) * prime
				if bits < 1<<8 {
					break
				}
			}
		}
		hash = (hash ^ 0xFF) * prime // ends the value: no UTF-8 has it
	}
	return int((hash ^ hash>>32) % n)
}
