package csvfile

import (
	"hash/crc32"
	"io"
	"sync"

	"linefeed/backend/message"
)

// A Print tells a file from others by the bytes on disk that it begins with: an
// accidental change of them is found, an intended one need not be. The zero value is
// that of no bytes.
type Print struct {
	Bytes int64  `json:"bytes"`
	Sum   uint32 `json:"sum"` // CRC-32C, see RFC 3720, section 12.1
}

// MakePrints says whether files have prints. Only benchmarks change it, before the first
// file is opened.
var MakePrints = true

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Prints are kept at least leastApart bytes apart, and mostPrints of them.
const (
	leastApart = 256 << 10
	mostPrints = 1 << 16
)

// A printer makes the prints of a file as it is read, in any number of readings each
// from its beginning. It may be used by any goroutine.
type printer struct {
	apart  int64
	expect Print

	mu    sync.Mutex
	now   Print
	kept  []Print // in rising order
	other bool    // it is not the file that was expected
}

func newPrinter(size int64, expect Print) *printer {
	return &printer{apart: max(leastApart, size/mostPrints), expect: expect, other: size < expect.Bytes}
}

// add takes bytes that were read at a position into account, and reports whether the
// file can be the one that was expected.
func (p *printer) add(at int64, b []byte) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	end := at + int64(len(b))
	if at > p.now.Bytes || end <= p.now.Bytes {
		return !p.other
	}
	b = b[p.now.Bytes-at:]
	if left := p.expect.Bytes - p.now.Bytes; left > 0 && left <= int64(len(b)) {
		p.take(b[:left])
		b = b[left:]
		p.other = p.now != p.expect
	}
	p.take(b)
	if len(p.kept) == 0 || p.now.Bytes-p.kept[len(p.kept)-1].Bytes >= p.apart {
		p.kept = append(p.kept, p.now)
	}
	return !p.other
}

func (p *printer) take(b []byte) {
	p.now.Bytes += int64(len(b))
	p.now.Sum = crc32.Update(p.now.Sum, castagnoli, b)
}

// read returns how many bytes were read of the file's beginning.
func (p *printer) read() int64 {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now.Bytes
}

// upTo returns the last print of at most that many bytes.
func (p *printer) upTo(bytes int64) (found Print) {
	if p == nil {
		return Print{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.Bytes <= bytes {
		return p.now
	}
	for i := len(p.kept) - 1; i >= 0; i-- {
		if p.kept[i].Bytes <= bytes {
			p.kept = p.kept[i:] // the next is asked for further on
			return p.kept[0]
		}
	}
	return Print{}
}

// PrintUpTo returns the print of the file's beginning: of at most that many bytes,
// all of which must have been read, and of most of them. bytes may not fall from one
// call to the next. It may be called from any goroutine.
func (f *File) PrintUpTo(bytes int64) Print {
	if f.handle == nil {
		return Print{}
	}
	return f.handle.print.upTo(bytes)
}

// BeginsWith returns an error unless the file begins with what a print was made of, which it
// reads. To find that out as records are read see Options.Begins.
func (f *File) BeginsWith(p Print) error {
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.NewSectionReader(f.Raw(), 0, p.Bytes))
	if err == nil && (n < p.Bytes || sum.Sum32() != p.Sum) {
		err = otherFileError(f.path)
	}
	return err
}

// otherFileError is the error of a file that does not begin with what was loaded.
func otherFileError(path string) error {
	return &Error{Op: "read", Path: path, Kind: KindOther, Note: message.New("other_file", "resume_with_that_file")}
}
