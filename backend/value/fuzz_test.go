package value

import (
	"bytes"
	"encoding/json"
	"testing"

	"linefeed/backend/load"
)

// fuzzColumns are columns of every type, in usual and in other formats.
var fuzzColumns = []load.Column{
	{Type: load.Text}, {Type: load.Text, Length: 3},
	{Type: load.Integer}, {Type: load.Integer, Format: "1,234"}, {Type: load.Integer, Format: "1 234"},
	{Type: load.Decimal}, {Type: load.Decimal, Precision: 6, Scale: 2}, {Type: load.Decimal, Format: "1.234,56"},
	{Type: load.Decimal, Format: "12,34,567.89"}, {Type: load.Decimal, Format: "(€ 1'234.56)"}, {Type: load.Decimal, Format: "12,5 %-"},
	{Type: load.Float}, {Type: load.Float, Format: "1.234,56"},
	{Type: load.Boolean}, {Type: load.Boolean, Format: "ja/nein"}, {Type: load.Boolean, Format: "x/"},
	{Type: load.Date}, {Type: load.Date, Format: "DD.MM.YY"}, {Type: load.Date, Format: "ddd, D MMM YYYY"}, {Type: load.Date, Format: "YYYYMMDD HH:mm"},
	{Type: load.Time}, {Type: load.Time, Format: "hh:mm:ss A"},
	{Type: load.Timestamp}, {Type: load.Timestamp, Format: "M/D/YYYY"}, {Type: load.Timestamp, Format: "YYYYMMDDHHmmssSSS"},
	{Type: load.TimestampTZ}, {Type: load.TimestampTZ, Format: "HH:mm:ss Z DD/MM/YYYY"},
	{Type: load.UUID}, {Type: load.JSON},
	{Type: load.Binary}, {Type: load.Binary, Format: "base64", Length: 4}, {Type: load.Binary, Format: "text"},
}

// FuzzConvert checks for any text and every column that nothing panics, that
// the arena keeps what it held, and that what a value became is canonical: the
// usual conversion of the type leaves it as it is.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		"", " ", "0", "-0.00", "00420", "12,5O", "1.234,56", "1 234", "(5)", "€ 5", "5 %", "5-", "1e5", "NaN", "true", "nein",
		"2026-03-01", "2026-03-01T00:00:00.5+02:00", "1.3.26", "31 Dec 1999", "12:00 am", "{\"a\":[1]}", "0x00ff", "aGVsbG8=",
		"0190a5d2-7c1b-7e3a-9f00-00c04fd430c8", "äöü", "\xff\xfe", "\u00a07\u202f",
	} {
		f.Add(seed, false)
	}
	var columns, usual []*conversion
	for _, c := range fuzzColumns {
		c.Nullable = true
		v, err := newConversion(c, load.Plan{Null: []string{"N/A"}})
		if err != nil {
			f.Fatal(err)
		}
		columns = append(columns, v)
		v, err = newConversion(load.Column{Type: c.Type, Nullable: true}, load.Plan{})
		if err != nil {
			f.Fatal(err)
		}
		usual = append(usual, v)
	}
	f.Fuzz(func(t *testing.T, text string, quoted bool) {
		for i, v := range columns {
			arena, field := arenaWith(text)
			was := string(arena)
			field.Quoted = quoted
			arena, cell, flt := v.convert(arena, field)
			if !bytes.HasPrefix(arena, []byte(was)) {
				t.Fatalf("%+v %q: the arena changed", v.target, text)
			}
			if flt != nil {
				if len(arena) != len(was) || flt.Code == "" || flt.Message == "" {
					t.Fatalf("%+v %q: fault %+v with %d bytes in the arena of %d", v.target, text, flt, len(arena), len(was))
				}
				continue
			}
			if cell.Kind == load.CellNull || cell.Kind == load.CellBlob {
				continue
			}
			once := cellText(arena, cell)
			if v.target.Type == load.Text {
				if once != text {
					t.Fatalf("text %q became %q", text, once)
				}
				continue
			}
			again, field := arenaWith(once)
			before := len(again)
			again, cell, flt = usual[i].convert(again, field)
			if flt != nil {
				t.Fatalf("%+v: %q became %q, which is refused: %s", v.target, text, once, flt.Message)
			}
			if twice := cellText(again, cell); twice != once {
				t.Fatalf("%+v: %q became %q, and that %q", v.target, text, once, twice)
			}
			if cell.Kind == load.CellText && len(again) != before && v.target.Type != load.TimestampTZ {
				t.Fatalf("%+v: %q became %q, which is not left as it is", v.target, text, once)
			}
		}
	})
}

// FuzzJSON compares the check with that of encoding/json.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e+3,"x\u00e9\n",true,false,null]}`, `[[[]]]`, `{"a":{}}`, `"\ud800"`, `01`, `-`, `[1,]`, `{,}`, `nul`, " 1 \n", `{"a" :1 , "b":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		at, ok := checkJSON(text)
		if want := json.Valid(text); ok != want {
			t.Fatalf("%q: %t, want %t", text, ok, want)
		}
		if at < 0 || at > len(text) {
			t.Fatalf("%q: wrong at %d", text, at)
		}
	})
}

// FuzzInfer checks that whatever is inferred from values converts them.
func FuzzInfer(f *testing.F) {
	for _, seed := range []string{"1\n2\n3", "1.234\n5,6", "01/02/2026\n31/01/2026", "€ 5\n€ 7,50", "(5)\n5-", "ja\nnein", "N/A\n5", "1E5\n7",
		"2026-03-01\n2026-03-01 10:00", "1 March 2026\n2 mai 2026", "12 %\n5%", "3:04 PM", "{}\n[]", "01/02/03\n04/05/06"} {
		f.Add(seed, ".", "")
		f.Add(seed, ",", "DD.MM.YYYY")
		f.Add(seed, "", "MM/DD/YYYY HH:mm")
	}
	f.Fuzz(func(t *testing.T, text, decimal, dateFormat string) {
		p := load.Plan{Decimal: decimal, DateFormat: dateFormat}
		i, err := NewInference([]string{"f"}, p)
		if err != nil {
			return // a plan that can't be infers nothing
		}
		var values []string
		for n, v := range bytes.Split([]byte(text), []byte("\n")) {
			values = append(values, string(v))
			i.Add(recordOf(int64(n+2), string(v)))
		}
		g := i.Guesses()[0]
		if g.Evidence == "" || g.Confidence < 0 || g.Confidence > 1 {
			t.Fatalf("%q: %+v", text, g)
		}
		converts(t, g, p, values)
		for _, c := range g.Ambiguous {
			g.Column.Type, g.Column.Format = c.Type, c.Format
			if g.Exceptions == 0 {
				converts(t, g, p, values)
			}
		}
	})
}
