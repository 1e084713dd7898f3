package csvfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Alone reads records one by one, each from its own bytes, as those of the file
// were that they come from: what stands before or after a record has no part in
// it. It is used by one goroutine.
type Alone struct {
	reader reader
	window window
}

// NewAlone returns a reader of records that are written by d, of which every value
// is set, with the names of their fields and the number of empty fields after these
// (see [File.Padding]). A record is at most maximum bytes long; 0 is
// DefaultMaxRecord.
func NewAlone(d Dialect, names []string, padding, maximum int) (*Alone, error) {
	d, err := d.normalize("")
	if err != nil {
		return nil, err
	}
	cs, err := findCharset(d.Encoding)
	if err != nil {
		return nil, err
	}
	a := &Alone{reader: reader{
		g: d.grammar(), charset: cs, names: names, want: len(names), padding: padding,
		maximum: min(cmp.Or(maximum, DefaultMaxRecord), maxMaxRecord), alone: true,
	}}
	a.reader.g.comment = nil // it was a record
	a.reader.w = &a.window
	a.window.dec = cs.NewDecoder(d.InvalidBytes == InvalidReplace)
	return a, nil
}

// Read returns the record with those bytes, which is number in the file and begins
// on that line of it. If it is bad, the error is a *load.Reject and the record is
// returned as well. It refers to raw and is valid until the next call.
func (a *Alone) Read(raw []byte, number, line int64, ragged load.Ragged) (*load.Record, error) {
	r, w := &a.reader, &a.window
	dec := w.dec
	*w = window{text: w.text[:0], eof: true, last: true, dec: dec}
	if dec == nil {
		w.text = raw[:len(raw):len(raw)]
		w.inspect()
	} else {
		dec.Reset(raw)
		w.text = dec.Decode(w.text, true)
		w.suspect = dec.Flawed()
	}
	r.line, r.number, r.used, r.ragged = line, number-1, 0, ragged
	rec, err := r.next()
	if errors.Is(err, io.EOF) { // blank lines alone
		r.number, r.line, w.pos = number-1, line, 0
		return r.spoil(len(w.text), breaksBefore(w.text), load.Reject{Code: load.CodeSeveralRecords, Note: message.New("no_record", "")})
	}
	rest := w.rest()
	if len(bytes.TrimLeft(rest, "\r\n")) == 0 {
		return rec, err
	}
	// More than one record, or the rest of a broken one.
	reject, bad := errors.AsType[*load.Reject](err)
	if !bad {
		reject = &load.Reject{Code: load.CodeSeveralRecords, Note: message.New("several_records", "one_at_a_time")}
	}
	r.number, r.line, w.pos = number-1, line, 0
	if dec != nil {
		dec.Reset(raw)
		w.text = dec.Decode(w.text[:0], true)
	}
	return r.spoil(len(w.text), breaksBefore(w.text), *reject)
}
