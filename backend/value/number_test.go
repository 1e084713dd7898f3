package value

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// TestConvertNumberFormats has the forms of the world's locales, each with
// what must not be read in it: a number that another locale reads differently
// is refused, never guessed.
func TestConvertNumberFormats(t *testing.T) {
	for format, tt := range map[string]struct{ accepts, refuses map[string]string }{
		"1234.56": {
			map[string]string{"1234.56": "1234.56", "-0.5": "-0.5", "1.234": "1.234"},
			map[string]string{"1,234.56": "not_a_number: ", "9,99": "not_a_number: a decimal comma?"},
		},
		"1234,56": {
			map[string]string{"1234,56": "1234.56", "9,99": "9.99", ",5": "0.5", "1,234": "1.234"},
			map[string]string{"1.234,56": "not_a_number: ", "9.99": "not_a_number: a decimal point?", "1.234": "not_a_number: "},
		},
		"1,234.56": { // English
			map[string]string{"1,234.56": "1234.56", "1234.56": "1234.56", "1,234": "1234", "12,345,678.9": "12345678.9", "-1,234": "-1234"},
			map[string]string{"9,99": "not_a_number: ", "1,2345": "not_a_number: ", "12,34.5": "not_a_number: ", "1.234,56": "not_a_number: 1.234,56",
				"0,123": "not_a_number: ", ",123": "not_a_number: ", "1,234,": "not_a_number: ", "1,,234": "not_a_number: ", "1,234.5,6": "not_a_number: "},
		},
		"1.234,56": { // German, Spanish, Italian, Dutch, Portuguese, Turkish
			map[string]string{"1.234,56": "1234.56", "1234,56": "1234.56", "1.234": "1234", "1.234.567": "1234567"},
			map[string]string{"9.99": "not_a_number: ", "1,234.56": "not_a_number: 1,234.56", "1.23": "not_a_number: ", "0.123": "not_a_number: "},
		},
		"1 234,56": { // French, Polish, Russian, Swedish, Czech
			map[string]string{"1 234,56": "1234.56", "1\u00a0234,56": "1234.56", "1\u202f234,56": "1234.56", "1\u2009234\u2009567": "1234567"},
			map[string]string{"1  234": "not_a_number: ", "12 34": "not_a_number: ", "1 234.56": "not_a_number: 1 234.56"},
		},
		"1'234.56": { // Swiss
			map[string]string{"1'234.56": "1234.56", "1’234.56": "1234.56", "1'234'567": "1234567"},
			map[string]string{"1'23": "not_a_number: ", "1 234": "not_a_number: 1 234"},
		},
		"12,34,567.89": { // Indian
			map[string]string{"12,34,567.89": "1234567.89", "1,234": "1234", "99,999": "99999", "1,00,00,000": "10000000"},
			map[string]string{"1,234,567": "not_a_number: ", "123,456": "not_a_number: "},
		},
		"€ 1.234,56": {
			map[string]string{"€ 1.234,56": "1234.56", "€1.234,56": "1234.56", "1.234,56 €": "1234.56", "1.234,56": "1234.56", "-€ 5": "-5", "€ -5": "-5", "€\u00a05": "5"},
			map[string]string{"$ 5": "not_a_number: ", "€ € 5": "not_a_number: ", "€": "not_a_number: ", "€ 5 €": "not_a_number: "},
		},
		"CHF 1'234.50": {
			map[string]string{"CHF 1'234.50": "1234.50", "chf 5": "5", "5 CHF": "5"},
			map[string]string{"EUR 5": "not_a_number: "},
		},
		"12,5 %": {
			map[string]string{"12,5 %": "0.125", "12,5%": "0.125", "5%": "0.05", "100 %": "1.00", "-2,5 %": "-0.025", "0,1 %": "0.001", "250%": "2.50", "0%": "0.00"},
			map[string]string{"12,5": "not_a_number: the percent sign is missing", "%": "not_a_number: ", "5 % %": "not_a_number: "},
		},
		"(1,234.56)": {
			map[string]string{"(1,234.56)": "-1234.56", "1,234.56": "1234.56", "-5": "-5", "( 5 )": "-5", "(0)": "0"},
			map[string]string{"(-5)": "not_a_number: ", "(5": "not_a_number: ", "()": "not_a_number: "},
		},
		"1.234,56-": {
			map[string]string{"1.234,56-": "-1234.56", "5": "5", "-5": "-5", "5 -": "-5"},
			map[string]string{"-5-": "not_a_number: ", "-": "not_a_number: "},
		},
		"(€ 1.234,56)": {
			map[string]string{"(€ 5)": "-5", "€ 5": "5", "(5 €)": "-5"},
			nil,
		},
	} {
		conversionTest{column: load.Column{Type: load.Decimal, Format: format}, accepts: tt.accepts, refuses: tt.refuses}.run(t)
	}
}

func TestConvertIntegerFormats(t *testing.T) {
	for format, tt := range map[string]struct{ accepts, refuses map[string]string }{
		"1.234": {
			map[string]string{"1.234": "1234", "1234": "1234", "-1.234.567": "-1234567", "5,00": "5"},
			map[string]string{"1.23": "not_a_number: ", "1,5": "not_an_integer: "},
		},
		"1,234": {
			map[string]string{"1,234": "1234", "9,223,372,036,854,775,807": "9223372036854775807"},
			map[string]string{"9,223,372,036,854,775,808": "out_of_range: "},
		},
		"1234.56": {
			map[string]string{"9.000": "9"},
			nil,
		},
	} {
		conversionTest{column: load.Column{Type: load.Integer, Format: format}, accepts: tt.accepts, refuses: tt.refuses}.run(t)
	}
	conversionTest{
		column: load.Column{Type: load.Integer}, plan: load.Plan{Decimal: ","},
		accepts: map[string]string{"5,0": "5", "9,000": "9"},
		refuses: map[string]string{"9.000": "not_a_number: a decimal point? try the decimal sign \".\" or thousands separators? give the column the format 1.234,56"},
	}.run(t)
}

func TestNumberFormatErrors(t *testing.T) {
	for format, want := range map[string]string{
		"€":         "no digits",
		"€ 5 €":     "unit on both sides",
		"1_234":     "not a separator",
		"1.234,5.6": "more than one thousands separator",
		"12,34.56":  "digits after the thousands separator",
		"1 23":      "digits after the thousands separator",
	} {
		_, err := newConversion(load.Column{Name: "n", Type: load.Decimal, Format: format}, load.Plan{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `column "n"`) {
			t.Errorf("%q: error %v, want one with %q and the column", format, err, want)
		}
	}
	if _, err := newConversion(load.Column{Name: "n", Type: load.Decimal}, load.Plan{Decimal: ";"}); err == nil {
		t.Error("the decimal sign ; is taken")
	}
	for _, format := range []string{"ja", "ja/ja", "/nein", "a/b/c"} {
		if _, err := newConversion(load.Column{Name: "b", Type: load.Boolean, Format: format}, load.Plan{}); err == nil {
			t.Errorf("the boolean format %q is taken", format)
		}
	}
	if _, err := newConversion(load.Column{Name: "x", Type: load.Binary, Format: "octal"}, load.Plan{}); err == nil {
		t.Error("the binary format octal is taken")
	}
}

// Few digits at once are the number that they are one by one.
func TestFewDigits(t *testing.T) {
	const room = "12345678"
	try := func(text string) {
		t.Helper()
		n, err := strconv.ParseUint(text, 10, 64)
		want := err == nil && len(text) <= 8
		got, ok := fewDigits([]byte(room+text+room), len(room), len(room)+len(text))
		if ok != want || ok && got != int64(n) {
			t.Errorf("%q is %d, %v, want %d, %v", text, got, ok, n, want)
		}
	}
	for n := range 100_000 {
		try(strconv.Itoa(n))
		try(fmt.Sprintf("%08d", n*999))
	}
	for _, text := range []string{"", "123456789", "99999999"} {
		try(text)
	}
	for b := range 256 {
		for at := range 8 {
			text := []byte("00000000")
			text[at] = byte(b)
			try(string(text))
			try(string(text[:at+1]))
		}
	}
}
