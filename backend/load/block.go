package load

import "slices"

// How much a block holds before it is handed on: enough that handing on costs
// nothing beside the work, little enough that a few of them stay in the
// processor's caches.
const (
	blockBytes = 256 << 10
	blockRows  = 4096

	// keepBytes is the largest arena that is kept for the next use; one that
	// grew beyond it for a huge record is let go.
	keepBytes = 4 * blockBytes
)

// A block is what travels through the stages: records as the source gave them,
// then the batch that they became. It is owned by the stage that holds it.
type block struct {
	batch Batch // without cells before conversion, and with a row for every good record

	fields []Field  // the records' fields one after the other, as ranges of batch.Arena
	ends   []uint32 // where in fields each record's fields end

	rejects  []Reject // records that were spoiled so far; Raw refers to an arena
	read     int64    // records in the block, spoiled ones included
	consumed int64    // bytes on disk consumed at its end
	err      error    // why the source ended here; nil at its proper end
}

func (b *block) reset(cols int) {
	if cap(b.batch.Arena) > keepBytes {
		b.batch.Arena = nil
	}
	b.batch.Arena = b.batch.Arena[:0]
	b.batch.Rows = b.batch.Rows[:0]
	b.batch.Cells = b.batch.Cells[:0]
	b.batch.Cols = cols
	b.fields = b.fields[:0]
	b.ends = b.ends[:0]
	clear(b.rejects)
	b.rejects = b.rejects[:0]
	b.read, b.err = 0, nil
}

func (b *block) full() bool {
	return len(b.batch.Rows)+len(b.rejects) >= blockRows || len(b.batch.Arena) >= blockBytes
}

// add copies a good record into the block.
func (b *block) add(r *Record) {
	arena := b.batch.Arena
	start := uint32(len(arena))
	arena = append(arena, r.Raw...)
	b.batch.Rows = append(b.batch.Rows, Row{
		Number: r.Number, Line: r.Line, EndLine: r.EndLine,
		Offset: r.Offset, End: r.End, Consumed: r.Consumed,
		RawStart: start, RawEnd: uint32(len(arena)),
	})
	text := start
	if !sameMemory(r.Raw, r.Text) {
		text = uint32(len(arena))
		arena = append(arena, r.Text...)
	}
	unescaped := uint32(len(arena))
	arena = append(arena, r.Unescaped...)
	n := len(b.fields)
	b.fields = slices.Grow(b.fields, len(r.Fields))[:n+len(r.Fields)]
	for i, f := range r.Fields {
		base := text
		if f.Escaped {
			base = unescaped
		}
		b.fields[n+i] = Field{Start: base + f.Start, End: base + f.End, Quoted: f.Quoted}
	}
	b.ends = append(b.ends, uint32(len(b.fields)))
	b.batch.Arena = arena
	b.read++
	b.consumed = r.Consumed
}

// addReject copies a record that the source could not read.
func (b *block) addReject(r *Record, why *Reject) {
	start := len(b.batch.Arena)
	b.batch.Arena = append(b.batch.Arena, r.Raw...)
	reject := *why
	reject.Record, reject.Line, reject.EndLine = r.Number, r.Line, r.EndLine
	reject.Offset, reject.End = r.Offset, r.End
	reject.Raw = b.batch.Arena[start:]
	b.rejects = append(b.rejects, reject)
	b.read++
	b.consumed = r.Consumed
}

// reject spoils a record that was read well: row's values did not fit or the
// database refused them.
func (b *block) reject(row Row, column string, value []byte, f fault) {
	if len(value) > MaxValue {
		value = cutText(value, MaxValue)
	}
	b.rejects = append(b.rejects, Reject{
		Record: row.Number, Line: row.Line, EndLine: row.EndLine,
		Offset: row.Offset, End: row.End,
		Column: column, Value: string(value),
		Code: f.code, Message: f.message, Hint: f.hint,
		Raw: b.batch.Arena[row.RawStart:row.RawEnd:row.RawEnd],
	})
}

// sameMemory reports whether a and b are the same slice of memory.
func sameMemory(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// cutText cuts s to at most n bytes at the end of a character.
func cutText(s []byte, n int) []byte {
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
