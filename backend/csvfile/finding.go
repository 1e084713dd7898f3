package csvfile

import "linefeed/backend/load"

// A Finding is one decision about a file's dialect, and why it was made. Its
// JSON is part of the program's contract.
type Finding struct {
	// What was decided: a name in the JSON of a Dialect, or "lineEnd", which is
	// found but needs no decision.
	What string `json:"what"`
	// Value is the decision as in the Dialect; a number in digits.
	Value string `json:"value"`
	// Confidence goes from 0 to 1. It is 1 for what was given.
	Confidence float64 `json:"confidence"`
	// Reason is the evidence in words.
	Reason string `json:"reason"`
	// Given is set if the caller decided.
	Given bool `json:"given,omitempty"`
	// Alternatives are the other values that were likely, best first.
	Alternatives []Alternative `json:"alternatives,omitempty"`
}

// An Alternative is a value that was considered and not chosen.
type Alternative struct {
	Value      string  `json:"value"`
	Confidence float64 `json:"confidence"`
}

// A Warning is something to know about the file before loading it. The file can
// be read all the same.
type Warning = load.Warning

// The codes of warnings.
const (
	WarnNoRecords      = "no_records"      // a header, and nothing after it
	WarnMixedEncodings = "mixed_encodings" // parts of it are in another encoding
	WarnTables         = "several_tables"  // there is more than one table in it
	WarnFooter         = "footer"          // lines at the end are not loaded
	WarnPreamble       = "preamble"        // lines above the header are not loaded
	WarnHeader         = "header"          // names of fields were missing or doubled
	WarnQuotes         = "quotes"          // something next to quotes was removed
	WarnRepeated       = "repeated_header" // the header comes again and is skipped
	WarnLineEnds       = "line_ends"       // records end in different ways
	WarnGrew           = "grew"            // it was added to while it was read
	WarnReplaced       = "replaced"        // another file took its place while it was read
	WarnUnsure         = "unsure"          // a decision that should be checked
)
