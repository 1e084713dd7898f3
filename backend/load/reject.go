package load

import (
	"time"

	"linefeed/backend/message"
)

// A Reject is a record that was not loaded, and why. A source that yields one
// record at a time returns it as the error of that record alone.
type Reject struct {
	Time         time.Time // when it was reported
	Record       int64     // number of the record
	Line         int64     // first physical line of the record
	EndLine      int64     // last physical line
	Offset       int64     // byte range of the record in the file
	End          int64
	Column       string // the column, or of a record that could not be read the field; "" for the record as a whole
	Value        string // the value that was refused, cut to MaxValue bytes
	Code         Code
	message.Note        // what is wrong, without position and value, and what may mend it
	Raw          []byte // the record's own bytes, its line end included
}

// MaxValue is how many bytes of a value a reject shows. The whole of it is in Raw.
const MaxValue = 256

func (r *Reject) Error() string { return r.Message }

// A Code says in one word why a record was rejected. Codes are part of the
// program's contract: they are never renamed.
type Code string

// Codes of records that could not be read.
const (
	CodeMissingField    Code = "missing_field"    // fewer fields than are wanted
	CodeExtraField      Code = "extra_field"      // more fields than are wanted
	CodeStrayQuote      Code = "stray_quote"      // a quote where none may be, or text after a closing one
	CodeUnclosedQuote   Code = "unclosed_quote"   // a quoted field that does not end
	CodeInvalidEncoding Code = "invalid_encoding" // bytes that are not text in the file's encoding
	CodeRecordTooLarge  Code = "record_too_large" // longer than the reader's limit
	CodeSeveralRecords  Code = "several_records"  // a mended record that has become several, or none
)

// Codes of values that don't fit their column.
const (
	CodeNotANumber    Code = "not_a_number"
	CodeNotAnInteger  Code = "not_an_integer" // a number, but not a whole one
	CodeNotABoolean   Code = "not_a_boolean"
	CodeNotADate      Code = "not_a_date"
	CodeNotATime      Code = "not_a_time"
	CodeNotATimestamp Code = "not_a_timestamp"
	CodeNotAUUID      Code = "not_a_uuid"
	CodeNotJSON       Code = "not_json"
	CodeNotBinary     Code = "not_binary"
	CodeOutOfRange    Code = "out_of_range" // too big or too small for the column
	CodeTooLong       Code = "too_long"
	CodeRequired      Code = "required" // empty, and the column does not take NULL
)

// Codes of rows that the database refused.
const (
	CodeDuplicateKey Code = "duplicate_key"
	CodeCheckFailed  Code = "check_failed"
	CodeForeignKey   Code = "foreign_key"
	CodeRefused      Code = "refused" // for any other reason, which is in the message
)

// A Fault says why a value does not fit its column.
type Fault struct {
	Code Code
	message.Note
}
