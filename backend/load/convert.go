package load

// A conversion turns the text of one field, arena[f.Start:f.End], into a cell.
// It refers to the text as it stands where it can, and otherwise appends what
// it made of it to arena, which it returns. A value that does not fit is a
// fault, and the arena is then as it was.
type conversion func(arena []byte, f Field) ([]byte, Cell, *fault)

// A fault says why a value does not fit its column.
type fault struct {
	code    Code
	message string
	hint    string
}
