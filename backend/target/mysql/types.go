package mysql

import (
	"fmt"
	"strings"

	"linefeed/backend/load"
)

// What the largest types hold.
const (
	maxDigits  = 65    // of a decimal
	maxScale   = 38    // of a decimal; MySQL's own limit is 30
	maxVarchar = 16000 // characters of a VARCHAR, within the 65,535 bytes of a row
	freeDigits = 38    // of a decimal for which nobody has set a limit; what does not fit is refused
	freeScale  = 10    // of it, those after the point
	keyLength  = 255   // characters of a text in a key, unless it has a length
)

// inUTC is the comment of columns that hold moments in UTC. A TIMESTAMP, which is
// stored in UTC, ends in 2038, and shows in the zone of whoever reads it.
const inUTC = "in UTC"

// spell returns the declared type of a column in a new table. Texts that are part of a
// key need a length.
func (s server) spell(c load.Column, inKey bool) string {
	if c.Declared != "" {
		return c.Declared
	}
	switch c.Type {
	case load.Integer:
		return "BIGINT"
	case load.Decimal:
		scales := 30
		if s.maria {
			scales = maxScale
		}
		switch {
		case c.Precision == 0 && c.Fraction > 0 && c.Fraction <= scales:
			return fmt.Sprintf("DECIMAL(%d,%d)", freeDigits, c.Fraction)
		case c.Precision == 0:
			return fmt.Sprintf("DECIMAL(%d,%d)", freeDigits, freeScale)
		case c.Precision > maxDigits || c.Scale > scales:
			return s.text(load.Column{Length: c.Precision + len("-0.")}, inKey)
		}
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	case load.Float:
		return "DOUBLE"
	case load.Boolean:
		return "TINYINT(1)"
	case load.Date:
		return "DATE"
	case load.Time:
		return "TIME(6)"
	case load.Timestamp:
		return "DATETIME(6)"
	case load.TimestampTZ:
		return "DATETIME(6)" // with a comment
	case load.UUID:
		if s.maria && s.atLeast(10, 7) {
			return "UUID"
		}
		return "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"
	case load.JSON:
		return "JSON"
	case load.Binary:
		switch {
		case inKey && c.Length == 0:
			return fmt.Sprintf("VARBINARY(%d)", keyLength)
		case c.Length > 0 && c.Length <= maxVarchar:
			return fmt.Sprintf("VARBINARY(%d)", c.Length)
		}
		return "LONGBLOB"
	}
	return s.text(c, inKey)
}

// text returns the type of a text. In a key, texts are different when their characters
// are: by the usual collations, a and A would be the same key, and a with a blank
// after it too.
func (s server) text(c load.Column, inKey bool) string {
	name := "LONGTEXT"
	switch {
	case inKey && c.Length == 0:
		name = fmt.Sprintf("VARCHAR(%d)", keyLength)
	case c.Length > 0 && c.Length <= maxVarchar:
		name = fmt.Sprintf("VARCHAR(%d)", c.Length)
	}
	if inKey {
		name += " COLLATE " + s.exactCollation()
	}
	return name
}

// exactCollation returns the collation by which texts are equal only if they are the
// same.
func (s server) exactCollation() string {
	switch {
	case s.tidb:
		return "utf8mb4_bin" // which pads with blanks
	case s.maria:
		return "utf8mb4_nopad_bin"
	case s.atLeast(8, 0):
		return "utf8mb4_0900_bin"
	}
	return "utf8mb4_bin"
}

// describe fills in what information_schema.COLUMNS says of a column's type.
func (c *column) describe(row []*string, json bool) {
	declared := strings.ToLower(c.Declared)
	length := int(num(row[5]))
	if num(row[5]) > 1<<31 {
		length = 0
	}
	switch c.kind {
	case "tinyint":
		c.Type = load.Integer
		if strings.HasPrefix(declared, "tinyint(1)") && c.signed {
			c.Type = load.Boolean
		}
	case "smallint", "mediumint", "int", "year":
		c.Type = load.Integer
	case "bigint":
		c.Type = load.Integer
		if !c.signed {
			c.Type, c.Precision = load.Decimal, 20
		}
	case "bit":
		c.Type = load.Integer
		if declared == "bit(1)" {
			c.Type = load.Boolean
		}
	case "decimal", "numeric":
		c.Type, c.Precision, c.Scale = load.Decimal, int(num(row[6])), int(num(row[7]))
	case "float", "double", "real":
		c.Type = load.Float
		if row[7] != nil {
			c.scale = int(num(row[7]))
		}
	case "date":
		c.Type = load.Date
	case "time":
		c.Type = load.Time
	case "datetime", "timestamp":
		c.Type = load.Timestamp
		if c.kind == "datetime" && str(row[12]) == inUTC {
			c.Type = load.TimestampTZ
		}
	case "uuid":
		c.Type = load.UUID
	case "json":
		c.Type = load.JSON
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		c.Type, c.Length = load.Binary, length
	case "enum", "set":
		c.Type, c.members = load.Text, members(c.Declared)
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
		c.Type, c.Length = load.Text, length
		switch {
		case json:
			c.Type, c.Length = load.JSON, 0
		case c.kind == "char" && length == 36 && strings.HasPrefix(c.collation, "ascii"):
			c.Type, c.Length = load.UUID, 0
		}
	default:
		c.Type = load.Text // geometry, addresses and the like: the server takes them or not
	}
}

// escaped are what letters after a backslash stand for in a declared member; any other
// character stands for itself.
var escaped = map[byte]byte{'0': 0, 'n': '\n', 'r': '\r'}

// members returns the members of a declared enum or set.
func members(declared string) []string {
	_, list, _ := strings.Cut(declared, "(")
	var all []string
	for list != "" {
		start := strings.IndexByte(list, '\'')
		if start < 0 {
			break
		}
		var b strings.Builder
		i := start + 1
		for ; i < len(list); i++ {
			c := list[i]
			if next := i + 1; next < len(list) && c == '\'' && list[next] == c {
				i++
			} else if c == '\'' {
				break
			} else if next < len(list) && c == '\\' {
				i, c = next, list[next]
				if e, ok := escaped[c]; ok {
					c = e
				}
			}
			b.WriteByte(c)
		}
		all = append(all, b.String())
		list = list[min(i+1, len(list)):]
	}
	return all
}
