package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// A server is a Target with a memory, to which connections can be lost. What a row
// becomes is in its first value: "refuse", "update" or "skip"; others are inserted.
type server struct {
	pace     Pace
	markless bool // there is no place for marks
	// fault says what happens to the n-th call, the first is 1.
	fault func(n int, call string) fault
	// refuse says which records are refused whatever they hold; may be nil.
	refuse func(record int64) bool
	// onWrite is called first in each write, by any writer.
	onWrite func(writer int)
	// closing is the error of each writer's Close.
	closing error

	mu       sync.Mutex
	calls    int
	starts   int // how often it was started again
	prepared int
	made     bool // the table was made, with a commit
	misused  int  // calls of writers that had failed
	rows     []stored
	marks    map[string]map[int]Mark
	writes   []int // the bytes of the rows of each
	atCommit []int // len(writes) at each commit
}

// A stored row is what was committed of it.
type stored struct {
	record int64
	writer int
	text   string
}

// A fault is what goes wrong with a call.
type fault int

const (
	noFault      fault = iota
	lostBefore         // the connection is cut before the call takes effect
	lostAfter          // and after, before the answer
	serverStarts       // all connections are cut, before
	fails              // the call fails for another reason
)

var (
	errCut, errDead    = errors.New("cut"), errors.New("used after it was lost")
	errFails, errThere = errors.New("the disk is full"), errors.New("there is such a table")
)

// call reports what happens to a call. The mutex is held.
func (s *server) call(call string) (before, after error) {
	s.calls++
	if s.fault == nil {
		return nil, nil
	}
	switch s.fault(s.calls, call) {
	case lostBefore:
		return Lost(errCut), nil
	case lostAfter:
		return nil, Lost(errCut)
	case serverStarts:
		s.starts++
		return Lost(errCut), nil
	case fails:
		return errFails, nil
	}
	return nil, nil
}

func (s *server) Columns(context.Context, TableName) ([]Column, error) { return nil, ErrNoTable }
func (s *server) Close() error                                         { return nil }

func (s *server) Prepare(_ context.Context, job string, l Layout) (Load, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, after := s.call("prepare")
	if err := errors.Join(before, after); err != nil {
		return nil, err
	}
	s.prepared++
	if s.markless {
		job = ""
	}
	p := &preparedLoad{s: s, job: job, starts: s.starts, creates: l.Plan.Create}
	for _, m := range s.marks[job] {
		p.marks = append(p.marks, m)
	}
	if l.Plan.Create && s.made && len(p.marks) == 0 {
		return nil, errThere
	}
	return p, nil
}

type preparedLoad struct {
	s       *server
	job     string
	starts  int
	creates bool
	marks   []Mark
}

func (p *preparedLoad) Marks() ([]Mark, bool) { return p.marks, p.job != "" }
func (p *preparedLoad) Pace() Pace            { return p.s.pace }
func (p *preparedLoad) Close() error          { return nil }

func (p *preparedLoad) Writer(_ context.Context, i int) (Writer, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	before, after := p.s.call("writer")
	if err := errors.Join(before, after); err != nil {
		return nil, err
	}
	return &connection{preparedLoad: p, index: i}, nil
}

// A connection is a writer.
type connection struct {
	*preparedLoad
	index   int
	pending []stored
	dead    bool
}

// do has f take effect, unless the connection is lost before.
func (c *connection) do(call string, f func()) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.dead {
		c.s.misused++
		return errDead
	}
	before, after := c.s.call(call)
	if c.starts != c.s.starts {
		before = Lost(errCut)
	}
	if before == nil {
		f()
	}
	err := errors.Join(before, after)
	if err != nil {
		c.dead, c.pending = true, nil
	}
	return err
}

func (c *connection) Write(ctx context.Context, b *Batch) (res Result, err error) {
	if ctx.Err() != nil {
		return res, ctx.Err()
	}
	if c.s.onWrite != nil {
		c.s.onWrite(c.index)
	}
	err = c.do("write", func() {
		size := 0
		for i := range b.Rows {
			var texts []string
			for _, cell := range b.Row(i) {
				texts = append(texts, string(b.Text(cell)))
			}
			size += len(b.Raw(i))
			if c.s.refuse != nil && c.s.refuse(b.Rows[i].Number) {
				texts[0] = "refuse"
			}
			switch texts[0] {
			case "refuse":
				res.Refused = append(res.Refused, Refusal{Row: i, Column: 0, Code: CodeDuplicateKey})
				continue
			case "update":
				res.Updated++
			case "skip":
				res.Skipped++
			default:
				res.Inserted++
			}
			c.pending = append(c.pending, stored{b.Rows[i].Number, c.index, strings.Join(texts, ",")})
		}
		c.s.writes = append(c.s.writes, size)
	})
	return res, err
}

func (c *connection) Commit(ctx context.Context, m Mark) error {
	if ctx.Err() != nil {
		return Lost(ctx.Err())
	}
	return c.do("commit", func() {
		c.s.rows = append(c.s.rows, c.pending...)
		c.pending = nil
		c.s.made = c.s.made || c.creates
		c.s.atCommit = append(c.s.atCommit, len(c.s.writes))
		if c.job == "" {
			return
		}
		if c.s.marks == nil {
			c.s.marks = map[string]map[int]Mark{}
		}
		if c.s.marks[c.job] == nil {
			c.s.marks[c.job] = map[int]Mark{}
		}
		c.s.marks[c.job][c.index] = m
	})
}

func (c *connection) Close() error { c.dead = true; return c.s.closing }

// A list is a source of records in small blocks, which can be read again. The
// records say that they are far apart in the file, so that they are shared out.
type list struct {
	all   []string
	block int // records in each block
	apart int // bytes
	at    int
	after int // the records up to this one are no part of the outcome
}

// skip goes on after a record.
func (l *list) skip(p Position) error {
	at := int(p.Record)
	if want := (Position{p.Record, p.Record + 1, int64((at-1)*l.apart + len(l.all[at-1]) + 1)}); p != want || l.at != 0 {
		return fmt.Errorf("after %d records, skip to %+v, want %+v", l.at, p, want)
	}
	l.at = at
	return nil
}

func (*list) Fields() []string { return []string{"name", "n"} }
func (l *list) Size() int64    { return int64(len(l.all) * l.apart) }

func (l *list) rewind() error {
	l.at = 0
	return nil
}

func (l *list) Fill(b *Block) error {
	for range l.block {
		if l.at == len(l.all) {
			return io.EOF
		}
		line := l.all[l.at]
		raw := []byte(line + "\n")
		rec := Record{
			Number: int64(l.at + 1), Line: int64(l.at + 2), EndLine: int64(l.at + 2),
			Offset: int64(l.at * l.apart), End: int64(l.at*l.apart + len(raw)), Consumed: int64((l.at + 1) * l.apart),
			Raw: raw, Text: raw,
		}
		l.at++
		if code, bad := strings.CutPrefix(line, "!"); bad {
			b.AddReject(&rec, &Reject{Code: Code(code)})
			continue
		}
		comma := strings.IndexByte(line, ',')
		rec.Fields = []Field{{Start: 0, End: uint32(comma)}, {Start: uint32(comma + 1), End: uint32(len(line))}}
		b.Add(&rec)
	}
	return nil
}

// mixed returns a list of n records of all kinds.
func mixed(n int) *list {
	l := &list{block: 5, apart: shareBytes / 3}
	for i := range n {
		line := fmt.Sprintf("row %d,%d", i, i)
		switch i % 11 {
		case 2:
			line = fmt.Sprintf("refuse,%d", i)
		case 4:
			line = "NA," + []string{"1", "x"}[i%2] // a sign, perhaps of a record that is rejected
		case 5:
			line = fmt.Sprintf("row %d,x", i)
		case 6:
			line = fmt.Sprintf("update,%d", i)
		case 7:
			line = fmt.Sprintf("skip,%d", i)
		case 9:
			line = "!stray_quote"
		case 10:
			line = "-,0"
		}
		l.all = append(l.all, line)
	}
	return l
}

// outcome is what becomes of a list.
type outcome struct {
	counts   Counts
	kept     []int64 // records that are stored
	rejected []int64
	signs    []SignCount
}

func (l *list) outcome() (o outcome) {
	signs := map[string]int64{}
	for i, line := range l.all {
		if i < l.after {
			continue
		}
		o.counts.Read++
		record := int64(i + 1)
		switch {
		case line[0] == '!', strings.HasSuffix(line, ",x"), strings.HasPrefix(line, "refuse"):
			o.counts.Rejected++
			o.rejected = append(o.rejected, record)
			continue
		case strings.HasPrefix(line, "update"):
			o.counts.Updated++
		case strings.HasPrefix(line, "skip"):
			o.counts.Skipped++
		default:
			o.counts.Inserted++
		}
		o.kept = append(o.kept, record)
		if name, _, _ := strings.Cut(line, ","); name == "NA" || name == "-" {
			signs[name]++
		}
	}
	for _, text := range []string{"NA", "-"} {
		if signs[text] > 0 {
			o.signs = append(o.signs, SignCount{"name", text, signs[text]})
		}
	}
	slices.SortFunc(o.signs, bySign)
	return o
}

func bySign(a, b SignCount) int { return strings.Compare(a.Text, b.Text) }

// numbers keeps the records of the rejects that were told.
func numbers(to *[]int64) func([]Reject) error {
	return func(rejects []Reject) error {
		for _, r := range rejects {
			*to = append(*to, r.Record)
		}
		return nil
	}
}

// records returns the records of which rows are committed, in rising order.
func (s *server) records() []int64 {
	var all []int64
	for _, r := range s.rows {
		all = append(all, r.record)
	}
	slices.Sort(all)
	return all
}
