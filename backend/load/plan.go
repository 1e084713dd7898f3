package load

// A Plan says what is to be loaded where, and by which rules, as a person
// gives it: what is left empty follows from the file and the table. Its JSON is part of the program's contract.
type Plan struct {
	Table string `json:"table"`

	// Create makes the table. Columns are then its columns; with none, they
	// are inferred from the file. Otherwise Columns is ignored.
	Create  bool     `json:"create,omitempty"`
	Columns []Column `json:"columns,omitempty"`

	// Types says how the columns of a table to be made are found: "infer"
	// (the default) from the values, "text" makes all of them text.
	Types string `json:"types,omitempty"`

	// ColumnTypes says of which type columns of a table to be made are, by name:
	// it takes precedence over what Types finds and over Columns.
	ColumnTypes map[string]Type `json:"columnTypes,omitempty" ts_type:"{[key: string]: string}"`

	// Map sends fields to columns, by name; a field sent to "" is left out.
	// Fields that are not named go to the column of the same name; where there
	// is none, to the one whose name differs only in case, then in blanks,
	// hyphens, dots and underscores.
	Map map[string]string `json:"map,omitempty"`

	// Strict makes it a problem when a field goes to no column, unless Map
	// leaves it out.
	Strict bool `json:"strict,omitempty"`

	OnConflict Conflict `json:"onConflict,omitempty"`
	// Key names the columns by which OnConflict finds the row that is there
	// already; the primary key when it is empty.
	Key []string `json:"key,omitempty"`

	// Null lists the texts that mean NULL beside the empty unquoted field. With
	// one or more, even if it is only the empty text, no others are found out (see
	// Column.NullSigns).
	Null []string `json:"null,omitempty"`
	// QuotedNull makes quoted fields NULL by the same rules; otherwise ""
	// in quotes is an empty text.
	QuotedNull bool `json:"quotedNull,omitempty"`

	// Formats says for columns, by name, how their values are written in the
	// file: see Column.Format, before which it goes.
	Formats map[string]string `json:"formats,omitempty"`

	// Decimal is the decimal sign of numbers, "." (the default) or ",", for
	// columns with no Format of their own.
	Decimal string `json:"decimal,omitempty"`
	// DateFormat is the pattern of dates and timestamps, such as
	// "DD.MM.YYYY", for columns with no Format of their own; empty is ISO 8601.
	DateFormat string `json:"dateFormat,omitempty"`

	// Ragged says what becomes of records with too few or too many fields.
	Ragged Ragged `json:"ragged,omitempty"`

	// MaxRejects ends the load as failed when more records than that were
	// rejected: a number, or a percentage of the records read ("5%").
	MaxRejects string `json:"maxRejects,omitempty"`

	// Atomic loads every record or none: one transaction, rolled back when
	// the load does not reach its end. Rejected records don't count against
	// it; MaxRejects "0" makes them.
	Atomic bool `json:"atomic,omitempty"`
}

// A Conflict says what to do with a record whose key is in the table already.
type Conflict string

// The conflict rules.
const (
	ConflictReject  Conflict = "reject"  // log it and go on; the default
	ConflictSkip    Conflict = "skip"    // leave the row that is there
	ConflictUpdate  Conflict = "update"  // change the mapped columns of the row that is there
	ConflictReplace Conflict = "replace" // delete the row that is there, insert this one
)

// Ragged says what to do with records of another number of fields than the
// header's.
type Ragged string

// The rules for ragged records.
const (
	RaggedReject Ragged = "reject" // the default
	RaggedPad    Ragged = "pad"    // missing fields are NULL; extra empty ones are dropped
)

// A Layout is a plan fitted to one file and one table (see [Map]): which columns
// are written, in which order, and from which fields.
type Layout struct {
	Plan   Plan
	Fields []string // the names of the file's fields

	// Columns are the columns that are written, which are the columns of a
	// batch; Index holds for each of them the index of the field that feeds it.
	Columns []Column
	Index   []int

	// Unmapped holds the indexes of the fields that feed no column and that the
	// plan does not leave out.
	Unmapped []int

	// Make holds all columns of the table when the plan says Create, with
	// those that no field feeds.
	Make []Column
}
