package csvfile

import (
	"slices"
	"strings"
	"testing"
)

// TestHeaders decides which rows name the fields, with nothing said about the
// file. The fields are nil where there is no header. With unsure, that there is
// or is none has to be told as a guess.
func TestHeaders(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		fields        string // joined with |; nothing where there is no header
		records       int
		rows          int
	}{
		// Numbers across.
		{"from nought", "team,0,1,2,3\nHawks,0.506,0.510,0.515,0.516\nBulls,0.412,0.433,0.401,0.399\nHeat,0.610,0.6,0.59,0.58\n", "team|0|1|2|3", 3, 1},
		{"from one, above counts", "Wijk;1;2;3;4;5\nNoord;12;8;0;3;7\nZuid;9;11;4;2;1\nOost;3;3;9;1;0\n", "Wijk|1|2|3|4|5", 3, 1},
		{"an index without a name", ",0,1,2\n0,red,round,small\n1,blue,square,big\n2,green,round,big\n", "field_1|0|1|2", 3, 1},
		{"without labels", "0,1,2,3\n5.1,3.5,1.4,0.2\n4.9,3.0,1.4,0.2\n6.2,3.4,5.4,2.3\n", "0|1|2|3", 3, 1},
		{"hours", "dag\t0\t6\t12\t18\nma\t3\t14\t55\t21\ndi\t2\t19\t48\t30\nwo\t1\t15\t61\t17\n", "dag|0|6|12|18", 3, 1},
		{"sizes five apart", "Größe;5;10;15;20;25\nA;1,2;1,4;1,1;1,9;2,0\nB;2,2;2,1;2,8;2,2;2,5\n", "Größe|5|10|15|20|25", 2, 1},
		{"counts that go up by chance", "x,1,2\ny,7,1\nz,4,4\nw,8,3\nv,2,9\nu,5,5\n", "", 6, 0},
		{"numbers in rows that all go up", "1,2,3,4\n2,4,6,8\n3,6,9,12\n5,6,7,8\n", "", 4, 0},
		{"a matrix", "3,1,2\n4,1,5\n9,2,6\n5,3,5\n", "", 4, 0},
		{"a key that counts", "1,10.5,a\n2,11.5,b\n3,12.5,c\n", "", 3, 0},

		{"numbers in order", "1,2,3\n4,5,6\n7,8,9\n", "", 3, 0},
		{"tens", "10,20,30\n40,10,20\n30,30,10\n", "", 3, 0},
		{"numbers that rise by chance", "1,2,5,9,12\n3,4,4,8,1\n7,2,9,9,3\n2,5,4,1,8\n", "", 4, 0},
		{"shares", "name,0.1,0.25,0.5,0.75,0.9\na,1.2,2.2,3.1,4.4,5.1\nb,1.1,2.0,3.3,4.1,5.9\n", "name|0.1|0.25|0.5|0.75|0.9", 2, 1},
		{"decimals above counts", "\"\";\"16.5\";\"16.75\";\"17.25\";\"17.75\"\n\"71\";0;1;20;1\n\"70\";0;7;0;4\n\"69\";2;18;11;30\n", "field_1|16.5|16.75|17.25|17.75", 3, 1},
		{"groups of ages", "Gemeinde;0-4;5-9;10-14;15-19\nA;120;130;140;150\nB;12;13;14;15\n", "Gemeinde|0-4|5-9|10-14|15-19", 2, 1},
		{"quarters", "Region\tQ1 2019\tQ2 2019\tQ3 2019\tQ4 2019\tQ1 2020\nN\t1\t2\t3\t4\t5\nS\t2\t3\t4\t5\t6\n", "Region|Q1 2019|Q2 2019|Q3 2019|Q4 2019|Q1 2020", 2, 1},

		// Rows that are numbered below no name.
		{"one letter above numbers", "\"\",\"y\"\n\"1\",5.66\n\"2\",5.5\n\"3\",5.65\n\"4\",5.59\n", "field_1|y", 4, 1},
		{"letters for words above letters", "\"\";\"y\";\"n\";\"P\";\"A\";\"V\"\n\"1\";17;24;\"L\";\"A\";\"L\"\n\"2\";29;29;\"L\";\"A\";\"S\"\n\"3\";17;27;\"L\";\"I\";\"L\"\n\"4\";20;20;\"L\";\"I\";\"S\"\n", "field_1|y|n|P|A|V", 4, 1},
		{"numbers from nought and text", "\tnimi\thuone\n0\tAnja\tsali\n1\tOlli\taula\n2\tPia\tsali\n", "field_1|nimi|huone", 3, 1},
		{"yes and no above counts", "pregunta,yes,no\nq1,12,3\nq2,5,10\n", "pregunta|yes|no", 2, 1},
		{"no value above numbers", "NA,1.5,x\n2,1.7,y\n3,1.9,z\n", "", 3, 0},

		// Years across.
		{"years with a gap", "country,1991,1992,1994,1995\nA,0,12,3,0\nB,5,0,0,1\nC,0,0,7,2\n", "country|1991|1992|1994|1995", 3, 1},
		{"years five apart", "Region;2000;2005;2010;2015\nNord;12,1;12,9;13,3;14\nSüd;9,1;9,5;9,9;10,4\n", "Region|2000|2005|2010|2015", 2, 1},
		{"years that go down", "pays\t2021\t2020\t2019\nFrance\t4\t5\t6\nItalie\t7\t1\t2\n", "pays|2021|2020|2019", 2, 1},
		{"years with blanks around", "Land, 1990 , 1995 , 2000 \nUngarn, 10.4 , 10.3 , 10.2 \nPolen, 38.1 , 38.6 , 38.3 \n", "Land|1990|1995|2000", 2, 1},
		{"years in quotes", "\"Country Name\",\"Country Code\",\"1960\",\"1961\",\"1962\"\n\"Aruba\",\"ABW\",\"54211\",\"55438\",\"56225\"\n\"Angola\",\"AGO\",\"5643182\",\"5753024\",\"5866061\"\n", "Country Name|Country Code|1960|1961|1962", 2, 1},
		{"two years", "kommun,2019,2023\nUmeå,130224,132235\nLuleå,78105,79244\nBoden,28042,28080\n", "kommun|2019|2023", 3, 1},
		{"years only", "2019;2020;2021\n15;20;30\n18;22;37\n", "2019|2020|2021", 2, 1},
		{"years above empty values", "land,2018,2019,2020\nA,,,\nB,,,\nC,,,4\n", "land|2018|2019|2020", 3, 1},
		{"years and a sum", "Departamento,2001,2002,2003,Total\nLima,5,8,2,15\nCusco,1,4,4,9\n", "Departamento|2001|2002|2003|Total", 2, 1},
		{"seasons", "Club;2018/19;2019/20;2020/21\nA;40;38;51\nB;61;55;47\n", "Club|2018/19|2019/20|2020/21", 2, 1},
		{"months", "station,2020-01,2020-02,2020-03\nx,1.5,2.5,7.1\ny,1.0,3.2,6.0\n", "station|2020-01|2020-02|2020-03", 2, 1},
		{"days", "Province,Lat,Long,1/22/20,1/23/20,1/24/20\nHubei,30.9,112.2,444,444,549\nHunan,27.6,111.7,4,9,24\n", "Province|Lat|Long|1/22/20|1/23/20|1/24/20", 2, 1},
		{"records of years", "Rossi,1950,1975\nBianchi,1948,1990\nVerdi,1961,1999\nNeri,1955,1980\n", "", 4, 0},
		{"birth and death", "1950,1975,Rossi\n1948,1990,Bianchi\n1961,1999,Verdi\n", "", 3, 0},

		// Ids across.
		{"ids above booleans", "marker,1001,1002,1005\nrs1,true,false,true\nrs2,false,false,true\nrs3,true,true,true\n", "marker|1001|1002|1005", 3, 1},
		{"ids above noughts and ones", "gene;20417;20388;31007\nabc;0;1;1\ndef;1;0;0\nghi;1;1;0\n", "gene|20417|20388|31007", 3, 1},
		{"ids with letters", "otu,S1,S2,S3\no1,yes,no,yes\no2,no,no,no\n", "otu|S1|S2|S3", 2, 1},

		// Series of names.
		{"letters", "a,b,c\n1,b,c\n2,b,c\n3,b,c\n", "a|b|c", 3, 1},
		{"letters and an empty record", "a,b,c,d,e,f\n,,,,,\n", "a|b|c|d|e|f", 1, 1},
		{"capitals", "A;B;C;D\nxx;yy;zz;ww\nxy;yx;zw;wz\n", "A|B|C|D", 2, 1},
		{"words with numbers", "col1,col2\nred,round\nblue,square\n", "col1|col2", 2, 1},
		{"questions", "Q1,Q2,Q3\nyes of course,never,B2\nnot at all,often,C1\n", "Q1|Q2|Q3", 2, 1},
		{"codes that count in all rows", "A1,A2,A3\nB1,B2,B3\nC1,C2,C3\nD1,D2,D3\n", "", 4, 0},

		{"lists in cells", "col1,col2\n1;2;3,4;5;6\n7;8;9,a;b;c\n", "col1|col2", 2, 1},

		// Several rows, and such as look like it.
		{"a title and a group, with blank rows between", "Office,,,,\n,,,,\n,Standard Classification,,,\n,,,,\nMajor,Minor,Broad,Detailed,Title\n,,,,\n11-0000,,,,Management\n,11-1000,,,Top\n,,11-1010,,Chief\n,,,11-1011,Chief officer\n", "Major|Minor|Broad|Detailed|Title", 5, 1},
		{"records with an empty field", "Date Processed,Description,Amount,\nPending,CORNER SHOP,£67.40,\nPending,CINEMA,£8.99,\n12-Dec-2019,INSURANCE,\"£1,183.23\",\n11-Dec-2019,BAKER,£18.89,\n10-Dec-2019,PAYMENT THANK YOU,\"+ £1,100.00\",CR\n09-Dec-2019,TAXI,£8.20,\n", "Date Processed|Description|Amount|field_4", 6, 1},
		{"amounts in euro", "Valuta;Omschrijving;Bedrag;\nVerwacht;BAKKER;€ 4,20;\nVerwacht;KAPPER;€ 22,00;\n01-03-2021;HUUR;€ 700,00;\n02-03-2021;TREIN;€ 12,80;x\n", "Valuta|Omschrijving|Bedrag|field_4", 4, 1},
		{"the same names twice", "id,name\nid,name\n1,a\n2,b\n", "id|name", 2, 2},
		{"the same names twice above text", "nombre;ciudad\nnombre;ciudad\nAna;Lugo\nLuis;Vigo\n", "nombre|ciudad", 2, 2},
		{"groups above text", "Kunde,,Waren,\nName,Ort,Artikel,Farbe\nAdam,Ulm,Tisch,rot\nBerta,Bonn,Stuhl,blau\nCäsar,Kiel,Bank,rot\n", "Kunde Name|Kunde Ort|Waren Artikel|Waren Farbe", 3, 2},
		{"groups above years", "Region,Sales,,Returns,\n,2023,2024,2023,2024\nNorth,10,12,1,2\nSouth,20,22,2,1\nEast,30,31,0,0\n", "Region|Sales 2023|Sales 2024|Returns 2023|Returns 2024", 3, 2},

		{"the same name twice above numbers", "id,value,value\n1,2,3\n4,5,6\n", "id|value|value_2", 2, 1},
		{"units and codes below names", "Name,Vac,Pso,Paco\nUnits,V,W,kW\n[0],inv_vac,inv_pso,inv_paco\nx 1,208,2.1,250\nx 2,240,1.9,260\nx 3,208,2.2,300\nx 4,240,2.4,310\n", "Name Units [0]|Vac V inv_vac|Pso W inv_pso|Paco kW inv_paco", 4, 3},
		{"units below names, with gaps", "Ort;Datum;Höhe;Breite;Gewicht\n;;m;cm;kg\nUlm;01.02.2020;1,5;20;3\nBonn;02.02.2020;1,7;25;4\nKiel;03.02.2020;1,2;22;6\n", "Ort|Datum|Höhe m|Breite cm|Gewicht kg", 3, 2},
		{"a record of the same word", "id,price,date,size\nTBD,TBD,TBD,TBD\n1,1.5,2024-01-01,4\n2,2.5,2024-01-02,5\n3,3,2024-01-03,6\n", "id|price|date|size", 4, 1},
		{"a record with a number", "name;a;b;c;d\nx;k;l;m;5\ny;1;2;3;4\nz;1;2;3;4\nw;2;3;4;5\n", "name|a|b|c|d", 4, 1},
		{"numbers, widened to the right", "1,2,3,,,,\n4,5,6,10,11,12,\n7,8,9,,,,9\n", "", 3, 0},

		// Names there again.
		{"files put together", "id,name\n1,a\n2,b\nid,name\n3,c\n", "id|name", 3, 1},
		{"files put together, quoted", "\"Datum\";\"Wert\"\n\"01.02.2020\";\"3,5\"\n\"Datum\";\"Wert\"\n\"02.02.2020\";\"4,5\"\n\"Datum\";\"Wert\"\n", "Datum|Wert", 2, 1},
		{"files put together, with marks", "\ufeffpays,prix\nFrance,12\n\ufeffpays,prix\nItalie,14\n", "pays|prix", 2, 1},
		{"a record there again", "Ann,Ulm\nBob,Bonn\nAnn,Ulm\nDan,Linz\nBob,Kiel\n", "", 5, 0},

		// Text.
		{"sentences without names", "\"AccessExplain\";\"(When a user opens the index)\"\n\"AddClass\";\"Add the class to it\"\n\"AddAnn\";\"Add the ann to it\"\n\"AddUser\";\"Add the user to it\"\n\"AddCourse\";\"Add the course to it\"\n\"AddGroup\";\"Add the group to it\"\n\"AddLink\";\"Add the link to it\"\n\"AddPage\";\"Add the page to it\"\n\"AddTest\";\"Add the test to it\"\n", "", 9, 0},
		{"small letters above capitals", "jina,mji\nAsha,Dar\nJuma,Tanga\nNeema,Moshi\n", "jina|mji", 3, 1},
		{"capitals above small letters", "KOD|OPIS\nabc|stół\nabd|krzesło\nabe|ława\n", "KOD|OPIS", 3, 1},
		{"Swedish", "förnamn;ort\nÅsa;Umeå\nNils;Lund\nLars;Boden\n", "förnamn|ort", 3, 1},

		{"numbers in line", "7.68  0.00  0.01\n7.71  0.02  0.11\n7.12  0.05  0.13\n7.90  0.07  0.22\n", "", 4, 0},
		{"rooms", "Raum 5\nRaum 7\nRaum 12\nRaum 14\n", "", 4, 0},
		{"versions", "kernel;v1.2.3\nshell;v1.2.4\neditor;v2.0.1\ndriver;v2.1.10\n", "", 4, 0},
		{"plates", "AB 123 CD;rojo\nAC 987 XD;azul\nFB 345 GH;verde\nBB 111 QA;rojo\n", "", 4, 0},
		{"addresses of computers", "10.0.0.1\tup\n10.0.0.2\tdown\n10.0.0.7\tup\n10.0.0.9\tup\n", "", 4, 0},
		{"names above rooms", "salle;étage\nSalle 5;rez\nSalle 7;rez\nSalle 12;cave\n", "salle|étage", 3, 1},

		// Quotes that are not right in the header.
		{"a stray quote", "Group,Year,Share who \"binged\" last week\n\"10,000 or less\",2016,45.1\n\"10,000-15,000\",2016,53\nSingle,2016,49.4\n", "Group|Year|Share who \"binged\" last week", 3, 1},
		{"a stray quote for inches", "artikel;diepte 3\";prijs\nkast;40;99,00\nstoel;30;19,50\ntafel;80;120,00\n", "artikel|diepte 3\"|prijs", 3, 1},
		{"text after the quote", "\"nom\" complet,ville,âge\n\"Roux, Léa\",Lyon,31\n\"Petit, Jean\",Lille,44\n\"Blanc, Zoé\",Metz,28\n", "\"nom\" complet|ville|âge", 3, 1},

		// Short ones.
		{"names alone", "sku,name,price\n", "sku|name|price", 0, 1},
		{"names alone, of another language", "artikel;prijs;voorraad\n", "artikel|prijs|voorraad", 0, 1},
		{"blank lines alone", "\n\n\n", "field_1", 0, 0},
		{"a mark alone", "\ufeff", "field_1", 0, 0},
		{"a mark and a line end", "\ufeff\r\n", "field_1", 0, 0},
		{"tabs alone", "\t\t\n\t\n", "field_1", 0, 0},
		{"blanks alone", "  \n \n", "field_1", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fields, got := readValues(t, []byte(tt.content), Dialect{})
			_, f := readAll(t, tt.content, Dialect{}, Options{})
			want := strings.Split(tt.fields, "|")
			if tt.fields == "" {
				want = nil
				for i := range fields {
					want = append(want, "field_"+string(rune('1'+i)))
				}
			}
			if rows := *f.Dialect().HeaderRows; !slices.Equal(fields, want) || len(got) != tt.records || rows != tt.rows {
				t.Errorf("%d header rows, fields %q, %d records %q; want %d, %q, %d; %s", rows, fields, len(got), got, tt.rows, want, tt.records, short(f.Dialect()))
			}
		})
	}
}

// TestNoRecords tells that there are none.
func TestNoRecords(t *testing.T) {
	for content, want := range map[string]string{
		"sku,name,price\n":        "no records after the header",
		"\ufeffartikel;prijs\r\n": "no records after the header",
		"id\n":                    "no records after the header",
		"\n\n":                    "no records: nothing but blank lines",
		"  \r\n\t\r\n":            "no records: nothing but blank lines",
		"\ufeff":                  "no records: nothing but a byte order mark",
	} {
		got, f := readAll(t, content, Dialect{}, Options{})
		w := f.Warnings()
		if len(got) != 0 || len(w) != 1 || w[0].Code != WarnNoRecords || w[0].Message != want {
			t.Errorf("%q: %d records, warnings %+v; want %s", content, len(got), w, want)
		}
	}
	if _, err := openReader(strings.NewReader(""), "test", 0, Dialect{}, Options{}); err == nil {
		t.Error("a file of no bytes can be opened")
	}
}

// TestAllRejected does not say that a file has no records of which all are bad.
func TestAllRejected(t *testing.T) {
	for _, content := range []string{
		"id,name\n1,a\"b\n2,c\"d\n", "id,name\n1,\"a\n", "id,name\n\n1,\"a\"b\n", "id,name,price\n1\n", "id,name,price\n1,2,3,4\n5\n",
	} {
		all, f := readAll(t, content, Dialect{Delimiter: ",", Quote: `"`, HeaderRows: new(1), SkipLines: new(0), FooterLines: new(0)}, Options{})
		rejects := len(slices.DeleteFunc(slices.Clone(all), func(g got) bool { return g.code == "" }))
		if rejects == 0 || rejects < len(all) || slices.ContainsFunc(f.Warnings(), func(w Warning) bool { return w.Code == WarnNoRecords }) {
			t.Errorf("%q: %d of %d records rejected, warnings %+v", content, rejects, len(all), f.Warnings())
		}
	}
	_, f := readAll(t, "id,name\nTotal: 0\n", Dialect{Delimiter: ",", HeaderRows: new(1), SkipLines: new(0), FooterLines: new(1)}, Options{})
	if w := f.Warnings(); len(w) != 1 || w[0].Code != WarnNoRecords {
		t.Errorf("nothing but a header and a footer: warnings %+v", w)
	}
}

// TestUnsureHeader tells a guess that rests on little, with what to set, and
// none that rests on much.
func TestUnsureHeader(t *testing.T) {
	for _, tt := range []struct {
		content string
		unsure  bool
		hint    string
	}{
		{"Ann,Ulm\nBob,Bonn\nCyd,Kiel\nDan,Linz\n", true, "0"},
		{"Anna;Köln\nBernd;Trier\nClara;Mainz\n", true, "0"},
		{"Ana|Lugo\nLuis|Vigo\nEva|Soria\nIker|Irun\n", true, "0"},
		{"pomme\npoire\nprune\nfigue\n", true, "0"},
		{"Tisch\tStuhl\n", false, ""}, // the records are said to be none
		{"\"AddClass\";\"Add the class to it\"\n\"AddUser\";\"Add the user\"\n\"AddPage\";\"Add the page\"\n", true, ""},
		{"name,city\nAnn,Ulm\nBob,Bonn\nCyd,Kiel\n", false, ""},
		{"id,firm\n1,Ulm\n2,Bonn\n", false, ""},
		{"1,Ulm\n2,Bonn\n3,Kiel\n", false, ""},
		{"nimi;kaupunki\nPäivi;Turku\nAnja;Oulu\n", false, ""},
	} {
		_, f := readAll(t, tt.content, Dialect{}, Options{})
		unsure := false
		for _, w := range f.Warnings() {
			if w.Code == WarnUnsure {
				unsure = true
				if !strings.Contains(w.Message, "first row") || !strings.Contains(w.Hint, "number of header rows to "+tt.hint) {
					t.Errorf("%q: %+v", tt.content, w)
				}
			}
		}
		i := slices.IndexFunc(f.Findings(), func(x Finding) bool { return x.What == "headerRows" })
		if x := f.Findings()[i]; unsure != tt.unsure || tt.unsure && x.Confidence > 0.76 {
			t.Errorf("%q: unsure %v, want %v; %+v", tt.content, unsure, tt.unsure, x)
		}
	}
}
