package load

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Problem is why a plan does not fit the file or the table.
type Problem struct {
	Field   string `json:"field,omitempty"`  // the field it is about, if one
	Column  string `json:"column,omitempty"` // the column it is about, if one
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (p Problem) Error() string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + ": " + p.Hint
}

// JoinProblems returns the problems as one error, nil for none.
func JoinProblems(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// Settle fits a plan to a file with the given fields and to a table with the
// given columns, which are those to be made where the plan says Create. With
// problems the layout is as good as it can be, for showing, not for loading.
func Settle(p Plan, fields []string, table []Column) (Layout, []Problem) {
	s := settling{plan: p, fields: fields, table: table, fed: make([]int, len(table))}
	for i := range s.fed {
		s.fed[i] = -1
	}
	s.checkRules()
	s.mapNamed()
	s.mapAlike()
	s.checkColumns()
	s.checkKey()

	l := Layout{Plan: s.plan, Fields: fields}
	if p.Create {
		l.Make = table
	}
	for i, c := range table {
		if s.fed[i] >= 0 {
			c.Format = s.format(c)
			if said := s.plan.Formats[c.Name]; p.Create && said != "" && c.Type == Text {
				s.problem(Problem{Column: c.Name, Message: fmt.Sprintf("the format %q is given for the column %q, which is text", said, c.Name),
					Hint: "a text is taken as it stands: leave the format out, or correct it: dates are written such as DD.MM.YYYY, numbers such as 1.234,56, booleans such as yes/no"})
			}
			if _, err := newConversion(c, s.plan); err != nil {
				s.problem(Problem{Column: c.Name, Message: err.Error()})
			}
			l.Columns = append(l.Columns, c)
			l.Index = append(l.Index, s.fed[i])
		}
	}
	if len(l.Columns) == 0 {
		s.problem(Problem{
			Message: "no field of the file goes to a column of the table",
			Hint:    fmt.Sprintf("the fields are %s, the columns are %s: map them (--map field=column)", list(fields), list(names(table))),
		})
	}
	return l, s.problems
}

type settling struct {
	plan     Plan
	fields   []string
	table    []Column
	fed      []int // for each column of the table the field that feeds it, or -1
	taken    map[int]bool
	problems []Problem
}

func (s *settling) problem(p Problem) { s.problems = append(s.problems, p) }

// checkRules checks what can be said of the plan alone.
func (s *settling) checkRules() {
	p := s.plan
	if p.Table == "" {
		s.problem(Problem{Message: "the table has no name", Hint: "name it (--table NAME)"})
	}
	oneOf := func(what, value string, allowed ...string) {
		if value != "" && !slices.Contains(allowed, value) {
			s.problem(Problem{Message: fmt.Sprintf("%s %q", what, value), Hint: "it is one of " + strings.Join(allowed, ", ")})
		}
	}
	oneOf("conflict rule", string(p.OnConflict), string(ConflictReject), string(ConflictSkip), string(ConflictUpdate), string(ConflictReplace))
	oneOf("rule for ragged records", string(p.Ragged), string(RaggedReject), string(RaggedPad))
	oneOf("decimal sign", p.Decimal, ".", ",")
	if p.Decimal != "," && p.Decimal != "." {
		s.plan.Decimal = "" // a wrong one is one problem, and not one for each column
	}
	oneOf("types", p.Types, "infer", "text")
	if _, err := parseLimit(p.MaxRejects); err != nil {
		s.problem(Problem{Message: err.Error()})
	}
	s.plan.Key = slices.Clone(p.Key)
	for _, name := range sortedKeys(p.Formats) {
		if !slices.Contains(names(s.table), name) {
			s.problem(Problem{Column: name, Message: fmt.Sprintf("a format is given for %q, which is no column of the table", name), Hint: "the columns are " + list(names(s.table))})
		}
	}
	for i, k := range p.Key {
		if c := s.column(k); c >= 0 {
			s.plan.Key[i] = s.table[c].Name
		} else {
			s.problem(Problem{Column: k, Message: fmt.Sprintf("the key column %q is not in the table", k), Hint: "the columns are " + list(names(s.table))})
		}
	}
}

// mapNamed follows the plan's Map.
func (s *settling) mapNamed() {
	s.taken = map[int]bool{}
	for _, field := range sortedKeys(s.plan.Map) {
		column := s.plan.Map[field]
		f := slices.Index(s.fields, field)
		if f < 0 {
			f = s.alike(field, s.fields)
		}
		if f < 0 {
			s.problem(Problem{Field: field, Message: fmt.Sprintf("the file has no field %q", field), Hint: "its fields are " + list(s.fields)})
			continue
		}
		s.taken[f] = true
		if column == "" {
			continue
		}
		c := s.column(column)
		switch {
		case c < 0:
			s.problem(Problem{Field: field, Column: column, Message: fmt.Sprintf("the table has no column %q", column), Hint: "its columns are " + list(names(s.table))})
		case s.fed[c] >= 0:
			s.problem(Problem{Field: field, Column: column, Message: fmt.Sprintf("two fields go to the column %q: %q and %q", column, s.fields[s.fed[c]], field), Hint: "map one of them elsewhere"})
		case s.table[c].Generated:
			s.problem(Problem{Field: field, Column: column, Message: fmt.Sprintf("the column %q is generated by the database", column), Hint: "leave the field out (--map " + field + "=)"})
		default:
			s.fed[c] = f
		}
	}
}

// mapAlike sends the other fields to the columns of the same name.
func (s *settling) mapAlike() {
	for f, field := range s.fields {
		if s.taken[f] {
			continue
		}
		c := s.column(field)
		if c >= 0 && s.fed[c] < 0 && !s.table[c].Generated {
			s.fed[c] = f
		}
	}
}

// checkColumns finds the columns that need a field and have none.
func (s *settling) checkColumns() {
	for i, c := range s.table {
		if s.fed[i] < 0 && !c.Nullable && !c.HasDefault && !c.Generated {
			s.problem(Problem{
				Column:  c.Name,
				Message: fmt.Sprintf("the column %q needs a value and no field goes to it", c.Name),
				Hint:    "map a field to it (--map field=" + c.Name + ")",
			})
		}
	}
}

// checkKey finds that a table to be made would have no key to find rows by. Of
// a table that is there its target knows more.
func (s *settling) checkKey() {
	rule := s.plan.OnConflict
	if !s.plan.Create || len(s.plan.Key) > 0 || rule != ConflictSkip && rule != ConflictUpdate && rule != ConflictReplace {
		return
	}
	if !slices.ContainsFunc(s.table, func(c Column) bool { return c.PrimaryKey }) {
		s.problem(Problem{Message: fmt.Sprintf("the table has no primary key to %s by", rule), Hint: "name the columns that tell its rows apart (--key)"})
	}
}

// column returns the index of the table's column of that name: the very name,
// else one alike; -1 for none.
func (s *settling) column(name string) int {
	all := names(s.table)
	if i := slices.Index(all, name); i >= 0 {
		return i
	}
	return s.alike(name, all)
}

// alike returns the index of the only name that is like name, or -1.
func (s *settling) alike(name string, all []string) int {
	found, want := -1, plain(name)
	for i, n := range all {
		if plain(n) == want {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// format returns how values of a column are written.
func (s *settling) format(c Column) string {
	if f, said := s.plan.Formats[c.Name]; said {
		return f
	}
	return c.Format
}

// plain returns a name without what people and programs spell differently.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(strings.TrimSpace(name)))
}

func names(cols []Column) []string {
	all := make([]string, len(cols))
	for i, c := range cols {
		all[i] = c.Name
	}
	return all
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// list spells names for a message, the first few of many.
func list(all []string) string {
	const most = 12
	if len(all) > most {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}
