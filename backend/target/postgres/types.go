package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"

	"linefeed/backend/load"
)

// Fractions of a second have so many digits, unless the type says fewer.
const secondDigits = 6

// describe fills in what the type of a column says about it: base is the type that
// a domain is made of, else the type itself, and modifier what stands in its
// parentheses, as the catalogue has it. Any type that is not known is text, which
// the server takes or refuses.
func (c *column) describe(base uint32, modifier int) {
	c.Type, c.binary = load.Text, binaryFormOf(base)
	switch base {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		c.Type = load.Integer
		c.bytewise = true
	case pgtype.NumericOID:
		c.Type = load.Decimal
		if modifier >= 4 {
			precision, scale := (modifier-4)>>16&0xffff, (modifier-4)&0x7ff
			if scale <= precision { // a negative scale, or digits after the point only, is left to the server
				c.Precision, c.Scale = precision, scale
			}
		}
	case pgtype.Float4OID, pgtype.Float8OID:
		c.Type, c.single = load.Float, base == pgtype.Float4OID
	case pgtype.BoolOID:
		c.Type = load.Boolean
		c.bytewise = true
	case pgtype.DateOID:
		c.Type = load.Date
		c.bytewise = true
	case pgtype.TimeOID:
		c.Type, c.digits = load.Time, secondDigits
	case pgtype.TimestampOID:
		c.Type, c.digits = load.Timestamp, secondDigits
	case pgtype.TimestamptzOID:
		c.Type, c.digits = load.TimestampTZ, secondDigits
	case pgtype.UUIDOID:
		c.Type = load.UUID
		c.bytewise = true
	case pgtype.JSONOID, pgtype.JSONBOID:
		c.Type = load.JSON
	case pgtype.ByteaOID:
		c.Type = load.Binary
		c.bytewise = true
	case pgtype.TextOID:
		c.bytewise = c.deterministic
	case pgtype.VarcharOID:
		c.bytewise = c.deterministic
		c.Length = max(modifier-4, 0)
	case pgtype.BPCharOID:
		c.Length = max(modifier-4, 0)
	}
	if c.digits > 0 && modifier >= 0 && modifier < c.digits {
		c.digits = modifier
	}
	c.timed = c.Type == load.Time || c.Type == load.Timestamp || c.Type == load.TimestampTZ
}

// mostDigits is the greatest precision that a numeric column can be declared with.
const mostDigits = 1000

// spell returns the type of a column of a new table.
func spell(c load.Column) string {
	if c.Declared != "" {
		return c.Declared
	}
	switch c.Type {
	case load.Integer:
		return "bigint"
	case load.Decimal:
		if c.Precision == 0 || c.Precision > mostDigits {
			return "numeric"
		}
		return fmt.Sprintf("numeric(%d,%d)", c.Precision, c.Scale)
	case load.Float:
		return "double precision"
	case load.Boolean:
		return "boolean"
	case load.Date:
		return "date"
	case load.Time:
		return "time"
	case load.Timestamp:
		return "timestamp"
	case load.TimestampTZ:
		return "timestamptz"
	case load.UUID:
		return "uuid"
	case load.JSON:
		return "jsonb"
	case load.Binary:
		return "bytea"
	}
	if c.Length > 0 && c.Length <= mostCharacters {
		return fmt.Sprintf("varchar(%d)", c.Length)
	}
	return "text"
}

// mostCharacters is the greatest length that a varchar can be declared with.
const mostCharacters = 10485760
