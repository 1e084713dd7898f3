package load

import "linefeed/backend/message"

// A Warning is something that the user of a file or a plan should know: what
// was left out, or guessed and may be wrong. It keeps nothing from being
// loaded. Its JSON is part of the program's contract.
type Warning struct {
	Code   string `json:"code"`             // in one word; codes are never renamed
	Line   int64  `json:"line,omitempty"`   // the physical line it is about, if one
	Field  string `json:"field,omitempty"`  // the field it is about, if one
	Column string `json:"column,omitempty"` // the column it is about, if one
	message.Note
}

// WarnUntold is the code of a warning that a check can't tell something that only
// writing would show.
const WarnUntold = "untold"
