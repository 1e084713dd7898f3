package csvfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/unpack"
)

// Options say how records are read, whatever the file. The zero value is the
// default.
type Options struct {
	Ragged load.Ragged

	// MaxRecord is the maximum length of a record in bytes, as UTF-8 text with its
	// line end; 0 is DefaultMaxRecord. A longer one is rejected, with its Raw cut.
	MaxRecord int

	// MaxUnpacked is the number of bytes that a compressed file may unpack to, and
	// MaxRatio the number of times its size, see [unpack.Limits]; 0 is the default.
	MaxUnpacked int64
	MaxRatio    int64

	// MaxRead is the number of bytes of text to read, 0 for all. A record that goes
	// on after them is left out. It is for looking at a file whose records may be
	// of any length.
	MaxRead int64

	// Starts, if not nil, holds lines known to begin a record: no other record goes
	// on past the beginning of one. The file then consists of records, so a line that
	// is a whole record is not a comment.
	Starts *Starts

	// Begins, unless it is zero, is what the file has to begin with: reading past the
	// end of that is an error where it does not.
	Begins Print

	// onSkip, if not nil, is called for every part of the file that holds no
	// record, in file order among the records. Tests check that nothing is left
	// out.
	onSkip func(skip)
}

// Limits guard against files that are not what they seem. 0 is the default; see
// [Options]. Its JSON is part of the program's contract.
type Limits struct {
	MaxRecord   int   `json:"maxRecord,omitempty"`   // bytes of a record
	MaxUnpacked int64 `json:"maxUnpacked,omitempty"` // bytes that a compressed file may unpack to
	MaxRatio    int64 `json:"maxRatio,omitempty"`    // how many times its size a compressed file may unpack to
}

// The defaults of [Options].
const (
	DefaultMaxRecord   = 16 << 20
	DefaultMaxUnpacked = unpack.DefaultBytes
	DefaultMaxRatio    = unpack.DefaultRatio

	// Fields have offsets of 32 bits, and a record in UTF-32 takes four times its
	// text, which is kept as well.
	maxMaxRecord = 1 << 29
)

// A File is an open CSV file: a load.Source. It is used by one goroutine; only
// Close may be called from another, to end a read of records that is stalled.
type File struct {
	path   string
	opt    Options
	in     *input
	handle *handle // nil if it is not a file of the system

	// What was detected, for every reading.
	sample       []byte // its first bytes
	whole        bool   // they are all of it
	found        *detected
	charset      *charset.Charset
	commentFound bool

	// The reading under way.
	warnings  []Warning
	head      []byte
	reader    *reader
	beginning *beginning // nil if everything is to be read
	started   bool
	aside     *Stats // as of the last Fill; nil before the first
}

var _ load.Source = (*File)(nil)

// Open opens the file at path and detects what d leaves open, from a bounded part
// of it. Errors are of type *Error.
func Open(path string, d Dialect, opt Options) (*File, error) {
	return OpenContext(context.Background(), path, d, opt)
}

// OpenContext is Open with a context: when it is done, opening ends, and so does
// every read of the file, with an error that wraps its cause. A system call that
// does not return is abandoned (see [ErrLeftBehind]).
func OpenContext(ctx context.Context, path string, d Dialect, opt Options) (*File, error) {
	in, err := openFile(ctx, path, opt.Begins)
	if err != nil {
		return nil, err
	}
	return open(in, d, opt, false)
}

// An input is the source of the bytes: first those on disk, then their text once
// unpack has replaced them.
type input struct {
	io.Reader
	path  string
	size  int64       // on disk; -1 if it is not known
	at    io.ReaderAt // nil if it can only be read once
	close func() error

	handle *handle // nil if it is not a file of the system
	ahead  *ahead  // nil if nothing reads ahead

	// packed returns the number of bytes on disk consumed for what was read; nil if
	// these are the same.
	packed func() int64

	warnings []Warning
}

func openFile(ctx context.Context, path string, begins Print) (*input, error) {
	h, err := openHandle(ctx, path)
	if err != nil {
		return nil, err
	}
	if MakePrints {
		h.print = newPrinter(h.info.Size(), begins)
	}
	return h.input(0), nil
}

// input returns an input that reads the file from its position, which is at.
func (h *handle) input(at int64) *input {
	in := &input{path: h.path, Reader: h, size: -1, close: h.close, handle: h}
	if size := h.info.Size(); size > 0 {
		in.size, in.at = size, h
		in.Reader = &steady{r: h, n: at, size: size, path: h.path, print: h.print}
	}
	return in
}

// A steady reader returns an error if the file became shorter, or is not the one that
// it is to go on with.
type steady struct {
	r       io.Reader
	n, size int64
	path    string
	print   *printer
}

func (s *steady) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if !s.print.add(s.n, b[:n]) {
		return 0, otherFileError(s.path)
	}
	s.n += int64(n)
	if err == io.EOF && s.n < s.size {
		return n, shrunkError(s.path, s.size, s.n)
	}
	return n, err
}

// open detects the dialect of the input and reads up to the first record. With
// pick it takes the first of several members of an archive.
func open(in *input, d Dialect, opt Options, pick bool) (*File, error) {
	f, err := newFile(in, d, opt, pick)
	if err != nil {
		return nil, errors.Join(err, in.close())
	}
	return f, nil
}

func newFile(in *input, d Dialect, opt Options, pick bool) (*File, error) {
	d, err := d.normalize(in.path)
	if err != nil {
		return nil, err
	}
	if opt.MaxRecord <= 0 {
		opt.MaxRecord = DefaultMaxRecord
	}
	opt.MaxRecord = min(opt.MaxRecord, maxMaxRecord)

	start, err := in.start()
	if err != nil {
		return nil, err
	}
	unpacked, err := in.unpack(start, &d, opt, pick)
	if err != nil {
		return nil, err
	}
	s, err := takeSample(in)
	if err != nil {
		return nil, err
	}
	if in.at != nil && !s.whole {
		in.readAhead(newAhead(in.Reader, nil))
	}
	found, err := detect(s, d, in.path)
	if err != nil {
		return nil, err
	}
	found.findings = append(unpacked, found.findings...)
	found.warnings = append(in.warnings, found.warnings...)
	cs, err := findCharset(found.dialect.Encoding)
	if err != nil {
		return nil, dialectError(in.path, message.Of(err))
	}
	f := &File{
		path: in.path, opt: opt, handle: in.handle,
		sample: s.head, whole: s.whole, found: found, charset: cs, commentFound: d.Comment == "" || opt.Starts != nil,
	}
	return f, f.begin(in, opt.MaxRead)
}

// begin begins a reading with the sample and the input after it, and reads up to
// the first record.
func (f *File) begin(in *input, maxRead int64) error {
	dialect := &f.found.dialect
	f.in, f.beginning, f.started, f.aside = in, nil, false, nil
	f.warnings = slices.Clip(f.found.warnings)
	mark := int64(f.charset.Mark(f.sample))
	head, src := f.sample[mark:], in.Reader
	if maxRead > 0 {
		n := min(int64(len(head)), max(maxRead-mark, 0))
		f.beginning = &beginning{r: io.MultiReader(bytes.NewReader(head[n:]), src), left: maxRead - mark - n}
		head, src = head[:n], f.beginning
	}
	dec := f.charset.NewDecoder(dialect.InvalidBytes == InvalidReplace)
	r := &reader{
		w:    newWindow(head, src, mark, dec, f.opt.MaxRecord),
		g:    dialect.grammar(),
		path: f.path, charset: f.charset,
		maximum: f.opt.MaxRecord, ragged: f.opt.Ragged, packed: in.packed, onSkip: f.opt.onSkip, starts: f.opt.Starts,
		line: 1, commentFound: f.commentFound,
	}
	if f.whole {
		r.w.step = smallStep // to find that it ends
	}
	if dialect.FooterLines != nil {
		r.w.footer = *dialect.FooterLines
	} else {
		r.w.footer, r.w.tail = footerLines, f.found.tail
	}
	if r.g.simple() {
		r.scan = newScanner(r.g, dec != nil)
		r.w.lazy = true
	}
	if mark > 0 && r.onSkip != nil {
		r.onSkip(skip{Kind: skipMark, Line: 1, EndLine: 1, Offset: 0, End: mark})
	}
	f.reader = r
	if len(r.g.comment) > 0 {
		r.unusual[r.g.comment[0]] = true
	}
	r.padding, r.kinds = f.found.padding, f.found.kinds
	if err := f.readHeader(f.found); err != nil {
		return err
	}
	if at := r.w.offset(r.w.pos); at <= int64(len(f.sample)) {
		f.head = f.sample[:at:at]
	}
	return nil
}

// Fields returns the names of the fields. They are unique and not empty.
func (f *File) Fields() []string { return f.reader.names }

// Size returns the size on disk, or -1 where it is not known.
func (f *File) Size() int64 { return f.in.size }

// Dialect returns how the file is read, every value set.
func (f *File) Dialect() Dialect { return f.found.dialect }

// Findings returns the decisions that led to the dialect, and why.
func (f *File) Findings() []Finding { return f.found.findings }

// Warnings returns what to know before the file is loaded, and what came up in
// the records read so far.
func (f *File) Warnings() []Warning {
	list, read := f.warnings, f.reader.stats.warnings()
	if slices.ContainsFunc(read, isRepeated) { // reading has seen more than detection
		list = slices.DeleteFunc(slices.Clone(list), isRepeated)
	}
	return append(slices.Clip(list), read...)
}

// Head returns the bytes of the file above the first record: byte order mark,
// preamble and header, in the file's encoding. It is nil if they are longer than
// the part of the file that is looked at on opening.
func (f *File) Head() []byte { return f.head }

// Padding returns the number of empty fields that all records have after the named
// ones.
func (f *File) Padding() int { return f.reader.padding }

// Raw returns the bytes of the file as they are on disk, which can be read
// independently of the records. There are none if the size is not known.
func (f *File) Raw() *io.SectionReader {
	if f.handle == nil {
		return io.NewSectionReader(bytes.NewReader(nil), 0, 0)
	}
	return io.NewSectionReader(f.handle, 0, f.handle.info.Size())
}

// Stats returns what was read so far apart from the records.
func (f *File) Stats() Stats { return f.reader.stats }

// Records yields every record, once for each reading (see Rewind). [load.Source]
// says what is yielded, and how long it is valid.
func (f *File) Records() iter.Seq2[*load.Record, error] {
	return func(yield func(*load.Record, error) bool) {
		if f.started {
			return
		}
		f.started = true
		for {
			rec, err := f.reader.next()
			if f.cuts(err) {
				return
			}
			if errors.Is(err, io.EOF) {
				if err = f.atEnd(); err == nil {
					return
				}
			}
			if !yield(rec, err) || rec == nil {
				return
			}
		}
	}
}

// LeftBehind reports whether a system call was abandoned (see [ErrLeftBehind]).
func (f *File) LeftBehind() bool { return f.handle != nil && f.handle.leftBehind() }

// Close closes the file. A read under way ends with an error.
func (f *File) Close() error {
	if err := f.in.close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return systemError("close", f.path, err)
	}
	return nil
}
