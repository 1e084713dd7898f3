package load

// A Mark says how far one writer of a load has come. It is stored in the target,
// in the same transaction as the rows. The JSON is that of the table of marks.
type Mark struct {
	Writer  int `json:"writer"`  // its index
	Writers int `json:"writers"` // of the load; with another number records are shared out differently

	// Of the file, all records of the writer's share up to this one were written or
	// refused. Number 0 is before the first.
	Record int64 `json:"record"`
	Line   int64 `json:"line"`   // the last physical line of the record
	Offset int64 `json:"offset"` // one past its last byte

	// What this writer did of it so far.
	Inserted int64 `json:"inserted"`
	Updated  int64 `json:"updated"`
	Skipped  int64 `json:"skipped"`
}

func (m Mark) position() Position { return Position{m.Record, m.Line, m.Offset} }
