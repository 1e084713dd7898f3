package csvfile

import (
	"fmt"
	"strings"
	"testing"
)

// TestMixedLegacy reads files of which most lines are in an old encoding and
// some in UTF-8: no record is lost for a byte that Windows-1252 has, and the
// lines in UTF-8 are told.
func TestMixedLegacy(t *testing.T) {
	old := func(s string) string { return string(encode(s, "windows-1252")) }
	for _, tt := range []struct {
		content string
		line    int64
	}{
		{"id\ttext\n1\tit isn’t hard\n2\tcalled “etched” ground\n" + strings.Repeat(old("3\tMars’ cap, “spiders’ near\n"), 9), 2},
		{old("id;naam\n1;Albanië\n2;Italië\n3;Tunesië\n4;Algerië\n5;België\n6;Indië\n") + "7;Daniël\n" + old("8;Ruslanë\n"), 8},
		{old("calle;planta\nPeña;1º\nAlcalá;2ª\nGarcía;3º\nMuñoz;4º\nLópez;1º\n") + "Ávila;2º\n", 7},
		{old("id,note\n") + "1,caf\u00e9 “noir”\n" + strings.Repeat(old("2,the\u00a0best – “ever”\n"), 12), 2},
		{old(strings.Repeat("nimi;määrä\nPäivi;Jyväskylä\n", 5)) + "Åke;Mäki\n", 11},
	} {
		f, err := openReader(strings.NewReader(tt.content), "test", -1, Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range f.Records() {
			if err != nil {
				t.Errorf("%q: %v", tt.content, err)
			}
		}
		mixed := Warning{}
		for _, w := range f.Warnings() {
			if w.Code == WarnMixedEncodings {
				mixed = w
			}
		}
		if f.Dialect().Encoding != "windows-1252" || mixed.Line != tt.line || !strings.Contains(mixed.Message, fmt.Sprint("line ", tt.line)) {
			t.Errorf("%q: %s, warnings %+v", tt.content, f.Dialect().Encoding, f.Warnings())
		}
		f.Close()
	}
}

// TestUnsureEncoding warns where a single letter could be many.
func TestUnsureEncoding(t *testing.T) {
	f, err := openReader(strings.NewReader("id;name\n1;Kov\xe1\n"), "test", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	x := f.Findings()[1]
	if x.What != "encoding" || x.Confidence > 0.6 || len(x.Alternatives) == 0 || len(f.Warnings()) != 1 || f.Warnings()[0].Code != WarnUnsure {
		t.Errorf("%+v, warnings %+v", x, f.Warnings())
	}
}
