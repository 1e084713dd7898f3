package value

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A conversionTest holds texts for one column: what each becomes, or the code
// and a piece of the message and hint by which it is refused.
type conversionTest struct {
	column  load.Column
	plan    load.Plan
	accepts map[string]string
	refuses map[string]string // "code: piece of message and hint"
}

// run converts every text in an arena that holds other text around it.
func (tt conversionTest) run(t *testing.T) {
	t.Helper()
	tt.column.Nullable = true
	v, err := newConversion(tt.column, tt.plan)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range tt.accepts {
		arena, f := arenaWith(text)
		was := string(arena)
		arena, cell, flt := v.convert(arena, f)
		if flt != nil {
			t.Errorf("%q is refused: %s: %s (%s)", text, flt.Code, flt.Message, flt.Hint)
			continue
		}
		if got := cellText(arena, cell); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
		if !strings.HasPrefix(string(arena), was) {
			t.Errorf("%q: the conversion changed what was in the arena", text)
		}
	}
	for text, want := range tt.refuses {
		arena, f := arenaWith(text)
		was := len(arena)
		arena, cell, flt := v.convert(arena, f)
		if flt == nil {
			t.Errorf("%q is taken as %s", text, cellText(arena, cell))
			continue
		}
		if len(arena) != was {
			t.Errorf("%q: the arena grew by %d bytes", text, len(arena)-was)
		}
		if flt.MessageID == "" || flt.Hint != "" && flt.HintID == "" {
			t.Errorf("%q: what is said is not in the catalogue: %+v", text, flt.Note)
		}
		code, piece, _ := strings.Cut(want, ": ")
		if said := flt.Message + "; " + flt.Hint; string(flt.Code) != code || !strings.Contains(said, piece) {
			t.Errorf("%q is refused with %s: %s, want %s", text, flt.Code, said, want)
		}
	}
}

func arenaWith(text string) ([]byte, load.Field) {
	const before, after = "1,", ",2\n"
	arena := []byte(before + text + after)
	return arena, load.Field{Start: uint32(len(before)), End: uint32(len(before) + len(text))}
}

func cellText(arena []byte, c load.Cell) string {
	b := load.Batch{Arena: arena}
	switch c.Kind {
	case load.CellNull:
		return "NULL"
	case load.CellInt:
		return strconv.FormatInt(c.Int(), 10)
	case load.CellFloat:
		return strconv.FormatFloat(c.Float(), 'g', -1, 64)
	case load.CellText:
		return string(b.Bytes(c))
	case load.CellBlob:
		return "x'" + hex.EncodeToString(b.Bytes(c)) + "'"
	default:
		return fmt.Sprintf("kind %d", c.Kind)
	}
}

func TestConvertText(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Text, Length: 5},
		accepts: map[string]string{
			"":      "NULL",
			"  ":    "  ",
			" a ":   " a ",
			"00420": "00420",
			"NULL":  "NULL",
			"äöüßé": "äöüßé",
			"日本語":   "日本語",
		},
		refuses: map[string]string{
			"abcdef": "too_long: too long: 6 characters, at most 5; 1 character too many",
			"äöüßéx": "too_long: 6 characters",
		},
	}.run(t)
}

func TestConvertInteger(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Integer},
		accepts: map[string]string{
			"":                     "NULL",
			" ":                    "NULL",
			"0":                    "0",
			"-0":                   "0",
			"7":                    "7",
			"+7":                   "7",
			"-7":                   "-7",
			"−7":                   "-7",
			" 7 ":                  "7",
			"\u00a07\u202f":        "7",
			"007":                  "7",
			"5.0":                  "5",
			"5.":                   "5",
			"5.0000":               "5",
			"999999999999999999":   "999999999999999999",
			"9223372036854775807":  "9223372036854775807",
			"-9223372036854775808": "-9223372036854775808",
			"00000000000000000000000000000000000000012": "12",
		},
		refuses: map[string]string{
			"5.5":                     "not_an_integer: has to be decimal",
			"9.000":                   "not_an_integer: thousands separator? give the column the format 1.234",
			"9223372036854775808":     "out_of_range: too big",
			"-9223372036854775809":    "out_of_range: too big",
			"99999999999999999999":    "out_of_range: too big",
			"12O":                     "not_a_number: a letter O for a zero?",
			"l2":                      "not_a_number: a letter l or I for a one?",
			"1,5":                     "not_a_number: a decimal comma?",
			"1,234,567":               "not_a_number: thousands separators? give the column the format 1,234.56",
			"1E5":                     "not_a_number: scientific notation",
			"abc":                     "not_a_number: fields of this line shifted?",
			"-":                       "not_a_number: stand for no value?",
			"N/A":                     "not_a_number: add it to the texts for NULL",
			"#REF!":                   "not_a_number: a spreadsheet's error value",
			"12 kg":                   "not_a_number: letters among the digits",
			"2026-03-01T00:00:00Z":    "not_a_number: a date or time",
			"--5":                     "not_a_number: ",
			"1 2":                     "not_a_number: ",
			"0x10":                    "not_a_number: ",
			"१२":                      "not_a_number: ",
			"+":                       "not_a_number: ",
			strings.Repeat("9,", 999): "not_a_number: a text of 1,998 characters",
		},
	}.run(t)
}

func TestConvertDecimal(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Decimal, Precision: 10, Scale: 2},
		accepts: map[string]string{
			"12.50":        "12.50",
			"12.5":         "12.5",
			"12":           "12",
			"-12.50":       "-12.50",
			"+12.50":       "12.50",
			"0.5":          "0.5",
			".5":           "0.5",
			"-.5":          "-0.5",
			"0":            "0",
			"-0.00":        "0.00",
			"007.50":       "7.50",
			"12.":          "12",
			"12.500":       "12.50",
			"12.5000":      "12.50",
			"99999999.99":  "99999999.99",
			"-99999999.99": "-99999999.99",
			" 1.5 ":        "1.5",
		},
		refuses: map[string]string{
			"12.505":      "out_of_range: too many decimals: 3, at most 2",
			"100000000.0": "out_of_range: too big: 9 digits before the decimal point, at most 8",
			"1.234":       "out_of_range: thousands separators? give the column the format 1.234,56",
			"12,5O":       "not_a_number: a letter O for a zero?",
			"9,99":        "not_a_number: a decimal comma? try the decimal sign \",\"",
			"1.234,56":    "not_a_number: thousands separators? give the column the format 1.234,56",
			"1 234,56":    "not_a_number: give the column the format 1 234,56",
			"1'234.56":    "not_a_number: give the column the format 1'234.56",
			"€ 12.50":     "not_a_number: a currency or unit? give the column the format € 1,234.56",
			"12,50 €":     "not_a_number: give the column the format 1.234,56 €",
			"CHF 5":       "not_a_number: a currency or unit?",
			"12 %":        "not_a_number: a percent sign?",
			"(12.50)":     "not_a_number: in parentheses?",
			"12.50-":      "not_a_number: the minus after the number?",
			"1.5e3":       "not_a_number: scientific notation",
			"NaN":         "not_a_number: NULL",
			"1.2.3":       "not_a_number: ",
			"..5":         "not_a_number: ",
			".":           "not_a_number: ",
		},
	}.run(t)
	conversionTest{
		column: load.Column{Type: load.Decimal},
		accepts: map[string]string{
			"123456789012345678901234567890.123456789": "123456789012345678901234567890.123456789",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Decimal, Precision: 2, Scale: 2},
		accepts: map[string]string{"0.55": "0.55", "0": "0", "0.5": "0.5"},
		refuses: map[string]string{"1.55": "out_of_range: too big"},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Decimal, Precision: 5},
		accepts: map[string]string{"5.00": "5", "12345": "12345"},
		refuses: map[string]string{"5.5": "out_of_range: too many decimals: 1, at most 0"},
	}.run(t)
}

func TestConvertFloat(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Float},
		accepts: map[string]string{
			"1.5":                 "1.5",
			"1e5":                 "100000",
			"1E+05":               "100000",
			"-2.5e-3":             "-0.0025",
			".5":                  "0.5",
			"0.30000000000000004": "0.30000000000000004",
			"0e-400":              "0",
			"-0.0e5":              "0",
			// Whole numbers that a float holds, with all digits or as few as needed.
			"9007199254740992":         "9.007199254740992e+15",
			"-9007199254740994.0":      "-9.007199254740994e+15",
			"123456789012345680000":    "1.2345678901234568e+20",
			"123456789012345683968":    "1.2345678901234568e+20",
			"0.1000000000000000055511": "0.1",
		},
		refuses: map[string]string{
			"9007199254740993":     "out_of_range: too many digits: a float would turn it into 9007199254740992",
			"-9223372036854775807": "out_of_range: too many digits",
			"12345678901234567890": "out_of_range: too many digits",
			"9007199254740992.25":  "out_of_range: too many digits",
			"1e400":                "out_of_range: too big",
			"1e-400":               "out_of_range: too small",
			"-0.1e-400":            "out_of_range: too small",
			"NaN":                  "not_a_number: not a finite number",
			"-inf":                 "not_a_number: not a finite number",
			"0x1p4":                "not_a_number: ",
			"1_000":                "not_a_number: ",
			"e5":                   "not_a_number: ",
			"1e":                   "not_a_number: ",
			"1,5":                  "not_a_number: a decimal comma?",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Float, Format: "1.234,56"},
		accepts: map[string]string{"1.234,5": "1234.5", "1,5E+3": "1500"},
		refuses: map[string]string{"1.5": "not_a_number: "},
	}.run(t)
}

func TestConvertBoolean(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Boolean},
		accepts: map[string]string{
			"true": "1", "TRUE": "1", "True": "1", "t": "1", "yes": "1", "Y": "1", "1": "1", "on": "1", "ON": "1",
			"false": "0", "FALSE": "0", "f": "0", "no": "0", "N": "0", "0": "0", "off": "0", " true ": "1", "": "NULL",
		},
		refuses: map[string]string{
			"ja":    "not_a_boolean: needs a format, such as ja/nein",
			"2":     "not_a_boolean: neither true nor false",
			"tru":   "not_a_boolean: ",
			"TRUE1": "not_a_boolean: ",
			"n/a":   "not_a_boolean: NULL",
			"-1":    "not_a_boolean: ",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Boolean, Format: "Ja/Nein"},
		accepts: map[string]string{"ja": "1", "JA": "1", "nein": "0", "": "NULL"},
		refuses: map[string]string{"true": "not_a_boolean: neither Ja nor Nein; the column's format is Ja/Nein"},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Boolean, Format: "x/"},
		accepts: map[string]string{"X": "1", "": "0", " ": "0"},
		refuses: map[string]string{"y": "not_a_boolean: neither x nor empty"},
	}.run(t)
}

func TestConvertUUID(t *testing.T) {
	const canonical = "0190a5d2-7c1b-7e3a-9f00-00c04fd430c8"
	conversionTest{
		column: load.Column{Type: load.UUID},
		accepts: map[string]string{
			canonical:                                canonical,
			strings.ToUpper(canonical):               canonical,
			strings.ReplaceAll(canonical, "-", ""):   canonical,
			"{" + canonical + "}":                    canonical,
			"urn:uuid:" + strings.ToUpper(canonical): canonical,
		},
		refuses: map[string]string{
			canonical[1:]:                          "not_a_uuid: 1 digit missing",
			canonical + "00":                       "not_a_uuid: 2 digits too many",
			"g" + canonical[1:]:                    "not_a_uuid: there is \"g\"",
			"0190a5d27-c1b-7e3a-9f00-00c04fd430c8": "not_a_uuid: the hyphens belong",
		},
	}.run(t)
}

func TestConvertJSON(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.JSON},
		accepts: map[string]string{
			`{"a": [1, 2.5e-3, "x\u00e9", null]}`: `{"a": [1, 2.5e-3, "x\u00e9", null]}`,
			`[]`:                                  `[]`, `{}`: `{}`, ` 1 `: `1`, `"x"`: `"x"`,
		},
		refuses: map[string]string{
			`{"a": 1`:  "not_json: it ends too early",
			`{'a': 1}`: "not_json: JSON takes only double quotes",
			`[1,]`:     "not_json: an extra comma before the bracket?",
			`{"ä": x}`: "not_json: wrong at character 7",
			`[1 2]`:    "not_json: wrong at character 4",
			"\"a\nb\"": "not_json: line ends and tabs",
			`01`:       "not_json: wrong at character 2",
			`NULL`:     "not_json: NULL",
		},
	}.run(t)
}

func TestConvertBinary(t *testing.T) {
	conversionTest{
		column:  load.Column{Type: load.Binary, Length: 4},
		accepts: map[string]string{"00ff": "x'00ff'", "0x00FF": "x'00ff'", `\x00ff`: "x'00ff'", "": "NULL"},
		refuses: map[string]string{
			"00f":        "not_binary: two digits",
			"zz":         "not_binary: ",
			"aGVsbG8=":   "not_binary: written as base64?",
			"0011223344": "too_long: 5 bytes, at most 4",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Binary, Format: "base64"},
		accepts: map[string]string{"aGVsbG8=": "x'68656c6c6f'", "aGVsbG8": "x'68656c6c6f'", "_-8=": "x'ffef'", "/+8": "x'ffef'"},
		refuses: map[string]string{"a": "not_binary: not base64", "aGVsbG8==": "not_binary: ", "a b=": "not_binary: "},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Binary, Format: "text", Length: 3},
		accepts: map[string]string{"abc": "x'616263'"},
		refuses: map[string]string{"abcd": "too_long: 4 bytes"},
	}.run(t)
}

func TestConvertNull(t *testing.T) {
	null := load.Plan{Null: []string{"N/A", `\N`, "-"}}
	conversionTest{
		column: load.Column{Type: load.Integer}, plan: null,
		accepts: map[string]string{"N/A": "NULL", `\N`: "NULL", "-": "NULL", " - ": "NULL", "5": "5"},
		refuses: map[string]string{"n/a": "not_a_number: "},
	}.run(t)
	conversionTest{
		column: load.Column{Type: load.Text}, plan: null,
		accepts: map[string]string{"N/A": "NULL", "n/a": "n/a", " N/A": " N/A", "": "NULL"},
	}.run(t)

	quoted := []struct {
		column     load.Column
		quotedNull bool
		text       string
		want       string
	}{
		{load.Column{Type: load.Text}, false, "", ""},
		{load.Column{Type: load.Text}, true, "", "NULL"},
		{load.Column{Type: load.Text}, false, "N/A", "N/A"},
		{load.Column{Type: load.Text}, true, "N/A", "NULL"},
		{load.Column{Type: load.Integer}, false, "", "NULL"},
		{load.Column{Type: load.Integer}, false, "N/A", "not_a_number"},
		{load.Column{Type: load.Integer}, true, "N/A", "NULL"},
	}
	for _, tt := range quoted {
		tt.column.Nullable = true
		v, err := newConversion(tt.column, load.Plan{Null: null.Null, QuotedNull: tt.quotedNull})
		if err != nil {
			t.Fatal(err)
		}
		arena, f := arenaWith(tt.text)
		f.Quoted = true
		arena, cell, flt := v.convert(arena, f)
		got := cellText(arena, cell)
		if flt != nil {
			got = string(flt.Code)
		}
		if got != tt.want {
			t.Errorf("%s, quoted %q, QuotedNull %t: %s, want %s", tt.column.Type, tt.text, tt.quotedNull, got, tt.want)
		}
	}
}

func TestConvertRequired(t *testing.T) {
	for _, tt := range []struct {
		column load.Column
		quoted bool
		code   load.Code
	}{
		{load.Column{Type: load.Text}, false, load.CodeRequired},
		{load.Column{Type: load.Text}, true, ""},
		{load.Column{Type: load.Integer}, false, load.CodeRequired},
		{load.Column{Type: load.Integer}, true, load.CodeRequired},
		{load.Column{Type: load.Integer, HasDefault: true}, false, ""},
		{load.Column{Type: load.Integer, Nullable: true}, false, ""},
		{load.Column{Type: load.Boolean, Format: "x/"}, false, ""},
	} {
		v, err := newConversion(tt.column, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		arena, f := arenaWith("")
		f.Quoted = tt.quoted
		_, _, flt := v.convert(arena, f)
		got := load.Code("")
		if flt != nil {
			got = flt.Code
		}
		if got != tt.code {
			t.Errorf("%+v, quoted %t: code %q, want %q", tt.column, tt.quoted, got, tt.code)
		}
	}
}
