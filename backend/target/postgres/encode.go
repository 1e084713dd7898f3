package postgres

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5/pgtype"

	"linefeed/backend/load"
)

// special are the bytes that have a meaning in COPY's text, and what stands for them.
var special = [256]byte{'\\': '\\', '\t': 't', '\n': 'n', '\r': 'r'}

// appendCopied appends a text as COPY takes it.
func appendCopied(dst, text []byte) []byte {
	start := 0
	for i, c := range text {
		if e := special[c]; e != 0 {
			dst = append(append(dst, text[start:i]...), '\\', e)
			start = i + 1
		}
	}
	return append(dst, text[start:]...)
}

// appendRow appends a row as COPY takes it.
func (w *writing) appendRow(dst []byte, b *load.Batch, row int) []byte {
	for i, c := range b.Row(row) {
		if i > 0 {
			dst = append(dst, '\t')
		}
		switch c.Kind {
		case load.CellNull:
			dst = append(dst, '\\', 'N')
		case load.CellText:
			dst = appendCopied(dst, b.Bytes(c))
		case load.CellBlob:
			dst = append(dst, '\\')
			dst = w.appendCell(dst, b, i, c)
		default:
			dst = w.appendCell(dst, b, i, c)
		}
	}
	return append(dst, '\n')
}

// appendCell appends the text of a cell that is not NULL.
func (w *writing) appendCell(dst []byte, b *load.Batch, i int, c load.Cell) []byte {
	switch c.Kind {
	case load.CellInt:
		if w.columns[i].Type == load.Boolean {
			return append(dst, "ft"[c.Int()&1])
		}
		return strconv.AppendInt(dst, c.Int(), 10)
	case load.CellFloat:
		return strconv.AppendFloat(dst, c.Float(), 'g', -1, 64)
	case load.CellBlob:
		return hex.AppendEncode(append(dst, '\\', 'x'), b.Bytes(c))
	}
	return append(dst, b.Bytes(c)...)
}

// piece is about how much of a batch is encoded ahead of what is sent.
const piece = 64 << 10

// A copying is rows of a batch as COPY takes them. They are encoded as they are
// sent.
type copying struct {
	lock     sync.Mutex // the connection may go on reading after it has given up
	w        *writing
	b        *load.Batch // nil once it is over
	rows     []int       // those that are left
	binary   bool        // in the binary format
	ended    bool        // its last bytes are encoded
	formless bool        // a value had no binary form
	data     []byte      // of rows, not sent yet
	buf      []byte
}

// begin makes it that of other rows.
func (c *copying) begin(w *writing, b *load.Batch, rows []int, binary bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.w, c.b, c.rows, c.binary = w, b, rows, binary
	c.ended, c.formless, c.data = false, false, nil
	if binary {
		c.data = append(c.buf[:0], binaryStart...)
		c.buf = c.data
	}
}

// lacksForm reports whether a value had no binary form.
func (c *copying) lacksForm() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.formless
}

// errFormless is the error of a value that has no binary form.
var errFormless = errors.New("a value has no binary form")

// Read implements io.Reader.
func (c *copying) Read(p []byte) (int, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.data) == 0 {
		if err := c.encode(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.data)
	c.data = c.data[n:]
	return n, nil
}

// encode encodes the next rows, a piece of them.
func (c *copying) encode() error {
	if c.b == nil || c.ended {
		return io.EOF
	}
	c.buf = c.buf[:0]
	for len(c.rows) > 0 && len(c.buf) < piece {
		if c.binary {
			var ok bool
			if c.buf, ok = c.w.appendBinaryRow(c.buf, c.b, c.rows[0]); !ok {
				c.formless = true
				return errFormless
			}
		} else {
			c.buf = c.w.appendRow(c.buf, c.b, c.rows[0])
		}
		c.rows = c.rows[1:]
	}
	if c.ended = len(c.rows) == 0; c.ended && c.binary {
		c.buf = append(c.buf, binaryEnd...)
	}
	if c.data = c.buf; len(c.data) == 0 {
		return io.EOF
	}
	return nil
}

// end makes sure that the batch is not read any more.
func (c *copying) end() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.b, c.rows, c.data = nil, nil, nil
	if cap(c.buf) > 4*piece {
		c.buf = nil
	}
}

// appendArray appends a column of rows of a batch as a binary array of texts.
func (w *writing) appendArray(dst []byte, b *load.Batch, rows []int, column int) []byte {
	put := binary.BigEndian.AppendUint32
	dst = put(dst, 1) // dimension
	dst = put(dst, 1) // may hold NULL
	dst = put(dst, pgtype.TextOID)
	dst = put(dst, uint32(len(rows)))
	dst = put(dst, 1) // the first index
	for _, row := range rows {
		c := b.Row(row)[column]
		at := len(dst)
		dst = put(dst, 0xffffffff)
		if c.Kind == load.CellNull {
			continue
		}
		dst = w.appendCell(dst, b, column, c)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst
}

// hasNUL reports whether the text of one of the row's cells has a NUL, and which.
func hasNUL(b *load.Batch, row int) (column int, has bool) {
	for i, c := range b.Row(row) {
		if c.Kind == load.CellText && bytes.IndexByte(b.Bytes(c), 0) >= 0 {
			return i, true
		}
	}
	return -1, false
}
