package load

import "linefeed/backend/message"

// An UnfitError says that a value does not fit the type that was guessed for
// its column, and that nothing was loaded (see Options.GiveWay).
type UnfitError struct {
	Column string
	Line   int64
	Value  string
	Reason string
}

func (e *UnfitError) Error() string { return e.Told().String() }

// Told returns the error for people.
func (e *UnfitError) Told() message.Note {
	return message.New("misfit", "", "column", e.Column, "line", e.Line, "value", Shown([]byte(e.Value)), "reason", e.Reason)
}

// held reports whether nothing is committed before the load's end.
func (r *run) held() bool { return r.layout.Plan.Atomic || r.opt.GiveWay }

// refusedGuess returns the first of the refusals that are due to a guess: the
// database does not keep all digits of the value.
func (r *run) refusedGuess(b *Block, refused []Refusal) *UnfitError {
	for _, ref := range refused {
		if ref.Column >= 0 && ref.Code == CodeOutOfRange && r.layout.Columns[ref.Column].Guessed {
			return &UnfitError{
				Column: r.layout.Columns[ref.Column].Name, Line: b.Rows[ref.Row].Line,
				Value: string(b.Text(b.Row(ref.Row)[ref.Column])), Reason: ref.Message,
			}
		}
	}
	return nil
}
