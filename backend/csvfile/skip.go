package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/load"
)

// Skip has a reading that has just begun go on after the record at a position, up to
// which read had been counted apart from the records (see [load.Block.Aside]). The bytes
// before it are read for the file's print, but not split into records; those that this
// File has read earlier are not read again. The position has to be one of this file: that
// is not checked. Skip leaves the reading as it is where there is little to gain: of a
// small or a compressed file.
func (f *File) Skip(to load.Position, read Stats) error {
	if f.started || f.handle == nil || f.in.ahead == nil || f.in.packed != nil || f.beginning != nil || to.Offset <= int64(len(f.sample)) {
		return nil
	}
	if err := f.in.ahead.leave(); err != nil {
		return err
	}
	from := min(f.handle.print.read(), to.Offset)
	if err := f.handle.rewind(from); err != nil {
		return err
	}
	in, r := f.handle.input(from), f.reader
	ahead := newAhead(in.Reader, nil)
	in.readAhead(ahead)
	f.in = in // which Close has to end
	if err := ahead.discard(to.Offset - from); err != nil {
		if errors.Is(err, io.EOF) {
			return shrunkError(f.path, to.Offset, in.size)
		}
		return systemError("read", f.path, err)
	}
	w := newWindow(nil, ahead, to.Offset, f.charset.NewDecoder(f.found.dialect.InvalidBytes == InvalidReplace), f.opt.MaxRecord)
	w.footer, w.tail, w.lazy = r.w.footer, r.w.tail, r.w.lazy
	r.w = w
	if r.scan != nil {
		r.scan.reset(0)
	}
	r.number, r.line, r.used, r.stats = to.Record, to.Line+1, to.Offset, read.clone()
	return nil
}
