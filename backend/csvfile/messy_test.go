package csvfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestMessy reads files of the kinds that banks, spreadsheets, databases and
// devices write, detecting everything. The fields are nil where there is
// no header.
func TestMessy(t *testing.T) {
	tests := []struct {
		name, content string
		fields        []string
		want          string
	}{
		// Numbers with a decimal comma.
		{"decimal commas", "Preis;Menge\n1,5;2,0\n2,75;3,5\n3,0;1,25\n", []string{"Preis", "Menge"}, `[["1,5" "2,0"] ["2,75" "3,5"] ["3,0" "1,25"]]`},
		{"decimal commas and spaces", "1,5 2,0\n2,75 3,5\n3,0 1,25\n4,25 7,5\n", nil, `[["1,5" "2,0"] ["2,75" "3,5"] ["3,0" "1,25"] ["4,25" "7,5"]]`},
		{
			"a bank's preamble and quotes", "\"Konto:\";\"DE12 / Giro\";\r\n\r\n\"Von:\";\"01.01.2024\";\r\n\r\n\"Datum\";\"Text\";\"Betrag\"\r\n\"02.01.2024\";\"Strom, Nr. 4\";\"-85,00\"\r\n\"03.01.2024\";\"Gehalt\";\"3.250,17\"\r\n\"05.01.2024\";\"REWE; Markt\";\"-42,19\"\r\n",
			[]string{"Datum", "Text", "Betrag"}, `[["02.01.2024" "Strom, Nr. 4" "-85,00"] ["03.01.2024" "Gehalt" "3.250,17"] ["05.01.2024" "REWE; Markt" "-42,19"]]`,
		},
		{"padded columns", "NR ;TEXT  ;WERT    \n1  ;Tür   ;  125,00\n2  ;Griff ;1.125,5-\n3  ;Schild;    7,00\n", []string{"NR", "TEXT", "WERT"}, `[["1  " "Tür   " "  125,00"] ["2  " "Griff " "1.125,5-"] ["3  " "Schild" "    7,00"]]`},
		{
			"a pipe at both ends", "|id|name|\n|1|Bolt|\n|2|Nut|\n|3|Gear|\n",
			[]string{"field_1", "id", "name", "field_4"}, `[["" "1" "Bolt" ""] ["" "2" "Nut" ""] ["" "3" "Gear" ""]]`,
		},

		// Two fields, and one.
		{"numbers and a space", "0.0 0.0\n0.1 0.0998\n0.2 0.1987\n0.3 0.2955\n", nil, `[["0.0" "0.0"] ["0.1" "0.0998"] ["0.2" "0.1987"] ["0.3" "0.2955"]]`},
		{"names, a space and numbers", "name score\nalice 12\nbob 15\ncarol 9\n", []string{"name", "score"}, `[["alice" "12"] ["bob" "15"] ["carol" "9"]]`},
		{"decimal commas, a space and text", "total id\n1130,93 a@example.com\n2339,12 b@example.com\n4817,69 c@example.com\n", []string{"total", "id"}, `[["1130,93" "a@example.com"] ["2339,12" "b@example.com"] ["4817,69" "c@example.com"]]`},
		{"quotes, a space and dates", "\"id\" \"date\"\n4 \"05/10/2020\"\n5 \"19/06/2001\"\n7 \"02/01/2026\"\n", []string{"id", "date"}, `[["4" "05/10/2020"] ["5" "19/06/2001"] ["7" "02/01/2026"]]`},
		{"names of two words", "name\nAlice Cooper\nBob Dylan\nCarol King\n", []string{"name"}, `[["Alice Cooper"] ["Bob Dylan"] ["Carol King"]]`},
		{"amounts with units", "weight\n12 kg\n15 kg\n9 kg\n22 kg\n", []string{"weight"}, `[["12 kg"] ["15 kg"] ["9 kg"] ["22 kg"]]`},
		{"thousands with spaces", "total\n1 234\n15 000\n2 500\n9 100\n", []string{"total"}, `[["1 234"] ["15 000"] ["2 500"] ["9 100"]]`},
		{"telephone numbers", "phone\n030 123456\n040 765432\n0171 998877\n089 445566\n", []string{"phone"}, `[["030 123456"] ["040 765432"] ["0171 998877"] ["089 445566"]]`},
		{"times alone", "start\n10:00\n11:30\n12:45\n13:05\n", []string{"start"}, `[["10:00"] ["11:30"] ["12:45"] ["13:05"]]`},
		{"addresses with colons alone", "mac\n00:1a:2b:3c:4d:5e\n00:1a:2b:3c:4d:5f\n12:34:56:78:9a:bc\n", []string{"mac"}, `[["00:1a:2b:3c:4d:5e"] ["00:1a:2b:3c:4d:5f"] ["12:34:56:78:9a:bc"]]`},
		{"addresses with two colons", "a 2001:db8::1 up\nb fe80::1 down\nc ::1 up\nd fe80::2 up\n", nil, `[["a" "2001:db8::1" "up"] ["b" "fe80::1" "down"] ["c" "::1" "up"] ["d" "fe80::2" "up"]]`},
		{"sentences", "text\nThe quick brown fox jumps.\nCall me Ishmael.\nAll families are alike, he said.\n", []string{"text"}, `[["The quick brown fox jumps."] ["Call me Ishmael."] ["All families are alike, he said."]]`},
		{"quotes around the only field", "name\n\"Baker, Bob\"\n\"Lee, Ann\"\n\"Stone, Tim\"\n", []string{"name"}, `[["Baker, Bob"] ["Lee, Ann"] ["Stone, Tim"]]`},

		// Delimiters in text.
		{"semicolons in text", "id,tags,n\n1,red;green;blue,5\n2,red;black;white,6\n3,big;small;tiny,7\n", []string{"id", "tags", "n"}, `[["1" "red;green;blue" "5"] ["2" "red;black;white" "6"] ["3" "big;small;tiny" "7"]]`},
		{"commas in text", "id;note;n\n1;one, two, three;5\n2;four, five, six;6\n3;seven, eight;7\n", []string{"id", "note", "n"}, `[["1" "one, two, three" "5"] ["2" "four, five, six" "6"] ["3" "seven, eight" "7"]]`},
		{"JSON and pipes", "1|{\"a\":1,\"b\":2}|x\n2|{\"a\":2,\"b\":3}|y\n3|{\"a\":3,\"b\":4}|z\n", nil, `[["1" "{\"a\":1,\"b\":2}" "x"] ["2" "{\"a\":2,\"b\":3}" "y"] ["3" "{\"a\":3,\"b\":4}" "z"]]`},
		{"places on the globe", "place\tat\nRome\t41.9,12.5\nOslo\t59.9,10.7\nBonn\t50.7,7.1\n", []string{"place", "at"}, `[["Rome" "41.9,12.5"] ["Oslo" "59.9,10.7"] ["Bonn" "50.7,7.1"]]`},
		{"times with colons", "start,end,who\n10:00:00,11:30:00,Bob\n12:00:00,12:15:00,Ann\n", []string{"start", "end", "who"}, `[["10:00:00" "11:30:00" "Bob"] ["12:00:00" "12:15:00" "Ann"]]`},
		{"a log", "2024-01-01 10:00:01 INFO started\n2024-01-01 10:00:02 WARN slow\n2024-01-01 10:00:05 INFO ready\n2024-01-01 10:00:09 ERROR failed\n", nil, `[["2024-01-01" "10:00:01" "INFO" "started"] ["2024-01-01" "10:00:02" "WARN" "slow"] ["2024-01-01" "10:00:05" "INFO" "ready"] ["2024-01-01" "10:00:09" "ERROR" "failed"]]`},
		{"two colons", "1::Toy Story (1995)::Animation|Comedy\n2::Jumanji (1995)::Adventure|Fantasy\n3::Heat (1995)::Action|Crime\n", nil, `[["1" "Toy Story (1995)" "Animation|Comedy"] ["2" "Jumanji (1995)" "Adventure|Fantasy"] ["3" "Heat (1995)" "Action|Crime"]]`},
		{"hashes", "id#name#n\n1#a,b#2\n2#c#3\n3#d,e#4\n", []string{"id", "name", "n"}, `[["1" "a,b" "2"] ["2" "c" "3"] ["3" "d,e" "4"]]`},

		// Escapes.
		{"a dump of tabs and backslashes", "1\tBob\t\\N\n2\tAnn\\\tLee\t12\n3\tline\\\nbreak\t5\n4\tc:\\\\temp\t6\n", nil, `[["1" "Bob" "\\N"] ["2" "Ann\tLee" "12"] ["3" "line\nbreak" "5"] ["4" "c:\\temp" "6"]]`},
		{"a backslash before a quote in the first record", "\"1\",\"Bob \\\"B\\\" Baker\",\\N\n\"2\",\"x, y\",\"5\"\n\"3\",\"z\",\"6\"\n", nil, `[["1" "Bob \"B\" Baker" "\\N"] ["2" "x, y" "5"] ["3" "z" "6"]]`},
		{"a backslash before the closing quote", "id,path,n\n1,\"C:\\temp\\\",5\n2,\"C:\\x, y\\\",6\n3,\"D:\\\",7\n", []string{"id", "path", "n"}, `[["1" "C:\\temp\\" "5"] ["2" "C:\\x, y\\" "6"] ["3" "D:\\" "7"]]`},
		{"a backslash at the end of a line", "id,path\n1,C:\\temp\\new\n2,D:\\data\\\n3,E:\\\n", []string{"id", "path"}, `[["1" "C:\\temp\\new"] ["2" "D:\\data\\"] ["3" "E:\\"]]`},

		// Above the records.
		{"remarks with as many fields", "# made by a tool, v1\nid,name\n1,Bob\n2,Ann\n3,Tim\n", []string{"id", "name"}, `[["1" "Bob"] ["2" "Ann"] ["3" "Tim"]]`},
		{"remarks and text", "# all rows\n# made by a tool, v1\nname,city\nBob,Rome\nAnn,Oslo\n# a note\nTim,Bonn\n", []string{"name", "city"}, `[["Bob" "Rome"] ["Ann" "Oslo"] ["Tim" "Bonn"]]`},
		{"a header with the comment mark", "##source=x,y\n##version=4\n#CHROM\tPOS\tID\n1\t100\ta\n1\t200\tb\n2\t300\tc\n", []string{"#CHROM", "POS", "ID"}, `[["1" "100" "a"] ["1" "200" "b"] ["2" "300" "c"]]`},
		{"a title, an empty row and groups", "Report,,,,\n,,,,\n,Europe,,Asia,\nProduct,Units,Revenue,Units,Revenue\nChair,10,100.5,20,210\nTable,5,500,7,700\nLamp,9,90,3,30\n", []string{"Product", "Europe Units", "Europe Revenue", "Asia Units", "Asia Revenue"}, `[["Chair" "10" "100.5" "20" "210"] ["Table" "5" "500" "7" "700"] ["Lamp" "9" "90" "3" "30"]]`},
		{"years below groups", "Region,Sales,,Returns,\n,2023,2024,2023,2024\nNorth,10,12,1,2\nSouth,20,22,2,1\nEast,30,31,0,0\n", []string{"Region", "Sales 2023", "Sales 2024", "Returns 2023", "Returns 2024"}, `[["North" "10" "12" "1" "2"] ["South" "20" "22" "2" "1"] ["East" "30" "31" "0" "0"]]`},
		{"units below names", "time,speed\n(s),(m/s)\n0,1.5\n1,2.5\n2,3.5\n", []string{"time", "speed"}, `[["(s)" "(m/s)"] ["0" "1.5"] ["1" "2.5"] ["2" "3.5"]]`},

		// Short ones.
		{"one record", "1,Bolt,2.50\n", nil, `[["1" "Bolt" "2.50"]]`},
		{"one record below names", "id,name,price\n1,Bolt,2.50\n", []string{"id", "name", "price"}, `[["1" "Bolt" "2.50"]]`},
		{"one record without a line end", "2024-01-01;Bolt;2,50", nil, `[["2024-01-01" "Bolt" "2,50"]]`},
		{"two short records", "x;y\n1;2", []string{"x", "y"}, `[["1" "2"]]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields, got := readValues(t, []byte(tt.content), Dialect{})
			if tt.fields == nil {
				for i := range fields {
					tt.fields = append(tt.fields, fmt.Sprintf("field_%d", i+1))
				}
			}
			if s := fmt.Sprintf("%q", got); s != tt.want || !slices.Equal(fields, tt.fields) {
				t.Errorf("got %q\n%s\nwant %q\n%s", fields, s, tt.fields, tt.want)
			}
		})
	}
}

// TestConfidence has the delimiter's confidence follow the evidence, and each
// reason say what it is.
func TestConfidence(t *testing.T) {
	for _, tt := range []struct {
		content, value string
		low, high      float64
		reason         string
	}{
		{"a;b;c\n" + strings.Repeat("1;2,5;x\n", 199), ";", 0.95, 1, "semicolon, because 200 of 200 records have 3 fields"},
		{"a;b;c\n1;2,5;x\n", ";", 0.5, 0.95, "semicolon, because 2 of 2 records have 3 fields"},
		{"a,b,c\n" + strings.Repeat("1,2,3\n1,2\n", 20), ",", 0.3, 0.7, "comma, because 21 of 40 records have 3 fields"},
		{"name\nBob\nAnn\nTim\n", ",", 0.9, 1, "no delimiter divides the records as well as taking each for one field"},
		{"name\nBob Hope\nAnn Lee\nTim Roth\n", ",", 0.4, 0.7, "no delimiter divides the records as well as taking each for one field"},
		{"sep=|\na|b\n1|2\n", "|", 1, 1, "the first line says sep=|"},
	} {
		f, err := openReader(bytes.NewReader([]byte(tt.content)), "test", -1, Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		i := slices.IndexFunc(f.Findings(), func(x Finding) bool { return x.What == "delimiter" })
		if x := f.Findings()[i]; x.Value != tt.value || x.Confidence < tt.low || x.Confidence > tt.high || x.Reason != tt.reason {
			t.Errorf("%.30q: %+v", tt.content, x)
		}
	}
}

// TestBrokenFirstRecord rejects a record at the top that breaks the rules, and
// takes it for no preamble.
func TestBrokenFirstRecord(t *testing.T) {
	got, _ := readAll(t, "1,\"a\"b,2\n2,c,3\n3,d,4\n4,e,5\n", Dialect{Quote: `"`, Escape: `"`}, Options{})
	if len(got) != 4 || got[0].code == "" || got[1].values != "2|c|3" {
		t.Errorf("got %+v", got)
	}
}
