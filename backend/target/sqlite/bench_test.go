package sqlite_test

import (
	"linefeed/backend/target/targettest"

	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
)

// The benchmarks measure the floor: inserting batches that are already read and
// converted. One operation is one row.

const batchRows = 4096

func BenchmarkArticles(b *testing.B) {
	loadRows(b, articles(), articlePlan())
}

// A tenth of the rows is refused, each of them between good ones.
func BenchmarkTenthRefused(b *testing.B) {
	shape := articles()
	row := shape.row
	shape.row = func(p *packer, i int) {
		if i%10 == 9 {
			i /= 20 // an earlier key
		}
		row(p, i)
	}
	loadRows(b, shape, articlePlan())
}

// The keys are in random order.
func BenchmarkRandomKeys(b *testing.B) {
	shape := articles()
	row := shape.row
	shape.row = func(p *packer, i int) { row(p, int(uint32(i)*2654435761%100_000_000)) }
	loadRows(b, shape, articlePlan())
}

// A trigger requires one statement per row.
func BenchmarkTrigger(b *testing.B) {
	loadRows(b, articles(), articlePlan(), "CREATE TRIGGER t AFTER INSERT ON articles WHEN new.quantity < 0 BEGIN SELECT 1; END")
}

func BenchmarkSkip(b *testing.B) {
	p := articlePlan()
	p.OnConflict = load.ConflictSkip
	loadRows(b, articles(), p)
}

func BenchmarkUpdate(b *testing.B) {
	p := articlePlan()
	p.OnConflict = load.ConflictUpdate
	loadRows(b, articles(), p)
}

// What is needed to undo the load is kept: rows that are inserted are noted by the bulk
// path, and those that may be changed by triggers.
func BenchmarkUndoable(b *testing.B) {
	p := articlePlan()
	p.Undo = true
	loadRows(b, articles(), p)
}

func BenchmarkUndoableUpdate(b *testing.B) {
	p := articlePlan()
	p.Undo, p.OnConflict = true, load.ConflictUpdate
	loadRows(b, articles(), p)
}

func BenchmarkForeignKey(b *testing.B) {
	loadRows(b, articles(), articlePlan(),
		"CREATE TABLE currencies (code TEXT PRIMARY KEY)", "INSERT INTO currencies VALUES ('EUR')",
		"DROP TABLE articles", "CREATE TABLE articles (sku VARCHAR(32) NOT NULL PRIMARY KEY, title VARCHAR(120) NOT NULL, description TEXT, category VARCHAR(40), price DECIMAL(10,2) NOT NULL CHECK (price >= 0), currency VARCHAR(3) NOT NULL REFERENCES currencies, quantity INTEGER NOT NULL, published_at TIMESTAMP, active BOOLEAN NOT NULL)")
}

func BenchmarkNarrow(b *testing.B) {
	loadRows(b, shape{
		columns: []load.Column{{Name: "a", Type: load.Integer}, {Name: "b", Type: load.Integer}, {Name: "c", Type: load.Integer}},
		row: func(p *packer, i int) {
			p.int(int64(i))
			p.int(int64(i) * 7919 % 1000003)
			p.int(int64(i % 100))
		},
	}, load.Plan{Table: "narrow"})
}

func BenchmarkWide(b *testing.B) {
	s := shape{row: func(p *packer, i int) {
		for k := range 120 {
			switch k % 3 {
			case 0:
				p.int(int64(i * k))
			case 1:
				p.text("value %d", i%1000+k)
			default:
				p.float(float64(i) / float64(k))
			}
		}
	}}
	types := []load.Type{load.Integer, load.Text, load.Float}
	for k := range 120 {
		s.columns = append(s.columns, load.Column{Name: fmt.Sprintf("column_%d", k), Type: types[k%3], Nullable: true})
	}
	loadRows(b, s, load.Plan{Table: "wide"})
}

// A shape is a table and a generator of its rows.
type shape struct {
	columns []load.Column
	row     func(p *packer, i int)
}

// articles is the table of the sample file: about 158 bytes a row.
func articles() shape {
	return shape{
		columns: []load.Column{
			{Name: "sku", Type: load.Text, Length: 32, PrimaryKey: true},
			{Name: "title", Type: load.Text, Length: 120},
			{Name: "description", Type: load.Text, Nullable: true},
			{Name: "category", Type: load.Text, Length: 40, Nullable: true},
			{Name: "price", Type: load.Decimal, Precision: 10, Scale: 2, Check: "price >= 0"},
			{Name: "currency", Type: load.Text, Length: 3},
			{Name: "quantity", Type: load.Integer},
			{Name: "published_at", Type: load.Timestamp, Nullable: true},
			{Name: "active", Type: load.Boolean},
		},
		row: func(p *packer, i int) {
			p.text("A-%08d", i)
			p.text("Oak table, extending, number %d", i)
			p.text("A table of solid oak for %d guests, oiled by hand, with two leaves", i%12)
			p.text("Furniture")
			p.text("%d.%02d", i%900, i%100)
			p.text("EUR")
			p.int(int64(i % 500))
			p.text("2026-03-%02d 12:%02d:00", i%28+1, i%60)
			p.int(int64(i & 1))
		},
	}
}

func articlePlan() load.Plan { return load.Plan{Table: "articles"} }

// A packer packs the cells of a batch.
type packer struct{ *load.Batch }

func (p *packer) int(v int64)     { p.Cells = append(p.Cells, load.IntCell(v)) }
func (p *packer) float(v float64) { p.Cells = append(p.Cells, load.FloatCell(v)) }
func (p *packer) text(format string, args ...any) {
	start := len(p.Arena)
	p.Arena = fmt.Appendf(p.Arena, format, args...)
	p.Cells = append(p.Cells, load.TextCell(start, len(p.Arena)))
}

// prepared holds the batches of the last benchmark, which runs several times with
// different numbers of rows.
var prepared struct {
	name    string
	rows    int
	batches []*load.Batch
}

func batchesOf(b *testing.B, s shape) []*load.Batch {
	if prepared.name != b.Name() || prepared.rows < b.N {
		prepared.name, prepared.rows, prepared.batches = b.Name(), b.N, nil
		for i := 0; i < b.N; i += batchRows {
			p := &packer{&load.Batch{Cols: len(s.columns), Rows: make([]load.Row, min(batchRows, b.N-i))}}
			for k := range p.Rows {
				s.row(p, i+k)
			}
			prepared.batches = append(prepared.batches, p.Batch)
		}
	}
	return prepared.batches[:(b.N+batchRows-1)/batchRows]
}

func loadRows(b *testing.B, s shape, p load.Plan, setup ...string) {
	batches := batchesOf(b, s)
	f := file{filepath.Join(b.TempDir(), fmt.Sprintf("%d.db", rand.Uint32()))}
	t, err := target.Open(b.Context(), f.path)
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close()
	l := load.Layout{Plan: p, Columns: s.columns, Make: s.columns}
	l.Plan.Create = true
	if setup != nil || p.OnConflict != "" {
		w, err := targettest.Begin(b.Context(), t, l)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Commit(b.Context(), load.Mark{}); err != nil {
			b.Fatal(err)
		}
		w.Close()
		for _, statement := range setup {
			f.exec(b, statement)
		}
		l.Plan.Create = false
	}
	job := ""
	if p.Undo {
		job = "benchmark"
	}
	b.ResetTimer()
	into, err := t.Prepare(b.Context(), job, l)
	if err != nil {
		b.Fatal(err)
	}
	defer into.Close()
	w, err := into.Writer(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	var done int64
	for _, batch := range batches {
		res, err := w.Write(b.Context(), batch)
		if err != nil {
			b.Fatal(err)
		}
		done += res.Inserted + res.Updated + res.Skipped + int64(len(res.Refused))
	}
	if err := w.Commit(b.Context(), load.Mark{}); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	var bytes int
	for _, batch := range batches {
		bytes += len(batch.Arena)
	}
	b.SetBytes(int64(bytes / b.N))
	if info, err := os.Stat(f.path); err == nil {
		b.ReportMetric(float64(info.Size())/float64(b.N), "disk-B/op")
	}
}
