// Package mend changes the texts of fields by rules before they are converted, so
// that records which were rejected can be loaded after all: a value is replaced,
// NULL takes its place, numbers lose their thousands separators.
package mend

import (
	"maps"
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/value"
)

// A Rule changes the texts of the fields of one column. Texts that it puts in are
// written as in the file: numbers and dates by the column's format. Its JSON is part
// of the program's contract.
type Rule struct {
	Column string `json:"column,omitempty"` // as the table names it; empty for [Pad], [Trim] of all columns, and [Thousands] of all of numbers
	Op     Op     `json:"op" ts_type:"string"`

	// Value is the text of [Set], [Replace] and [Default], unless Null says that it
	// is NULL, and the pattern of [Format].
	Value string `json:"value,omitempty"`
	Null  bool   `json:"null,omitempty"`

	From   string            `json:"from,omitempty"`   // what [Replace] replaces
	Values map[string]string `json:"values,omitempty"` // of [MapValues]
	Length int               `json:"length,omitempty"` // of [Cut], in characters; 0 is the column's own

	// Refused restricts the rule to texts that the column does not take as they are, for
	// this reason. The pattern of [Format] is then one more, besides the column's own.
	Refused load.Code `json:"refused,omitempty"`
}

// Equal reports whether two rules are the same.
func (r Rule) Equal(other Rule) bool {
	return r.Column == other.Column && r.Op == other.Op && r.Value == other.Value && r.Null == other.Null &&
		r.From == other.From && r.Length == other.Length && r.Refused == other.Refused && maps.Equal(r.Values, other.Values)
}

// An Op is what a rule does.
type Op string

// The operations of rules. Texts are compared without the blanks around them.
const (
	Set       Op = "set"       // every text becomes Value
	Replace   Op = "replace"   // a text equal to From becomes Value
	MapValues Op = "mapValues" // a text equal to a key of Values, ignoring case, becomes its value
	Default   Op = "default"   // an empty field, or one that means NULL, becomes Value
	Trim      Op = "trim"      // blanks around the text are removed, those that are not seen too
	Thousands Op = "thousands" // the thousands separators of a number are removed
	Cut       Op = "cut"       // the text is cut to Length characters
	Format    Op = "format"    // the text is written by the pattern Value, as [load.Plan.Formats] has it
	Pad       Op = "pad"       // missing fields are empty, empty extra ones are dropped: as [load.RaggedPad]
)

// ops are the operations, in the order in which they are listed to people.
var ops = []Op{Set, Replace, MapValues, Default, Trim, Thousands, Cut, Format, Pad}

// Ragged returns how records with too few or too many fields are read under rules.
func Ragged(rules []Rule, otherwise load.Ragged) load.Ragged {
	if slices.ContainsFunc(rules, func(r Rule) bool { return r.Op == Pad }) {
		return load.RaggedPad
	}
	return otherwise
}

// Check returns what is wrong with rules for a layout.
func Check(rules []Rule, l load.Layout) []load.Problem {
	var problems []load.Problem
	for _, r := range rules {
		if p, bad := r.check(l); bad {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	l.Columns = withFormats(rules, l.Columns)
	problems = value.Check(l)
	for _, r := range rules {
		if r.Op == Format && r.Refused != "" {
			r.Refused = ""
			one := l
			one.Columns = withFormats([]Rule{r}, l.Columns)
			problems = append(problems, value.Check(one)...)
		}
	}
	return problems
}

// check returns what is wrong with a rule, if anything is.
func (r Rule) check(l load.Layout) (load.Problem, bool) {
	p := load.Problem{Column: r.Column}
	i := column(l, r.Column)
	switch {
	case !slices.Contains(ops, r.Op):
		p.Note = message.New("unknown_rule", "rules_are", "op", string(r.Op), "ops", opNames())
	case r.Op == Pad, (r.Op == Trim || r.Op == Thousands) && r.Column == "":
		return p, false
	case r.Column == "":
		p.Note = message.New("rule_names_none", "columns_are", "op", string(r.Op), "columns", names(l))
	case i < 0:
		p.Note = message.New("rule_no_column", "columns_are", "op", string(r.Op), "column", r.Column, "columns", names(l))
	case r.Null && r.Value != "":
		p.Note = message.New("rule_null_and_value", "", "op", string(r.Op), "column", r.Column)
	case r.Op == MapValues && len(r.Values) == 0:
		p.Note = message.New("rule_no_values", "", "column", r.Column)
	case r.Op == Format && r.Value == "":
		p.Note = message.New("rule_no_format", "", "column", r.Column)
	case r.Op == Format && l.Columns[i].Type == load.Text:
		p.Note = message.New("rule_format_of_text", "", "column", r.Column)
	case r.Op == Cut && (r.Length < 0 || r.Length == 0 && l.Columns[i].Length == 0):
		p.Note = message.New("rule_no_length", "", "column", r.Column)
	default:
		return p, false
	}
	return p, true
}

func opNames() []string {
	texts := make([]string, len(ops))
	for i, op := range ops {
		texts[i] = string(op)
	}
	return texts
}

func names(l load.Layout) []string {
	all := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		all[i] = c.Name
	}
	return all
}

// column returns the index of the column of that name, -1 for none.
func column(l load.Layout, name string) int {
	return slices.IndexFunc(l.Columns, func(c load.Column) bool { return c.Name == name })
}

// withFormats returns the columns with the formats that rules give them instead of
// their own.
func withFormats(rules []Rule, columns []load.Column) []load.Column {
	columns = slices.Clone(columns)
	for _, r := range rules {
		for i := range columns {
			if r.Op == Format && r.Refused == "" && columns[i].Name == r.Column {
				columns[i].Format, columns[i].Guessed = r.Value, false
			}
		}
	}
	return columns
}
