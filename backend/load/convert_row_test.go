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

func TestRow(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	arena, fields := packed(article...)
	was := string(arena)
	cells := make([]Cell, len(c.columns))
	arena, flt := c.row(arena, fields, cells)
	if flt != nil {
		t.Fatal(flt.message)
	}
	want := slices.Clone(article)
	want[7], want[8] = "2026-03-01 00:00:00", "1"
	for i, cell := range cells {
		if got := cellText(arena, cell); got != want[i] {
			t.Errorf("%s is %s, want %s", c.columns[i].column.Name, got, want[i])
		}
	}
	if !strings.HasPrefix(string(arena), was) {
		t.Error("the arena's old content was changed")
	}
}

func TestRowOfFewerFields(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	arena, fields := packed("A-1", "Table")
	cells := make([]Cell, len(c.columns))
	for i := range cells {
		cells[i] = IntCell(99) // of the record before
	}
	if _, flt := c.row(arena, fields, cells); flt != nil {
		t.Fatal(flt.message)
	}
	for i, cell := range cells[2:] {
		if cell != (Cell{}) {
			t.Errorf("%s is %+v, want NULL", c.columns[i+2].column.Name, cell)
		}
	}
	arena, fields = packed("A-1")
	_, flt := c.row(arena, fields, cells)
	if flt == nil || flt.code != CodeRequired || flt.column != 1 || flt.field != 1 {
		t.Errorf("without a title: %+v, want required in column 1", flt)
	}
}

func TestRowNamesAllWrongColumns(t *testing.T) {
	c, err := newConverter(articleLayout())
	if err != nil {
		t.Fatal(err)
	}
	texts := slices.Clone(article)
	texts[4], texts[6], texts[7] = "12,5O", "many", "2026-02-30T00:00:00Z"
	arena, fields := packed(texts...)
	was := len(arena)
	arena, flt := c.row(arena, fields, make([]Cell, len(c.columns)))
	if flt == nil {
		t.Fatal("the record was taken")
	}
	if flt.column != 4 || flt.code != CodeNotANumber || flt.hint != "a letter O for a zero?; also wrong: quantity, published_at" {
		t.Errorf("column %d, %s: %s", flt.column, flt.code, flt.hint)
	}
	if len(arena) != was {
		t.Errorf("the arena grew by %d bytes", len(arena)-was)
	}
}

func TestRowNamesFewOfMany(t *testing.T) {
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
	arena, fields := packed(texts...)
	_, flt := c.row(arena, fields, make([]Cell, 9))
	if want := "also wrong: c1, c2, c3, c4, c5 and 3 others"; !strings.HasSuffix(flt.hint, want) {
		t.Errorf("hint %q, want one that ends in %q", flt.hint, want)
	}
}

func BenchmarkRow(b *testing.B) {
	c, err := newConverter(articleLayout())
	if err != nil {
		b.Fatal(err)
	}
	arena, fields := packed(article...)
	arena = slices.Grow(arena, 256)
	cells := make([]Cell, len(c.columns))
	b.ReportAllocs()
	for b.Loop() {
		if _, flt := c.row(arena, fields, cells); flt != nil {
			b.Fatal(flt.message)
		}
	}
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
