package csvfile

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// Fill implements [load.Source]. Fill and Records share one reading: each record
// comes out of one of them.
func (f *File) Fill(b *load.Block) error {
	f.started = true
	err := f.fill(b)
	if err != nil { // what comes after the last record is counted, too
		return err
	}
	if !f.aside.equal(&f.reader.stats) {
		aside := f.reader.stats.clone()
		f.aside = &aside
	}
	b.Aside = f.aside
	return nil
}

func (f *File) fill(b *load.Block) error {
	r := f.reader
	for {
		if r.pack(b); b.Full() {
			return nil
		}
		rec, err := r.next()
		if f.cuts(err) {
			return io.EOF
		}
		if err == nil {
			b.Add(rec)
		} else if reject, ok := errors.AsType[*load.Reject](err); ok {
			b.AddReject(rec, reject)
		} else if errors.Is(err, io.EOF) {
			return cmp.Or(f.atEnd(), err)
		} else {
			return err
		}
	}
}

// pack appends records to b as long as they are good and nothing about them is
// unusual. Any other record is left to next, which must be called once whenever
// pack returns before b is full.
//
// A record costs next to nothing here: its fields are taken straight from the
// scanner's list, and the bytes of many are copied at once.
func (r *reader) pack(b *load.Block) {
	s, w := r.scan, r.w
	if s == nil || w.dec != nil || r.want == 0 || r.maximum < mostBlock || r.starts != nil {
		return
	}
	for !b.Full() {
		if s.next == len(s.list) && (w.pos < s.until || !s.more(w.text, w.pos)) {
			return
		}
		if !r.packListed(b) {
			return
		}
	}
}

// packListed appends the records that end in the text that the scanner has listed.
// It reports whether it reached the end of the list.
func (r *reader) packListed(b *load.Block) bool {
	s, w := r.scan, r.w
	suspect := r.suspect()
	for s.end < len(s.ends) && int(s.ends[s.end]) < w.pos {
		s.end++
	}
	text, want, pos := w.text, r.want+r.padding, w.pos
	list, ends := s.list[s.next:], s.ends[s.end:]
	fields := slices.Grow(b.Fields, len(list))
	rows := slices.Grow(b.Rows, len(ends))

	unusual := &r.unusual
	copied := pos                          // text[copied:pos] is to be copied
	shift := uint32(len(b.Arena) - copied) // from an offset in the text to one in the arena
	for len(list) >= want && len(ends) > 0 {
		// The record has the right number of fields if the separator after the
		// last of them is the next line end. A blank line is not a record.
		last := list[want-1]
		if last != ends[0] || int(last) == pos || unusual[text[pos]] && r.mayBeNone(text[pos:last]) {
			break
		}
		next, end := want, int(last)+1
		if text[last] == '\r' {
			if end == s.until {
				break // an LF may follow
			}
			if text[end] == '\n' {
				next, end = next+1, end+1
			}
		}
		if suspect && charset.Invalid(text[pos:end]) >= 0 {
			break
		}
		if r.padding > 0 && int(last-list[r.want-1]) != r.padding {
			break // a padding field is not empty
		}
		n := len(fields)
		record := fields[n : n+want]
		start := uint32(pos)
		for i, p := range list[:want] {
			record[i] = load.Field{Start: start + shift, End: p + shift}
			start = p + 1
		}
		at, breaks := uint32(pos)+shift, 0
		if s.plain {
			// No quotes to look for.
		} else if quotes, inside := s.before(int(last)); quotes != s.seen {
			left, ok := unquote(text, shift, record, quotes-s.seen, s.quote)
			if ok && inside != s.breaks && s.maySwallow(text, pos, list[:want]) {
				swallowed, _ := r.swallows(text[pos:end])
				ok = swallowed == 0
			}
			if ok && left > 0 {
				arena := append(b.Arena, text[copied:end]...)
				if arena, ok = undoubleFields(arena, record, left, s.quote); ok {
					b.Arena, copied = arena, end
					shift = uint32(len(arena) - end)
				}
			}
			if !ok {
				break
			}
			if inside != s.breaks {
				breaks = charset.CountBreaks(text[pos:last])
			}
			s.seen, s.breaks = quotes, inside
		}
		fields = fields[:n+r.want]
		// Set in place: copying it there would cost more than all else.
		rows = rows[:len(rows)+1]
		row := &rows[len(rows)-1]
		row.Number, row.Line, row.Offset = r.number+1, r.line, w.base+int64(pos)
		row.RawStart, row.RawEnd, row.Breaks = at, at+uint32(end-pos), uint32(breaks)
		r.number++
		r.line += int64(breaks) + 1
		pos = end
		list, ends = list[next:], ends[next-want+1:]
	}
	b.Arena = append(b.Arena, text[copied:pos]...)
	b.Fields, b.Rows = fields, rows
	s.next, s.end = len(s.list)-len(list), len(s.ends)-len(ends)
	w.pos = pos
	r.used = w.base + int64(pos)
	if r.packed != nil {
		r.used = r.packed()
	}
	b.Consumed = r.used
	return len(list) == 0
}
