package load

import (
	"fmt"
	"strings"
	"testing"
)

// watched returns the guess for a field of that name with the given values,
// one a line, from line 2 on.
func watched(t *testing.T, name string, p Plan, values ...string) Guess {
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

func recordOf(line int64, texts ...string) *Record {
	text, fields := packed(texts...)
	return &Record{Number: line - 1, Line: line, EndLine: line, Raw: text, Text: text, Fields: fields}
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
		typ    Type
		format string
		says   string // a piece of the evidence
	}
	for about, tests := range map[string][]test{
		"numbers": {
			{"n", []string{"1", "-2", "30"}, Integer, "", "integer, 3 of 3"},
			{"n", []string{"9223372036854775807", "1"}, Integer, "", ""},
			{"n", []string{"9223372036854775808", "1"}, Decimal, "", ""},
			{"n", []string{"1.5", "2"}, Decimal, "", "decimal, 2 of 2"},
			{"n", []string{"5.00", "6.00"}, Decimal, "", ""},
			{"n", []string{"9,99", "12,50"}, Decimal, "1234,56", "decimal as 1234,56"},
			{"n", []string{"1.234,56", "12,50"}, Decimal, "1.234,56", ""},
			{"n", []string{"1,234.56", "12.50"}, Decimal, "1,234.56", ""},
			{"n", []string{"1 234,56", "12,50"}, Decimal, "1 234,56", ""},
			{"n", []string{"1\u202f234,56", "12,50"}, Decimal, "1 234,56", ""},
			{"n", []string{"1'234.56", "12.50"}, Decimal, "1'234.56", ""},
			{"n", []string{"12,34,567.89", "5.00"}, Decimal, "12,34,567.89", ""},
			{"n", []string{"1.234.567", "12"}, Integer, "1.234", ""},
			{"n", []string{"1,234,567", "12"}, Integer, "1,234", ""},
			{"n", []string{"1 234", "12"}, Integer, "1 234", ""},
			{"n", []string{"1.234", "0.250"}, Decimal, "", "decimal point because line 3 is 0.250"},
			{"n", []string{"1.234", "1.5"}, Decimal, "", "decimal point because line 3 is 1.5"},
			{"n", []string{"€ 9.99", "€ 1,234.50"}, Decimal, "€ 1,234.56", ""},
			{"n", []string{"9,99 €", "1.234,50 €", "12"}, Decimal, "1.234,56 €", ""},
			{"n", []string{"1 234.56", "12.50"}, Decimal, "1 234.56", ""},
			{"n", []string{"1'234,56", "12,50"}, Decimal, "1'234,56", ""},
			{"n", []string{"1,00,000", "12"}, Integer, "12,34,567", ""},
			{"n", []string{"Rs. 1,250.00", "Rs. 12.00"}, Decimal, "Rs. 1,234.56", ""},
			{"n", []string{"€ .50", "€ 1.25"}, Decimal, "€ 1234.56", ""},
			{"n", []string{"12,50 Euro", "1.250,00 Euro"}, Decimal, "1.234,56 Euro", ""},
			{"n", []string{"US$ 1,234.50", "US$12.00"}, Decimal, "US$ 1,234.56", ""},
			{"n", []string{"$12.00", "€12.00", "£5.00"}, Text, "", ""},
			{"n", []string{"-1", "−5", "+3"}, Integer, "", ""},
			{"n", []string{".5", "12."}, Decimal, "", ""},
			{"n", []string{"5 %", "12,5 %"}, Decimal, "1234,56 %", ""},
			{"n", []string{"5 %", "12.5%"}, Decimal, "1234.56 %", ""},
			{"n", []string{"(5.00)", "12.50"}, Decimal, "(1234.56)", ""},
			{"n", []string{"($1,234.56)", "$12.50", "-$5.00"}, Decimal, "($ 1,234.56)", ""},
			{"n", []string{"5.00-", "12.50"}, Decimal, "1234.56-", ""},
			{"n", []string{"1.5e-10", "2.5"}, Float, "", "float, 2 of 2"},
			{"n", []string{"1e+06", "2.5"}, Float, "", ""},
			{"n", []string{"1,5E+10", "2,5"}, Float, "1234,56", ""},
			{"n", []string{"123", "1.5E+12"}, Float, "", ""},
		},
		"identifiers": {
			{"n", []string{"10115", "00420"}, Text, "", "text, because line 3 is 00420"},
			{"n", []string{"12345", "1E5"}, Text, "", "text, because line 3 is 1E5"},
			{"n", []string{"2E10", "1E5"}, Text, "", "line 2 is 2E10"},
			{"n", []string{"+4917012345678", "+4917012345679"}, Text, "", "phone number"},
			{"n", []string{"0170 1234567", "0171 1234567"}, Text, "", "text"},
			{"n", []string{"600 123 456", "601 223 455"}, Text, "", "phone numbers"},
			{"n", []string{"12", "12a", "14"}, Text, "", "text"},
			{"zip", []string{"10115", "80331"}, Text, "", "by its name"},
			{"Billing ZIP", []string{"10115", "80331"}, Text, "", "by its name"},
			{"phoneNumber", []string{"5550123", "5550124"}, Text, "", "by its name"},
			{"phone_calls", []string{"12", "7"}, Integer, "", ""},
			{"sku", []string{"A-1", "A-2"}, Text, "", "text, 2 of 2"},
			{"v", []string{"1.2.3", "1.2.4"}, Text, "", ""},
			{"v", []string{"192.168.0.1", "10.0.0.1"}, Text, "", ""},
			{"n", []string{"-007", "5"}, Text, "", "-007"},
			{"n", []string{"4006381333931", "4.00638E+12"}, Text, "", "line 3 is 4.00638E+12, which is what a spreadsheet leaves"},
			{"n", []string{"4111 1111 1111 1111", "4111 1111 1111 1112"}, Text, "", ""},
			{"n", []string{"0x1F", "0xFF"}, Text, "", ""},
			{"version", []string{"1.1", "1.10"}, Text, "", "versions"},
			{"version", []string{"1", "2"}, Integer, "", ""},
		},
		"booleans": {
			{"b", []string{"true", "true"}, Boolean, "", "boolean, 2 of 2"},
			{"b", []string{"TRUE", "False"}, Boolean, "", ""},
			{"b", []string{"yes", "no", "NO"}, Boolean, "", ""},
			{"b", []string{"Y", "N"}, Boolean, "", ""},
			{"b", []string{"on", "off"}, Boolean, "", ""},
			{"b", []string{"ja", "nein"}, Boolean, "ja/nein", "boolean as ja/nein"},
			{"b", []string{"Oui", "Non"}, Boolean, "oui/non", ""},
			{"b", []string{"yes", "yes"}, Text, "", "text"},
			{"b", []string{"NO", "SI", "DE"}, Text, "", ""},
			{"b", []string{"yes", "0"}, Text, "", ""},
			{"b", []string{"0", "1", "1"}, Integer, "", "all are 0 or 1, so it could be boolean"},
			{"is_new", []string{"0", "1", "1"}, Boolean, "", "the name says so"},
			{"isNew", []string{"0", "1", "2"}, Integer, "", ""},
		},
		"moments": {
			{"d", []string{"2026-03-01", "2026-12-31"}, Date, "", "date, 2 of 2"},
			{"d", []string{"2026-03-01T00:00:00", "2026-12-31T10:00:00"}, Timestamp, "", "timestamp, 2 of 2"},
			{"d", []string{"2026-03-01 00:00:00", "2026-12-31 00:00:00"}, Timestamp, "", ""},
			{"d", []string{"2026-03-01", "2026-12-31 10:00"}, Timestamp, "", ""},
			{"d", []string{"2026-03-01T00:00:00Z", "2026-12-31T10:00:00+02:00"}, TimestampTZ, "", ""},
			{"d", []string{"2026-03-01 00:00:00Z", "2026-12-31 10:00:00"}, Text, "", ""},
			{"d", []string{"15:04", "15:04:05"}, Time, "", ""},
			{"d", []string{"3:04 PM", "12:00 AM"}, Time, "hh:mm A", ""},
			{"d", []string{"31/01/2026", "01/02/2026"}, Date, "DD/MM/YYYY", "day first because line 2 is 31/01/2026"},
			{"d", []string{"01/02/2026", "1/31/2026"}, Date, "MM/DD/YYYY", "month first because line 3 is 1/31/2026"},
			{"d", []string{"01.02.2026", "03.04.2026"}, Date, "DD.MM.YYYY", "day first as everywhere"},
			{"d", []string{"01.02.2026", "01.31.2026"}, Date, "MM.DD.YYYY", "month first because line 3"},
			{"d", []string{"31.01.99", "01.02.98"}, Date, "DD.MM.YY", "day first because line 2 is 31.01.99"},
			{"d", []string{"31.01.2026 15:04", "01.02.2026 15:04"}, Timestamp, "DD.MM.YYYY HH:mm", ""},
			{"d", []string{"31.01.2026 15:04", "01.02.2026 15:04:05"}, Timestamp, "DD.MM.YYYY", ""},
			{"d", []string{"31.01.2026", "01.02.2026 15:04:05"}, Timestamp, "DD.MM.YYYY", ""},
			{"d", []string{"1/31/2026 3:04 PM", "1/2/2026 12:00 AM"}, Timestamp, "MM/DD/YYYY hh:mm A", ""},
			{"d", []string{"1 March 2026", "12 Dec 2026"}, Date, "DD MMM YYYY", ""},
			{"d", []string{"01-MAR-26", "12-DEC-26"}, Date, "DD-MMM-YY", ""},
			{"d", []string{"Sun, 01 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 +0100"}, TimestampTZ, "ddd, DD MMM YYYY HH:mm:ss Z", ""},
			{"d", []string{"14/3/26", "5/6/26"}, Date, "DD/MM/YY", "day first because line 2 is 14/3/26 and line 3 is 5/6/26"},
			{"d", []string{"2026-3-1", "2026-12-31"}, Date, "YYYY-MM-DD", ""},
			{"d", []string{"2026年3月1日", "2026年12月31日"}, Date, "YYYY年MM月DD日", ""},
			{"d", []string{"1. März 2026", "12. Dezember 2026"}, Date, "DD. MMM YYYY", ""},
			{"d", []string{"2026-03-01 10:00:00 CET", "2026-03-02 10:00:00 CET"}, Text, "", ""},
			{"d", []string{"2026/03/01", "2026/12/31"}, Date, "YYYY/MM/DD", ""},
			{"d", []string{"20260301", "20261231"}, Integer, "", ""},
		},
		"others": {
			{"u", []string{"0190a5d2-7c1b-7e3a-9f00-00c04fd430c8"}, UUID, "", "uuid, 1 of 1"},
			{"u", []string{"0190A5D27C1B7E3A9F0000C04FD430C8", "{0190a5d2-7c1b-7e3a-9f00-00c04fd430c8}"}, UUID, "", ""},
			{"md5", []string{"d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"}, Text, "", ""},
			{"j", []string{`{"a":1}`, `[]`}, JSON, "", "json, 2 of 2"},
			{"j", []string{`"a"`, `"b"`}, Text, "", ""},
			{"t", []string{"abc", "1", "2"}, Text, "", ""},
			{"t", nil, Text, "", "no value was seen"},
			{"t", []string{"", ""}, Text, "", "no value was seen"},
			{"t", []string{"-", "N/A"}, Text, "", "no value is more than a sign for none"},
		},
	} {
		t.Run(about, func(t *testing.T) {
			for _, tt := range tests {
				g := watched(t, tt.name, Plan{}, tt.values...)
				if g.Column.Type != tt.typ || g.Column.Format != tt.format || !strings.Contains(g.Evidence, tt.says) {
					t.Errorf("%s %q:\n got %s %q: %s\nwant %s %q: %s", tt.name, tt.values, g.Column.Type, g.Column.Format, g.Evidence,
						tt.typ, tt.format, tt.says)
				}
				converts(t, g, Plan{}, tt.values)
			}
		})
	}
}

// converts checks that a column inferred takes the values, but for the
// exceptions and the texts for NULL.
func converts(t *testing.T, g Guess, p Plan, values []string) {
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
			[]Choice{{Date, "DD/MM/YYYY", "03/04/2026 is 2026-04-03"}, {Date, "MM/DD/YYYY", "03/04/2026 is 2026-03-04"}},
			"text, because line 2 is 03/04/2026, which may be day first or month first",
		},
		{ // the one that shows the difference
			[]string{"02/02/2026", "03/04/2026"},
			[]Choice{{Date, "DD/MM/YYYY", "03/04/2026 is 2026-04-03"}, {Date, "MM/DD/YYYY", "03/04/2026 is 2026-03-04"}},
			"text, because line 3 is 03/04/2026, which may be day first or month first",
		},
		{
			[]string{"01/01/2026"},
			[]Choice{{Date, "DD/MM/YYYY", "01/01/2026 is 2026-01-01"}, {Date, "MM/DD/YYYY", "01/01/2026 is 2026-01-01"}},
			"",
		},
		{
			[]string{"03/04/05"},
			[]Choice{{Date, "DD/MM/YY", "03/04/05 is 2005-04-03"}, {Date, "MM/DD/YY", "03/04/05 is 2005-03-04"}, {Date, "YY/MM/DD", "03/04/05 is 2003-04-05"}},
			"",
		},
		{
			[]string{"03.04.05"},
			[]Choice{{Date, "DD.MM.YY", "03.04.05 is 2005-04-03"}, {Date, "YY.MM.DD", "03.04.05 is 2003-04-05"}},
			"",
		},
		{
			[]string{"3/4/2026 10:00"},
			[]Choice{{Timestamp, "DD/MM/YYYY HH:mm", "3/4/2026 10:00 is 2026-04-03 10:00:00"}, {Timestamp, "MM/DD/YYYY HH:mm", "3/4/2026 10:00 is 2026-03-04 10:00:00"}},
			"",
		},
		{
			[]string{"1.234", "12.345", "7"},
			[]Choice{{Integer, "1.234", "1.234 is 1234"}, {Decimal, "", "1.234 is 1.234"}},
			"text, because line 2 is 1.234, which may be 1234 or 1.234",
		},
		{
			[]string{"1,234", "12,345"},
			[]Choice{{Integer, "1,234", "1,234 is 1234"}, {Decimal, "1234,56", "1,234 is 1.234"}},
			"",
		},
		{
			times(40, "13/01/2026", "01/13/2026", "02/03/2026"),
			nil,
			"text, because line 2 is 13/01/2026 and line 3 is 01/13/2026: some day first, some month first",
		},
	} {
		g := watched(t, "f", Plan{}, tt.values...)
		if g.Column.Type != Text || fmt.Sprint(g.Ambiguous) != fmt.Sprint(tt.choices) || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%q:\n got %s %v: %s\nwant %v: %s", tt.values[0], g.Column.Type, g.Ambiguous, g.Evidence, tt.choices, tt.says)
		}
	}
}

func TestInferByNeighbours(t *testing.T) {
	i, err := NewInference([]string{"born", "seen", "price", "weight"}, Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "03/04/2026", "31/12/2026", "9,99", "1,234"))
	i.Add(recordOf(3, "05/06/2026", "01/02/2026", "12,50", "5,678"))
	g := i.Guesses()
	for n, want := range []struct {
		typ    Type
		format string
		says   string
	}{
		{Date, "DD/MM/YYYY", "as in the field seen"},
		{Date, "DD/MM/YYYY", "day first because line 2 is 31/12/2026"},
		{Decimal, "1234,56", ""},
		{Decimal, "1234,56", "as in the field price"},
	} {
		if g[n].Column.Type != want.typ || g[n].Column.Format != want.format || !strings.Contains(g[n].Evidence, want.says) {
			t.Errorf("%s: %s %q: %s; want %s %q: %s", g[n].Field, g[n].Column.Type, g[n].Column.Format, g[n].Evidence, want.typ, want.format, want.says)
		}
	}

	// Points tell the order of a file, also where the year comes last of all.
	i, err = NewInference([]string{"born", "seen"}, Plan{})
	if err != nil {
		t.Fatal(err)
	}
	i.Add(recordOf(2, "03.04.05", "01.02.2026"))
	if g := i.Guesses()[0]; g.Column.Format != "DD.MM.YY" || !strings.Contains(g.Evidence, "as in the field seen") {
		t.Errorf("born is %s %q: %s", g.Column.Type, g.Column.Format, g.Evidence)
	}

	// Neighbours that contradict each other prove nothing.
	i, err = NewInference([]string{"born", "seen", "sold"}, Plan{})
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
		plan   Plan
		values []string
		typ    Type
		format string
	}{
		{Plan{Decimal: ","}, []string{"1,234"}, Decimal, ""},
		{Plan{Decimal: ","}, []string{"1.234"}, Integer, "1.234"},
		{Plan{Decimal: ","}, []string{"9,99"}, Decimal, ""},
		{Plan{Decimal: "."}, []string{"1.234"}, Decimal, ""},
		{Plan{DateFormat: "MM/DD/YYYY"}, []string{"03/04/2026"}, Date, ""},
		{Plan{DateFormat: "MM/DD/YYYY"}, []string{"03/04/2026 10:00"}, Timestamp, ""},
		{Plan{DateFormat: "MM/DD/YYYY HH:mm"}, []string{"03/04/2026 10:00"}, Timestamp, ""},
		{Plan{Null: []string{"none yet"}}, []string{"none yet", "5"}, Integer, ""},
		{Plan{ColumnTypes: map[string]Type{"f": Decimal}}, []string{"1,5", "x", "2,25"}, Decimal, "1234,56"},
		{Plan{ColumnTypes: map[string]Type{"f": Float}}, []string{"1.234,5", "2,25"}, Float, "1.234,56"},
		{Plan{ColumnTypes: map[string]Type{"f": Float}}, []string{"5 %", "6,5 %"}, Float, "1234,56 %"},
		{Plan{ColumnTypes: map[string]Type{"f": Integer}}, []string{"€ 5", "€ 6"}, Integer, "€ 1234.56"},
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
		typ    Type
		says   string
		most   Type   // of a column that is there
		format string // of its values
	}{
		{"one word in 200 numbers", append(numbered(199, "%d"), "soon"), Text, "text, because line 201 is soon; 199 of 200 would be integer", Integer, ""},
		{"four in 200", append(numbered(196, "%d,50"), "a", "b", "c", "d"), Text, "line 198 is a; 196 of 200 would be decimal", Decimal, "1234,56"},
		{"five in 200", append(numbered(195, "%d,50"), "a", "b", "c", "d", "e"), Text, "text, because line 197 is a; 195 of 200 would be decimal", Decimal, "1234,56"},
		{"one in 20", append(numbered(19, "%d"), "soon"), Text, "text, because line 21 is soon", Integer, ""},
		{"one of 65 that comes first", append([]string{"x"}, numbered(64, "%d,50")...), Text, "text, because line 2 is x", Decimal, "1234,56"},
		{"one of three", []string{"1.234,50 €", "on request", "12,00 €"}, Text, "on request", Decimal, "1.234,56 €"},
		{"another decimal sign", append(numbered(20, "%d,50"), "1.5"), Text, "", Decimal, "1234,56"},
		{"days in doubt", []string{"01/02/2026", "open", "03/04/2026"}, Text, "", Date, ""},
		{"days that are clear", []string{"01/02/2026", "open", "31/01/2026"}, Text, "open", Date, "DD/MM/YYYY"},
		{"answers", []string{"ja", "nein", "ja", "vielleicht"}, Text, "vielleicht", Boolean, "ja/nein"},
		{"long numbers among floats", []string{"1.5e+03", "9007199254740992", "9007199254740993"}, Text, "line 4 is 9007199254740993", Float, ""},
		{"negative ones of the same shape", []string{"1.5e+03", "-9007199254740992", "-9007199254740993"}, Text, "", Float, ""},
		{"floats as they are printed", []string{"1.5e+03", "9007199254740994", "0.30000000000000004"}, Float, "", Float, ""},
		{"texts", []string{"1,5", "a", "b", "2,5"}, Text, "", Decimal, ""},
		{"a typing error", append(numbered(199, "%d,50"), "12O"), Text, "12O", Decimal, "1234,56"},
		{"an amount with a unit", append(numbered(199, "%d"), "12 pcs"), Text, "12 pcs", Integer, ""},
		{"an identifier", append(numbered(199, "1%d"), "R-10025"), Text, "R-10025", Integer, ""},
		{"a leading zero", append(numbered(199, "1%d"), "0042"), Text, "0042", Integer, ""},
		{"a code among prices", append(numbered(199, "%d.50"), "12x"), Text, "12x", Decimal, ""},
		{"a wrong date", append(numbered(199, "2026-03-01 10:%02[1]d:00")[:59], append(times(140, "2026-03-01 10:00:00"), "next week")...), Text, "next week", Timestamp, ""},
		{"a swapped date", append(times(300, "31/01/2026", "01/02/2026"), "01/31/2026"), Text, "line 302 is 01/31/2026", Date, "DD/MM/YYYY"},
		{"a bad start", append(times(5, "?!"), numbered(995, "%d")...), Text, "text, because line 2 is ?!", Integer, ""},
		{"a rare answer", append(times(200, "Yes", "No"), "No answer"), Text, "No answer; 200 of 201 would be boolean", Boolean, ""},
		{"a word among UUIDs", append(times(150, "276033e5-b72a-4218-8e8e-2b0575e00000"), "root"), Text, "root", UUID, ""},
		{"a decimal among integers", append(numbered(199, "%d"), "1.5"), Decimal, "only 1 with decimals", Decimal, ""},
		{"one beyond 64 bits", append(numbered(199, "%d"), "9223372036854775808"), Decimal, "", Decimal, ""},
	} {
		g := watched(t, "f", Plan{}, tt.values...)
		if g.Column.Type != tt.typ || g.Exceptions != 0 || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%s: %s, %d exceptions: %s; want %s, %s", tt.about, g.Column.Type, g.Exceptions, g.Evidence, tt.typ, tt.says)
		}
		if format := g.FormatFor(tt.most); format != tt.format {
			t.Errorf("%s: a column of %s reads them as %q, want %q", tt.about, tt.most, format, tt.format)
		}
		converts(t, g, Plan{}, tt.values)
	}
}

func TestInferNulls(t *testing.T) {
	g := watched(t, "f", Plan{}, "5", "N/A", "", "7", "-", "N/A")
	if g.Column.Type != Integer || strings.Join(g.Nulls, " ") != "N/A -" || g.Values != 2 || g.Empty != 1 ||
		!strings.Contains(g.Evidence, "N/A seems to mean NULL, 2 times") {
		t.Errorf("%+v", g)
	}
	g = watched(t, "f", Plan{}, "abc", "-", "NULL")
	if g.Column.Type != Text || strings.Join(g.Nulls, " ") != "NULL" || g.Values != 2 {
		t.Errorf("%+v", g)
	}
}

func TestInferLength(t *testing.T) {
	if g := watched(t, "f", Plan{}, "äöü", "日本", "abcd "); g.MaxLength != 5 {
		t.Errorf("longest %d, want 5", g.MaxLength)
	}
}

func TestInferColumnNames(t *testing.T) {
	i, err := NewInference([]string{"Unit Price", " a\tb ", "", "A_B", "x\ny"}, Plan{})
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
	i, err := NewInference([]string{"a", "b"}, Plan{})
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
	for _, p := range []Plan{{Decimal: ";"}, {DateFormat: "QQ"}} {
		if _, err := NewInference([]string{"a"}, p); err == nil {
			t.Errorf("%+v: no error", p)
		}
	}
}

func TestGuessFormatFor(t *testing.T) {
	for _, tt := range []struct {
		from   Type
		format string
		to     Type
		want   string
	}{
		{Integer, "1.234", Decimal, "1.234"},
		{Decimal, "1.234,56 €", Float, "1.234,56 €"},
		{Date, "DD.MM.YYYY", Timestamp, "DD.MM.YYYY"},
		{Date, "DD.MM.YYYY", TimestampTZ, ""},
		{TimestampTZ, "DD.MM.YYYY HH:mm Z", Timestamp, "DD.MM.YYYY HH:mm Z"},
		{Boolean, "ja/nein", Boolean, "ja/nein"},
		{Boolean, "ja/nein", Text, ""},
		{Date, "DD.MM.YYYY", Integer, ""},
	} {
		g := Guess{Column: Column{Type: tt.from, Format: tt.format}}
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
	i, err := NewInference(names, Plan{})
	if err != nil {
		b.Fatal(err)
	}
	var records []*Record
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
		if g.Field == "price" && g.Column.Type != Decimal {
			b.Fatal(g.Evidence)
		}
	}
}
