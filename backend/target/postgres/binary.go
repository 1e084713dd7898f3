package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/jackc/pgx/v5/pgtype"

	"linefeed/backend/load"
)

// COPY's binary format spares the server the reading of texts: a third of its work
// for a table without a key. Its frame, and the forms of values:
// https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS and the
// receive functions in the server's src/backend/utils/adt.
const (
	binaryStart = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // no flags, no extension
	binaryEnd   = "\xff\xff"
)

// A binaryForm appends a cell that is not NULL as the server receives values of a
// type. It reports whether it can: for others the server is asked, by their text.
type binaryForm func(dst []byte, b *load.Batch, c load.Cell) ([]byte, bool)

// binaryFormOf returns the form of a type, nil for one that is always written as
// text. It is of the type's own values alone: float4 is not among them, since it is
// the server that rounds.
func binaryFormOf(oid uint32) binaryForm {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.JSONOID:
		return appendBinaryText
	case pgtype.JSONBOID:
		return func(dst []byte, b *load.Batch, c load.Cell) ([]byte, bool) {
			return appendBinaryText(append(dst, 1), b, c) // the version of its form
		}
	case pgtype.ByteaOID:
		return func(dst []byte, b *load.Batch, c load.Cell) ([]byte, bool) {
			return append(dst, b.Bytes(c)...), c.Kind == load.CellBlob
		}
	case pgtype.BoolOID:
		return func(dst []byte, _ *load.Batch, c load.Cell) ([]byte, bool) {
			return append(dst, byte(c.Int()&1)), c.Kind == load.CellInt
		}
	case pgtype.Int2OID:
		return func(dst []byte, _ *load.Batch, c load.Cell) ([]byte, bool) {
			return binary.BigEndian.AppendUint16(dst, uint16(c.Int())), c.Kind == load.CellInt && c.Int() == int64(int16(c.Int()))
		}
	case pgtype.Int4OID:
		return func(dst []byte, _ *load.Batch, c load.Cell) ([]byte, bool) {
			return binary.BigEndian.AppendUint32(dst, uint32(c.Int())), c.Kind == load.CellInt && c.Int() == int64(int32(c.Int()))
		}
	case pgtype.Int8OID:
		return appendBits(load.CellInt)
	case pgtype.Float8OID:
		return appendBits(load.CellFloat)
	case pgtype.NumericOID:
		return ofText(appendNumeric)
	case pgtype.DateOID:
		return ofText(appendDate)
	case pgtype.TimeOID:
		return ofText(appendTime)
	case pgtype.TimestampOID:
		return ofText(appendTimestamp)
	case pgtype.TimestamptzOID:
		return ofText(appendTimestampTZ)
	case pgtype.UUIDOID:
		return ofText(appendUUID)
	}
	return nil
}

// binaryForms returns the forms of columns, nil unless all have one.
func binaryForms(columns []*column) []binaryForm {
	forms := make([]binaryForm, len(columns))
	for i, c := range columns {
		if forms[i] = c.binary; forms[i] == nil {
			return nil
		}
	}
	return forms
}

func appendBinaryText(dst []byte, b *load.Batch, c load.Cell) ([]byte, bool) {
	return append(dst, b.Bytes(c)...), c.Kind == load.CellText
}

func appendBits(kind load.CellKind) binaryForm {
	return func(dst []byte, _ *load.Batch, c load.Cell) ([]byte, bool) {
		return binary.BigEndian.AppendUint64(dst, c.Bits), c.Kind == kind
	}
}

// ofText makes a form of one that takes the canonical text of a [load.Type].
func ofText(form func(dst, text []byte) ([]byte, bool)) binaryForm {
	return func(dst []byte, b *load.Batch, c load.Cell) ([]byte, bool) {
		if c.Kind != load.CellText {
			return dst, false
		}
		return form(dst, b.Bytes(c))
	}
}

// appendBinaryRow appends a row in the binary format, and reports whether it can be.
func (w *writing) appendBinaryRow(dst []byte, b *load.Batch, row int) ([]byte, bool) {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(w.binary)))
	for i, c := range b.Row(row) {
		at := len(dst)
		dst = binary.BigEndian.AppendUint32(dst, math.MaxUint32)
		if c.Kind == load.CellNull {
			continue
		}
		var ok bool
		if dst, ok = w.binary[i](dst, b, c); !ok {
			return dst, false
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst, true
}

// mostNumeric is how many digits a number has at the most, before the point and after
// it, that is written in the binary form.
const mostNumeric = 1000

// appendNumeric appends a decimal: groups of four digits, those of zeros at either
// end left out.
func appendNumeric(dst, text []byte) ([]byte, bool) {
	sign := uint16(0)
	if len(text) > 0 && text[0] == '-' {
		sign, text = 0x4000, text[1:]
	}
	point := 0
	for point < len(text) && text[point] != '.' {
		point++
	}
	whole, fraction := text[:point], text[min(point+1, len(text)):]
	if len(whole) == 0 || len(whole) > mostNumeric || len(fraction) > mostNumeric {
		return dst, false
	}
	const header = 8
	start := len(dst)
	dst = append(dst, make([]byte, header)...)
	weight := (len(whole)+3)/4 - 1 // of the first group, in powers of 10,000
	group, missing := uint16(0), (4-len(whole)%4)%4
	used := 0 // up to the last group that is not zero
	add := func() {
		switch {
		case group == 0 && len(dst) == start+header:
			weight--
			return
		case group != 0:
			used = len(dst) + 2
		}
		dst = binary.BigEndian.AppendUint16(dst, group)
	}
	digits := missing
	for _, part := range [][]byte{whole, fraction} {
		for _, c := range part {
			if c < '0' || c > '9' {
				return dst, false
			}
			group = group*10 + uint16(c-'0')
			if digits++; digits == 4 {
				add()
				group, digits = 0, 0
			}
		}
	}
	if digits > 0 {
		for ; digits < 4; digits++ {
			group *= 10
		}
		add()
	}
	if used == 0 { // zero has no groups, and no sign
		used, weight, sign = start+header, 0, 0
	}
	dst = dst[:used]
	put := binary.BigEndian.PutUint16
	put(dst[start:], uint16((used-start-header)/2))
	put(dst[start+2:], uint16(int16(weight)))
	put(dst[start+4:], sign)
	put(dst[start+6:], uint16(len(fraction)))
	return dst, true
}

// Dates and times are counted from 2000-01-01, in days and microseconds.
const (
	second    = 1_000_000
	day       = 24 * 60 * 60 * second
	epochDays = 730119 // from 0001-01-01 to then
)

func appendDate(dst, text []byte) ([]byte, bool) {
	days, rest, ok := readDate(text)
	return binary.BigEndian.AppendUint32(dst, uint32(int32(days))), ok && len(rest) == 0
}

func appendTime(dst, text []byte) ([]byte, bool) {
	t, rest, ok := readTime(text)
	return binary.BigEndian.AppendUint64(dst, uint64(t)), ok && len(rest) == 0
}

func appendTimestamp(dst, text []byte) ([]byte, bool) {
	t, rest, ok := readTimestamp(text)
	return binary.BigEndian.AppendUint64(dst, uint64(t)), ok && len(rest) == 0
}

func appendTimestampTZ(dst, text []byte) ([]byte, bool) {
	t, zone, ok := readTimestamp(text)
	if ok && string(zone) != "Z" {
		if ok = len(zone) == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':'; !ok {
			return dst, false
		}
		hours, ok1 := number(zone[1:3], 15)
		minutes, ok2 := number(zone[4:6], 59)
		ahead := (hours*60 + minutes) * 60 * second
		if zone[0] == '-' {
			ahead = -ahead
		}
		t, ok = t-ahead, ok1 && ok2
	}
	return binary.BigEndian.AppendUint64(dst, uint64(t)), ok
}

func appendUUID(dst, text []byte) ([]byte, bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return dst, false
	}
	var digits [32]byte
	copy(digits[:], text[:8])
	copy(digits[8:], text[9:13])
	copy(digits[12:], text[14:18])
	copy(digits[16:], text[19:23])
	copy(digits[20:], text[24:])
	dst, err := hex.AppendDecode(dst, digits[:])
	return dst, err == nil
}

// readTimestamp reads the date and time that text begins with.
func readTimestamp(text []byte) (t int64, rest []byte, ok bool) {
	days, rest, ok := readDate(text)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return 0, nil, false
	}
	t, rest, ok = readTime(rest[1:])
	return days*day + t, rest, ok
}

// readDate reads the date that text begins with, as days since the epoch.
func readDate(text []byte) (days int64, rest []byte, ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return 0, nil, false
	}
	y, ok1 := number(text[:4], 9999)
	m, ok2 := number(text[5:7], 12)
	d, ok3 := number(text[8:10], 31)
	if !ok1 || !ok2 || !ok3 || y < 1 || m < 1 || d < 1 || d > daysOf(y, m) {
		return 0, nil, false
	}
	before := y - 1
	days = before*365 + before/4 - before/100 + before/400 + daysBefore[m-1] + d - 1 - epochDays
	if m > 2 && leap(y) {
		days++
	}
	return days, text[10:], true
}

var daysBefore = [...]int64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

func leap(y int64) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysOf(y, m int64) int64 {
	if m == 2 && leap(y) {
		return 29
	}
	return daysBefore[m] - daysBefore[m-1]
}

// readTime reads the time of day that text begins with, as microseconds. With a finer
// fraction it is not ok.
func readTime(text []byte) (t int64, rest []byte, ok bool) {
	if len(text) < 8 || text[2] != ':' || text[5] != ':' {
		return 0, nil, false
	}
	h, ok1 := number(text[:2], 23)
	m, ok2 := number(text[3:5], 59)
	s, ok3 := number(text[6:8], 59)
	t, text = ((h*60+m)*60+s)*second, text[8:]
	if len(text) > 0 && text[0] == '.' {
		text = text[1:]
		unit := int64(second)
		for len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
			if unit /= 10; unit == 0 {
				return 0, nil, false
			}
			t, text = t+int64(text[0]-'0')*unit, text[1:]
		}
	}
	return t, text, ok1 && ok2 && ok3
}

// number reads a number of digits alone, of at most most.
func number(text []byte, most int64) (n int64, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n <= most
}
