package sqlite

import (
	"fmt"
	"strconv"
	"strings"

	"linefeed/backend/load"
)

// SQLite accepts any name as a column's type and derives the column's affinity
// from it (see exact.go). The names here are common ones, chosen so that storing
// a value does not change it.

// spell returns the declared type of a column in a new table.
func spell(c load.Column) string {
	if c.Declared != "" {
		return c.Declared
	}
	switch c.Type {
	case load.Integer:
		return "INTEGER"
	case load.Decimal:
		switch {
		case c.Precision == 0:
			return "DECIMAL"
		case c.Precision > DecimalDigits:
			return fmt.Sprintf("DECIMAL TEXT(%d,%d)", c.Precision, c.Scale) // affinity text
		}
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case load.Float:
		return "REAL"
	case load.Boolean:
		return "BOOLEAN"
	case load.Date:
		return "DATE"
	case load.Time:
		return "TIME"
	case load.Timestamp:
		return "TIMESTAMP"
	case load.TimestampTZ:
		return "TIMESTAMP WITH TIME ZONE"
	case load.UUID:
		return "UUID"
	case load.JSON:
		return "JSON TEXT" // numeric affinity would make 1 of the document 1.0
	case load.Binary:
		if c.Length > 0 {
			return fmt.Sprintf("BLOB(%d)", c.Length)
		}
		return "BLOB"
	}
	if c.Length > 0 {
		return fmt.Sprintf("VARCHAR(%d)", c.Length)
	}
	return "TEXT"
}

// kinds maps words in declared types to types. The first word found decides. A
// declared type without any of them is text.
var kinds = []struct {
	word string
	kind load.Type
}{
	{"JSON", load.JSON},
	{"UUID", load.UUID},
	{"GUID", load.UUID},
	{"UNIQUEIDENTIFIER", load.UUID},
	{"BOOL", load.Boolean},
	{"TIMESTAMPTZ", load.TimestampTZ},
	{"DATETIMEOFFSET", load.TimestampTZ},
	{"WITH TIME ZONE", load.TimestampTZ},
	{"TIMESTAMP", load.Timestamp},
	{"DATETIME", load.Timestamp},
	{"DATE", load.Date},
	{"TIME", load.Time},
	{"DECIMAL", load.Decimal},
	{"NUMERIC", load.Decimal},
	{"NUMBER", load.Decimal},
	{"MONEY", load.Decimal},
	{"INT", load.Integer},
	{"SERIAL", load.Integer},
	{"CHAR", load.Text},
	{"CLOB", load.Text},
	{"TEXT", load.Text},
	{"STRING", load.Text},
	{"BLOB", load.Binary},
	{"BINARY", load.Binary},
	{"BYTEA", load.Binary},
	{"REAL", load.Float},
	{"FLOA", load.Float},
	{"DOUB", load.Float},
}

// describe fills in what the declared type says about a column.
func describe(c *load.Column, declared string) {
	c.Declared = declared
	name, arguments, _ := strings.Cut(strings.ToUpper(declared), "(")
	c.Type = load.Text // a column with no type takes any value as it is
	if name != "" {
		c.Type = kindOf(name)
	}
	arguments, _, _ = strings.Cut(arguments, ")")
	first, second, _ := strings.Cut(arguments, ",")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || n <= 0 {
		return
	}
	switch c.Type {
	case load.Text, load.Binary:
		c.Length = n
	case load.Decimal:
		c.Precision = n
		if m, err := strconv.Atoi(strings.TrimSpace(second)); err == nil && m >= 0 && m <= n {
			c.Scale = m
		}
	}
}

func kindOf(name string) load.Type {
	// "POINT" contains "INT", as it does for SQLite.
	for _, k := range kinds {
		if strings.Contains(name, k.word) {
			return k.kind
		}
	}
	return load.Text
}
