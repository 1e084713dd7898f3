package targettest

import (
	"fmt"
	"io"
	"strconv"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A crowd is a source of people, some of whom are rejected, and its converter. Its blocks are small.
type crowd struct {
	records int
	next    int  // the record to come, from 0
	same    bool // records of the same id are equal
}

const blockRecords = 60

// A person is a record. Of some the quantity is no number, of some the name is missing, and of some the
// id is that of an earlier one: of one that is near, or of the first.
type person struct {
	id   int
	name string // "" is none
	qty  string
}

func (p *crowd) record(n int) person {
	r := person{id: n, name: fmt.Sprintf("Zoë %d, \"the\\th\"\t%d'", n, n*n), qty: strconv.Itoa(n * 7)}
	switch {
	case n%41 == 0:
		r.qty = "many"
	case n%53 == 0:
		r.name = ""
	case n%101 == 0:
		r.id = 1
	case n%37 == 0:
		r.id = n - 20
	}
	if p.same && r.id != n {
		r = p.record(r.id)
	}
	return r
}

func (p *crowd) Fields() []string { return []string{"id", "name", "qty"} }
func (p *crowd) Size() int64      { return int64(p.records) * 100 }

func (p *crowd) Fill(b *load.Block) error {
	for range blockRecords {
		if p.next == p.records {
			return io.EOF
		}
		p.next++
		b.Add(p.packed(p.next))
	}
	return nil
}

// packed returns a record as its source does. Each has 100 bytes of the file.
func (p *crowd) packed(n int) *load.Record {
	r := p.record(n)
	line := fmt.Appendf(nil, "%d;%s;%s", r.id, r.name, r.qty)
	a := len(strconv.Itoa(r.id))
	b := a + 1 + len(r.name)
	return &load.Record{
		Number: int64(n), Line: int64(n + 1), EndLine: int64(n + 1), Offset: int64(n-1) * 100, End: int64(n) * 100, Consumed: int64(n) * 100,
		Raw: line, Text: line,
		Fields: []load.Field{{Start: 0, End: uint32(a)}, {Start: uint32(a + 1), End: uint32(b)}, {Start: uint32(b + 1), End: uint32(len(line))}},
	}
}

func (p *crowd) Convert(b *load.Block) {
	good := b.Rows[:0]
	for i, row := range b.Rows {
		f := b.Fields[i*3:]
		text := func(k int) string { return string(b.Arena[f[k].Start:f[k].End]) }
		qty, err := strconv.ParseInt(text(2), 10, 64)
		if err != nil {
			b.Reject(row, "qty", []byte(text(2)), load.Fault{Code: load.CodeNotAnInteger, Note: message.Foreign("is no whole number")})
			continue
		}
		id, _ := strconv.ParseInt(text(0), 10, 64) // it is one
		name := load.TextCell(int(f[1].Start), int(f[1].End))
		if text(1) == "" {
			name = load.Cell{}
		}
		good = append(good, row)
		b.Cells = append(b.Cells, load.IntCell(id), name, load.IntCell(qty))
	}
	b.Rows = good
}

// expected is what should come of a load.
type expected struct {
	rows    map[string]string // by id
	rejects map[int64]load.Code
	load.Counts
}

// expect returns what should come of a load of all records into an empty table.
func (p *crowd) expect(rule load.Conflict) expected {
	e := expected{rows: map[string]string{}, rejects: map[int64]load.Code{}}
	e.Read = int64(p.records)
	for n := 1; n <= p.records; n++ {
		r := p.record(n)
		id := strconv.Itoa(r.id)
		row := r.name + "|" + r.qty
		_, there := e.rows[id]
		switch {
		case r.qty == "many":
			e.rejects[int64(n)] = load.CodeNotAnInteger
		case r.name == "":
			e.rejects[int64(n)] = load.CodeRequired
		case !there:
			e.rows[id] = row
			e.Inserted++
		case rule == load.ConflictSkip:
			e.Skipped++
		case rule == load.ConflictUpdate, rule == load.ConflictReplace:
			e.rows[id] = row
			e.Updated++
		default:
			e.rejects[int64(n)] = load.CodeDuplicateKey
		}
	}
	e.Rejected = int64(len(e.rejects))
	return e
}
