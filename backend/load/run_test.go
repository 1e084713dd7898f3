package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linefeed/backend/message"
)

// lines is a Source of lines of fields separated by commas. A line "!code" is
// one that can't be read; one that begins with "stop" ends the source with an
// error.
type lines struct {
	fields []string
	all    iter.Seq[string]
	size   int64

	next func() (string, bool)
	rec  Record
	buf  []byte
}

var errStop = errors.New("the source broke")

func (l *lines) Fields() []string { return l.fields }
func (l *lines) Size() int64      { return l.size }

func (l *lines) Fill(b *Block) error {
	if l.next == nil {
		l.next, _ = iter.Pull(l.all) // a test's source is read to its end, or left to the collector
	}
	rec := &l.rec
	for !b.Full() {
		line, ok := l.next()
		if !ok {
			return io.EOF
		}
		if line == "stop" {
			return errStop
		}
		l.buf = append(append(l.buf[:0], line...), '\n') // used again for each record, as real sources do
		rec.Number++
		rec.Line, rec.EndLine = rec.Number+1, rec.Number+1
		rec.Offset, rec.End = rec.End, rec.End+int64(len(l.buf))
		rec.Consumed = rec.End
		rec.Raw, rec.Text = l.buf, l.buf
		if code, bad := strings.CutPrefix(line, "!"); bad {
			b.AddReject(rec, &Reject{Code: Code(code), Note: message.Note{Message: "can't be read"}})
			continue
		}
		rec.Fields = rec.Fields[:0]
		start := 0
		for _, f := range strings.Split(line, ",") {
			rec.Fields = append(rec.Fields, Field{Start: uint32(start), End: uint32(start + len(f))})
			start += len(f) + 1
		}
		b.Add(rec)
	}
	return nil
}

func linesOf(fields string, all ...string) *lines {
	size := 0
	for _, l := range all {
		size += len(l) + 1
	}
	return &lines{fields: strings.Split(fields, ","), all: slices.Values(all), size: int64(size)}
}

// memory is a Target that keeps rows as text. Rows whose first value is
// "refuse" are refused.
type memory struct {
	pending, rows []string
	commits       int
	onWrite       func(ctx context.Context) error
	onCommit      func(ctx context.Context) error
	onClose       func()
	closed        int
}

func (m *memory) Columns(context.Context, TableName) ([]Column, error)  { return nil, ErrNoTable }
func (m *memory) Prepare(context.Context, string, Layout) (Load, error) { return writing{m}, nil }

// writing is a Load of one writer.
type writing struct{ w Writer }

func (l writing) Marks() ([]Mark, bool)                       { return nil, false }
func (l writing) Pace() Pace                                  { return Pace{} }
func (l writing) Writer(context.Context, int) (Writer, error) { return l.w, nil }
func (l writing) Close() error                                { return nil }

func (m *memory) Write(ctx context.Context, b *Batch) (Result, error) {
	if m.onWrite != nil {
		if err := m.onWrite(ctx); err != nil {
			return Result{}, err
		}
	}
	var res Result
	for i := range b.Rows {
		var row []string
		for _, c := range b.Row(i) {
			row = append(row, string(b.Text(c)))
		}
		if row[0] == "refuse" {
			res.Refused = append(res.Refused, Refusal{Row: i, Column: 0, Code: CodeDuplicateKey, Note: message.Note{Message: "there already"}})
			continue
		}
		m.pending = append(m.pending, strings.Join(row, ","))
		res.Inserted++
	}
	return res, nil
}

func (m *memory) Commit(ctx context.Context, _ Mark) error {
	if m.onCommit != nil {
		if err := m.onCommit(ctx); err != nil {
			return err
		}
	}
	m.commits++
	m.rows, m.pending = append(m.rows, m.pending...), nil
	return nil
}

func (m *memory) Close() error {
	if m.onClose != nil {
		m.onClose()
	}
	m.pending = nil
	m.closed++
	return nil
}

func layoutOf(t *testing.T, p Plan, src Source, cols ...Column) Layout {
	t.Helper()
	p.Table = "t"
	l, problems := settle(p, src.Fields(), cols)
	if err := JoinProblems(problems); err != nil {
		t.Fatal(err)
	}
	return l
}

var textAndInteger = []Column{{Name: "name", Type: Text, Nullable: true}, {Name: "n", Type: Integer, Nullable: true}}

// plain is a Converter to texts as they stand, and to integers of digits. For a
// guessed column a zero before other digits is none.
type plain Layout

func (p plain) Convert(b *Block) {
	rows := b.Rows
	b.Rows, b.Cells = rows[:0], b.Cells[:0]
	for i, row := range rows {
		fields, cells := b.Fields[i*b.Width:(i+1)*b.Width], len(b.Cells)
		for k, c := range p.Columns {
			f := fields[p.Index[k]]
			text := b.Arena[f.Start:f.End:f.End]
			cell := TextCell(int(f.Start), int(f.End))
			if c.Type == Integer {
				n, err := strconv.ParseInt(string(text), 10, 64)
				if err != nil || c.Guessed && strconv.FormatInt(n, 10) != string(text) {
					if c.Guessed && b.Unfit == nil {
						b.Unfit = &UnfitError{Column: c.Name, Line: row.Line, Value: string(text), Reason: "not a number"}
					}
					b.Reject(row, c.Name, text, Fault{CodeNotANumber, message.Foreign("not a number")})
					b.Cells = b.Cells[:cells]
					break
				}
				cell = IntCell(n)
			}
			b.Cells = append(b.Cells, cell)
		}
		if len(b.Cells) > cells {
			b.Rows = append(b.Rows, row)
		}
	}
}

// runWith runs a load by a plain converter.
func runWith(ctx context.Context, src Source, dst Target, l Layout, opt Options) (Summary, error) {
	return Run(ctx, src, plain(l), dst, l, opt)
}

// kept is what a test wants to know of a reject.
func kept(to *[]string) func([]Reject) error {
	return func(rejects []Reject) error {
		for _, r := range rejects {
			*to = append(*to, fmt.Sprintf("%d %d %s %s=%s %s", r.Record, r.Line, r.Code, r.Column, r.Value, bytes.TrimSpace(r.Raw)))
		}
		return nil
	}
}

func TestRunAccountsForEveryRecord(t *testing.T) {
	src := linesOf("name,n", "a,1", "!stray_quote", "refuse,2", "b,x", "c,3", "refuse,4", "!missing_field", "d,5")
	dst := &memory{}
	var rejects []string
	var last Progress
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		OnReject: kept(&rejects), OnProgress: func(p Progress) { last = p },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Read: 8, Inserted: 3, Rejected: 5}); s.Counts != want || !s.Balanced() || s.RolledBack != 0 {
		t.Errorf("summary %+v, want %+v", s, want)
	}
	if want := []string{"a,1", "c,3", "d,5"}; !slices.Equal(dst.rows, want) {
		t.Errorf("rows %q, want %q", dst.rows, want)
	}
	want := []string{
		"2 3 stray_quote = !stray_quote",
		"3 4 duplicate_key name=refuse refuse,2",
		"4 5 not_a_number n=x b,x",
		"6 7 duplicate_key name=refuse refuse,4",
		"7 8 missing_field = !missing_field",
	}
	if !slices.Equal(rejects, want) {
		t.Errorf("rejects\n%s\nwant\n%s", strings.Join(rejects, "\n"), strings.Join(want, "\n"))
	}
	if last.Phase != PhaseDone || *last.Percent != 100 || last.Counts != s.Counts || dst.closed != 1 {
		t.Errorf("last progress %+v, closed %d times", last, dst.closed)
	}
}

// many yields n good lines, with a bad one every tenth, calling at before each.
func many(n int, at func(i int)) *lines {
	return &lines{fields: []string{"name", "n"}, size: int64(n) * 20, all: func(yield func(string) bool) {
		for i := range n {
			if at != nil {
				at(i)
			}
			line := fmt.Sprintf("row %012d,%d", i, i%10)
			if i%10 == 3 {
				line = fmt.Sprintf("row %012d,x", i)
			}
			if !yield(line) {
				return
			}
		}
	}}
}

func TestRunKeepsOrderOverManyBlocks(t *testing.T) {
	const n = 100_000
	src, dst := many(n, nil), &memory{}
	var rejects []int64
	percent, done := -1.0, false
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		commitEvery: time.Nanosecond,
		OnReject: func(rs []Reject) error {
			for _, r := range rs {
				rejects = append(rejects, r.Record)
				if want := fmt.Sprintf("row %012d,x\n", r.Record-1); string(r.Raw) != want {
					t.Errorf("reject of record %d has the bytes %q, want %q", r.Record, r.Raw, want)
				}
			}
			return nil
		},
		OnProgress: func(p Progress) {
			if *p.Percent < percent || done || (*p.Percent == 100) != (p.Phase == PhaseDone) {
				t.Errorf("percent %v after %v in phase %s", *p.Percent, percent, p.Phase)
			}
			percent, done = *p.Percent, p.Phase == PhaseDone
		},
	})
	if err != nil || !s.Balanced() || s.Read != n || s.Rejected != n/10 || len(dst.rows) != n*9/10 {
		t.Fatalf("%+v with %d rows, %v", s, len(dst.rows), err)
	}
	if !slices.IsSorted(rejects) || !slices.IsSorted(dst.rows) {
		t.Error("rows or rejects are out of order")
	}
	if dst.commits < 10 || !done {
		t.Errorf("%d commits, done %v", dst.commits, done)
	}
}

func TestRunCancel(t *testing.T) {
	for about, opt := range map[string]Options{"by itself": {}, "atomic": {}, "types may give way": {GiveWay: true}} {
		t.Run(about, func(t *testing.T) {
			atomic := about == "atomic"
			ctx, cancel := context.WithCancelCause(t.Context())
			mine := errors.New("enough")
			src, dst := many(1_000_000, nil), &memory{}
			writes := 0
			dst.onWrite = func(context.Context) error {
				if writes++; writes == 5 {
					cancel(mine)
				}
				return nil
			}
			s, err := runWith(ctx, src, dst, layoutOf(t, Plan{Atomic: atomic}, src, textAndInteger...), opt)
			if !errors.Is(err, mine) {
				t.Fatalf("error %v, want the cause of the cancel", err)
			}
			if s.Read >= 1_000_000 || s.Read == 0 {
				t.Errorf("read %d records", s.Read)
			}
			if atomic {
				if len(dst.rows) != 0 || s.Inserted != 0 || s.RolledBack == 0 || s.RolledBack+s.Rejected != s.Read {
					t.Errorf("%d rows, %+v", len(dst.rows), s)
				}
				return
			}
			if int64(len(dst.rows)) != s.Inserted || s.Inserted == 0 || !s.Balanced() || s.RolledBack != 0 {
				t.Errorf("%d rows, %+v", len(dst.rows), s)
			}
		})
	}
}

// A cancel breaks off a write that does not end by itself.
func TestRunCancelBreaksOffALongWrite(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	src, dst := many(1000, nil), &memory{}
	dst.onWrite = func(writing context.Context) error {
		cancel()
		<-writing.Done()
		return writing.Err()
	}
	s, err := runWith(ctx, src, dst, layoutOf(t, Plan{Atomic: true}, src, textAndInteger...), Options{})
	if !errors.Is(err, context.Canceled) || len(dst.rows) != 0 || s.Inserted != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestRunEndsWhenTheSourceBreaks(t *testing.T) {
	src, dst := linesOf("name,n", "a,1", "b,2", "stop"), &memory{}
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
	if !errors.Is(err, errStop) || len(dst.rows) != 0 || s.Inserted != 0 || s.Read != 2 || s.RolledBack != 2 {
		t.Fatalf("%+v, rows %q, %v", s, dst.rows, err)
	}
}

func TestRunWithoutRecords(t *testing.T) {
	src, dst := linesOf("name,n"), &memory{}
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{MaxRejects: "0%"}, src, textAndInteger...), Options{})
	if err != nil || s.Counts != (Counts{}) || dst.commits != 1 {
		t.Fatalf("%+v, %v, %d commits", s, err, dst.commits)
	}
}

func TestRunMaxRejects(t *testing.T) {
	tests := []struct {
		limit string
		all   []string
		fails bool
	}{
		{"", []string{"a,x", "b,x"}, false},
		{"0", []string{"a,1", "b,x"}, true},
		{"1", []string{"a,1", "b,x"}, false},
		{"1", []string{"a,x", "b,x", "c,1"}, true},
		{"50%", []string{"a,x", "b,1"}, false},
		{"49%", []string{"a,x", "b,1"}, true},
		{"0%", []string{"a,1", "b,1"}, false},
	}
	for _, tt := range tests {
		src, dst := linesOf("name,n", tt.all...), &memory{}
		_, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{MaxRejects: tt.limit}, src, textAndInteger...), Options{})
		if _, tooMany := errors.AsType[*TooManyRejectsError](err); tooMany != tt.fails || (err != nil) != tt.fails {
			t.Errorf("limit %q for %q: %v", tt.limit, tt.all, err)
		}
		if tt.fails && len(dst.rows) > 0 {
			t.Errorf("limit %q: rows %q stayed", tt.limit, dst.rows)
		}
	}
	for _, bad := range []string{"x", "-1", "101%", "%", "1.5"} {
		if _, err := parseLimit(bad); err == nil {
			t.Errorf("limit %q is taken", bad)
		}
	}
}

func TestRunEndsWhenRejectsCannotBeKept(t *testing.T) {
	full := errors.New("disk full")
	src, dst := linesOf("name,n", "a,1", "b,x"), &memory{}
	_, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		OnReject: func([]Reject) error { return full },
	})
	if !errors.Is(err, full) || len(dst.rows) != 0 {
		t.Fatalf("%v, rows %q", err, dst.rows)
	}
}

// A paused load has committed what it wrote, and goes on where it stood.
func TestRunPause(t *testing.T) {
	const n = 100_000
	src, dst := many(n, nil), &memory{}
	resumed := make(chan struct{})
	asked := 0
	standing := make(chan Progress, 1)
	var once bool
	done := make(chan error, 1)
	var s Summary
	go func() {
		var err error
		s, err = runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
			Paused: func() <-chan struct{} {
				if asked++; asked == 3 {
					return resumed
				}
				return nil
			},
			OnProgress: func(p Progress) {
				if asked == 3 && p.Phase == PhaseWriting && !once {
					once = true
					standing <- p
				}
			},
		})
		done <- err
	}()
	p := <-standing
	if int64(len(dst.rows)) != p.Inserted || p.Inserted == 0 {
		t.Errorf("%d rows are committed, %d are told", len(dst.rows), p.Inserted)
	}
	close(resumed)
	if err := <-done; err != nil || s.Read != n || !s.Balanced() {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestRunCheckWritesNothing(t *testing.T) {
	src := linesOf("name,n", "a,1", "b,x")
	var rejects []string
	s, err := runWith(t.Context(), src, nil, layoutOf(t, Plan{}, src, textAndInteger...), Options{Check: true, OnReject: kept(&rejects)})
	if err != nil || s.Counts != (Counts{Read: 2, Inserted: 1, Rejected: 1}) || len(rejects) != 1 {
		t.Fatalf("%+v, %q, %v", s, rejects, err)
	}
}

// A record far larger than a block goes through, and its memory is let go.
func TestRunHugeRecord(t *testing.T) {
	huge := strings.Repeat("x", 3*keepBytes)
	src, dst := linesOf("name,n", "a,1", huge+",2", "b,y"+huge, "c,3"), &memory{}
	var value string
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{
		OnReject: func(rs []Reject) error { value = rs[0].Value; return nil },
	})
	if err != nil || s.Inserted != 3 || dst.rows[1] != huge+",2" || len(value) != MaxValue {
		t.Fatalf("%+v, a value of %d bytes, %v", s, len(value), err)
	}
	b := &Block{}
	b.Arena = make([]byte, 0, 2*keepBytes)
	if b.Reset(1, 1); cap(b.Arena) != 0 {
		t.Error("a block keeps a huge arena")
	}
}

// Of many huge records in a row one is under way at a time.
func TestRunHugeRecordsInARow(t *testing.T) {
	const n = 3 * blocks
	huge := strings.Repeat("x", 2*keepBytes)
	var written atomic.Int64
	source := func() *lines {
		return &lines{fields: []string{"name", "n"}, size: -1, all: func(yield func(string) bool) {
			for i := range n {
				if w := written.Load(); w < int64(i) {
					t.Errorf("record %d is read when %d are written", i, w)
				}
				if !yield(fmt.Sprintf("%s,%d", huge, i)) {
					return
				}
			}
		}}
	}
	src := source()
	dst := &memory{onWrite: func(context.Context) error { written.Add(1); return nil }}
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
	if err != nil || s.Inserted != n {
		t.Fatalf("%+v, %v", s, err)
	}
	broken := errors.New("no space")
	written.Store(n)
	dst = &memory{onWrite: func(context.Context) error { return broken }}
	src = source()
	if _, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
