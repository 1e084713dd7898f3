package csvfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A structured file is one of which the delimiter, the names of the fields and
// the numbers of records and of rejects are known.
type structured struct {
	name, content     string
	delim, fields     string
	records, rejected int
}

func (s structured) test(t *testing.T) {
	t.Helper()
	t.Run(s.name, func(t *testing.T) {
		f, err := Open(writeFile(t, "in.csv", []byte(s.content)), Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		read, rejected := 0, 0
		for _, err := range f.Records() {
			var rej *load.Reject
			switch read++; {
			case errors.As(err, &rej):
				rejected++
			case err != nil:
				t.Fatal(err)
			}
		}
		if got := strings.Join(f.Fields(), "|"); f.Dialect().Delimiter != s.delim && strings.Contains(s.fields, "|") || got != s.fields || read != s.records || rejected != s.rejected {
			t.Errorf("got %q, fields %s, %d records, %d rejected; want %q, %s, %d, %d", f.Dialect().Delimiter, got, read, rejected, s.delim, s.fields, s.records, s.rejected)
		}
	})
}

// TestRagged keeps the header and the records where most records have another
// number of fields.
func TestRaggedFiles(t *testing.T) {
	for _, s := range []structured{
		{"longer from the third line on", "stamp,host\n2031-02-01,srv0\n2031-02-02,srv1,1\n2031-02-03,srv2,2\n", ",", "stamp|host", 3, 2},
		{"shorter from the fourth line on", "id,name,city,note\n1,Ada,Ulm,x\n2,Bob,Bonn,y\n3,Cyd\n4,Dan\n5,Eve\n6,Fay\n", ",", "id|name|city|note", 6, 4},
		{"header wider by two", "a;b;c;d;e\n1;2;3\n4;5;6\n7;8;9\n", ";", "a|b|c|d|e", 3, 3},
		{"header wider, texts", "field 1,field 2,field 3\nvalue 1,foo 1\nvalue 2,foo 2\n", ",", "field 1|field 2|field 3", 2, 2},
		{"header wider by one, tabs", "größe\tfarbe\tpreis\n12\trot\n14\tblau\n16\tgelb\n", "\t", "größe|farbe|preis", 3, 3},
		{"header narrower by one", "a,b\n1,2,3\n4,5,6\n7,8,9\n", ",", "a|b|field_3", 3, 0},
		{"header narrower by one, quoted", "\"nom\";\"prix\"\n\"a\";\"1,5\";\"x\"\n\"b\";\"2,5\";\"y\"\n\"c\";\"3,5\";\"z\"\n", ";", "nom|prix|field_3", 3, 0},
		{"header wider by one, quoted", "\"nom\";\"prix\";\"note\"\n\"a\";\"1,5\"\n\"b\";\"2,5\"\n\"c\";\"3,5\"\n", ";", "nom|prix|note", 3, 3},
		{"longer and longer", "fecha|valor\n2031-01-01|5\n2031-01-02|6|x\n2031-01-03|7|y|z\n2031-01-04|8|y|z\n2031-01-05|9|y|z\n", "|", "fecha|valor", 5, 4},
		{"texts alone, shorter", "typ;navn;by\nstol;rød;Oslo\nbord;grøn;Bergen\nseng;grå\nlampe;hvid\nsofa;sort\nhylde;gul\n", ";", "typ|navn|by", 6, 4},
		{"few longer ones", "id,when,note\n1,2031-01-01,a\n2,2031-01-02,b,c\n3,2031-01-03,d\n4,2031-01-04,e\n", ",", "id|when|note", 4, 1},
		{"no header, first ones longer", "1,2031-01-01,x\n2,2031-01-02\n3,2031-01-03\n4,2031-01-04\n5,2031-01-05\n", ",", "field_1|field_2", 5, 1},
		{"half of them longer", "sku,qty\nA-1,5\nA-2,6\nA-3,7\nA-4,8,x\nA-5,9,y\nA-6,9,y\nA-7,9,y\n", ",", "sku|qty", 7, 4},
		{"a national statistic", "kommune,år,antal\n" + strings.Repeat("0101,2030,5\n", 20) + strings.Repeat("0102,2030\n", 300), ",", "kommune|år|antal", 320, 300},
	} {
		s.test(t)
	}
}

// TestPadding ignores the empty field after the last name.
func TestPadding(t *testing.T) {
	for _, s := range []structured{
		{"two delimiters", "a;b;c\n1;2;3;;\n4;5;6;;\n", ";", "a|b|c", 2, 0},
		{"one delimiter", "sku,name\nA,Tür,\nB,Griff,\nC,Schild,\n", ",", "sku|name", 3, 0},
		{"one of them without", "a\tb\n1\t2\t\n3\t4\n5\t6\t\n", "\t", "a|b", 3, 0},
		{"quotes", "\"x\",\"y\"\n\"1\",\"2\",\n\"3\",\"4\",\n\"5\",\"6\",\n", ",", "x|y", 3, 0},
		{"pipes", "id|naam\n1|Jan|\n2|Piet|\n3|Klaas|\n4|Kees|\n", "|", "id|naam", 4, 0},
		{"one that has something in it", "Datum,Betrag\n2031-01-01,5,\n2031-01-02,6,\n2031-01-03,7,x\n2031-01-04,8,\n", ",", "Datum|Betrag|field_3", 4, 0},
		{"in the header, too", "Tag;Umsatz;\n01.01.2031;5,00;\n02.01.2031;6,00;\n03.01.2031;7,00;\n", ";", "Tag|Umsatz|field_3", 3, 0},
		{"several in the header alone", "id|naam|stad|||\n1|Jan|Gent\n2|Piet|Breda\n3|Kees|Delft\n", "|", "id|naam|stad", 3, 0},
		{"in the header alone", "Tag;Umsatz;\n01.01.2031;5,00\n02.01.2031;6,00\n03.01.2031;7,00\n", ";", "Tag|Umsatz", 3, 0},
	} {
		s.test(t)
	}
}

// TestWeakDelimiters takes what stands within dates, times and names for no
// delimiter.
func TestWeakDelimiters(t *testing.T) {
	for _, s := range []structured{
		{"blanks in times", "when,who,amount\n2033-04-01 10:00:01,Ann,950\n2033-04-02 10:00:02,Bob,1,250\n2033-04-03 10:00:03,Cyd,830\n2033-04-04 10:00:04,Dan,2,100\n2033-04-05 10:00:05,Eve,77\n", ",", "when|who|amount", 5, 2},
		{"colons in times", "zeit;name\n10:15;Ann\n10:20;Bob;x\n10:25;Cyd\n10:30;Dan;y\n10:35;Eve\n", ";", "zeit|name", 5, 2},
		{"blanks in names", "name,city\nAnn Lee,Ulm\nBob Ray,Bonn,x\nCyd Poe,Kiel\nDan Fox,Linz,y\n", ",", "name|city", 4, 2},
		{"dates of mail", "date\tfrom\nTue, 1 Apr 2031 10:00:00 +0200\ta@x.org\nWed, 2 Apr 2031 11:00:00 +0200\tb@x.org\tz\nThu, 3 Apr 2031 12:00:00 +0200\tc@x.org\n", "\t", "date|from", 3, 1},
		{"dates of mail alone", "Sat, 22 Apr 2017 15:11:58 -0500\nMon, 24 Apr 2017 10:01:02 -0500\nTue, 25 Apr 2017 09:01:02 -0500\nTue, 25 Apr 2017 10:01:02 -0500\n", ",", "field_1", 4, 0},
		{"one column of times", "HH:mm:ss\n15:02:37\n16:12:01\n", ",", "HH:mm:ss", 2, 0},
		{"one column of times and dates", "start\n2031-01-01 10:00\n2031-01-02 11:30\n2031-01-03 12:45\n", ",", "start", 3, 0},
		{"lists in cells", "col1,col2\n1;2;3,4;5;6\n7;8;9,a;b;c\n", ",", "col1|col2", 2, 0},
		{"lists in cells, pipes", "tags;ids\nred|green|blue;1|2|3\nbig|small|tiny;4|5|6\n", ";", "tags|ids", 2, 0},
		{"a blank in the header alone", "dates, cpi, predict\n1950:1,28.98,1\n1950:2,29.15,2\n1950:3,29.35,3\n", ",", "dates|cpi|predict", 3, 0},
		{"quoted texts and blanks", "\"id\" \"name\" \"note\"\n1 \"Ann Lee\" \"x y\"\n2 \"Bob Ray\" \"z\"\n3 \"Cyd\" \"a b c\"\n", " ", "id|name|note", 3, 0},
		{"searches", "query\nauthor:\"miller\"\n\"dark matter\" 2001\nblack holes 1\nauthor:\"meyer\"\n\"dark energy\" 2002\nblack holes 2\n", ",", "query", 6, 0},
		{"remarks with colons", "# new format\n# column 1: ID\n# column 2: Title\n# column 3: Scope\n# column 4: Type\n#\n# ID,TITLE,SCOPE\nT-1,Drive,Ground\nT-2,Deflector,\"a, b\"\nT-4,Deflector 3,\n", ",", "ID|TITLE|SCOPE", 3, 0},
		{"remarks with commas", "// made by a tool, version 1, on Monday\n// for all, or none\nid;name\n1;a\n2;b\n3;c\n", ";", "id|name", 3, 0},
		{"a run of empty fields", "a,b,c,d,e\n1,,,,2\n3,,,,4\n5,,,,6\n", ",", "a|b|c|d|e", 3, 0},
	} {
		s.test(t)
	}
}

// TestLongField lets no field decide about the dialect by what it holds.
func TestLongField(t *testing.T) {
	for _, tt := range []struct{ name, head, line, tail, delim, fields string }{
		{"semicolons", "id,doc\n1,short\n2,\"", "a;b;c\n", "\"\n3,x\n", ",", "id|doc"},
		{"CSV", "id;doc\n1;short\n2;\"", "1,2,3\n", "\"\n3;x\n", ";", "id|doc"},
		{"HTML", "id\tdoc\n1\tshort\n2\t\"", "<p class=''x''>a, b; c</p>\n", "\"\n3\tx\n", "\t", "id|doc"},
		{"SQL", "id|doc\n1|short\n2|\"", "INSERT INTO t VALUES (1, 'a', 'b');\n", "\"\n3|x\n", "|", "id|doc"},
		{"mail", "id,doc\n1,short\n2,\"", "Dear Ann, how are you? Yours, Bob: 10:30\n", "\"\n3,x\n", ",", "id|doc"},
		{"in the first record", "id,doc\n2,\"", "a;b;c\n", "\"\n3,x\n4,y\n", ",", "id|doc"},
	} {
		content := tt.head + strings.Repeat(tt.line, (70<<10)/len(tt.line)) + tt.tail
		structured{tt.name, content, tt.delim, tt.fields, 3, 0}.test(t)
		d := Dialect{Delimiter: tt.delim, Quote: `"`}
		if fields, records := readValues(t, []byte(content), d); strings.Join(fields, "|") != tt.fields || len(records) != 3 {
			t.Errorf("%s, delimiter and quote given: %q, %d records", tt.name, fields, len(records))
		}
	}
}

// TestStrayQuotes keeps quoting on where fields need it.
func TestStrayQuotes(t *testing.T) {
	for _, s := range []structured{
		{"one that is not closed", "id;firm;x\n1;\"MEGA C .;a\n2;\"BETA \"\"2\"\"\";b\n3;ALFA;c\n", ";", "id|firm|x", 3, 1},
		{"texts of spreadsheets", "id;firm;zip\n1;\"Ulm\";=\"07001\"\n2;\"Bonn; Süd\";=\"07002\"\n3;\"Kiel\";=\"07003\"\n", ";", "id|firm|zip", 3, 0},
		{"blanks beside quotes", "a,b\n\"1\",\"2\" \n\"3\", \"4\"\n", ",", "a|b", 2, 0},
		{"inches among names", "id,name\n1,\"Screw, 5\"\" long\"\n2,Pipe 3\" wide\n3,\"Nut, small\"\n4,Bolt\n", ",", "id|name", 4, 1},
		{"a name with quotes", "Group,Year,Share who \"binged\" last week\n\"10,000 or less\",2016,45.1\n\"10,000-15,000\",2016,53\nSingle,2016,49.4\n", ",", `Group|Year|Share who "binged" last week`, 3, 0},
		{"quotes in texts alone", "id;name;n\n1;Black \"Summit\" shirt;18\n2;Grey \"Peak\" shirt;18\n3;White shirt;5\n", ";", "id|name|n", 3, 0},
		{"quotes in texts later", "id;name;n\n" + strings.Repeat("1;White shirt;5\n", 9000) + "1;Black \"Summit\" shirt;18\n", ";", "id|name|n", 9001, 0},
		{"backslashes later", "\"id\",\"name\"\n" + strings.Repeat("\"1\",\"White shirt\"\n", 9000) + "\"2\",\"W. H. \\\"Bud\\\" Field \"\n", ",", "id|name", 9001, 0},
		{"backslashes in a later part", "\"id\",\"name\"\n" + strings.Repeat("\"1\",\"White shirt\"\n", 20000) + strings.Repeat("\"2\",\"W. H. \\\"Bud\\\" Field \"\n", 2000), ",", "id|name", 22000, 0},
		{"apostrophes before words", "id,name,note\n1,'t Hooft,x\n2,O'Brien,y\n3,rock 'n' roll,z\n4,Ann,'s\n", ",", "id|name|note", 4, 0},
		{"apostrophes at the beginning and the end", "id;name\n1;'s Gravenhage\n2;'t Zand\n3;Den Haag\n4;the boys'\n5;'s\n", ";", "id|name", 5, 0},
		{"apostrophes within single quotes", "id,name,city\n1,'O''Brien','Cork'\n2,'O'Neil','Ulm, Old'\n3,'Lee','Rome'\n", ",", "id|name|city", 3, 0},
		{"apostrophes without quotes among single quotes", "'id','name'\n'1','Ulm, Old'\n'2',O'Brien\n'3','x, y'\n", ",", "id|name", 3, 0},
	} {
		s.test(t)
	}
}

// TestAboveTheTable finds the table below lines of keys and values, titles and
// lines of other files' kinds.
func TestAboveTheTable(t *testing.T) {
	for _, s := range []structured{
		{"keys and values, few records", "Konto;\nName;X;\nNr;123;\nSaldo;1,00;\n\nTag;Text;Betrag;Saldo\n28.12.2033;a;-1,00;3,00\n27.12.2033;b;2,00;4,00\n", ";", "Tag|Text|Betrag|Saldo", 2, 0},
		{"one record", "Konto;DE12\nVon;01.01.2033\n\nTag;Text;Betrag\n28.12.2033;a;-1,00\n", ";", "Tag|Text|Betrag", 1, 0},
		{"no blank line", "Cuenta;ES12\nTitular;Ana\nSaldo;5,00\nFecha;Concepto;Importe;Saldo\n01/02/2033;a;1,00;2,00\n02/02/2033;b;1,00;3,00\n", ";", "Fecha|Concepto|Importe|Saldo", 2, 0},
		{"padded with delimiters", "Account:,GB12,,\nFrom:,2033-01-01,,\nTo:,2033-12-31,,\n,,,\nDate,Text,Amount,Balance\n2033-02-01,a,1.00,2.00\n2033-02-02,b,1.00,3.00\n", ",", "Date|Text|Amount|Balance", 2, 0},
		{"keys with colons", "Latitude (deg):\t45.0\nElevation (m):\t250\nSource:\tX\n\ntime,T,WS\n2033-01-01 00:00,1.5,2\n2033-01-01 01:00,1.6,3\n2033-01-01 02:00,1.7,3\n", ",", "time|T|WS", 3, 0},
		{"a title with commas", "Sales of 2033, by region, in EUR\n\nregion;units;total\nNord;5;1,5\nSüd;6;2,5\n", ";", "region|units|total", 2, 0},
		{"names and values of a place", "Source,Place,Height\nX,7,250\nYear,Month,Day,Hour,T\n2033,1,1,0,5.5\n2033,1,1,1,5.6\n2033,1,1,2,5.7\n2033,1,1,3,5.8\n", ",", "Year|Month|Day|Hour|T", 4, 0},
		{"values of a place, padded", "7,Bern,NA,46.9,7.4,550,,\nDate,Time,A,B,C,D,E,F\n01/01/2033,01:00,1,2,3,4,5,6\n01/01/2033,02:00,1,2,3,4,5,6\n01/01/2033,03:00,1,2,3,4,5,6\n", ",", "Date|Time|A|B|C|D|E|F", 3, 0},
		{"names and values of a place, padded", "Source,Place,Unit,Note,X\nNX,7,w/m2,w/m2,c\nYear,Month,Day,T,\n2033,1,1,5.5,\n2033,1,2,5.6,\n2033,1,3,5.7,\n", ",", "Year|Month|Day|T|field_5", 3, 0},
		{"a free text of two lines", "This is the export of all items, as asked.\nPlease note: values are net, not gross.\nsku|qty|price\nA|5|1.5\nB|6|2.5\nC|7|2.5\n", "|", "sku|qty|price", 3, 0},
	} {
		s.test(t)
	}
}

// TestBelowTheTable passes over lines of keys and values below the records.
func TestBelowTheTable(t *testing.T) {
	const head = "Datum;Text;Betrag;Saldo\n01.02.2033;a;1,00;2,00\n02.02.2033;b;1,00;3,00\n03.02.2033;c;1,00;4,00\n"
	for _, s := range []structured{
		{"padded after a blank line", head + "\nSaldo am 03.02.2033;;;\nStand;;;\n", ";", "Datum|Text|Betrag|Saldo", 3, 0},
		{"a padded sum", head + "Summe;;3,00;\n", ";", "Datum|Text|Betrag|Saldo", 3, 0},
		{"padded keys and values", head + "Anfangssaldo:;;1,00;\nEndsaldo:;;4,00;\n", ";", "Datum|Text|Betrag|Saldo", 3, 0},
		{"two fields after a blank line", head + "\nAlter Kontostand;999,00 EUR\n", ";", "Datum|Text|Betrag|Saldo", 3, 0},
		{"texts with commas", "time,T,WS,WD\n2033-01-01 00:00,1.5,2,3\n2033-01-01 01:00,1.6,3,3\n2033-01-01 02:00,1.7,3,3\n\nT: air temperature (degree)\nWD: direction (0 = N, 90 = E)\n\n(c) 2033\n", ",", "time|T|WS|WD", 3, 0},
		{"a record cut off", head + "04.02.2033;d\n", ";", "Datum|Text|Betrag|Saldo", 4, 1},
		{"a record with little in it", head + "04.02.2033;;1,00;\n", ";", "Datum|Text|Betrag|Saldo", 4, 0},
		{"a name alone", "name;city;note;x\nAnn;Ulm;a;b\nBob;Bonn;c;d\nCyd;;;\n", ";", "name|city|note|x", 3, 0},
	} {
		s.test(t)
	}
}

// TestStructureFiles reads files made after real ones.
func TestStructureFiles(t *testing.T) {
	for _, s := range []structured{
		{"preamble_eats_records", "", ",", "date|visits|total|note", 18, 12},
		{"two_kinds_of_records", "", ",", "TYPE|NAME|REMARK", 9, 6},
		{"header_of_three_rows", "", ",", "Date Processed|Description|Amount|field_4", 6, 0},
		{"header_wider_than_records", "", ",", "id|name|country|city", 3, 3},
		{"lists_in_cells", "", ",", "col1|col2", 2, 0},
		{"one_column_quotes", "", ",", "query", 90, 0},
		{"header_stray_quote", "", ",", `Group|Year|Share who "binged" last week`, 3, 0},
		{"footer_of_two_fields", "", ";", "Tag|Vorgang|Text|Umsatz|field_5", 20, 0},
		{"title_quoted_and_padded", "", ",", "yyyy|mm|tmax|field_4|tmin|field_6|af|field_8|rain|field_10|sun|field_12|field_13", 5, 0},
		{"time_of_one_column", "", ",", "HH:mm:ss", 2, 0},
		{"long_remarks", "", ",", "DOCID|TITLE|SCOPE|TYPE", 3, 0},
		{"group_row_above", "", ",", "Major|Minor|Broad|Detailed|Title", 5, 0},
		{"empty_record", "", ",", "a|b|c|d|e|f", 1, 0},
	} {
		b, err := os.ReadFile(filepath.Join("testdata", "structure", s.name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		s.content = string(b)
		s.test(t)
	}
}

// TestFirstTable loads the table that stands first, and tells the second, whose
// records are rejected. Keys and values are no table.
func TestFirstTable(t *testing.T) {
	many := strings.Repeat("Anna;Köln;50667;0221\n", 30)
	for _, s := range []structured{
		{"wider below", "id,name\n1,a\n2,b\n3,c\n\ncode,price,qty\nx,1.5,3\ny,2.5,4\nz,3.5,5\n", ",", "id|name", 7, 4},
		{"much longer below", "Datum;Betrag\n01.02.2031;1,50\n02.02.2031;2,50\n\nKunde;Ort;PLZ;Telefon\n" + many, ";", "Datum|Betrag", 33, 31},
		{"narrower below", "A|B|C\n1|2|3\n4|5|6\n\nX|Y\na|1\nb|2\nc|3\nd|4\ne|5\n", "|", "A|B|C", 8, 6},
		{"no blank line between", "lieu\tvaleur\tdate\nLyon\t5\t2031-01-01\nNice\t7\t2031-01-02\ncode\tprix\nx\t1.5\ny\t2.5\nz\t3.5\nw\t4.5\nv\t5.5\n", "\t", "lieu|valeur|date", 8, 6},
		{"few above many", "month,year\n1,2018\n2,2007\n3,2009\ntime,T2m,RH,SP\n" + strings.Repeat("2018-01-01 00:00,2.04,94.38,99870.0\n", 200), ",", "month|year", 204, 201},
		{"keys and values", "Estación;Bonn\nLat;50.7\nLon;7.1\nAltura;60\n\nhora;temp;lluvia\n10:00;5.5;0\n11:00;6.5;1\n12:00;7.5;0\n13:00;8.5;0\n14:00;8.5;0\n", ";", "hora|temp|lluvia", 5, 0},
		{"below a title", "Orders\nid,total\n1,5.5\n2,6.5\n3,7.5\n\nCustomers\nid,name,city\n1,a,b\n2,c,d\n3,e,f\n4,g,h\n", ",", "id|total", 9, 6},
		{"more keys than records", "Konto;DE1\nBank;X\nBLZ;123\nStand;5,00\n\nTag;Text;Betrag\n01.02.2031;a;1,00\n", ";", "Tag|Text|Betrag", 1, 0},
		{"names and one record of an account", "Konto,Inhaber,Saldo\n123,Max,5.00\n\nTag,Text,Betrag,Stand\n2031-01-01,a,1.00,2.00\n2031-01-02,b,2.00,4.00\n2031-01-03,b,2.00,4.00\n", ",", "Tag|Text|Betrag|Stand", 3, 0},
	} {
		s.test(t)
		f, err := Open(writeFile(t, "in.csv", []byte(s.content)), Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Open(writeFile(t, "in.csv", []byte(s.content)), f.Dialect(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Fields(); !slices.Equal(got, f.Fields()) {
			t.Errorf("%s: with the dialect that was found the fields are %v", s.name, got)
		}
		again.Close()
		told := slices.ContainsFunc(f.Warnings(), func(w Warning) bool { return w.Code == WarnTables })
		if told != (s.rejected > 0) {
			t.Errorf("%s: warnings %v", s.name, f.Warnings())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSingleName takes each line for one field where the first line is one name
// and nothing else names what a delimiter divides, and says so.
func TestSingleName(t *testing.T) {
	for _, s := range []structured{
		{"texts with commas", "note\nthis is Anna, a note from Ulm\nthis is Ben, a note from Bonn\nthis is Cyd, a note from Kiel\n", "", "note", 3, 0},
		{"decimal commas", "preis\n0,50\n1,50\n2,50\n3,75\n", "", "preis", 4, 0},
		{"places", "Localidad\nUlm, DE\nLyon, FR\nGent, BE\n", "", "Localidad", 3, 0},
		{"phrases", "phrase\nle chat dort\nle chien mange\nla souris danse\n", "", "phrase", 3, 0},
	} {
		s.test(t)
		f, err := Open(writeFile(t, "in.csv", []byte(s.content)), Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(f.Warnings(), func(w Warning) bool { return w.Code == WarnUnsure }) {
			t.Errorf("%s: warnings %v", s.name, f.Warnings())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []structured{
		{"a title", "Clients\nnom,ville\nAnna,Lyon\nBen,Nice\nCyd,Lille\n", ",", "nom|ville", 3, 0},
		{"a title and blanks", "Kunden\nid, name\n1, Anna\n2, Ben\n3, Cyd\n", ", ", "id|name", 3, 0},
	} {
		s.test(t)
	}
}

// TestRepeatedHeaderTold tells the header that comes again once, after the
// reading as before it, and not the second of two rows of names.
func TestRepeatedHeaderTold(t *testing.T) {
	for _, tt := range []struct {
		content string
		told    int
	}{
		{"id,name\n1,a\n2,b\nid,name\n3,c\nid,name\n4,d\n", 1},
		{"id,name,price\nid,name,price\n1,a,2.5\n2,b,3.5\n3,c,1.5\n", 0},
		{"id;naam;prijs\nid;naam;prijs\n1;a;2.5\n2;b;3.5\n3;c;1.5\nid;naam;prijs\nid;naam;prijs\n4;c;1.5\n", 1},
	} {
		_, f := readAll(t, tt.content, Dialect{}, Options{})
		n := 0
		for _, w := range f.Warnings() {
			if w.Code == WarnRepeated {
				n++
			}
		}
		if n != tt.told {
			t.Errorf("%q: told %d times: %v", tt.content, n, f.Warnings())
		}
		p, err := look(writeFile(t, "in.csv", []byte(tt.content)), Dialect{}, Options{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		for _, w := range p.Warnings {
			if w.Code == WarnRepeated {
				n++
			}
		}
		if n != tt.told {
			t.Errorf("%q: a preview tells it %d times: %v", tt.content, n, p.Warnings)
		}
	}
}

// TestRemarksAboveNames takes a remark for one though it has as many fields as
// the names below it.
func TestRemarksAboveNames(t *testing.T) {
	for _, s := range []structured{
		{"a unit of each", "# made by a tool\n# unit: m, s\nx,y\n0,0\n1,1\n2,4\n3,9\n", ",", "x|y", 4, 0},
		{"names after the mark", "# made by a tool\n# x, y\n0,0\n1,1\n2,4\n3,9\n", ",", "x|y", 4, 0},
	} {
		s.test(t)
	}
}
