package value

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// articleColumns are those of the article sample.
func articleColumns() []load.Column {
	return []load.Column{
		{Name: "sku", Type: load.Text, Length: 32},
		{Name: "title", Type: load.Text, Length: 200},
		{Name: "description", Type: load.Text, Nullable: true},
		{Name: "category", Type: load.Text, Nullable: true},
		{Name: "price", Type: load.Decimal, Precision: 10, Scale: 2, Nullable: true},
		{Name: "currency", Type: load.Text, Length: 3, Nullable: true},
		{Name: "quantity", Type: load.Integer, Nullable: true},
		{Name: "published_at", Type: load.Timestamp, Nullable: true},
		{Name: "active", Type: load.Boolean, Nullable: true},
	}
}

func articleLayout() load.Layout {
	columns := articleColumns()
	l := load.Layout{Columns: columns}
	for i, c := range columns {
		l.Fields = append(l.Fields, c.Name)
		l.Index = append(l.Index, i)
	}
	return l
}

// packed puts the texts of a record into an arena, with commas between them.
func packed(texts ...string) ([]byte, []load.Field) {
	var arena []byte
	var fields []load.Field
	for _, text := range texts {
		start := len(arena)
		arena = append(arena, text...)
		fields = append(fields, load.Field{Start: uint32(start), End: uint32(len(arena))})
		arena = append(arena, ',')
	}
	return arena, fields
}

var article = []string{"A-00048112", "Oak table, 4 seats", "A table of oak for the kitchen; it seats four people.",
	"Furniture", "129.50", "EUR", "4", "2026-03-01T00:00:00Z", "true"}

// blockOf packs records, each of the fields that its texts are.
func blockOf(c *Converter, records ...[]string) *load.Block {
	b := &load.Block{}
	b.Reset(len(c.columns), len(c.columns))
	for i, texts := range records {
		text, fields := packed(texts...)
		b.Add(&load.Record{Number: int64(i + 1), Line: int64(i + 2), EndLine: int64(i + 2), Raw: text, Text: text, Fields: fields})
	}
	return b
}

func TestBlock(t *testing.T) {
	c, err := NewConverter(articleLayout())
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
	c.Convert(b)
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
	c, err := NewConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	b := blockOf(c, article, []string{"A-1", "Table"}, []string{"A-1"}, article)
	b.Cells = slices.Repeat([]load.Cell{load.IntCell(99)}, 100)[:0] // of the block before
	c.Convert(b)
	if len(b.Rows) != 3 || b.Rows[2].Number != 4 || cellText(b.Arena, b.Row(2)[0]) != article[0] {
		t.Errorf("rows %+v, want those of the records 1, 2 and 4", b.Rows)
	}
	for i, cell := range b.Row(1)[2:] {
		if cell != (load.Cell{}) {
			t.Errorf("%s is %+v, want NULL", c.columns[i+2].target.Name, cell)
		}
	}
	if len(b.Rejects) != 1 || b.Rejects[0].Code != load.CodeRequired || b.Rejects[0].Column != "title" || b.Rejects[0].Record != 3 {
		t.Errorf("without a title: %+v, want title required in record 3", b.Rejects)
	}
}

func TestBlockNamesAllWrongColumns(t *testing.T) {
	c, err := NewConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	texts := slices.Clone(article)
	texts[4], texts[6], texts[7] = "12,5O", "many", "2026-02-30T00:00:00Z"
	b := blockOf(c, texts)
	c.Convert(b)
	if len(b.Rejects) != 1 || len(b.Rows) != 0 || len(b.Cells) != 0 {
		t.Fatal("the record was taken")
	}
	r := b.Rejects[0]
	if r.Column != "price" || r.Value != "12,5O" || r.Code != load.CodeNotANumber || r.Hint != "a letter O for a zero?; also wrong: quantity, published_at" {
		t.Errorf("column %s, %s: %s", r.Column, r.Code, r.Hint)
	}
	if want := strings.Join(texts, ",") + ","; string(r.Raw) != want {
		t.Errorf("its bytes are %q, want %q", r.Raw, want)
	}
}

func TestBlockNamesFewOfMany(t *testing.T) {
	var l load.Layout
	var texts []string
	for i := range 9 {
		l.Columns = append(l.Columns, load.Column{Name: fmt.Sprintf("c%d", i), Type: load.Integer})
		l.Index = append(l.Index, i)
		texts = append(texts, "x")
	}
	c, err := NewConverter(l)
	if err != nil {
		t.Fatal(err)
	}
	b := blockOf(c, texts)
	c.Convert(b)
	if want := "also wrong: c1, c2, c3, c4, c5 and 3 others"; !strings.HasSuffix(b.Rejects[0].Hint, want) {
		t.Errorf("hint %q, want one that ends in %q", b.Rejects[0].Hint, want)
	}
}

func BenchmarkBlock(b *testing.B) {
	c, err := NewConverter(articleLayout())
	if err != nil {
		b.Fatal(err)
	}
	records := blockOf(c, slices.Repeat([][]string{article}, 1000)...)
	arena := len(records.Arena)
	b.ReportAllocs()
	for b.Loop() {
		records.Arena = records.Arena[:arena]
		if c.Convert(records); len(records.Rows) != 1000 {
			b.Fatal(records.Rejects[0].Message)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}

// BenchmarkConvert measures one value of each type and the usual formats.
func BenchmarkConvert(b *testing.B) {
	for _, bb := range []struct {
		name   string
		column load.Column
		text   string
	}{
		{"text", load.Column{Type: load.Text, Length: 200}, article[2]},
		{"text/multibyte", load.Column{Type: load.Text, Length: 64}, "Eichentisch für die Küche, für vier Personen, geölt, 160 × 90 cm"},
		{"integer", load.Column{Type: load.Integer}, "12345"},
		{"integer/grouped", load.Column{Type: load.Integer, Format: "1.234"}, "12.345"},
		{"decimal", load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "129.50"},
		{"decimal/comma", load.Column{Type: load.Decimal, Precision: 10, Scale: 2, Format: "1.234,56 €"}, "1.129,50 €"},
		{"float", load.Column{Type: load.Float}, "52.520008"},
		{"boolean", load.Column{Type: load.Boolean}, "true"},
		{"date", load.Column{Type: load.Date}, "2026-03-01"},
		{"date/pattern", load.Column{Type: load.Date, Format: "DD.MM.YYYY"}, "01.03.2026"},
		{"date/name", load.Column{Type: load.Date, Format: "DD MMM YYYY"}, "01 March 2026"},
		{"timestamp/RFC3339", load.Column{Type: load.Timestamp}, "2026-03-01T00:00:00Z"},
		{"timestamp/canonical", load.Column{Type: load.Timestamp}, "2026-03-01 00:00:00"},
		{"timestamptz", load.Column{Type: load.TimestampTZ}, "2026-03-01T12:00:00+02:00"},
		{"uuid", load.Column{Type: load.UUID}, "0190a5d2-7c1b-7e3a-9f00-00c04fd430c8"},
		{"json", load.Column{Type: load.JSON}, `{"colour":"oak","sizes":[160,90,75],"in_stock":true}`},
		{"binary", load.Column{Type: load.Binary}, "0190a5d27c1b7e3a9f0000c04fd430c8"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			v, err := newConversion(bb.column, load.Plan{})
			if err != nil {
				b.Fatal(err)
			}
			arena, f := arenaWith(bb.text)
			arena = slices.Grow(arena, 256)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, flt := v.convert(arena, f); flt != nil {
					b.Fatal(flt.Message)
				}
			}
		})
	}
}

// BenchmarkFault measures values that are refused: a file full of them must
// not crawl.
func BenchmarkFault(b *testing.B) {
	for _, bb := range []struct {
		column load.Column
		text   string
	}{
		{load.Column{Type: load.Integer}, "many"},
		{load.Column{Type: load.Integer}, "12 pcs"},
		{load.Column{Type: load.Integer}, "12.5"},
		{load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "12.5O"},
		{load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "on request"},
		{load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "~12.50"},
		{load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "12.50 €"},
		{load.Column{Type: load.Decimal, Precision: 10, Scale: 2}, "123456789.00"},
		{load.Column{Type: load.Timestamp}, "2025-02-30 10:00:00"},
		{load.Column{Type: load.Timestamp}, "next week"},
		{load.Column{Type: load.Timestamp}, "31.12.2025 10:00"},
		{load.Column{Type: load.Boolean}, "maybe"},
		{load.Column{Type: load.Text, Length: 3}, "US dollars"},
	} {
		b.Run(bb.column.Type.String()+"/"+bb.text, func(b *testing.B) {
			v, err := newConversion(bb.column, load.Plan{})
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

// The first value that a guess does not hold is kept aside for a load that may
// give way.
func TestBlockUnfit(t *testing.T) {
	c, err := NewConverter(load.Layout{Columns: []load.Column{{Name: "n", Type: load.Integer, Nullable: true, Guessed: true}}, Index: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	b := blockOf(c, []string{"7"}, []string{"007"}, []string{"x"})
	c.Convert(b)
	if u := b.Unfit; u == nil || u.Column != "n" || u.Line != 3 || u.Value != "007" || len(b.Rows) != 1 {
		t.Errorf("%+v, %d rows", u, len(b.Rows))
	}
}

// records is a Source of records, each of the fields that its texts are.
type records [][]string

func (records) Fields() []string { return []string{"a", "b"} }
func (records) Size() int64      { return -1 }

func (all records) Fill(b *load.Block) error {
	for i, texts := range all {
		text, fields := packed(texts...)
		b.Add(&load.Record{Number: int64(i + 1), Line: int64(i + 2), EndLine: int64(i + 2), Raw: text, Text: text, Fields: fields})
	}
	return io.EOF
}

// A text that is taken for NULL counts, unless its record is rejected for another
// value.
func TestSignsOfRejectedRecordsDoNotCount(t *testing.T) {
	src := records{{"N/A", "1"}, {"N/A", "x"}, {"N/A", "3"}, {"4", "x"}}
	l := load.Layout{
		Fields: src.Fields(), Index: []int{0, 1},
		Columns: []load.Column{{Name: "a", Type: load.Integer, Nullable: true, NullSigns: true}, {Name: "b", Type: load.Integer, Nullable: true}},
	}
	c, err := NewConverter(l)
	if err != nil {
		t.Fatal(err)
	}
	s, err := load.Run(t.Context(), src, c, nil, l, load.Options{Check: true})
	want := load.SignCount{Column: "a", Text: "N/A", Count: 2}
	if err != nil || s.Inserted != 2 || s.Rejected != 2 || len(s.Signs) != 1 || s.Signs[0] != want {
		t.Errorf("%+v, want %+v: %v", s, want, err)
	}
}
