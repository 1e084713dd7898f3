package mend

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

var layout = load.Layout{
	Fields: []string{"id", "name", "price", "day", "active"},
	Columns: []load.Column{
		{Name: "price", Type: load.Decimal, Nullable: true},
		{Name: "name", Type: load.Text, Nullable: true, Length: 5},
		{Name: "day", Type: load.Date, Nullable: true},
		{Name: "active", Type: load.Boolean},
	},
	Index: []int{2, 1, 3, 4},
}

// convert returns the cells of one record under rules, NULL as "NULL", or the code
// of its reject.
func convert(t *testing.T, rules []Rule, fields ...string) string {
	t.Helper()
	if problems := Check(rules, layout); len(problems) > 0 {
		t.Fatal(problems)
	}
	c, err := NewConverter(rules, layout)
	if err != nil {
		t.Fatal(err)
	}
	var b load.Block
	b.Reset(len(fields), len(layout.Columns))
	r := load.Record{Number: 1, Line: 2, EndLine: 2, Raw: []byte(strings.Join(fields, ","))}
	r.Text = r.Raw
	at := 0
	for _, f := range fields {
		r.Fields = append(r.Fields, load.Field{Start: uint32(at), End: uint32(at + len(f))})
		at += len(f) + 1
	}
	b.Add(&r)
	c.Convert(&b)
	if len(b.Rejects) > 0 {
		return string(b.Rejects[0].Code) + " " + b.Rejects[0].Column + " " + b.Rejects[0].Value
	}
	var cells []string
	for _, cell := range b.Row(0) {
		switch cell.Kind {
		case load.CellNull:
			cells = append(cells, "NULL")
		case load.CellInt:
			cells = append(cells, map[bool]string{false: "0", true: "1"}[cell.Bits == 1])
		default:
			cells = append(cells, string(b.Bytes(cell)))
		}
	}
	return strings.Join(cells, "|")
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		rules  []Rule
		fields string
		want   string
	}{
		{"none", nil, "1;ab;2.50;2026-01-02;true", "2.50|ab|2026-01-02|1"},
		{"fault stays", nil, "1;ab;N/A;2026-01-02;true", "not_a_number price N/A"},
		{"set", []Rule{{Column: "price", Op: Set, Value: "1.5"}}, "1;ab;N/A;2026-01-02;true", "1.5|ab|2026-01-02|1"},
		{"set NULL", []Rule{{Column: "price", Op: Set, Null: true}}, "1;ab;N/A;2026-01-02;true", "NULL|ab|2026-01-02|1"},
		{"set empty text", []Rule{{Column: "name", Op: Set}}, "1;ab;1;2026-01-02;true", "1||2026-01-02|1"},
		{"set NULL where it may not be", []Rule{{Column: "active", Op: Set, Null: true}}, "1;ab;1;2026-01-02;true", "required active "},
		{"replace", []Rule{{Column: "price", Op: Replace, From: "N/A", Value: "0"}}, "1;ab; N/A ;2026-01-02;true", "0|ab|2026-01-02|1"},
		{"replace another", []Rule{{Column: "price", Op: Replace, From: "n.a.", Value: "0"}}, "1;ab;N/A;2026-01-02;true", "not_a_number price N/A"},
		{"replace by NULL", []Rule{{Column: "price", Op: Replace, From: "–", Null: true}}, "1;ab;–;2026-01-02;true", "NULL|ab|2026-01-02|1"},
		{"map", []Rule{{Column: "active", Op: MapValues, Values: map[string]string{"ja": "true", "Nein": "false"}}}, "1;ab;1;2026-01-02;JA", "1|ab|2026-01-02|1"},
		{"default", []Rule{{Column: "active", Op: Default, Value: "false"}}, "1;ab;1;2026-01-02;", "1|ab|2026-01-02|0"},
		{"default leaves others", []Rule{{Column: "active", Op: Default, Value: "false"}}, "1;ab;1;2026-01-02;true", "1|ab|2026-01-02|1"},
		{"trim", []Rule{{Column: "name", Op: Trim}}, "1;\u00a0\u200bab \ufeff;1;2026-01-02;true", "1|ab|2026-01-02|1"},
		{"trim all", []Rule{{Op: Trim}}, "1;  ab     ;1;2026-01-02;true", "1|ab|2026-01-02|1"},
		{"thousands", []Rule{{Column: "price", Op: Thousands}}, "1;ab;-1,234,567.5;2026-01-02;true", "-1234567.5|ab|2026-01-02|1"},
		{"no thousands", []Rule{{Column: "price", Op: Thousands}}, "1;ab;12,5;2026-01-02;true", "not_a_number price 12,5"},
		{"thousands by format", []Rule{{Column: "price", Op: Format, Value: "1234,56"}, {Column: "price", Op: Thousands}}, "1;ab;1.234,5;2026-01-02;true", "1234.5|ab|2026-01-02|1"},
		{"cut", []Rule{{Column: "name", Op: Cut, Length: 3}}, "1;äöüß;1;2026-01-02;true", "1|äöü|2026-01-02|1"},
		{"cut to the column", []Rule{{Column: "name", Op: Cut}}, "1;abcdefgh;1;2026-01-02;true", "1|abcde|2026-01-02|1"},
		{"format", []Rule{{Column: "day", Op: Format, Value: "DD.MM.YYYY"}}, "1;ab;1;31.12.2026;true", "1|ab|2026-12-31|1"},
		{"set what is refused", []Rule{{Column: "price", Op: Set, Null: true, Refused: load.CodeNotANumber}}, "1;ab;x;2026-01-02;true", "NULL|ab|2026-01-02|1"},
		{"leave what is not refused", []Rule{{Column: "price", Op: Set, Null: true, Refused: load.CodeNotANumber}}, "1;ab;2;2026-01-02;true", "2|ab|2026-01-02|1"},
		{"leave what is refused for another reason", []Rule{{Column: "active", Op: Set, Value: "true", Refused: load.CodeNotABoolean}}, "1;ab;2;2026-01-02;", "required active "},
		{"a further format", []Rule{{Column: "day", Op: Format, Value: "DD.MM.YYYY", Refused: load.CodeNotADate}}, "1;ab;1;31.12.2026;true", "1|ab|2026-12-31|1"},
		{"a further format keeps the own one", []Rule{{Column: "day", Op: Format, Value: "DD.MM.YYYY", Refused: load.CodeNotADate}}, "1;ab;1;2026-01-02;true", "1|ab|2026-01-02|1"},
		{"several further formats", []Rule{{Column: "day", Op: Format, Value: "DD.MM.YYYY", Refused: load.CodeNotADate}, {Column: "day", Op: Format, Value: "YYYYMMDD", Refused: load.CodeNotADate}, {Column: "day", Op: Set, Null: true, Refused: load.CodeNotADate}}, "1;ab;1;20261231;true", "1|ab|2026-12-31|1"},
		{"one after the other", []Rule{{Column: "name", Op: Replace, From: "x", Value: "  y"}, {Column: "name", Op: Trim}}, "1;x;1;2026-01-02;true", "1|y|2026-01-02|1"},
	} {
		if got := convert(t, c.rules, strings.Split(c.fields, ";")...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestUngrouped(t *testing.T) {
	for text, want := range map[string]string{
		"1,234": "1234", "12,34,567.8": "1234567.8", "1 234": "1234", "1'234'567": "1234567", "+1\u202f234.00": "+1234.00",
		"1234": "", "1,23": "", "1,2345": "", "1,,234": "", ",234": "", "1,234'567": "", "": "", "abc": "", "1,234.5.6": "", "1,234,": "", "0001,234": "",
	} {
		if got, ok := ungrouped([]byte(text), '.'); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, got, ok, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, r := range []Rule{
		{Column: "price", Op: "sett"}, {Column: "prize", Op: Set}, {Op: Set}, {Column: "price", Op: Set, Value: "1", Null: true},
		{Column: "active", Op: MapValues}, {Column: "day", Op: Format}, {Column: "name", Op: Format, Value: "DD.MM.YYYY"},
		{Column: "price", Op: Cut}, {Column: "day", Op: Format, Value: "QQ"}, {Column: "day", Op: Format, Value: "QQ", Refused: load.CodeNotADate}, {Column: "id", Op: Set},
	} {
		if len(Check([]Rule{r}, layout)) == 0 {
			t.Errorf("%+v has no problem", r)
		}
	}
	if Ragged([]Rule{{Op: Pad}}, load.RaggedReject) != load.RaggedPad || Ragged(nil, load.RaggedReject) != load.RaggedReject {
		t.Error("what is done to ragged records")
	}
}
