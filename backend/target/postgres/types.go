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
			precision, scale := (modifier-4)>>16&0xffff, (modifier-4)&0x7ff^1024-1024 // which has a sign
			if scale >= 0 && scale <= precision {
				c.Precision, c.Scale = precision, scale
			} else {
				c.rounds, c.digits = true, scale
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
		c.Type, c.timed = load.Time, true
	case pgtype.TimetzOID:
		c.timed = true
	case pgtype.TimestampOID:
		c.Type, c.timed = load.Timestamp, true
	case pgtype.TimestamptzOID:
		c.Type, c.timed = load.TimestampTZ, true
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
	if c.timed {
		c.digits = secondDigits
		if modifier >= 0 {
			c.digits = modifier
		}
	}
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
