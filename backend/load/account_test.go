package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/message"
)

// places is a Source of records of several lines each, which tells where they
// stand: the third can't be read, the others hold what is named.
type places struct{ names []string }

func (places) Fields() []string { return []string{"name", "n"} }
func (places) Size() int64      { return -1 }

func (p places) Fill(b *Block) error {
	line, at := int64(2), int64(7)
	for i, name := range p.names {
		raw := strings.Repeat("\n", i) + name + ",1\n"
		rec := Record{
			Number: int64(i + 1), Line: line, EndLine: line + int64(i), Offset: at, End: at + int64(len(raw)), Consumed: at + int64(len(raw)),
			Raw: []byte(raw), Text: []byte(raw),
			Fields: []Field{{Start: uint32(i), End: uint32(i + len(name))}, {Start: uint32(i + len(name) + 1), End: uint32(len(raw) - 1)}},
		}
		line, at = rec.EndLine+1, rec.End
		if name == "broken" {
			b.AddReject(&rec, &Reject{Code: CodeStrayQuote, Note: message.Foreign("can't be read")})
		} else {
			b.Add(&rec)
		}
	}
	return io.EOF
}

// A reject tells where its record stands, whoever rejected it: the source, the
// conversion, or the database.
func TestRejectsTellTheirPlace(t *testing.T) {
	src := places{[]string{"good", "refuse", "broken", "good", "refuse"}}
	unread := []Column{{Name: "n", Type: Text}, {Name: "name", Type: Integer}} // a name is no number
	for about, columns := range map[string][]Column{"the database": textAndInteger, "the conversion": unread} {
		t.Run(about, func(t *testing.T) {
			var got []Reject
			s, err := runWith(t.Context(), src, &memory{}, layoutOf(t, Plan{}, src, columns...), Options{OnReject: func(rs []Reject) error {
				for _, r := range rs {
					r.Raw = append([]byte(nil), r.Raw...)
					got = append(got, r)
				}
				return nil
			}})
			want := []int{2, 3, 5}
			if about == "the conversion" {
				want = []int{1, 2, 3, 4, 5}
			}
			if err != nil || len(got) != len(want) || s.Rejected != int64(len(want)) {
				t.Fatalf("%d rejects, want %d: %v", len(got), len(want), err)
			}
			for i, n := range want {
				r, raw := got[i], strings.Repeat("\n", n-1)+src.names[n-1]+",1\n"
				line, at := int64(2), int64(7)
				for k := range n - 1 {
					line, at = line+int64(k)+1, at+int64(k+len(src.names[k])+len(",1\n"))
				}
				if r.Record != int64(n) || r.Line != line || r.EndLine != line+int64(n-1) || r.Offset != at || r.End != at+int64(len(raw)) || string(r.Raw) != raw || r.Time.IsZero() {
					t.Errorf("record %d on lines %d to %d, bytes %d to %d: %q; want record %d on lines %d to %d, bytes %d to %d: %q",
						r.Record, r.Line, r.EndLine, r.Offset, r.End, r.Raw, n, line, line+int64(n-1), at, at+int64(len(raw)), raw)
				}
			}
		})
	}
}

// Rejects keep their bytes though the blocks that they came in are used again
// before they are taken.
func TestRejectsOutliveTheirBlocks(t *testing.T) {
	const n, every = 10 * blockRows, blockRows / 4
	src := &lines{fields: []string{"name", "n"}, size: -1, all: func(yield func(string) bool) {
		for i := range n {
			line := fmt.Sprintf("row %d,1", i)
			if i%every == every-1 {
				line = fmt.Sprintf("row %d,x", i)
			}
			if !yield(line) {
				return
			}
		}
	}}
	dst, later, writes := &memory{}, make(chan struct{}), 0
	dst.onWrite = func(context.Context) error {
		if writes++; writes == blocks+3 {
			close(later)
		}
		return nil
	}
	taken := 0
	s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, textAndInteger...), Options{OnReject: func(rs []Reject) error {
		<-later
		for _, r := range rs {
			taken++
			if want := fmt.Sprintf("row %d,x\n", r.Record-1); string(r.Raw) != want {
				t.Errorf("the reject of record %d has the bytes %q, want %q", r.Record, r.Raw, want)
			}
		}
		return nil
	}})
	if err != nil || taken != n/every || s.Rejected != n/every {
		t.Errorf("%d rejects were taken, %+v, %v", taken, s, err)
	}
}

// A load whose target says that it did something else with the rows than there
// are ends, and commits none of it.
func TestRunEndsWhereCountsDoNotBalance(t *testing.T) {
	src, dst := linesOf("name,n", "a,1", "b,2"), &memory{}
	s, err := runWith(t.Context(), src, miscounting{dst}, layoutOf(t, Plan{}, src, textAndInteger...), Options{})
	if err == nil || !strings.Contains(err.Error(), "balance") || len(dst.rows) != 0 || s.Inserted != 0 {
		t.Errorf("%+v, rows %q, %v", s, dst.rows, err)
	}
}

// What a load that fails has skipped and updated since its last commit is undone
// too; what it had committed is told as it was.
func TestWhatIsUndoneIsTold(t *testing.T) {
	const each = 3 * blockRows // of inserted, updated and skipped rows
	for _, keeps := range []bool{false, true} {
		dst := &memory{}
		src := &lines{fields: []string{"name", "n"}, size: -1, all: func(yield func(string) bool) {
			for i := range 3 * each {
				if !yield("row," + []string{"1", "x"}[i%1000/999]) {
					return
				}
			}
			yield("stop")
		}}
		opt := Options{}
		if keeps {
			asked := 0
			opt.Paused = func() <-chan struct{} {
				if asked++; asked != 4 {
					return nil
				}
				resumed := make(chan struct{})
				close(resumed)
				return resumed // having committed
			}
		}
		s, err := runWith(t.Context(), src, upserting{dst}, layoutOf(t, Plan{}, src, textAndInteger...), opt)
		if !errors.Is(err, errStop) || s.Read != 3*each || s.Inserted+s.Updated+s.Skipped+s.Rejected+s.RolledBack != s.Read || s.RolledBack == 0 {
			t.Errorf("%+v, %v", s, err)
		}
		if kept := s.Inserted > 0 && s.Updated > 0 && s.Skipped > 0; kept != keeps || (s.Inserted+s.Updated+s.Skipped > 0) != keeps {
			t.Errorf("committing in between %v: %+v", keeps, s.Counts)
		}
	}
}

// An upserting target says that it inserted, updated and skipped a third each.
type upserting struct{ *memory }

func (u upserting) Prepare(context.Context, string, Layout) (Load, error) { return writing{u}, nil }

func (u upserting) Write(ctx context.Context, b *Batch) (Result, error) {
	res, err := u.memory.Write(ctx, b)
	third := res.Inserted / 3
	res.Inserted, res.Updated, res.Skipped = res.Inserted-2*third, third, third
	return res, err
}

// A load whose target can't be closed in order has not reached its end.
func TestRunTellsThatClosingFailed(t *testing.T) {
	src := linesOf("name,n", "a,1")
	var last Progress
	_, err := runWith(t.Context(), src, unclosable{&memory{}}, layoutOf(t, Plan{}, src, textAndInteger...), Options{OnProgress: func(p Progress) { last = p }})
	if !errors.Is(err, errClose) || last.Phase == PhaseDone {
		t.Errorf("%v in the phase %s", err, last.Phase)
	}
}

var errClose = errors.New("it does not close")

type unclosable struct{ *memory }

func (u unclosable) Prepare(context.Context, string, Layout) (Load, error) { return writing{u}, nil }
func (unclosable) Close() error                                            { return errClose }

// Texts that were taken for NULL are counted over all blocks, each once.
func TestSignsAreCounted(t *testing.T) {
	const n = 3 * blocks * blockRows
	src := &lines{fields: []string{"name", "n"}, size: -1, all: func(yield func(string) bool) {
		for i := range n {
			if !yield([]string{"NA,1", "-,1", "NA,1", "a,1"}[i%4]) {
				return
			}
		}
	}}
	l := layoutOf(t, Plan{}, src, textAndInteger...)
	s, err := Run(t.Context(), src, signing{plain(l)}, &memory{}, l, Options{})
	want := []SignCount{{Column: "name", Text: "NA", Count: n / 2}, {Column: "name", Text: "-", Count: n / 4}}
	if err != nil || !slices.Equal(s.Signs, want) {
		t.Errorf("%+v, want %+v, %v", s.Signs, want, err)
	}
}

// A signing converter takes the texts NA and - of its first column for NULL.
type signing struct{ plain }

func (c signing) Convert(b *Block) {
	c.plain.Convert(b)
	for i := range b.Rows {
		cell := &b.Row(i)[0]
		if text := string(b.Bytes(*cell)); text == "NA" || text == "-" {
			cell.Kind = CellNull
			b.CountSign(0, *cell, 1)
		}
	}
}

type miscounting struct{ *memory }

func (m miscounting) Prepare(context.Context, string, Layout) (Load, error) { return writing{m}, nil }

func (m miscounting) Write(ctx context.Context, b *Batch) (Result, error) {
	res, err := m.memory.Write(ctx, b)
	res.Inserted--
	return res, err
}
