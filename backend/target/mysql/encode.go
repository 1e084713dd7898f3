package mysql

import (
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/load"
)

// A cell's way into a statement or a file depends on its column.

// loadStatement returns the statement that loads the rows of a reader.
func (f *fit) loadStatement(reader string) string {
	var names, set []string
	for i, c := range f.columns {
		name := quote(c.Name)
		variable := "@linefeed_" + strconv.Itoa(i)
		switch {
		case c.Type == load.Binary: // as hexadecimal, whatever the character set
			names = append(names, variable)
			set = append(set, name+" = UNHEX("+variable+")")
		case c.kind == "bit":
			names = append(names, variable)
			set = append(set, name+" = CAST("+variable+" AS SIGNED)")
		default:
			names = append(names, name)
		}
	}
	statement := "LOAD DATA LOCAL INFILE 'Reader::" + reader + "' INTO TABLE " + f.t.full() +
		` CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' (` + strings.Join(names, ", ") + ")"
	if set != nil {
		statement += " SET " + strings.Join(set, ", ")
	}
	return statement
}

// A file is rows of a batch as LOAD DATA reads them, made as they are read.
type file struct {
	fit  *fit
	b    *load.Batch
	rows []int
	buf  []byte
	sent int
	tick func() // told of every piece
}

// fileBuffer is how much of a file is made at a time.
const fileBuffer = 64 << 10

func (f *file) Read(p []byte) (int, error) {
	if f.sent == len(f.buf) {
		if len(f.rows) == 0 {
			return 0, io.EOF
		}
		f.buf, f.sent = f.buf[:0], 0
		for len(f.rows) > 0 && len(f.buf) < fileBuffer {
			f.buf = f.fit.appendLine(f.buf, f.b, f.rows[0])
			f.rows = f.rows[1:]
		}
		f.tick()
	}
	n := copy(p, f.buf[f.sent:])
	f.sent += n
	return n, nil
}

// appendLine appends a row as a line of a file.
func (f *fit) appendLine(dst []byte, b *load.Batch, row int) []byte {
	for i, c := range b.Row(row) {
		if i > 0 {
			dst = append(dst, '\t')
		}
		switch c.Kind {
		case load.CellInt:
			dst = strconv.AppendInt(dst, c.Int(), 10)
		case load.CellFloat:
			dst = strconv.AppendFloat(dst, c.Float(), 'g', -1, 64)
		case load.CellText, load.CellBlob:
			switch col := &f.columns[i]; {
			case col.Type == load.Binary:
				dst = hex.AppendEncode(dst, b.Bytes(c))
			case col.Type == load.TimestampTZ:
				dst = appendEscaped(dst, atUTC(b.Bytes(c)))
			default:
				dst = appendEscaped(dst, b.Bytes(c))
			}
		default:
			dst = append(dst, '\\', 'N')
		}
	}
	return append(dst, '\n')
}

// escapes are the letters after a backslash that stand for a byte of a file.
var escapes = [256]byte{0: '0', '\t': 't', '\n': 'n', '\\': '\\'}

func appendEscaped(dst, text []byte) []byte {
	start := 0
	for i, c := range text {
		if e := escapes[c]; e != 0 {
			dst = append(dst, text[start:i]...)
			dst = append(dst, '\\', e)
			start = i + 1
		}
	}
	return append(dst, text[start:]...)
}

// insertHead returns the beginning of an insert.
func (f *fit) insertHead(ignore bool) string {
	word := "INSERT"
	if ignore {
		word = "INSERT IGNORE"
	}
	return word + " INTO " + f.t.full() + " (" + f.names() + ") VALUES "
}

// appendValues appends a row as a list of values.
func (f *fit) appendValues(dst []byte, b *load.Batch, row int) []byte {
	dst = append(dst, '(')
	for i, c := range b.Row(row) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.appendValue(dst, b, i, c)
	}
	return append(dst, ')')
}

// appendValue appends the value of a cell of column i as an expression.
func (f *fit) appendValue(dst []byte, b *load.Batch, i int, c load.Cell) []byte {
	col := &f.columns[i]
	switch c.Kind {
	case load.CellInt:
		return strconv.AppendInt(dst, c.Int(), 10)
	case load.CellFloat:
		return strconv.AppendFloat(dst, c.Float(), 'g', -1, 64)
	case load.CellText, load.CellBlob:
		text := b.Bytes(c)
		switch col.Type {
		case load.Decimal:
			if isDecimal(text) {
				return append(dst, text...)
			}
		case load.Binary:
			dst = append(dst, "x'"...)
			dst = hex.AppendEncode(dst, text)
			return append(dst, '\'')
		case load.TimestampTZ:
			text = atUTC(text)
		}
		return appendLiteral(dst, text)
	}
	if col.HasDefault && !col.Nullable && !col.auto { // of which the default is 0, and NULL the next number
		return append(dst, "DEFAULT"...)
	}
	return append(dst, "NULL"...)
}

// isDecimal reports whether a text is -?digits[.digits].
func isDecimal(text []byte) bool {
	if len(text) > 0 && text[0] == '-' {
		text = text[1:]
	}
	digits, points := 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}

// atUTC returns a moment, 2006-01-02 15:04:05[.999999999]Z07:00, as it is in UTC. What is
// none is returned as it is: the server refuses it.
func atUTC(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] == 'Z' {
		return text[:n-1]
	}
	t, err := time.Parse("2006-01-02 15:04:05.999999999Z07:00", string(text))
	if err != nil {
		return text
	}
	return t.UTC().AppendFormat(nil, "2006-01-02 15:04:05.999999999")
}
