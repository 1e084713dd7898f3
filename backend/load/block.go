package load

import (
	"slices"
)

// How much a block holds before it is handed on: enough that handing on costs
// nothing beside the work, little enough that a few of them stay in the
// processor's caches.
const (
	blockBytes  = 256 << 10
	blockRows   = 8192
	blockFields = 32 << 10 // these take more memory than their text where it is short

	// keepBytes is the largest arena that is kept for the next use; one that
	// grew beyond it for a huge record is let go.
	keepBytes = 4 * blockBytes
)

// A Block is what travels through the stages of a load: records as the source
// packs them, then the batch that they become. It is owned by the stage that
// holds it, and used again when it went through all.
//
// A source either hands over whole records, by Add and AddReject, or appends
// to Rows, Arena and Fields itself.
type Block struct {
	Batch // without cells before conversion; then with a row for every good record

	// Fields holds Width fields for each of Rows, as ranges of Arena. What a
	// field has escaped is resolved there.
	Fields []Field
	Width  int

	Rejects  []Reject // of the records that were spoiled so far; Raw refers to an arena
	Consumed int64    // how many bytes on disk had been consumed at its end; 0 with no record
	Aside    any      // what the source has counted beside records, up to the last of them, for Checkpoint.Aside; nil where it does not tell

	// Unfit is the first value that does not fit the type that was guessed for
	// its column, nil for none.
	Unfit *UnfitError

	most  int      // bytes of text that it is to hold; 0 is blockBytes
	read  int64    // records that the source gave, spoiled ones included
	last  Position // of the last of them
	err   error    // why the source ended here; nil at its proper end
	large bool     // it holds a record larger than keepBytes

	signs [][]SignCount // by column, the texts that were taken for NULL
}

// A Position is where a record ends: its number, its last physical line, and one past its
// last byte. The zero value is before the first record.
type Position struct {
	Record int64 `json:"record"`
	Line   int64 `json:"line"`
	Offset int64 `json:"offset"`
}

// size returns how many times the usual size the block has, at least 1.
func (b *Block) size() int { return max(1, b.most/blockBytes) }

// found notes what the source has filled the block with.
func (b *Block) found() {
	b.read = int64(len(b.Rows) + len(b.Rejects))
	b.large = cap(b.Arena) > keepBytes*b.size()
	if n := len(b.Rows); n > 0 {
		row := &b.Rows[n-1]
		b.last = Position{row.Number, row.Line + int64(row.Breaks), row.Offset + int64(row.RawEnd-row.RawStart)}
	}
	if n := len(b.Rejects); n > 0 {
		if last := &b.Rejects[n-1]; last.Record > b.last.Record {
			b.last = Position{last.Record, last.EndLine, last.End}
		}
	}
}

// first returns the number of its first record.
func (b *Block) first() int64 { return b.last.Record - b.read + 1 }

// Reset empties the block for records of width fields, which become rows of
// cols columns.
func (b *Block) Reset(width, cols int) {
	if cap(b.Arena) > keepBytes*b.size() {
		b.Arena = nil
	}
	b.Arena = b.Arena[:0]
	b.Rows = b.Rows[:0]
	b.Cells = b.Cells[:0]
	b.Cols = cols
	b.Fields = b.Fields[:0]
	b.Width = width
	clear(b.Rejects)
	b.Rejects = b.Rejects[:0]
	b.Consumed, b.Aside, b.read, b.last, b.err, b.Unfit = 0, nil, 0, Position{}, nil, nil
	for _, texts := range b.signs {
		for i := range texts {
			texts[i].Count = 0
		}
	}
}

// A room is how much memory a block took.
type room struct{ bytes, rows, fields int }

// or returns the room that is enough for b as well.
func (r room) or(b *Block) room {
	return room{max(r.bytes, len(b.Arena)), max(r.rows, len(b.Rows)), max(r.fields, len(b.Fields))}
}

// reserve gives an empty block the fields of another, and as much room as others
// took, and some more, if it was not used yet: growing leaves as much again behind.
func (b *Block) reserve(r room, fields <-chan []Field) {
	if b.Fields == nil {
		select {
		case b.Fields = <-fields:
		default:
			b.Fields = make([]Field, 0, r.fields+r.fields/16)
		}
	}
	if cap(b.Rows) == 0 {
		b.Arena = make([]byte, 0, r.bytes+r.bytes/16)
		b.Rows = make([]Row, 0, r.rows+r.rows/16)
		b.Cells = make([]Cell, 0, cap(b.Rows)*b.Cols)
	}
}

// Full reports whether the block is to be handed on.
func (b *Block) Full() bool {
	size := b.size()
	return len(b.Rows)+len(b.Rejects) >= size*blockRows || len(b.Arena) >= size*blockBytes || len(b.Fields) >= size*blockFields
}

// Add appends a good record, of which it keeps a copy. Fields beyond Width are
// left out, missing ones are empty.
func (b *Block) Add(r *Record) {
	arena := b.Arena
	start := uint32(len(arena))
	arena = append(arena, r.Raw...)
	b.Rows = append(b.Rows, Row{
		Number: r.Number, Line: r.Line, Offset: r.Offset,
		RawStart: start, RawEnd: uint32(len(arena)), Breaks: uint32(r.EndLine - r.Line),
	})
	text := start
	if !sameMemory(r.Raw, r.Text) {
		text = uint32(len(arena))
		arena = append(arena, r.Text...)
	}
	unescaped := uint32(len(arena))
	b.Arena = append(arena, r.Unescaped...)
	n := len(b.Fields)
	b.Fields = slices.Grow(b.Fields, b.Width)[:n+b.Width]
	fields := b.Fields[n:]
	clear(fields[copy(fields, r.Fields):])
	for i := range fields[:min(len(fields), len(r.Fields))] {
		f := &fields[i]
		base := text
		if f.Escaped {
			base, f.Escaped = unescaped, false
		}
		f.Start, f.End = base+f.Start, base+f.End
	}
	b.Consumed = r.Consumed
}

// AddReject appends a record that the source could not read, of which it keeps
// a copy.
func (b *Block) AddReject(r *Record, why *Reject) {
	start := len(b.Arena)
	b.Arena = append(b.Arena, r.Raw...)
	reject := *why
	reject.Record, reject.Line, reject.EndLine = r.Number, r.Line, r.EndLine
	reject.Offset, reject.End = r.Offset, r.End
	reject.Raw = b.Arena[start:]
	b.Rejects = append(b.Rejects, reject)
	b.Consumed = r.Consumed
}

// Reject adds a reject for a record that was read well: the values of its row
// don't fit their columns, or the database refused them.
func (b *Block) Reject(row Row, column string, value []byte, f Fault) {
	if len(value) > MaxValue {
		value = cutText(value, MaxValue)
	}
	b.Rejects = append(b.Rejects, Reject{
		Record: row.Number, Line: row.Line, EndLine: row.Line + int64(row.Breaks),
		Offset: row.Offset, End: row.Offset + int64(row.RawEnd-row.RawStart),
		Column: column, Value: string(value),
		Code: f.Code, Note: f.Note,
		Raw: b.Arena[row.RawStart:row.RawEnd:row.RawEnd],
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
