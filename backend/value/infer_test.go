package value

import (
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// watched returns the guess for a field of that name with the given values,
// one a line, from line 2 on.
func watched(t *testing.T, name string, p load.Plan, values ...string) Guess {
	t.Helper()
	i, err := NewInference([]string{name}, p)
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range values {
		i.Add(recordOf(int64(n+2), v))
	}
	return i.Guesses()[0]
}

func recordOf(line int64, texts ...string) *load.Record {
	text, fields := packed(texts...)
	return &load.Record{Number: line - 1, Line: line, EndLine: line, Raw: text, Text: text, Fields: fields}
}

// times repeats values until there are n.
func times(n int, values ...string) []string {
	var all []string
	for i := range n {
		all = append(all, values[i%len(values)])
	}
	return all
}

// numbered returns n values by a format for their number, from 1.
func numbered(n int, format string) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(format, i+1))
	}
	return all
}

func TestInfer(t *testing.T) {
	type test struct {
		name   string
		values []string
		typ    load.Type
		format string
		says   string // a piece of the evidence
	}
	for about, tests := range map[string][]test{
		"numbers": {
			{"n", []string{"1", "-2", "30"}, load.Integer, "", "integer, 3 of 3"},
			{"n", []string{"9223372036854775807", "1"}, load.Integer, "", ""},
			{"n", []string{"9223372036854775808", "1"}, load.Decimal, "", ""},
			{"n", []string{"1.5", "2"}, load.Decimal, "", "decimal, 2 of 2"},
			{"n", []string{"5.00", "6.00"}, load.Decimal, "", ""},
			{"n", []string{"9,99", "12,50"}, load.Decimal, "1234,56", "decimal as 1234,56"},
			{"n", []string{"1.234,56", "12,50"}, load.Decimal, "1.234,56", ""},
			{"n", []string{"1,234.56", "12.50"}, load.Decimal, "1,234.56", ""},
			{"n", []string{"1 234,56", "12,50"}, load.Decimal, "1 234,56", ""},
			{"n", []string{"1\u202f234,56", "12,50"}, load.Decimal, "1 234,56", ""},
			{"n", []string{"1'234.56", "12.50"}, load.Decimal, "1'234.56", ""},
			{"n", []string{"12,34,567.89", "5.00"}, load.Decimal, "12,34,567.89", ""},
			{"n", []string{"1.234.567", "12"}, load.Integer, "1.234", ""},
			{"n", []string{"1,234,567", "12"}, load.Integer, "1,234", ""},
			{"n", []string{"1 234", "12"}, load.Integer, "1 234", ""},
			{"n", []string{"1.234", "0.250"}, load.Decimal, "", "decimal point because line 3 is 0.250"},
			{"n", []string{"1.234", "1.5"}, load.Decimal, "", "decimal point because line 3 is 1.5"},
			{"n", []string{"€ 9.99", "€ 1,234.50"}, load.Decimal, "€ 1,234.56", ""},
			{"n", []string{"9,99 €", "1.234,50 €", "12"}, load.Decimal, "1.234,56 €", ""},
			{"n", []string{"1 234.56", "12.50"}, load.Decimal, "1 234.56", ""},
			{"n", []string{"1'234,56", "12,50"}, load.Decimal, "1'234,56", ""},
			{"n", []string{"1,00,000", "12"}, load.Integer, "12,34,567", ""},
			{"n", []string{"Rs. 1,250.00", "Rs. 12.00"}, load.Decimal, "Rs. 1,234.56", ""},
			{"n", []string{"€ .50", "€ 1.25"}, load.Decimal, "€ 1234.56", ""},
			{"n", []string{"12,50 Euro", "1.250,00 Euro"}, load.Decimal, "1.234,56 Euro", ""},
			{"n", []string{"US$ 1,234.50", "US$12.00"}, load.Decimal, "US$ 1,234.56", ""},
			{"n", []string{"$12.00", "€12.00", "£5.00"}, load.Text, "", ""},
			{"n", []string{"-1", "−5", "+3"}, load.Integer, "", ""},
			{"n", []string{".5", "12."}, load.Decimal, "", ""},
			{"n", []string{"5 %", "12,5 %"}, load.Decimal, "1234,56 %", ""},
			{"n", []string{"5 %", "12.5%"}, load.Decimal, "1234.56 %", ""},
			{"n", []string{"(5.00)", "12.50"}, load.Decimal, "(1234.56)", ""},
			{"n", []string{"($1,234.56)", "$12.50", "-$5.00"}, load.Decimal, "($ 1,234.56)", ""},
			{"n", []string{"5.00-", "12.50"}, load.Decimal, "1234.56-", ""},
			{"n", []string{"1.5e-10", "2.5"}, load.Float, "", "float, 2 of 2"},
			{"n", []string{"1e+06", "2.5"}, load.Float, "", ""},
			{"n", []string{"1,5E+10", "2,5"}, load.Float, "1234,56", ""},
			{"n", []string{"123", "1.5E+12"}, load.Float, "", ""},
		},
		"identifiers": {
			{"n", []string{"10115", "00420"}, load.Text, "", "text, because line 3 is 00420"},
			{"n", []string{"12345", "1E5"}, load.Text, "", "text, because line 3 is 1E5"},
			{"n", []string{"2E10", "1E5"}, load.Text, "", "line 2 is 2E10"},
			{"n", []string{"+4917012345678", "+4917012345679"}, load.Text, "", "phone number"},
			{"n", []string{"0170 1234567", "0171 1234567"}, load.Text, "", "text"},
			{"n", []string{"600 123 456", "601 223 455"}, load.Text, "", "phone numbers"},
			{"n", []string{"12", "12a", "14"}, load.Text, "", "text"},
			{"zip", []string{"10115", "80331"}, load.Text, "", "by its name"},
			{"Billing ZIP", []string{"10115", "80331"}, load.Text, "", "by its name"},
			{"phoneNumber", []string{"5550123", "5550124"}, load.Text, "", "by its name"},
			{"phone_calls", []string{"12", "7"}, load.Integer, "", ""},
			{"sku", []string{"A-1", "A-2"}, load.Text, "", "text, 2 of 2"},
			{"v", []string{"1.2.3", "1.2.4"}, load.Text, "", ""},
			{"v", []string{"192.168.0.1", "10.0.0.1"}, load.Text, "", ""},
			{"n", []string{"-007", "5"}, load.Text, "", "-007"},
			{"n", []string{"4006381333931", "4.00638E+12"}, load.Text, "", "line 3 is 4.00638E+12, which is what a spreadsheet leaves"},
			{"n", []string{"4111 1111 1111 1111", "4111 1111 1111 1112"}, load.Text, "", ""},
			{"n", []string{"0x1F", "0xFF"}, load.Text, "", ""},
			{"version", []string{"1.1", "1.10"}, load.Text, "", "versions"},
			{"version", []string{"1", "2"}, load.Integer, "", ""},
		},
		"booleans": {
			{"b", []string{"true", "true"}, load.Boolean, "", "boolean, 2 of 2"},
			{"b", []string{"TRUE", "False"}, load.Boolean, "", ""},
			{"b", []string{"yes", "no", "NO"}, load.Boolean, "", ""},
			{"b", []string{"Y", "N"}, load.Boolean, "", ""},
			{"b", []string{"on", "off"}, load.Boolean, "", ""},
			{"b", []string{"ja", "nein"}, load.Boolean, "ja/nein", "boolean as ja/nein"},
			{"b", []string{"Oui", "Non"}, load.Boolean, "oui/non", ""},
			{"b", []string{"yes", "yes"}, load.Text, "", "text"},
			{"b", []string{"NO", "SI", "DE"}, load.Text, "", ""},
			{"b", []string{"yes", "0"}, load.Text, "", ""},
			{"b", []string{"0", "1", "1"}, load.Integer, "", "all are 0 or 1, so it could be boolean"},
			{"is_new", []string{"0", "1", "1"}, load.Boolean, "", "the name says so"},
			{"isNew", []string{"0", "1", "2"}, load.Integer, "", ""},
		},
		"moments": {
			{"d", []string{"2026-03-01", "2026-12-31"}, load.Date, "", "date, 2 of 2"},
			{"d", []string{"2026-03-01T00:00:00", "2026-12-31T10:00:00"}, load.Timestamp, "", "timestamp, 2 of 2"},
			{"d", []string{"2026-03-01 00:00:00", "2026-12-31 00:00:00"}, load.Timestamp, "", ""},
			{"d", []string{"2026-03-01", "2026-12-31 10:00"}, load.Timestamp, "", ""},
			{"d", []string{"2026-03-01T00:00:00Z", "2026-12-31T10:00:00+02:00"}, load.TimestampTZ, "", ""},
			{"d", []string{"2026-03-01 00:00:00Z", "2026-12-31 10:00:00"}, load.Text, "", ""},
			{"d", []string{"15:04", "15:04:05"}, load.Time, "", ""},
			{"d", []string{"3:04 PM", "12:00 AM"}, load.Time, "hh:mm A", ""},
			{"d", []string{"31/01/2026", "01/02/2026"}, load.Date, "DD/MM/YYYY", "day first because line 2 is 31/01/2026"},
			{"d", []string{"01/02/2026", "1/31/2026"}, load.Date, "MM/DD/YYYY", "month first because line 3 is 1/31/2026"},
			{"d", []string{"01.02.2026", "03.04.2026"}, load.Date, "DD.MM.YYYY", "day first as everywhere"},
			{"d", []string{"01.02.2026", "01.31.2026"}, load.Date, "MM.DD.YYYY", "month first because line 3"},
			{"d", []string{"31.01.99", "01.02.98"}, load.Date, "DD.MM.YY", "day first because line 2 is 31.01.99"},
			{"d", []string{"31.01.2026 15:04", "01.02.2026 15:04"}, load.Timestamp, "DD.MM.YYYY HH:mm", ""},
			{"d", []string{"31.01.2026 15:04", "01.02.2026 15:04:05"}, load.Timestamp, "DD.MM.YYYY", ""},
			{"d", []string{"31.01.2026", "01.02.2026 15:04:05"}, load.Timestamp, "DD.MM.YYYY", ""},
			{"d", []string{"1/31/2026 3:04 PM", "1/2/2026 12:00 AM"}, load.Timestamp, "MM/DD/YYYY hh:mm A", ""},
			{"d", []string{"1 March 2026", "12 Dec 2026"}, load.Date, "DD MMM YYYY", ""},
			{"d", []string{"01-MAR-26", "12-DEC-26"}, load.Date, "DD-MMM-YY", ""},
			{"d", []string{"Sun, 01 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 +0100"}, load.TimestampTZ, "ddd, DD MMM YYYY HH:mm:ss Z", ""},
			{"d", []string{"14/3/26", "5/6/26"}, load.Date, "DD/MM/YY", "day first because line 2 is 14/3/26 and line 3 is 5/6/26"},
			{"d", []string{"2026-3-1", "2026-12-31"}, load.Date, "YYYY-MM-DD", ""},
			{"d", []string{"2026年3月1日", "2026年12月31日"}, load.Date, "YYYY年MM月DD日", ""},
			{"d", []string{"1. März 2026", "12. Dezember 2026"}, load.Date, "DD. MMM YYYY", ""},
			{"d", []string{"2026-03-01 10:00:00 CET", "2026-03-02 10:00:00 CET"}, load.Text, "", ""},
			{"d", []string{"2026/03/01", "2026/12/31"}, load.Date, "YYYY/MM/DD", ""},
			{"d", []string{"20260301", "20261231"}, load.Integer, "", ""},
		},
		"others": {
			{"u", []string{"0190a5d2-7c1b-7e3a-9f00-00c04fd430c8"}, load.UUID, "", "uuid, 1 of 1"},
			{"u", []string{"0190A5D27C1B7E3A9F0000C04FD430C8", "{0190a5d2-7c1b-7e3a-9f00-00c04fd430c8}"}, load.UUID, "", ""},
			{"md5", []string{"d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"}, load.Text, "", ""},
			{"j", []string{`{"a":1}`, `[]`}, load.JSON, "", "json, 2 of 2"},
			{"j", []string{`"a"`, `"b"`}, load.Text, "", ""},
			{"t", []string{"abc", "1", "2"}, load.Text, "", ""},
			{"t", nil, load.Text, "", "no value was seen"},
			{"t", []string{"", ""}, load.Text, "", "no value was seen"},
			{"t", []string{"-", "N/A"}, load.Text, "", "no value is more than a sign for none"},
		},
	} {
		t.Run(about, func(t *testing.T) {
			for _, tt := range tests {
				g := watched(t, tt.name, load.Plan{}, tt.values...)
				if g.Column.Type != tt.typ || g.Column.Format != tt.format || !strings.Contains(g.Evidence, tt.says) {
					t.Errorf("%s %q:\n got %s %q: %s\nwant %s %q: %s", tt.name, tt.values, g.Column.Type, g.Column.Format, g.Evidence,
						tt.typ, tt.format, tt.says)
				}
				converts(t, g, load.Plan{}, tt.values)
			}
		})
	}
}

// converts checks that a column inferred takes the values, but for the
// exceptions and the texts for NULL.
func converts(t *testing.T, g Guess, p load.Plan, values []string) {
	t.Helper()
	p.Null = append(p.Null, g.Nulls...)
	v, err := newConversion(g.Column, p)
	if err != nil {
		t.Fatal(err)
	}
	refused := int64(0)
	for _, text := range values {
		arena, f := arenaWith(text)
		if _, _, flt := v.convert(arena, f); flt != nil {
			refused++
		}
	}
	if refused != g.Exceptions {
		t.Errorf("%s %s: %d values are refused, %d exceptions were told", g.Field, g.Column.Type, refused, g.Exceptions)
	}
}

func TestInferAmbiguous(t *testing.T) {
	for _, tt := range []struct {
		values  []string
		choices []Choice
		says    string
	}{
		{
			[]string{"03/04/2026", "01/02/2026"},
			[]Choice{{load.Date, "DD/MM/YYYY", "03/04/2026 is 2026-04-03"}, {load.Date, "MM/DD/YYYY", "03/04/2026 is 2026-03-04"}},
			"text, because line 2 is 03/04/2026, which may be day first or month first",
		},
		{ // the one that shows the difference
			[]string{"02/02/2026", "03/04/2026"},
			[]Choice{{load.Date, "DD/MM/YYYY", "03/04/2026 is 2026-04-03"}, {load.Date, "MM/DD/YYYY", "03/04/2026 is 2026-03-04"}},
			"text, because line 3 is 03/04/2026, which may be day first or month first",
		},
		{
			[]string{"01/01/2026"},
			[]Choice{{load.Date, "DD/MM/YYYY", "01/01/2026 is 2026-01-01"}, {load.Date, "MM/DD/YYYY", "01/01/2026 is 2026-01-01"}},
			"",
		},
		{
			[]string{"03/04/05"},
			[]Choice{{load.Date, "DD/MM/YY", "03/04/05 is 2005-04-03"}, {load.Date, "MM/DD/YY", "03/04/05 is 2005-03-04"}, {load.Date, "YY/MM/DD", "03/04/05 is 2003-04-05"}},
			"",
		},
		{
			[]string{"03.04.05"},
			[]Choice{{load.Date, "DD.MM.YY", "03.04.05 is 2005-04-03"}, {load.Date, "YY.MM.DD", "03.04.05 is 2003-04-05"}},
			"",
		},
		{
			[]string{"3/4/2026 10:00"},
			[]Choice{{load.Timestamp, "DD/MM/YYYY HH:mm", "3/4/2026 10:00 is 2026-04-03 10:00:00"}, {load.Timestamp, "MM/DD/YYYY HH:mm", "3/4/2026 10:00 is 2026-03-04 10:00:00"}},
			"",
		},
		{
			[]string{"1.234", "12.345", "7"},
			[]Choice{{load.Integer, "1.234", "1.234 is 1234"}, {load.Decimal, "", "1.234 is 1.234"}},
			"text, because line 2 is 1.234, which may be 1234 or 1.234",
		},
		{
			[]string{"1,234", "12,345"},
			[]Choice{{load.Integer, "1,234", "1,234 is 1234"}, {load.Decimal, "1234,56", "1,234 is 1.234"}},
			"",
		},
		{
			times(40, "13/01/2026", "01/13/2026", "02/03/2026"),
			nil,
			"text, because line 2 is 13/01/2026 and line 3 is 01/13/2026: some day first, some month first",
		},
	} {
		g := watched(t, "f", load.Plan{}, tt.values...)
		if g.Column.Type != load.Text || fmt.Sprint(g.Ambiguous) != fmt.Sprint(tt.choices) || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%q:\n got %s %v: %s\nwant %v: %s", tt.values[0], g.Column.Type, g.Ambiguous, g.Evidence, tt.choices, tt.says)
		}
	}
}

func TestInferByNeighbours(t *testing.T) {
	i, err := NewInference([]string{"born", "seen", "price", "weight"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "03/04/2026", "31/12/2026", "9,99", "1,234"))
	i.Add(recordOf(3, "05/06/2026", "01/02/2026", "12,50", "5,678"))
	g := i.Guesses()
	for n, want := range []struct {
		typ    load.Type
		format string
		says   string
	}{
		{load.Date, "DD/MM/YYYY", "as in the field seen"},
		{load.Date, "DD/MM/YYYY", "day first because line 2 is 31/12/2026"},
		{load.Decimal, "1234,56", ""},
		{load.Decimal, "1234,56", "as in the field price"},
	} {
		if g[n].Column.Type != want.typ || g[n].Column.Format != want.format || !strings.Contains(g[n].Evidence, want.says) {
			t.Errorf("%s: %s %q: %s; want %s %q: %s", g[n].Field, g[n].Column.Type, g[n].Column.Format, g[n].Evidence, want.typ, want.format, want.says)
		}
	}

	// Points tell the order of a file, also where the year comes last of all.
	i, err = NewInference([]string{"born", "seen"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "03.04.05", "01.02.2026"))
	if g := i.Guesses()[0]; g.Column.Format != "DD.MM.YY" || !strings.Contains(g.Evidence, "as in the field seen") {
		t.Errorf("born is %s %q: %s", g.Column.Type, g.Column.Format, g.Evidence)
	}

	// Neighbours that contradict each other prove nothing.
	i, err = NewInference([]string{"born", "seen", "sold"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "03/04/2026", "31/12/2026", "12/31/2026"))
	i.Add(recordOf(3, "05/06/2026", "01/02/2026", "01/02/2026"))
	if g := i.Guesses()[0]; len(g.Ambiguous) != 2 {
		t.Errorf("born is %s: %s", g.Column.Type, g.Evidence)
	}
}

func TestInferByPlan(t *testing.T) {
	for _, tt := range []struct {
		plan   load.Plan
		values []string
		typ    load.Type
		format string
	}{
		{load.Plan{Decimal: ","}, []string{"1,234"}, load.Decimal, ""},
		{load.Plan{Decimal: ","}, []string{"1.234"}, load.Integer, "1.234"},
		{load.Plan{Decimal: ","}, []string{"9,99"}, load.Decimal, ""},
		{load.Plan{Decimal: "."}, []string{"1.234"}, load.Decimal, ""},
		{load.Plan{DateFormat: "MM/DD/YYYY"}, []string{"03/04/2026"}, load.Date, ""},
		{load.Plan{DateFormat: "MM/DD/YYYY"}, []string{"03/04/2026 10:00"}, load.Timestamp, ""},
		{load.Plan{DateFormat: "MM/DD/YYYY HH:mm"}, []string{"03/04/2026 10:00"}, load.Timestamp, ""},
		{load.Plan{Null: []string{"none yet"}}, []string{"none yet", "5"}, load.Integer, ""},
		{load.Plan{ColumnTypes: map[string]load.Type{"f": load.Decimal}}, []string{"1,5", "x", "2,25"}, load.Decimal, "1234,56"},
		{load.Plan{ColumnTypes: map[string]load.Type{"f": load.Float}}, []string{"1.234,5", "2,25"}, load.Float, "1.234,56"},
		{load.Plan{ColumnTypes: map[string]load.Type{"f": load.Float}}, []string{"5 %", "6,5 %"}, load.Float, "1234,56 %"},
		{load.Plan{ColumnTypes: map[string]load.Type{"f": load.Integer}}, []string{"€ 5", "€ 6"}, load.Integer, "€ 1234.56"},
	} {
		g := watched(t, "f", tt.plan, tt.values...)
		if g.Column.Type != tt.typ || g.Column.Format != tt.format {
			t.Errorf("%+v %q: %s %q: %s; want %s %q", tt.plan, tt.values, g.Column.Type, g.Column.Format, g.Evidence, tt.typ, tt.format)
		}
		converts(t, g, tt.plan, tt.values)
	}
}

// A column of a new table gets a type that all values fit. How most of them are
// written is told all the same, for columns of which the type is known.
func TestInferExceptions(t *testing.T) {
	for _, tt := range []struct {
		about  string
		values []string
		typ    load.Type
		says   string
		most   load.Type // of a column that is there
		format string    // of its values
	}{
		{"one word in 200 numbers", append(numbered(199, "%d"), "soon"), load.Text, "text, because line 201 is soon; 199 of 200 would be integer", load.Integer, ""},
		{"four in 200", append(numbered(196, "%d,50"), "a", "b", "c", "d"), load.Text, "line 198 is a; 196 of 200 would be decimal", load.Decimal, "1234,56"},
		{"five in 200", append(numbered(195, "%d,50"), "a", "b", "c", "d", "e"), load.Text, "text, because line 197 is a; 195 of 200 would be decimal", load.Decimal, "1234,56"},
		{"one in 20", append(numbered(19, "%d"), "soon"), load.Text, "text, because line 21 is soon", load.Integer, ""},
		{"one of 65 that comes first", append([]string{"x"}, numbered(64, "%d,50")...), load.Text, "text, because line 2 is x", load.Decimal, "1234,56"},
		{"one of three", []string{"1.234,50 €", "on request", "12,00 €"}, load.Text, "on request", load.Decimal, "1.234,56 €"},
		{"another decimal sign", append(numbered(20, "%d,50"), "1.5"), load.Text, "", load.Decimal, "1234,56"},
		{"days in doubt", []string{"01/02/2026", "open", "03/04/2026"}, load.Text, "", load.Date, ""},
		{"days that are clear", []string{"01/02/2026", "open", "31/01/2026"}, load.Text, "open", load.Date, "DD/MM/YYYY"},
		{"answers", []string{"ja", "nein", "ja", "vielleicht"}, load.Text, "vielleicht", load.Boolean, "ja/nein"},
		{"long numbers among floats", []string{"1.5e+03", "9007199254740992", "9007199254740993"}, load.Text, "line 4 is 9007199254740993", load.Float, ""},
		{"negative ones of the same shape", []string{"1.5e+03", "-9007199254740992", "-9007199254740993"}, load.Text, "", load.Float, ""},
		{"floats as they are printed", []string{"1.5e+03", "9007199254740994", "0.30000000000000004"}, load.Float, "", load.Float, ""},
		{"texts", []string{"1,5", "a", "b", "2,5"}, load.Text, "", load.Decimal, ""},
		{"a typing error", append(numbered(199, "%d,50"), "12O"), load.Text, "12O", load.Decimal, "1234,56"},
		{"an amount with a unit", append(numbered(199, "%d"), "12 pcs"), load.Text, "12 pcs", load.Integer, ""},
		{"an identifier", append(numbered(199, "1%d"), "R-10025"), load.Text, "R-10025", load.Integer, ""},
		{"a leading zero", append(numbered(199, "1%d"), "0042"), load.Text, "0042", load.Integer, ""},
		{"a code among prices", append(numbered(199, "%d.50"), "12x"), load.Text, "12x", load.Decimal, ""},
		{"a wrong date", append(numbered(199, "2026-03-01 10:%02[1]d:00")[:59], append(times(140, "2026-03-01 10:00:00"), "next week")...), load.Text, "next week", load.Timestamp, ""},
		{"a swapped date", append(times(300, "31/01/2026", "01/02/2026"), "01/31/2026"), load.Text, "line 302 is 01/31/2026", load.Date, "DD/MM/YYYY"},
		{"a bad start", append(times(5, "?!"), numbered(995, "%d")...), load.Text, "text, because line 2 is ?!", load.Integer, ""},
		{"a rare answer", append(times(200, "Yes", "No"), "No answer"), load.Text, "No answer; 200 of 201 would be boolean", load.Boolean, ""},
		{"a word among UUIDs", append(times(150, "276033e5-b72a-4218-8e8e-2b0575e00000"), "root"), load.Text, "root", load.UUID, ""},
		{"a decimal among integers", append(numbered(199, "%d"), "1.5"), load.Decimal, "only 1 with decimals", load.Decimal, ""},
		{"one beyond 64 bits", append(numbered(199, "%d"), "9223372036854775808"), load.Decimal, "", load.Decimal, ""},
	} {
		g := watched(t, "f", load.Plan{}, tt.values...)
		if g.Column.Type != tt.typ || g.Exceptions != 0 || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%s: %s, %d exceptions: %s; want %s, %s", tt.about, g.Column.Type, g.Exceptions, g.Evidence, tt.typ, tt.says)
		}
		if format := g.FormatFor(tt.most); format != tt.format {
			t.Errorf("%s: a column of %s reads them as %q, want %q", tt.about, tt.most, format, tt.format)
		}
		converts(t, g, load.Plan{}, tt.values)
	}
}

func TestInferNulls(t *testing.T) {
	g := watched(t, "f", load.Plan{}, "5", "N/A", "", "7", "-", "N/A")
	if g.Column.Type != load.Integer || strings.Join(g.Nulls, " ") != "N/A -" || g.Values != 2 || g.Empty != 1 ||
		!strings.Contains(g.Evidence, "N/A seems to mean NULL, 2 times") {
		t.Errorf("%+v", g)
	}
	g = watched(t, "f", load.Plan{}, "abc", "-", "NULL")
	if g.Column.Type != load.Text || strings.Join(g.Nulls, " ") != "NULL" || g.Values != 2 {
		t.Errorf("%+v", g)
	}
}

func TestInferLength(t *testing.T) {
	if g := watched(t, "f", load.Plan{}, "äöü", "日本", "abcd "); g.MaxLength != 5 {
		t.Errorf("longest %d, want 5", g.MaxLength)
	}
}

func TestInferColumnNames(t *testing.T) {
	i, err := NewInference([]string{"Unit Price", " a\tb ", "", "A_B", "x\ny"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range i.Guesses() {
		names = append(names, g.Column.Name)
	}
	if got := strings.Join(names, ","); got != "Unit_Price,a_b,field_3,A_B_2,x_y" {
		t.Error(got)
	}
}

func TestInferRaggedRecords(t *testing.T) {
	i, err := NewInference([]string{"a", "b"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "1"))
	i.Add(recordOf(3, "1", "2", "3"))
	if g := i.Guesses(); len(g) != 2 || g[1].Empty != 1 || g[1].Values != 1 {
		t.Errorf("%+v", g)
	}
}

func TestInferPlanErrors(t *testing.T) {
	for _, p := range []load.Plan{{Decimal: ";"}, {DateFormat: "QQ"}} {
		if _, err := NewInference([]string{"a"}, p); err == nil {
			t.Errorf("%+v: no error", p)
		}
	}
}

func TestGuessFormatFor(t *testing.T) {
	for _, tt := range []struct {
		from   load.Type
		format string
		to     load.Type
		want   string
	}{
		{load.Integer, "1.234", load.Decimal, "1.234"},
		{load.Decimal, "1.234,56 €", load.Float, "1.234,56 €"},
		{load.Date, "DD.MM.YYYY", load.Timestamp, "DD.MM.YYYY"},
		{load.Date, "DD.MM.YYYY", load.TimestampTZ, ""},
		{load.TimestampTZ, "DD.MM.YYYY HH:mm Z", load.Timestamp, "DD.MM.YYYY HH:mm Z"},
		{load.Boolean, "ja/nein", load.Boolean, "ja/nein"},
		{load.Boolean, "ja/nein", load.Text, ""},
		{load.Date, "DD.MM.YYYY", load.Integer, ""},
	} {
		g := Guess{Column: load.Column{Type: tt.from, Format: tt.format}}
		if got := g.FormatFor(tt.to); got != tt.want {
			t.Errorf("%s %q for %s: %q, want %q", tt.from, tt.format, tt.to, got, tt.want)
		}
	}
}

// BenchmarkInference measures one record of the article sample.
func BenchmarkInference(b *testing.B) {
	var names []string
	for _, c := range articleColumns() {
		names = append(names, c.Name)
	}
	i, err := NewInference(names, load.Plan{})
	if err != nil {
		b.Fatal(err)
	}
	var records []*load.Record
	for n := range 500 {
		texts := append([]string{}, article...)
		texts[0] = fmt.Sprintf("A-%08d", n)
		texts[4] = fmt.Sprintf("%d.%02d", n*7, n%100)
		texts[6] = fmt.Sprint(n)
		records = append(records, recordOf(int64(n+2), texts...))
	}
	for _, r := range records {
		i.Add(r)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		i.Add(records[n%len(records)])
		n++
	}
	for _, g := range i.Guesses() {
		if g.Field == "price" && g.Column.Type != load.Decimal {
			b.Fatal(g.Evidence)
		}
	}
}
