package csvfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"linefeed/backend/load"
)

// records writes that many records of a number, a text and a number.
func records(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d,item %d,%d\n", i, i, 3*i)
	}
	return b.String()
}

// TestSwallowedRecords finds the records between a stray quote and a later one,
// and takes no text of several lines for records.
func TestSwallowedRecords(t *testing.T) {
	const head = "id,name,qty\n"
	long := strings.Repeat("Dear Ann,\nI came, I saw, I won\n", 40)
	for _, tt := range []struct {
		name, content  string
		read, rejected int
		line           int64 // of the first reject
	}{
		{"many", head + records(0, 50) + "50,\"abc,5\n" + records(51, 5000) + "5000,monitor 24\",7\n" + records(5001, 5010), 5010, 2, 52},
		{"two that follow each other", head + records(0, 50) + "50,\"abc,5\n51,monitor 24\",7\n" + records(52, 60), 60, 2, 52},
		{"in the last field", "id,qty,name\n1,5,a\n2,6,b\n3,7,\"c\n4,8,d\n5,9,e\n6,1,f\"\n7,2,g\n", 7, 2, 4},
		{"in the first field", "name,id,qty\na,1,5\nb,2,6\n\"c,3,7\nd,4,8\ne,5,9\nf\",6,1\ng,7,2\n", 7, 2, 4},
		{"texts alone", "a,b,c\n" + strings.Repeat("x,y,z\n", 30) + "x,\"y,z\n" + strings.Repeat("u,v,w\n", 40) + "u,v\",w\np,q,r\n", 73, 2, 32},
		{"letters", "id,name,note\n1,Ann,\"" + long + "\"\n2,Bob,\"" + long + "\"\n3,Cyd,x\n", 3, 0, 0},
		{"a table within a field", "id,csv,n\n1,\"a,b,c\n1,2,3\n4,5,6\n7,8,9\",1\n2,\"a,b,c\n1,2,3\n4,5,6\n7,8,9\",2\n", 2, 0, 0},
		{"a table of as many fields in the last field", "id,csv\n1,\"1,2\n3,4\n5,6\n7,8\"\n2,\"1,2\n3,4\n5,6\n7,8\"\n", 2, 0, 0},
		{"a table that begins on a line of its own", "id,csv\n1,\"\n1,2\n3,4\n5,6\n\"\n2,\"\n1,2\n3,4\n\"\n", 2, 0, 0},
		{"addresses of two lines", "id,address,n\n1,\"Main Street 5, flat 2\nUlm, Germany\",5\n2,\"High Street 7, flat 1\nBonn, Germany\",6\n3,x,7\n", 3, 0, 0},
	} {
		for _, packed := range []bool{false, true} {
			f, err := openReader(strings.NewReader(tt.content), "test", -1, Dialect{Delimiter: ",", Quote: `"`, HeaderRows: new(1)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			read, rejects := readBoth(t, f, packed)
			if read != tt.read || len(rejects) != tt.rejected {
				t.Errorf("%s, packed %v: %d records, rejects %v; want %d, %d", tt.name, packed, read, rejects, tt.read, tt.rejected)
			} else if tt.rejected > 0 && (rejects[0].Line != tt.line || rejects[0].EndLine != tt.line || rejects[0].Code != load.CodeUnclosedQuote) {
				t.Errorf("%s, packed %v: first reject %+v", tt.name, packed, rejects[0])
			}
		}
	}
}

// readBoth reads all records of the file, packed or one by one.
func readBoth(t *testing.T, f *File, packed bool) (read int, rejects []load.Reject) {
	t.Helper()
	defer f.Close()
	if !packed {
		for _, err := range f.Records() {
			read++
			if rej, ok := errors.AsType[*load.Reject](err); ok {
				rejects = append(rejects, *rej)
			} else if err != nil {
				t.Fatal(err)
			}
		}
		return read, rejects
	}
	var b load.Block
	for {
		b.Reset(len(f.Fields()), 0)
		err := f.Fill(&b)
		read += len(b.Rows) + len(b.Rejects)
		for _, r := range b.Rejects {
			r.Raw = nil // it is valid only until the block is filled again
			rejects = append(rejects, r)
		}
		if err != nil {
			return read, rejects
		}
	}
}

// TestRepeatedHeader passes over the header where it comes again, and counts it.
func TestRepeatedHeader(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		read          int
		lines         int64
		from          int64
	}{
		{"plain", "id,name\n" + strings.Repeat("1,a\n2,b\n", 50) + "id,name\n3,c\n", 101, 1, 102},
		{"quoted", "\"id\";\"Größe\"\r\n" + strings.Repeat("1;a\r\n", 50) + "\"id\";\"Größe\"\r\n3;c\r\n\"id\";\"Größe\"\r\n4;d\r\n", 52, 2, 52},
		{"at the end without a line end", "id\tname\n1\ta\n2\tb\n3\tc\nid\tname", 3, 1, 5},
		{"with a byte order mark", "\ufeffid,name\n1,a\n2,b\n3,c\n\ufeffid,name\n3,c\n", 4, 1, 5},
		{"names over two lines", "id,\"first\nname\"\n1,a\n2,b\n3,c\nid,\"first\nname\"\n4,d\n", 4, 2, 6},
		{"a record that begins like it", "id,name\n1,a\nid,named\n3,c\n4,d\n", 4, 0, 0},
		{"a value of the only field", "name\na\nname\nb\n", 3, 0, 0},
	} {
		for _, packed := range []bool{false, true} {
			f, err := openReader(strings.NewReader(tt.content), "test", -1, Dialect{HeaderRows: new(1)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			read, rejects := readBoth(t, f, packed)
			i := slices.IndexFunc(f.Stats().PassedOver, func(p PassedOver) bool { return p.Kind == SkipRepeated })
			warned := slices.ContainsFunc(f.Warnings(), func(w Warning) bool { return w.Code == WarnRepeated })
			if read != tt.read || len(rejects) > 0 || i >= 0 != (tt.lines > 0) || warned != (tt.lines > 0) {
				t.Errorf("%s, packed %v: %d records, rejects %v, passed over %v, warnings %v", tt.name, packed, read, rejects, f.Stats().PassedOver, f.Warnings())
			} else if i >= 0 && (f.Stats().PassedOver[i].Lines != tt.lines || f.Stats().PassedOver[i].Ranges[0].From != tt.from) {
				t.Errorf("%s, packed %v: %+v", tt.name, packed, f.Stats().PassedOver[i])
			}
		}
	}
}

// TestRepeatedHeaderInParts passes over a header that comes again, and a byte
// order mark before it, wherever what is read at a time ends in them.
func TestRepeatedHeaderInParts(t *testing.T) {
	const header, again = "id,name\n", "\ufeffid,name\n"
	for within := range len(again) + 1 {
		rows := strings.Repeat("1,a\n", (sampleHead-len(header)-within)/4-3)
		rows += "1," + strings.Repeat("a", sampleHead-len(header)-within-len(rows)-3) + "\n"
		content := header + rows + again + "3,c\n"
		for _, packed := range []bool{false, true} {
			f, err := openReader(iotest.OneByteReader(strings.NewReader(content)), "test", -1, Dialect{}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			read, rejects := readBoth(t, f, packed)
			over := f.Stats().PassedOver
			if want := strings.Count(content, "\n") - 2; read != want || len(rejects) > 0 || len(over) != 2 && len(over) != 1 || over[len(over)-1].Lines != 1 || over[len(over)-1].Kind != SkipRepeated {
				t.Errorf("%d bytes in, packed %v: %d records, want %d, rejects %v, passed over %v", within, packed, read, want, rejects, over)
			}
		}
	}
}

// TestBesideQuotes takes off what stands beside quotes, and counts it.
func TestBesideQuotes(t *testing.T) {
	content := "id;zip;name\n1;=\"07001\"; \"Ulm; Süd\"\n2;=\"07002\";\"Kiel\" \n3; x ;=\"a\"\"b\"\n4;=1+2;y\n"
	all, f := readAll(t, content, Dialect{}, Options{})
	compare(t, all, []got{
		{1, 2, 2, "", "", "1|07001|Ulm; Süd"}, {2, 3, 3, "", "", "2|07002|Kiel"},
		{3, 4, 4, "", "", "3| x |a\"b"}, {4, 5, 5, "", "", "4|=1+2|y"},
	})
	if s := f.Stats(); s.Formulas != 3 || s.Spaced != 2 {
		t.Errorf("counted %d formulas and %d with blanks", s.Formulas, s.Spaced)
	}
	warned := 0
	for _, w := range f.Warnings() {
		if w.Code == WarnQuotes {
			warned++
		}
	}
	if warned != 2 {
		t.Errorf("warnings %v", f.Warnings())
	}
}

// TestPaddedRecords reads records with delimiters after the last field, packed
// or not.
func TestPaddedRecords(t *testing.T) {
	content := "a;b;c\n" + strings.Repeat("1;2;3;;\n", 500) + "4;5;6\n7;8;9;x;\n" + strings.Repeat("1;2;3;;\n", 500)
	for _, packed := range []bool{false, true} {
		f, err := openReader(strings.NewReader("a;b;c\n"+strings.Repeat("1;2;3;;\n", 500)), "test", -1, Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if read, rejects := readBoth(t, f, packed); read != 500 || len(rejects) > 0 || len(f.Fields()) != 3 {
			t.Errorf("packed %v: %d records, %q, %v", packed, read, f.Fields(), rejects)
		}
	}
	if fields, _ := readValues(t, []byte(strings.ReplaceAll(content, "7;8;9;x;\n", "")), Dialect{}); len(fields) != 3 {
		t.Errorf("fields %q", fields)
	}
}

// TestLineEndsInQuotes warns of no line end that is within a field.
func TestLineEndsInQuotes(t *testing.T) {
	f, err := openReader(strings.NewReader("a,b\r\n1,\"x\ny\"\r\n2,\"z\nw\"\r\n3,k\r\n"), "test", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if w := f.Warnings(); len(w) > 0 {
		t.Errorf("warnings %v", w)
	}
}
