package load

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// articleColumns are those of the article sample.
func articleColumns() []Column {
	return []Column{
		{Name: "sku", Type: Text, Length: 32},
		{Name: "title", Type: Text, Length: 200},
		{Name: "description", Type: Text, Nullable: true},
		{Name: "category", Type: Text, Nullable: true},
		{Name: "price", Type: Decimal, Precision: 10, Scale: 2, Nullable: true},
		{Name: "currency", Type: Text, Length: 3, Nullable: true},
		{Name: "quantity", Type: Integer, Nullable: true},
		{Name: "published_at", Type: Timestamp, Nullable: true},
		{Name: "active", Type: Boolean, Nullable: true},
	}
}

func articleLayout() Layout {
	columns := articleColumns()
	l := Layout{Columns: columns}
	for i, c := range columns {
		l.Fields = append(l.Fields, c.Name)
		l.Index = append(l.Index, i)
	}
	return l
}

// packed puts the texts of a record into an arena, with commas between them.
func packed(texts ...string) ([]byte, []Field) {
	var arena []byte
	var fields []Field
	for _, text := range texts {
		start := len(arena)
		arena = append(arena, text...)
		fields = append(fields, Field{Start: uint32(start), End: uint32(len(arena))})
		arena = append(arena, ',')
	}
	return arena, fields
}

var article = []string{"A-00048112", "Oak table, 4 seats", "A table of oak for the kitchen; it seats four people.",
	"Furniture", "129.50", "EUR", "4", "2026-03-01T00:00:00Z", "true"}

// blockOf packs records, each of the fields that its texts are.
func blockOf(c *converter, records ...[]string) *Block {
	b := &Block{}
	b.Reset(len(c.columns), len(c.columns))
	for i, texts := range records {
		text, fields := packed(texts...)
		b.Add(&Record{Number: int64(i + 1), Line: int64(i + 2), EndLine: int64(i + 2), Raw: text, Text: text, Fields: fields})
	}
	return b
}

func TestBlock(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	records := make([][]string, 2*cellsAtOnce)
	for i := range records {
		records[i] = slices.Clone(article)
		records[i][0] = fmt.Sprintf("A-%d", i)
	}
	b := blockOf(c, records...)
	was := string(b.Arena)
	c.block(b)
	if len(b.Rejects) > 0 || len(b.Rows) != len(records) {
		t.Fatalf("%d rejects and %d rows of %d records", len(b.Rejects), len(b.Rows), len(records))
	}
	for row, record := range records {
		want := slices.Clone(record)
		want[7], want[8] = "2026-03-01 00:00:00", "1"
		for i, cell := range b.Row(row) {
			if got := cellText(b.Arena, cell); got != want[i] {
				t.Fatalf("row %d: %s is %s, want %s", row, c.columns[i].target.Name, got, want[i])
			}
		}
	}
	if !strings.HasPrefix(string(b.Arena), was) {
		t.Error("the arena's old content was changed")
	}
}

func TestBlockOfFewerFields(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	b := blockOf(c, article, []string{"A-1", "Table"}, []string{"A-1"}, article)
	b.Cells = slices.Repeat([]Cell{IntCell(99)}, 100)[:0] // of the block before
	c.block(b)
	if len(b.Rows) != 3 || b.Rows[2].Number != 4 || cellText(b.Arena, b.Row(2)[0]) != article[0] {
		t.Errorf("rows %+v, want those of the records 1, 2 and 4", b.Rows)
	}
	for i, cell := range b.Row(1)[2:] {
		if cell != (Cell{}) {
			t.Errorf("%s is %+v, want NULL", c.columns[i+2].target.Name, cell)
		}
	}
	if len(b.Rejects) != 1 || b.Rejects[0].Code != CodeRequired || b.Rejects[0].Column != "title" || b.Rejects[0].Record != 3 {
		t.Errorf("without a title: %+v, want title required in record 3", b.Rejects)
	}
}

func TestBlockNamesAllWrongColumns(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	texts := slices.Clone(article)
	texts[4], texts[6], texts[7] = "12,5O", "many", "2026-02-30T00:00:00Z"
	b := blockOf(c, texts)
	c.block(b)
	if len(b.Rejects) != 1 || len(b.Rows) != 0 || len(b.Cells) != 0 {
		t.Fatal("the record was taken")
	}
	r := b.Rejects[0]
	if r.Column != "price" || r.Value != "12,5O" || r.Code != CodeNotANumber || r.Hint != "a letter O for a zero?; also wrong: quantity, published_at" {
		t.Errorf("column %s, %s: %s", r.Column, r.Code, r.Hint)
	}
	if want := strings.Join(texts, ",") + ","; string(r.Raw) != want {
		t.Errorf("its bytes are %q, want %q", r.Raw, want)
	}
}

func TestBlockNamesFewOfMany(t *testing.T) {
	var l Layout
	var texts []string
	for i := range 9 {
		l.Columns = append(l.Columns, Column{Name: fmt.Sprintf("c%d", i), Type: Integer})
		l.Index = append(l.Index, i)
		texts = append(texts, "x")
	}
	c, err := newConverter(l)
	if err != nil {
		t.Fatal(err)
	}
	b := blockOf(c, texts)
	c.block(b)
	if want := "also wrong: c1, c2, c3, c4, c5 and 3 others"; !strings.HasSuffix(b.Rejects[0].Hint, want) {
		t.Errorf("hint %q, want one that ends in %q", b.Rejects[0].Hint, want)
	}
}

func BenchmarkBlock(b *testing.B) {
	c, err := newConverter(articleLayout())
	if err != nil {
		b.Fatal(err)
	}
	records := blockOf(c, slices.Repeat([][]string{article}, 1000)...)
	arena := len(records.Arena)
	b.ReportAllocs()
	for b.Loop() {
		records.Arena = records.Arena[:arena]
		if c.block(records); len(records.Rows) != 1000 {
			b.Fatal(records.Rejects[0].Message)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}

// BenchmarkConvert measures one value of each type and the usual formats.
func BenchmarkConvert(b *testing.B) {
	for _, bb := range []struct {
		name   string
		column Column
		text   string
	}{
		{"text", Column{Type: Text, Length: 200}, article[2]},
		{"text/multibyte", Column{Type: Text, Length: 64}, "Eichentisch für die Küche, für vier Personen, geölt, 160 × 90 cm"},
		{"integer", Column{Type: Integer}, "12345"},
		{"integer/grouped", Column{Type: Integer, Format: "1.234"}, "12.345"},
		{"decimal", Column{Type: Decimal, Precision: 10, Scale: 2}, "129.50"},
		{"decimal/comma", Column{Type: Decimal, Precision: 10, Scale: 2, Format: "1.234,56 €"}, "1.129,50 €"},
		{"float", Column{Type: Float}, "52.520008"},
		{"boolean", Column{Type: Boolean}, "true"},
		{"date", Column{Type: Date}, "2026-03-01"},
		{"date/pattern", Column{Type: Date, Format: "DD.MM.YYYY"}, "01.03.2026"},
		{"date/name", Column{Type: Date, Format: "DD MMM YYYY"}, "01 March 2026"},
		{"timestamp/RFC3339", Column{Type: Timestamp}, "2026-03-01T00:00:00Z"},
		{"timestamp/canonical", Column{Type: Timestamp}, "2026-03-01 00:00:00"},
		{"timestamptz", Column{Type: TimestampTZ}, "2026-03-01T12:00:00+02:00"},
		{"uuid", Column{Type: UUID}, "0190a5d2-7c1b-7e3a-9f00-00c04fd430c8"},
		{"json", Column{Type: JSON}, `{"colour":"oak","sizes":[160,90,75],"in_stock":true}`},
		{"binary", Column{Type: Binary}, "0190a5d27c1b7e3a9f0000c04fd430c8"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			v, err := newConversion(bb.column, Plan{})
			if err != nil {
				b.Fatal(err)
			}
			arena, f := arenaWith(bb.text)
			arena = slices.Grow(arena, 256)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, flt := v.convert(arena, f); flt != nil {
					b.Fatal(flt.message)
				}
			}
		})
	}
}

// BenchmarkFault measures values that are refused: a file full of them must
// not crawl.
func BenchmarkFault(b *testing.B) {
	for _, bb := range []struct {
		column Column
		text   string
	}{
		{Column{Type: Integer}, "many"},
		{Column{Type: Integer}, "12 pcs"},
		{Column{Type: Integer}, "12.5"},
		{Column{Type: Decimal, Precision: 10, Scale: 2}, "12.5O"},
		{Column{Type: Decimal, Precision: 10, Scale: 2}, "on request"},
		{Column{Type: Decimal, Precision: 10, Scale: 2}, "~12.50"},
		{Column{Type: Decimal, Precision: 10, Scale: 2}, "12.50 €"},
		{Column{Type: Decimal, Precision: 10, Scale: 2}, "123456789.00"},
		{Column{Type: Timestamp}, "2025-02-30 10:00:00"},
		{Column{Type: Timestamp}, "next week"},
		{Column{Type: Timestamp}, "31.12.2025 10:00"},
		{Column{Type: Boolean}, "maybe"},
		{Column{Type: Text, Length: 3}, "US dollars"},
	} {
		b.Run(bb.column.Type.String()+"/"+bb.text, func(b *testing.B) {
			v, err := newConversion(bb.column, Plan{})
			if err != nil {
				b.Fatal(err)
			}
			arena, f := arenaWith(bb.text)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, flt := v.convert(arena, f); flt == nil {
					b.Fatal("taken")
				}
			}
		})
	}
}

// A block is full before its fields take more memory than its text may.
func TestBlockOfManyEmptyFields(t *testing.T) {
	const width = 1000
	b := &Block{}
	b.Reset(width, width)
	rec := &Record{Raw: make([]byte, width), Fields: make([]Field, width)}
	for !b.Full() {
		b.Add(rec)
	}
	if n := len(b.Rows); n > 50 {
		t.Errorf("it is full with %d records of %d fields", n, width)
	}
}
