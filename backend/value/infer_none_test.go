package value

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

// What has digits is not always a number, and what has three of them no date.
func TestNumbersThatAreNone(t *testing.T) {
	for _, tt := range []struct {
		field  string
		values []string
		typ    load.Type
		says   string
	}{
		// Zeros at the end that others lack.
		{"id", []string{"1.1", "1.2", "1.10"}, load.Text, "1.10, whose zero at the end"},
		{"f", []string{"2.9", "2.10", "2.11"}, load.Text, "2.10, whose zero at the end"},
		{"f", []string{"3.1", "3.12", "3.120"}, load.Text, "3.120"},
		{"f", []string{"1,1", "1,2", "1,10"}, load.Text, "1,10"},
		{"f", append(numbered(100, "7.%d"), "8"), load.Text, "7.10"},
		{"f", []string{"1.50", "2.25", "3.00"}, load.Decimal, ""},
		{"f", []string{"1.0", "2.5", "12.75", "10.0"}, load.Decimal, ""},
		{"f", []string{"10", "20", "30.50"}, load.Decimal, ""},
		{"f", []string{"-1.5", "2.50", "0.25"}, load.Decimal, ""},
		{"f", []string{"9.9", "12.50"}, load.Decimal, ""},
		{"1", []string{"0.510", "0.433", "0.6"}, load.Decimal, ""},
		{"f", []string{"0.9", "0.10", "0.25"}, load.Decimal, ""},
		{"f", []string{"17.5", "4.25", "23.10"}, load.Decimal, ""},
		{"unit_price", []string{"9.9", "12.50"}, load.Decimal, ""},
		{"Betrag", []string{"9,9", "12,50"}, load.Decimal, ""},
		{"f", []string{"€ 9.9", "€ 12.50"}, load.Decimal, ""},
		{"f", []string{"0.1234560", "0.12"}, load.Decimal, ""},

		// Names.
		{"telefone", []string{"5.58199E+12", "5.58199E+12"}, load.Text, "by its name"},
		{"Telefone", []string{"5,58199E+12", "5,58199E+12"}, load.Text, "by its name"},
		{"Código", []string{"5,58199E+12", "4711"}, load.Text, "by its name"},
		{"código postal", []string{"28001", "28002"}, load.Text, "by its name"},
		{"CEP", []string{"1310100", "4538133"}, load.Text, "by its name"},
		{"cpf", []string{"12345678901"}, load.Text, "by its name"},
		{"NIF", []string{"123456789"}, load.Text, "by its name"},
		{"Kontonummer", []string{"532013000"}, load.Text, "by its name"},
		{"account_number", []string{"532013000"}, load.Text, "by its name"},
		{"numéro de téléphone", []string{"612345678"}, load.Text, "by its name"},
		{"article_no", []string{"5.58199E+12", "5.58199E+12"}, load.Text, "a spreadsheet"},
		{"word number", []string{"1.5", "2.5"}, load.Decimal, ""},
		{"Clearsky DNI", []string{"812", "0"}, load.Integer, ""},
		{"id", []string{"1,001", "1,002", "9,999"}, load.Text, ""},
		{"genre ids", []string{"101,102,103", "104,105,106"}, load.Text, "by its name"},
		{"id", []string{"1", "2", "300"}, load.Integer, ""},
		{"code", []string{"100", "200"}, load.Integer, ""},
		{"Nummer", []string{"1", "2"}, load.Integer, ""},
		{"number", []string{"1.5", "2.5"}, load.Decimal, ""},
		{"cells", []string{"1", "2"}, load.Integer, ""},

		// Letters beside digits.
		{"snp", []string{"rs9001", "rs9002112", "rs77"}, load.Text, ""},
		{"f", []string{"PEN101", "PEN102"}, load.Text, ""},
		{"f", []string{"KR101", "KR102"}, load.Text, ""},
		{"f", []string{"12FT", "15FT"}, load.Text, ""},
		{"f", []string{"kr 101", "kr 102"}, load.Decimal, ""},
		{"f", []string{"101 EUR", "102 EUR"}, load.Decimal, ""},
		{"f", []string{"€101", "€102"}, load.Decimal, ""},

		// Codes of three numbers.
		{"legal form", []string{"1.6.20", "1.7.30", "2.4.20", "1.1.20", "2.4.30", "2.4.20"}, load.Text, "1.6.20, which may be a code"},
		{"f", []string{"10.2.15", "10.3.11", "9.12.40"}, load.Text, ""},
		{"release", []string{"1.12.10", "1.12.11"}, load.Text, ""},
		{"f", []string{"24.12.31", "25.1.31", "3.2.31", "28.2.31"}, load.Date, ""},
		{"f", []string{"01.06.35", "02.06.36"}, load.Date, ""},
		{"Datum", []string{"1.6.20", "2.6.20"}, load.Date, ""},
		{"Geburtstag", []string{"1.6.60", "2.6.61"}, load.Date, ""},
		{"f", []string{"1.6.2020", "2.6.2020"}, load.Date, ""},

		// Minutes and seconds.
		{"length", []string{"3:45", "12:07", "4:59", "5:03"}, load.Text, ""},
		{"f", []string{"3:45", "12:07"}, load.Text, ""},
		{"Dauer", []string{"03:45", "12:07"}, load.Text, "how long"},
		{"lap time", []string{"01:45", "01:46"}, load.Text, "how long"},
		{"start time", []string{"09:30", "14:00"}, load.Time, ""},
		{"f", []string{"09:30", "14:00"}, load.Time, ""},
		{"f", []string{"9:30 am", "2:00 pm"}, load.Time, ""},
	} {
		g := watched(t, tt.field, load.Plan{}, tt.values...)
		if g.Column.Type != tt.typ || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%s %q: %s: %s; want %s: %s", tt.field, tt.values, g.Column.Type, g.Evidence, tt.typ, tt.says)
		}
		converts(t, g, load.Plan{}, tt.values)
	}
}

// A decimal that was guessed from others refuses what would have made it text.
func TestGuessedDecimalsRefuseZerosThatSpeak(t *testing.T) {
	for _, tt := range []struct {
		seen    []string
		text    string
		refused bool
	}{
		{[]string{"1.1", "1.2"}, "1.10", true},
		{[]string{"1.1", "1.2"}, "1.11", false},
		{[]string{"1.1", "1.25"}, "1.30", true},
		{[]string{"1.50", "1.25"}, "1.5", true},
		{[]string{"1.50", "1.25"}, "1.30", false},
		{[]string{"1.50", "1.25"}, "2", false},
		{[]string{"1,1", "1,2"}, "1,10", true},
		{[]string{"-1.1", "1.2"}, "1.10", false},
		{[]string{"1", "2.5"}, "3.0", false},
	} {
		g := watched(t, "f", load.Plan{}, tt.seen...)
		g.Column.Guessed = true
		v, err := newConversion(g.Column, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		_, _, wrong := v.convert([]byte(tt.text), load.Field{End: uint32(len(tt.text))})
		if refused := wrong != nil; refused != tt.refused {
			t.Errorf("%q and then %s: %+v", tt.seen, tt.text, wrong)
		}
	}
}

// Signs for no value are known in many languages, and as the errors of
// spreadsheets in any; they don't keep numbers from being numbers.
func TestSignsOfManyLanguages(t *testing.T) {
	for _, sign := range []string{
		"NaT", "-NaN", "(NA)", "#N/D", "#DZIEL/0!", "#¡DIV/0!", "#NOMBRE?", "#¿NOMBRE?", "#ДЕЛ/0!", "#ЗНАЧ!", "#VÄRDEFEL!", "#Н/Д", "Desconocido", "Onbekend",
		"Okänt", "н.д.", "НЕИЗВЕСТНО", "不明", "なし", "暂无", "n.r.", "nicht verfügbar",
	} {
		if g := watched(t, "n", load.Plan{}, "5", sign, "7"); g.Column.Type != load.Integer || len(g.Nulls) != 1 || g.Nulls[0] != sign {
			t.Errorf("%s: %s, %q", sign, g.Evidence, g.Nulls)
		}
	}
	for _, value := range []string{"#1!", "#a b?", "##!", "#!", "#12/0!", "nein", "нет", "x", "Infinity"} {
		if g := watched(t, "n", load.Plan{}, "5", value, "7"); g.Column.Type != load.Text || len(g.Nulls) != 0 {
			t.Errorf("%s: %s, %q", value, g.Evidence, g.Nulls)
		}
	}
}
