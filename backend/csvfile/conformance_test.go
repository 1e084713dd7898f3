package csvfile

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"linefeed/backend/load"
)

// TestConformance reads files of known content, detecting everything.
// The first ones are the cases of csv-spectrum and the rules of RFC 4180.
func TestConformance(t *testing.T) {
	tests := []struct {
		name, content string
		fields        []string
		want          [][]string
	}{
		{
			"comma in quotes", "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n",
			[]string{"first", "last", "address", "city", "zip"},
			[][]string{{"John", "Doe", "120 any st.", "Anytown, WW", "08123"}},
		},
		{"empty fields", "a,b,c\n1,\"\",\"\"\n2,3,4\n", []string{"a", "b", "c"}, [][]string{{"1", "", ""}, {"2", "3", "4"}}},
		{"empty fields, CRLF", "a,b,c\r\n1,\"\",\"\"\r\n2,3,4\r\n", []string{"a", "b", "c"}, [][]string{{"1", "", ""}, {"2", "3", "4"}}},
		{"escaped quotes", "a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", []string{"a", "b"}, [][]string{{"1", `ha "ha" ha`}, {"3", "4"}}},
		{
			"JSON in a field", "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
			[]string{"key", "val"}, [][]string{{"1", `{"type": "Point", "coordinates": [102.0, 0.5]}`}},
		},
		{
			"line breaks in quotes", "a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n", []string{"a", "b", "c"},
			[][]string{{"1", "2", "3"}, {"Once upon \na time", "5", "6"}, {"7", "8", "9"}},
		},
		{
			"line breaks in quotes, CRLF", "a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n", []string{"a", "b", "c"},
			[][]string{{"1", "2", "3"}, {"Once upon \r\na time", "5", "6"}, {"7", "8", "9"}},
		},
		{
			"quotes and line breaks", "a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n", []string{"a", "b"},
			[][]string{{"1", "ha \n\"ha\" \nha"}, {"3", "4"}},
		},
		{"simple", "a,b,c\n1,2,3\n", []string{"a", "b", "c"}, [][]string{{"1", "2", "3"}}},
		{"simple, CRLF", "a,b,c\r\n1,2,3\r\n", []string{"a", "b", "c"}, [][]string{{"1", "2", "3"}}},
		{"UTF-8", "a,b,c\n1,2,3\n4,5,ʤ\n", []string{"a", "b", "c"}, [][]string{{"1", "2", "3"}, {"4", "5", "ʤ"}}},
		{
			"coordinates", "lat,lon,name\n37.7749295,-122.4194155,San Francisco\n40.7128,-74.006,New York\n",
			[]string{"lat", "lon", "name"}, [][]string{{"37.7749295", "-122.4194155", "San Francisco"}, {"40.7128", "-74.006", "New York"}},
		},
		{"the last record without a line end", "a,b,c\n1,2,3", []string{"a", "b", "c"}, [][]string{{"1", "2", "3"}}},
		{"spaces are part of a field", "a,b\n 1 ,x y \n", []string{"a", "b"}, [][]string{{" 1 ", "x y "}}},
		{"a lone CR ends a record", "a,b\r1,2\r3,4\r", []string{"a", "b"}, [][]string{{"1", "2"}, {"3", "4"}}},
		{"line ends of all kinds", "a,b\n1,2\r\n3,4\r5,6\n", []string{"a", "b"}, [][]string{{"1", "2"}, {"3", "4"}, {"5", "6"}}},
		{"quotes around everything", "\"a\",\"b\"\n\"1\",\"2\"\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"nothing but quotes", "a,b\n\"\"\"\"\"\",\"\"\n", []string{"a", "b"}, [][]string{{`""`, ""}}},
		{"byte order mark", "\ufeffa,b\n1,2\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"two byte order marks", "\ufeff\ufeffa,b\n1,2\n", []string{"a", "b"}, [][]string{{"1", "2"}}},
		{"semicolons", "id;name;price\n1;Bob;1,5\n2;Ann;2,75\n", []string{"id", "name", "price"}, [][]string{{"1", "Bob", "1,5"}, {"2", "Ann", "2,75"}}},
		{"tabs", "id\tname\n1\tx, y\n2\tz\n", []string{"id", "name"}, [][]string{{"1", "x, y"}, {"2", "z"}}},
		{"tabs and inches", "id\tname\n1\t5\" pipe\n2\t\"x\n", []string{"id", "name"}, [][]string{{"1", `5" pipe`}, {"2", `"x`}}},
		{"pipes", "id|name\n1|x\n2|y\n", []string{"id", "name"}, [][]string{{"1", "x"}, {"2", "y"}}},
		{"two pipes", "id||name||n\n1||a|b||3\n2||||4\n3||\"c||d\"||5\n", []string{"id", "name", "n"}, [][]string{{"1", "a|b", "3"}, {"2", "", "4"}, {"3", "c||d", "5"}}},
		{"comma and space", "id, name, n\n1, \"x, y\", 3\n2, z, 4\n", []string{"id", "name", "n"}, [][]string{{"1", "x, y", "3"}, {"2", "z", "4"}}},
		{"spaces between", "id name n\n1 \"x y\" 3\n2 z 4\n5 w 6\n", []string{"id", "name", "n"}, [][]string{{"1", "x y", "3"}, {"2", "z", "4"}, {"5", "w", "6"}}},
		{"carets", "id^name^n\n1^x^3\n2^z^4\n", []string{"id", "name", "n"}, [][]string{{"1", "x", "3"}, {"2", "z", "4"}}},
		{"colons", "root:x:0:0\nbin:x:1:1\nsys:x:3:3\n", []string{"field_1", "field_2", "field_3", "field_4"}, [][]string{{"root", "x", "0", "0"}, {"bin", "x", "1", "1"}, {"sys", "x", "3", "3"}}},
		{"single quotes", "id,name\n1,'x, y'\n2,'it''s'\n", []string{"id", "name"}, [][]string{{"1", "x, y"}, {"2", "it's"}}},
		{"backslashes", "id,name\n1,\"a \\\"b\\\", c\"\n2,\"\\\\\"\n3,\\N\n", []string{"id", "name"}, [][]string{{"1", `a "b", c`}, {"2", `\`}, {"3", `\N`}}},
		{"sep line", "sep=;\nid;name\n1;x,y\n", []string{"id", "name"}, [][]string{{"1", "x,y"}}},
		{"blank lines", "\n\nid,name\n\n1,x\n\n\n2,y\n\n", []string{"id", "name"}, [][]string{{"1", "x"}, {"2", "y"}}},
		{"comment lines", "# made by hand\n# in May\nid,name\n1,x\n# between\n2,y\n", []string{"id", "name"}, [][]string{{"1", "x"}, {"2", "y"}}},
		{"a hash that is no comment", "#id,name\n1,#x\n2,y\n", []string{"#id", "name"}, [][]string{{"1", "#x"}, {"2", "y"}}},
		{"preamble", "Sales by region\nCreated 2024-05-01\n\nregion,month,amount\nnorth,1,2.5\nsouth,2,3.5\neast,3,1.5\n", []string{"region", "month", "amount"}, [][]string{{"north", "1", "2.5"}, {"south", "2", "3.5"}, {"east", "3", "1.5"}}},
		{"padded title", "Sales,,\n,,\nregion,month,amount\nnorth,1,2.5\nsouth,2,3.5\n", []string{"region", "month", "amount"}, [][]string{{"north", "1", "2.5"}, {"south", "2", "3.5"}}},
		{"footer", "region,month,amount\nnorth,1,2.5\nsouth,2,3.5\n\nTotal: 2 regions\n", []string{"region", "month", "amount"}, [][]string{{"north", "1", "2.5"}, {"south", "2", "3.5"}}},
		{"no header", "1,x,2.5\n2,y,3.5\n3,z,4.5\n", []string{"field_1", "field_2", "field_3"}, [][]string{{"1", "x", "2.5"}, {"2", "y", "3.5"}, {"3", "z", "4.5"}}},
		{"two header rows", "size,,weight\ncm,inch,kg\n1,2,3\n4,5,6\n7,8,9\n", []string{"size cm", "size inch", "weight kg"}, [][]string{{"1", "2", "3"}, {"4", "5", "6"}, {"7", "8", "9"}}},
		{"years above numbers", "country,2019,2020,2021\nA,1,2,3\nB,4,5,6\nC,7,8,9\n", []string{"country", "2019", "2020", "2021"}, [][]string{{"A", "1", "2", "3"}, {"B", "4", "5", "6"}, {"C", "7", "8", "9"}}},
		{"names missing and doubled", "a,,a,A\n1,2,3,4\n5,6,7,8\n", []string{"a", "field_2", "a_2", "A_3"}, [][]string{{"1", "2", "3", "4"}, {"5", "6", "7", "8"}}},
		{"one column", "name\nBob\nAnn Lee\n\"x, y\"\n", []string{"name"}, [][]string{{"Bob"}, {"Ann Lee"}, {"x, y"}}},
		{"one column of times", "2024-01-01 10:00:00\n2024-01-01 10:00:05\n2024-01-02 11:30:00\n", []string{"field_1"}, [][]string{{"2024-01-01 10:00:00"}, {"2024-01-01 10:00:05"}, {"2024-01-02 11:30:00"}}},
		{"header only", "a,b,c\n", []string{"a", "b", "c"}, nil},
		{"header only, without a line end", "id;name", []string{"id", "name"}, nil},
		{"a delimiter at the end of each record", "a,b,\n1,2,\n3,4,\n", []string{"a", "b", "field_3"}, [][]string{{"1", "2", ""}, {"3", "4", ""}}},
		{"a delimiter at the end of the header", "a,b,\n1,2\n3,4\n5,6\n", []string{"a", "b"}, [][]string{{"1", "2"}, {"3", "4"}, {"5", "6"}}},
		{"control characters", "a\x1fb\n1\x1fx,y\n2\x1fz\n", []string{"a", "b"}, [][]string{{"1", "x,y"}, {"2", "z"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields, got := readValues(t, []byte(tt.content), Dialect{})
			if !slices.Equal(fields, tt.fields) {
				t.Errorf("fields %q, want %q", fields, tt.fields)
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// readValues reads content, of which no record may be rejected.
func readValues(t *testing.T, content []byte, d Dialect) (fields []string, values [][]string) {
	t.Helper()
	f, err := openReader(bytes.NewReader(content), "test", int64(len(content)), d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for rec, err := range f.Records() {
		if err != nil {
			t.Fatalf("%v; %s", err, short(f.Dialect()))
		}
		var rec2 []string
		for i := range rec.Fields {
			rec2 = append(rec2, string(rec.Field(i)))
		}
		values = append(values, rec2)
	}
	return f.Fields(), values
}

// TestQuotedEmpty tells an empty field in quotes from one without.
func TestQuotedEmpty(t *testing.T) {
	f, err := openReader(bytes.NewReader([]byte("a,b\n\"\",\n")), "test", -1, given(",", `"`, `"`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for rec, err := range f.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 && (!rec.Fields[0].Quoted || rec.Fields[1].Quoted || len(rec.Field(0)) > 0) {
			t.Errorf("got %+v", rec.Fields)
		}
	}
}

// TestGiven overrides what would be found.
func TestGiven(t *testing.T) {
	tests := []struct {
		name, content string
		d             Dialect
		fields        []string
		want          string
	}{
		{"delimiter", "a;b,c\n1;2,3\n", Dialect{Delimiter: ";"}, []string{"a", "b,c"}, `[["1" "2,3"]]`},
		{"delimiter by name", "a\tb,c\n1\t2,3\n", Dialect{Delimiter: "tab"}, []string{"a", "b,c"}, `[["1" "2,3"]]`},
		{"no quote", "a,b\n\"1\",2\n", Dialect{Quote: None}, []string{"a", "b"}, `[["\"1\"" "2"]]`},
		{"escape", "a,b\n\"x\\\"\",2\n", Dialect{Escape: `\`}, []string{"a", "b"}, `[["x\"" "2"]]`},
		{"no header", "a,b\n1,2\n", Dialect{HeaderRows: new(0)}, []string{"field_1", "field_2"}, `[["a" "b"] ["1" "2"]]`},
		{"two header rows", "a,b\nc,d\n1,2\n", Dialect{HeaderRows: new(2)}, []string{"a c", "b d"}, `[["1" "2"]]`},
		{"skip lines", "x\ny\na,b\n1,2\n", Dialect{SkipLines: new(3), HeaderRows: new(0)}, []string{"field_1", "field_2"}, `[["1" "2"]]`},
		{"skip more lines than there are", "a,b\n1,2\n", Dialect{SkipLines: new(9)}, []string{"field_1"}, `[]`},
		{"footer lines", "a,b\n1,2\n3,4\n5,6\n", Dialect{FooterLines: new(2)}, []string{"a", "b"}, `[["1" "2"]]`},
		{"no footer", "a,b\n1,2\n\nend\n", Dialect{FooterLines: new(0), Delimiter: "|", HeaderRows: new(1)}, []string{"a,b"}, `[["1,2"] ["end"]]`},
		{"comment", "a,b\n;x\n1,2\n", Dialect{Comment: ";", Delimiter: ","}, []string{"a", "b"}, `[["1" "2"]]`},
		{"no comment", "a,b\n#x,y\n1,2\n", Dialect{Comment: None}, []string{"a", "b"}, `[["#x" "y"] ["1" "2"]]`},
		{"encoding", "a,b\n\xe4,2\n", Dialect{Encoding: "latin1"}, []string{"a", "b"}, `[["ä" "2"]]`},
		{"replaced bytes", "a,b\nx\xe4y,2\nü,3\n", Dialect{Encoding: "utf-8", InvalidBytes: InvalidReplace}, []string{"a", "b"}, "[[\"x\uFFFDy\" \"2\"] [\"ü\" \"3\"]]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields, got := readValues(t, []byte(tt.content), tt.d)
			if s := fmt.Sprintf("%q", got); s != tt.want || !slices.Equal(fields, tt.fields) {
				t.Errorf("got %q %s, want %q %s", fields, s, tt.fields, tt.want)
			}
		})
	}
}

// TestDialectAgain opens files with the dialect that was found: nothing is
// found out any more, and the same is read.
func TestDialectAgain(t *testing.T) {
	for seed := range uint64(200) {
		g := generate(seed)
		f, err := openReader(bytes.NewReader(g.content), "test", -1, Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		first := f.Dialect()
		f.Close()
		again, err := openReader(bytes.NewReader(g.content), "test", -1, first, Options{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, x := range again.Findings() {
			if !x.Given && x.What != "lineEnd" {
				t.Errorf("seed %d: %s was found out again", seed, x.What)
			}
		}
		if fmt.Sprint(short(again.Dialect()), again.Fields()) != fmt.Sprint(short(first), f.Fields()) {
			t.Errorf("seed %d: %s %q, want %s %q", seed, short(again.Dialect()), again.Fields(), short(first), f.Fields())
		}
		again.Close()
	}
}

// TestRagged reads records of too few and too many fields.
func TestRagged(t *testing.T) {
	content := "a,b,c\n1\n1,2\n1,2,3\n1,2,3,\n1,2,3,,\n1,2,3,4\n\n"
	reject, _ := readAll(t, content, Dialect{HeaderRows: new(1), Delimiter: ",", SkipLines: new(0)}, Options{})
	compare(t, reject, []got{
		{1, 2, 2, load.CodeMissingField, "", ""},
		{2, 3, 3, load.CodeMissingField, "", ""},
		{3, 4, 4, "", "", "1|2|3"},
		{4, 5, 5, load.CodeExtraField, "", ""},
		{5, 6, 6, load.CodeExtraField, "", ""},
		{6, 7, 7, load.CodeExtraField, "", ""},
	})
	pad, f := readAll(t, content, Dialect{HeaderRows: new(1), Delimiter: ",", SkipLines: new(0)}, Options{Ragged: load.RaggedPad})
	compare(t, pad, []got{
		{1, 2, 2, "", "", "1||"},
		{2, 3, 3, "", "", "1|2|"},
		{3, 4, 4, "", "", "1|2|3"},
		{4, 5, 5, "", "", "1|2|3"},
		{5, 6, 6, "", "", "1|2|3"},
		{6, 7, 7, load.CodeExtraField, "", ""},
	})
	if s, want := f.Stats(), (Stats{Padded: 2, Trimmed: 2, Blank: 1, PassedOver: []PassedOver{{SkipBlank, 1, []Range{{8, 8}}}}}); !reflect.DeepEqual(s, want) {
		t.Errorf("stats %+v", s)
	}
}
