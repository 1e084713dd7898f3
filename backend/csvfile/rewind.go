package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/message"
)

// Rewind begins another reading of f, from its first record on, of maxRead bytes
// as [Options.MaxRead] has it. Nothing is detected again: f is read as it was
// found to be written when it was opened. What the earlier reading counted and
// warned of is forgotten. After an error, f is only good for Close.
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

// again returns an input that goes on after the sample.
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
	f.in = in // with what is to be ended
	return in, err
}
