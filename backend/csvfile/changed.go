package csvfile

import (
	"bytes"
	"io/fs"
	"os"
	"time"

	"linefeed/backend/message"
)

// endBytes is the number of bytes at either end of a file that are compared to
// tell whether it was only added to.
const endBytes = 4 << 10

// readEnds returns the first and last bytes of the first size bytes of a file,
// nil where they can't be read.
func readEnds(f *os.File, size int64) []byte {
	n := min(size, endBytes)
	b := make([]byte, 2*n)
	if _, err := f.ReadAt(b[:n], 0); err != nil {
		return nil
	}
	if _, err := f.ReadAt(b[n:], size-n); err != nil {
		return nil
	}
	return b
}

// changed returns an error if what was read may be a mixture of the file as it was
// opened and as it is now, and a warning if it was added to or replaced.
func (h *handle) changed() (*Warning, error) {
	var now, there fs.FileInfo
	var ends []byte
	err := h.call("read", func() error {
		n, err := h.file.Stat()
		if err != nil {
			return err
		}
		var e []byte
		if n.Size() > h.info.Size() {
			e = readEnds(h.file, h.info.Size())
		}
		t, _ := os.Stat(h.path) // a deleted file was still read to its end
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.left {
			now, there, ends = n, t, e
		}
		return nil
	})
	if err != nil {
		return nil, systemError("read", h.path, err)
	}
	was, is := h.info.Size(), now.Size()
	grew := is > was && ends != nil && bytes.Equal(ends, h.ends)
	switch {
	case is < was:
		return nil, shrunkError(h.path, was, is)
	case grew:
		return &Warning{
			Code: WarnGrew, Note: message.New("grew", "load_the_rest", "was", was, "is", is),
		}, nil
	case is != was || !now.ModTime().Equal(h.info.ModTime()):
		return nil, changedError(h.path, message.New("changed_at", "wait_and_reload", "time", now.ModTime().Format(time.TimeOnly)))
	case there != nil && !os.SameFile(now, there):
		return &Warning{
			Code: WarnReplaced, Note: message.New("replaced", "load_new_too"),
		}, nil
	}
	return nil, nil
}

func changedError(path string, note message.Note) error {
	return &Error{Op: "read", Path: path, Kind: KindChanged, Note: note}
}

func shrunkError(path string, was, is int64) error {
	return &Error{
		Op: "read", Path: path, Kind: KindShrunk,
		Note: message.New("shrunk", "wait_and_reload", "was", was, "is", is),
	}
}

// atEnd checks, after the last record, that the file has not changed.
func (f *File) atEnd() error {
	// A file of size 0 with content is made up by the system, as in /proc.
	if f.handle == nil || f.beginning != nil || f.handle.info.Size() == 0 {
		return nil
	}
	w, err := f.handle.changed()
	if w != nil {
		f.warnings = append(f.warnings[:len(f.warnings):len(f.warnings)], *w)
	}
	return err
}
