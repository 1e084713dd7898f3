package load

// A Plan says what to load where, and by which rules, as a person gives it: what
// is left empty follows from the file and the table. Its JSON is part of the program's contract.
type Plan struct {
	Table string `json:"table"`
	// Schema is the schema that has the table, in MySQL the database; if empty, that
	// of the connection.
	Schema string `json:"schema,omitempty"`

	// Create makes the table. Columns are then its columns; if there are none, they
	// are inferred from the file. Without Create, Columns is ignored.
	Create  bool     `json:"create,omitempty"`
	Columns []Column `json:"columns,omitempty"`

	// Types says how the types of a new table are found: "infer" (the default) infers
	// them from the values, "text" makes all columns text.
	Types string `json:"types,omitempty"`

	// ColumnTypes gives the types of columns of a new table, by name. It takes
	// precedence over Types and Columns.
	ColumnTypes map[string]Type `json:"columnTypes,omitempty" ts_type:"{[key: string]: string}"`

	// Map maps fields to columns, by name; a field mapped to "" is left out. Other
	// fields go to the column of the same name; if there is none, to the one whose
	// name differs only in case, then in blanks, hyphens, dots and underscores.
	Map map[string]string `json:"map,omitempty"`

	// Strict makes a field that goes to no column a problem, unless Map leaves it
	// out.
	Strict bool `json:"strict,omitempty"`

	OnConflict Conflict `json:"onConflict,omitempty"`
	// Key names the columns by which OnConflict finds the existing row; if empty,
	// the primary key.
	Key []string `json:"key,omitempty"`

	// Null lists the texts that mean NULL besides the empty unquoted field. If it
	// lists any, even only the empty text, no others are recognized (see
	// Column.NullSigns).
	Null []string `json:"null,omitempty"`
	// QuotedNull applies the same rules to quoted fields; otherwise "" in quotes is
	// an empty text.
	QuotedNull bool `json:"quotedNull,omitempty"`

	// Formats says how the values of columns are written in the file, by name. It
	// takes precedence over Column.Format, where formats are described.
	Formats map[string]string `json:"formats,omitempty"`

	// Decimal is the decimal sign of numbers, "." (the default) or ",", in columns
	// without a Format.
	Decimal string `json:"decimal,omitempty"`
	// DateFormat is the pattern of dates and timestamps, such as "DD.MM.YYYY", in
	// columns without a Format; empty is ISO 8601.
	DateFormat string `json:"dateFormat,omitempty"`

	// Ragged says what to do with records with too few or too many fields.
	Ragged Ragged `json:"ragged,omitempty"`

	// MaxRejects makes the load fail when more records are rejected: a number, or a
	// percentage of the records read ("5%").
	MaxRejects string `json:"maxRejects,omitempty"`

	// Atomic loads in one transaction, rolled back when the load does not reach its
	// end. Rejected records don't roll it back, unless MaxRejects is "0".
	Atomic bool `json:"atomic,omitempty"`

	// Undo keeps what is needed to undo the load (see [Undoing]), where the target can.
	Undo bool `json:"undo,omitempty"`

	// Writers is the number of connections that write at the same time; 0 leaves it
	// to the database. There is one where the order of all records counts, and where
	// Marks is MarksInStore.
	Writers int `json:"writers,omitempty"`

	// Marks says where it is kept how far the load has come.
	Marks MarksPlace `json:"marks,omitempty"`
}

// A MarksPlace is where the marks of a load are kept.
type MarksPlace string

// The places of marks.
const (
	// MarksInTarget keeps them in the target, in the transactions of the rows: each record
	// is loaded exactly once. It is the default.
	MarksInTarget MarksPlace = "target"

	// MarksInStore keeps them in the program's own store, and nothing in the target: one is
	// written after each commit. After a crash at a commit it is not known whether the rows
	// of that one are in the table. Whoever runs the load keeps them.
	MarksInStore MarksPlace = "store"
)

// TableName returns the name of the plan's table.
func (p Plan) TableName() TableName { return TableName{Schema: p.Schema, Name: p.Table} }

// A Conflict says what to do with a record whose key is already in the table.
type Conflict string

// The conflict rules.
const (
	ConflictReject  Conflict = "reject"  // log it and go on; the default
	ConflictSkip    Conflict = "skip"    // leave the existing row
	ConflictUpdate  Conflict = "update"  // change the mapped columns of the existing row
	ConflictReplace Conflict = "replace" // delete the existing row, insert this one
)

// Ragged says what to do with records whose number of fields differs from the
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

	// Columns are the columns that are written, and those of a batch. Index holds,
	// for each of them, the index of the field that feeds it.
	Columns []Column
	Index   []int

	// Unmapped holds the indexes of the fields that feed no column but are not left
	// out by the plan.
	Unmapped []int

	// Make holds all columns of the table if the plan says Create, including those
	// that no field feeds.
	Make []Column
}
