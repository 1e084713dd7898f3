package load

import (
	"fmt"
	"strings"

	"linefeed/backend/message"
)

// A Type is what a column holds, whatever each database calls it.
type Type uint8

// The types, and the cell that a value of each becomes in a [Batch].
const (
	Text        Type = iota // CellText
	Integer                 // CellInt
	Decimal                 // CellText, canonical: -?digits[.digits], no exponent
	Float                   // CellFloat
	Boolean                 // CellInt, 0 or 1
	Date                    // CellText, 2006-01-02
	Time                    // CellText, 15:04:05[.999999999]
	Timestamp               // CellText, 2006-01-02 15:04:05[.999999999]
	TimestampTZ             // CellText, 2006-01-02 15:04:05[.999999999]Z07:00 ("Z" for UTC)
	UUID                    // CellText, lower case, with hyphens
	JSON                    // CellText, as it stood
	Binary                  // CellBlob
)

var typeNames = [...]string{
	"text", "integer", "decimal", "float", "boolean", "date", "time",
	"timestamp", "timestamptz", "uuid", "json", "binary",
}

// String returns the type's name, as it stands in JSON.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

// MarshalText implements encoding.TextMarshaler.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Type) UnmarshalText(b []byte) error {
	for i, name := range typeNames {
		if strings.EqualFold(name, string(b)) {
			*t = Type(i)
			return nil
		}
	}
	return message.NewError(nil, "unknown_type", "type_is_one_of", "type", string(b), "types", strings.Join(typeNames[:], ", "))
}

// IsNumber reports whether values of the type are numbers.
func (t Type) IsNumber() bool { return t == Integer || t == Decimal || t == Float }

// A Column is a column of the target table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type" ts_type:"string"` // in JSON its name

	// Declared is the type as the database spells it, "" to let the target
	// choose one for Type.
	Declared string `json:"declared,omitempty"`

	Nullable bool `json:"nullable"`

	// Length is the most characters (of text) or bytes (of binary) that
	// it holds; 0 is no limit.
	Length int `json:"length,omitempty"`

	// Precision and Scale are those of a decimal: how many digits in all and
	// after the point; Precision 0 is no limit.
	Precision int `json:"precision,omitempty"`
	Scale     int `json:"scale,omitempty"`

	PrimaryKey bool `json:"primaryKey,omitempty"`
	Unique     bool `json:"unique,omitempty"`

	// HasDefault says that the database fills the column when it is left
	// out, and when it takes no NULL and is given one; Generated that it can't be written at all.
	HasDefault bool `json:"hasDefault,omitempty"`
	Generated  bool `json:"generated,omitempty"`

	// Check is an SQL expression that each row must satisfy, used when the
	// table is made. Only presets have one: a request is refused with any other.
	Check string `json:"check,omitempty"`

	// Format says how values of the column are written in the file, where
	// that is not the usual way: for dates and times a pattern such as
	// "DD.MM.YYYY HH:mm" or "ISO 8601", for numbers the pattern of the
	// separators, such as "1.234,56", for booleans the two words, such as
	// "ja/nein" or "x/", for binary "hex", "base64" or "text".
	Format string `json:"format,omitempty"`

	// Guessed says that nobody has chosen the type: it was inferred, maybe
	// from a part of the file. What inference would have kept as text is
	// refused then, as in a number it would lose what it says: 00420.
	Guessed bool `json:"-"`

	// Of a guessed column: what its decimals have after the point, and which of
	// the usual words are true and false in it, such as "yes/no".
	Scales Scales `json:"-"`
	Words  string `json:"-"`

	// Fraction is how many digits the decimals of a guessed column had after the
	// point, where all that were seen had as many; 0 where they differ.
	Fraction int `json:"-"`

	// NullSigns says that texts by which programs and people say that there is
	// no value, such as N/A, are NULL where they are no value of the type.
	// It is not for texts, nor where the plan names the texts for NULL.
	NullSigns bool `json:"nullSigns,omitempty"`
}

// Scales are how many digits the decimals of a guessed column had after the
// point. The zero value is that of a column where they say nothing.
type Scales struct {
	Known  bool
	Least  int // of those that had any; 0 for none
	Zeroed int // the most of those that ended with a zero
}
