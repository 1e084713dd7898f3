package sample

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"linefeed/backend/load"
)

// Options say which file to write. The same options make the same bytes.
type Options struct {
	Rows int64  // the number of records
	Seed uint64 // selects the records

	// Bad is the share of bad records, from 0 to 1. The first ten records
	// are always good.
	Bad float64
}

// alwaysGood is the number of records at the start that are never bad: what a preview
// shows first is clean, and a duplicate always finds a key.
const alwaysGood = 10

// A Bad is one bad record of a sample file: its position, and why an import into the
// "articles" preset must reject it.
type Bad struct {
	Record  int64     `csv:"record"`   // 1 for the first after the header
	Line    int64     `csv:"line"`     // first physical line
	EndLine int64     `csv:"end_line"` // last physical line
	Column  string    `csv:"column"`   // "" if the record as a whole is bad
	Code    load.Code `csv:"code"`
}

// Write writes a sample file to w, and calls onBad, unless it is nil, for each bad record
// in file order. Its memory doesn't grow with the file.
func Write(w io.Writer, o Options, onBad func(Bad) error) error {
	if o.Rows < 0 || o.Bad < 0 || o.Bad > 1 {
		return fmt.Errorf("sample: %d rows with a share of %g bad: want no less than 0 rows, and a share from 0 to 1", o.Rows, o.Bad)
	}
	g := &generator{o: o}
	g.rnd = rand.New(&g.pcg)
	out := newSpoiler(g, w, onBad)

	// gocsv writes slices: it gets the articles in chunks.
	chunk := make([]Article, 0, 1024)
	if err := gocsv.MarshalCSV(chunk, out); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	for n := int64(1); n <= o.Rows; n += int64(len(chunk)) {
		chunk = chunk[:min(int64(cap(chunk)), o.Rows-n+1)]
		for i := range chunk {
			chunk[i] = g.article(n + int64(i))
		}
		if err := gocsv.MarshalCSVWithoutHeaders(chunk, out); err != nil {
			return fmt.Errorf("write sample: %w", err)
		}
	}
	if err := out.w.Flush(); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	return nil
}

// A generator makes the articles. Each depends only on the seed and its number.
type generator struct {
	o   Options
	pcg rand.PCG
	rnd *rand.Rand // draws from pcg
}

// start begins the draws of record n, which are the same each time, and returns the
// record's fault, or nil.
func (g *generator) start(n int64) *fault {
	g.pcg.Seed(g.o.Seed, uint64(n))
	bad := g.rnd.Float64() < g.o.Bad
	f := &faults[g.rnd.IntN(len(faults))]
	if !bad || n <= alwaysGood {
		return nil
	}
	return f
}

func (g *generator) article(n int64) Article {
	f := g.start(n)
	plain := f != nil && f.line != nil
	r := g.rnd
	what := articles[r.IntN(len(articles))]
	a := Article{
		SKU:      sku(n),
		Title:    qualities[r.IntN(len(qualities))] + " " + materials[r.IntN(len(materials))] + " " + what.name,
		Category: what.category,
		Price:    Cents(100 * (4 + r.IntN(12)*r.IntN(120) + r.IntN(90))),
		Currency: currencies[r.IntN(len(currencies))],
		Quantity: r.IntN(200),
		Active:   r.IntN(8) > 0,
	}
	if r.IntN(3) > 0 {
		a.Price -= 5
	}
	switch style := r.IntN(20); {
	case plain:
	case style == 0:
		a.Title = strconv.Itoa(20*(1+r.IntN(10))) + `" ` + a.Title
	case style < 4:
		a.Title += ", " + materials[r.IntN(len(materials))]
	}
	a.Description = g.description(plain)
	if r.IntN(20) > 0 {
		a.PublishedAt = Timestamp(time.Unix(1577836800+r.Int64N(6*365*24*3600), 0).UTC())
	}
	return a
}

// description returns one to three sentences; plain ones contain nothing that has to be
// quoted.
func (g *generator) description(plain bool) string {
	r := g.rnd
	style := r.IntN(20)
	if style == 0 {
		return ""
	}
	var b strings.Builder
	next := r.IntN(len(sentences))
	for i := 1 + r.IntN(3); i > 0; i-- {
		switch {
		case b.Len() == 0:
		case style == 1 && !plain:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(sentences[next])
		next = (next + 5) % len(sentences)
	}
	if plain {
		return b.String()
	}
	switch style {
	case 2:
		b.WriteString(` Known as the "` + qualities[r.IntN(len(qualities))] + `" line.`)
	case 3, 4, 5:
		b.WriteString(" Works with " + materials[r.IntN(len(materials))] + ", " + materials[r.IntN(len(materials))] + " and paint.")
	}
	return b.String()
}

// earlierKey returns the key of a good record before record n.
func (g *generator) earlierKey(n int64) string {
	for range 8 {
		if k := 1 + g.rnd.Int64N(n-1); g.good(k) {
			return sku(k)
		}
	}
	return sku(1 + g.rnd.Int64N(alwaysGood))
}

// good reports whether record n is a good one, without changing the draws.
func (g *generator) good(n int64) bool {
	was := g.pcg
	defer func() { g.pcg = was }()
	return g.start(n) == nil
}

func sku(n int64) string {
	digits := strconv.FormatInt(n, 10)
	return "A-" + "00000000"[:max(0, 8-len(digits))] + digits
}

// A spoiler is the gocsv.CSVWriter that encodes the rows, spoils the bad ones, and tracks
// the line number.
type spoiler struct {
	g     *generator
	w     *bufio.Writer
	onBad func(Bad) error

	record  int64 // of the next row; 0 for the header
	line    int64 // of the next row
	encoded bytes.Buffer
	csv     *csv.Writer // to encoded
	err     error       // the first one
}

func newSpoiler(g *generator, w io.Writer, onBad func(Bad) error) *spoiler {
	s := &spoiler{g: g, w: bufio.NewWriterSize(w, 1<<18), onBad: onBad, line: 1}
	s.csv = csv.NewWriter(&s.encoded)
	return s
}

// Write implements gocsv.CSVWriter.
func (s *spoiler) Write(row []string) error {
	n := s.record
	s.record++
	var f *fault
	variant := 0
	if n > 0 {
		if f = s.g.start(n); f != nil {
			variant = s.g.rnd.IntN(60)
		}
	}
	if f != nil && f.row != nil {
		row = f.row(row, variant)
		if f.code == duplicate {
			row[fieldSKU] = s.g.earlierKey(n)
		}
	}
	s.encoded.Reset()
	if err := s.csv.Write(row); err != nil {
		return s.fail(err)
	}
	s.csv.Flush()
	line := s.encoded.Bytes()
	if f != nil && f.line != nil {
		line = f.line(line, variant)
	}
	first := s.line
	s.line += int64(bytes.Count(line, []byte{'\n'}))
	if _, err := s.w.Write(line); err != nil {
		return s.fail(err)
	}
	if f != nil && s.onBad != nil {
		b := Bad{Record: n, Line: first, EndLine: s.line - 1, Column: f.column, Code: f.code}
		if err := s.onBad(b); err != nil {
			return s.fail(err)
		}
	}
	return nil
}

func (s *spoiler) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return err
}

// Flush implements gocsv.CSVWriter. Rows stay in the buffer, which Write flushes at the
// end.
func (s *spoiler) Flush() {}

// Error implements gocsv.CSVWriter.
func (s *spoiler) Error() error { return s.err }
