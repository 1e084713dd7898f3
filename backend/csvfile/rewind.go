package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/message"
)

// Rewind begins another reading of f, from its first record, of maxRead bytes (see
// [Options.MaxRead]). Nothing is detected again: f is read with the dialect detected
// when it was opened. The counts and warnings of the earlier reading are dropped.
// After an error, only Close may be called.
func (f *File) Rewind(maxRead int64) error {
	if f.handle == nil {
		return errors.New("what is read once can't be rewound")
	}
	if f.in.ahead != nil {
		if err := f.in.ahead.leave(); err != nil {
			return err
		}
	}
	in, err := f.again()
	if err != nil {
		return err
	}
	return f.begin(in, maxRead)
}

// again returns an input at the position after the sample.
func (f *File) again() (*input, error) {
	d, after := f.found.dialect, int64(len(f.sample))
	if d.Compression == None {
		if err := f.handle.rewind(after); err != nil {
			return nil, err
		}
		in := f.handle.input(after)
		if f.in.ahead != nil {
			in.readAhead(newAhead(in.Reader, nil))
		}
		return in, nil
	}
	if err := f.handle.rewind(0); err != nil {
		return nil, err
	}
	in := f.handle.input(0)
	start, err := in.start()
	if err == nil {
		_, err = in.unpack(start, &d, f.opt, false)
	}
	if err == nil {
		_, err = io.CopyN(io.Discard, in.Reader, after)
	}
	if errors.Is(err, io.EOF) {
		err = changedError(f.path, message.New("changed", "wait_and_reload"))
	}
	f.in = in // which Close has to end
	return in, err
}
