package load

import (
	"math"
	"strconv"
)

// A Batch holds rows that are written together, packed: one arena of bytes,
// one slice of cells in row-major order, no allocation for each value. Every
// database's fast path encodes straight from it.
type Batch struct {
	Rows  []Row
	Cells []Cell // len(Rows) × Cols, row by row
	Cols  int
	Arena []byte // what the text and binary cells and the rows' Raw refer to
}

// A Row says which record a row came from.
type Row struct {
	Number           int64  // of the record
	Line             int64  // its first physical line
	Offset           int64  // of its first byte in the file
	RawStart, RawEnd uint32 // the record's own bytes in Arena
	Breaks           uint32 // how many further physical lines it has
}

// A CellKind is how a cell is stored.
type CellKind uint8

// The kinds of cells.
const (
	CellNull  CellKind = iota // Bits and Len as for CellText, of a text that was taken for NULL
	CellInt                   // Bits is an int64
	CellFloat                 // Bits is the IEEE 754 pattern of a float64
	CellText                  // Bits is where its UTF-8 text starts in Arena, Len its bytes
	CellBlob                  // as CellText, of any bytes
)

// A Cell is one value. It is 16 bytes, and its layout in memory is relied on
// by C code: uint64 bits, uint32 length, uint8 kind.
type Cell struct {
	Bits uint64
	Len  uint32
	Kind CellKind
}

// Int returns the value of a CellInt.
func (c Cell) Int() int64 { return int64(c.Bits) }

// Float returns the value of a CellFloat.
func (c Cell) Float() float64 { return math.Float64frombits(c.Bits) }

// IsSign reports whether the cell is NULL for a text that stands for no value.
func (c Cell) IsSign() bool { return c.Kind == CellNull && c.Len > 0 }

// Row returns the cells of row i.
func (b *Batch) Row(i int) []Cell { return b.Cells[i*b.Cols : (i+1)*b.Cols : (i+1)*b.Cols] }

// Bytes returns the bytes of a text or binary cell, or of a sign. They are part of Arena.
func (b *Batch) Bytes(c Cell) []byte {
	end := c.Bits + uint64(c.Len)
	return b.Arena[c.Bits:end:end]
}

// Raw returns the own bytes of the record of row i. They are part of Arena.
func (b *Batch) Raw(i int) []byte {
	r := &b.Rows[i]
	return b.Arena[r.RawStart:r.RawEnd:r.RawEnd]
}

// IntCell returns a cell of that value.
func IntCell(v int64) Cell { return Cell{Bits: uint64(v), Kind: CellInt} }

// FloatCell returns a cell of that value.
func FloatCell(v float64) Cell { return Cell{Bits: math.Float64bits(v), Kind: CellFloat} }

// TextCell returns a text cell for Arena[start:end].
func TextCell(start, end int) Cell {
	return Cell{Bits: uint64(start), Len: uint32(end - start), Kind: CellText}
}

// Text returns what a cell holds, for people; nothing for NULL.
func (b *Batch) Text(c Cell) []byte {
	switch c.Kind {
	case CellInt:
		return strconv.AppendInt(nil, c.Int(), 10)
	case CellFloat:
		return strconv.AppendFloat(nil, c.Float(), 'g', -1, 64)
	case CellText, CellBlob:
		return b.Bytes(c)
	default:
		return nil
	}
}
