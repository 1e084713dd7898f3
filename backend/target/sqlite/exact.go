package sqlite

import (
	"bytes"
	"iter"
	"strconv"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A column of numeric affinity, which SQLite derives from its declared type
// (https://www.sqlite.org/datatype3.html, 3.1), turns every text that looks like a
// number into one: 00420 becomes 420, and decimals keep 15 digits. Rows with a
// value that would change are refused instead.

// DecimalDigits is the number of digits of a decimal that survive in a column of
// numeric affinity, which stores fractions as float64.
const DecimalDigits = 15

// DecimalDigits returns the constant of that name.
func (d *DB) DecimalDigits() int { return DecimalDigits }

// An exactness is a column of the layout whose values SQLite may change.
type exactness struct {
	column int
	// decimal says that only the number matters, not how it is written.
	decimal  bool
	declared string
}

// exactnessOf returns the columns of a layout whose values SQLite may change.
func exactnessOf(t *table, l load.Layout) []exactness {
	if t.strict {
		return nil // SQLite refuses a value that does not fit
	}
	var columns []exactness
	for i, mapped := range l.Columns {
		c := t.columns[t.index(mapped.Name)]
		switch c.Type {
		case load.Text, load.JSON, load.Decimal: // the texts of other types never look like numbers
			if numericAffinity(c.Declared) {
				columns = append(columns, exactness{i, c.Type == load.Decimal, c.Declared})
			}
		}
	}
	return columns
}

// numericAffinity reports whether a column with that declared type turns texts into
// numbers.
func numericAffinity(declared string) bool {
	name := strings.ToUpper(declared)
	switch {
	case strings.Contains(name, "INT"):
		return true
	case strings.Contains(name, "CHAR"), strings.Contains(name, "CLOB"), strings.Contains(name, "TEXT"):
		return false
	}
	return name != "" && !strings.Contains(name, "BLOB")
}

// inexact yields the rows of a batch with a value that SQLite would change, in
// order, and their refusals.
func inexact(columns []exactness, b *load.Batch) iter.Seq2[int, load.Refusal] {
	return func(yield func(int, load.Refusal) bool) {
		if len(columns) == 0 {
			return
		}
		for row := range b.Rows {
			cells := b.Row(row)
			for _, e := range columns {
				c := cells[e.column]
				if c.Kind != load.CellText || e.keeps(b.Bytes(c)) {
					continue
				}
				if !yield(row, e.refusal(row)) {
					return
				}
				break
			}
		}
	}
}

// keeps reports whether the column stores a text without changing it.
func (e exactness) keeps(text []byte) bool {
	if e.decimal {
		return len(text) <= DecimalDigits || keepsDecimal(string(text))
	}
	if !looksNumeric(text) {
		return true
	}
	s := string(text)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(n, 10) == s
	}
	f, err := strconv.ParseFloat(s, 64)
	size := max(f, -f)
	return err == nil && size >= 1e-4 && size < 1e15 && // written without an exponent
		strconv.FormatFloat(f, 'f', -1, 64) == s && keepsDecimal(s)
}

// looksNumeric reports whether a text is a number to SQLite: digits with an optional
// point anywhere, an optional sign and exponent, and white space around it.
func looksNumeric(text []byte) bool {
	const space = " \t\n\v\f\r"
	s := bytes.TrimLeft(text, space)
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	whole := leadingDigits(s)
	s = s[whole:]
	fraction := 0
	if len(s) > 0 && s[0] == '.' {
		fraction = leadingDigits(s[1:])
		s = s[1+fraction:]
	}
	if whole+fraction == 0 {
		return false
	}
	if len(s) > 0 && s[0]|0x20 == 'e' {
		if s = s[1:]; len(s) > 0 && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := leadingDigits(s)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return len(bytes.TrimLeft(s, space)) == 0
}

// leadingDigits returns the number of digits at the start of s.
func leadingDigits(s []byte) int {
	for i, c := range s {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(s)
}

// keepsDecimal reports whether a decimal, -?digits[.digits], survives as an integer
// or within the 15 digits of a float64. One with a point becomes a float64 before
// it becomes an integer, even if only zeros follow the point.
func keepsDecimal(s string) bool {
	digits, fraction, point := strings.Cut(s, ".")
	whole := strings.TrimLeft(strings.TrimPrefix(digits, "-"), "0")
	fraction = strings.TrimRight(fraction, "0")
	switch {
	case fraction == "":
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			f := float64(n)
			return !point || f < 1<<63 && int64(f) == n
		}
		whole = strings.TrimRight(whole, "0")
	case whole == "":
		fraction = strings.TrimLeft(fraction, "0")
	}
	return len(whole)+len(fraction) <= DecimalDigits
}

func (e exactness) refusal(row int) load.Refusal {
	if e.decimal {
		return load.Refusal{
			Row: row, Column: e.column, Code: load.CodeOutOfRange,
			Note: message.New("digits_lost", "text_keeps_digits", "digits", DecimalDigits),
		}
	}
	return load.Refusal{
		Row: row, Column: e.column, Code: load.CodeRefused,
		Note: message.New("would_be_changed", "text_keeps_it", "declared", e.declared),
	}
}
