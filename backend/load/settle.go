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

// A Mapping says which field of a file goes to which column of a table.
type Mapping struct {
	plan     Plan // with the names as the table has them
	fields   []string
	fed      []int // for each column of the table the field that feeds it, or -1
	unmapped []int
}

// Map maps the fields of a file to the columns of a table, by their names and
// by what the plan says. The columns are those to be made where the plan says
// Create. With problems the mapping is as good as it can be, for showing, not
// for loading.
//
// A field goes to the column of exactly its name; where there is none, to one
// whose name differs in case only, then to one alike. Each step is taken for all
// fields before the next, so that none takes the column of another. Fields that go nowhere
// and are not left out by the plan are in Layout.Unmapped; they are a problem
// where the plan is strict, or where a column that nothing feeds has a name so
// near that it may be meant.
func Map(p Plan, fields []string, table []Column) (*Mapping, []Problem) {
	s := settling{
		plan: p, fields: fields, table: table, fed: make([]int, len(table)), taken: make([]bool, len(fields)),
		columns: nameFinder{names: names(table)}, inFile: nameFinder{names: fields},
	}
	for i := range s.fed {
		s.fed[i] = -1
	}
	s.checkRules()
	s.mapNamed()
	s.mapAlike()
	unmapped := s.checkFields()
	s.checkColumns()
	s.checkKey()
	if !slices.ContainsFunc(s.fed, func(field int) bool { return field >= 0 }) {
		s.problem(Problem{
			Message: "no field of the file goes to a column of the table",
			Hint:    fmt.Sprintf("the fields are %s, the columns are %s: map them (--map field=column)", list(fields), list(names(table))),
		})
	}
	return &Mapping{plan: s.plan, fields: fields, fed: s.fed, unmapped: unmapped}, s.problems
}

// Field returns the index of the field that goes to column i of the table, -1
// for none.
func (m *Mapping) Field(i int) int { return m.fed[i] }

// Layout returns the layout of a load into the table, whose columns are those
// that were mapped to. Their types and formats may have been found out since.
func (m *Mapping) Layout(table []Column) Layout {
	l := Layout{Plan: m.plan, Fields: m.fields, Unmapped: m.unmapped}
	if l.Plan.Create {
		l.Plan.Columns, l.Make = table, table
	}
	for i, c := range table {
		if m.fed[i] < 0 {
			continue
		}
		if format, given := l.Plan.Formats[c.Name]; given {
			c.Format = format
		}
		c.NullSigns = c.NullSigns && len(l.Plan.Null) == 0 && c.Type != Text
		l.Columns = append(l.Columns, c)
		l.Index = append(l.Index, m.fed[i])
	}
	return l
}

// A settling makes a Mapping, and tells what is wrong with it.
type settling struct {
	plan     Plan
	fields   []string
	table    []Column
	fed      []int
	taken    []bool // for each field whether the plan or a column has it
	columns  nameFinder
	inFile   nameFinder
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
		if !slices.Contains(s.columns.names, name) {
			s.problem(Problem{Column: name, Message: fmt.Sprintf("a format is given for %q, which is no column of the table", name), Hint: "the columns are " + list(s.columns.names)})
		}
	}
	for _, name := range sortedKeys(p.ColumnTypes) {
		switch {
		case !p.Create:
			s.problem(Problem{Column: name, Message: fmt.Sprintf("a type is given for the column %q, but the table is there", name), Hint: "leave it out: its columns keep the types that they have"})
		case !slices.Contains(s.columns.names, name):
			s.problem(Problem{Column: name, Message: fmt.Sprintf("a type is given for %q, which is no column of the table", name), Hint: "the columns are " + list(s.columns.names)})
		}
	}
	for i, k := range p.Key {
		if c := s.column(Problem{Column: k}, fmt.Sprintf("the key column %q is not in the table", k)); c >= 0 {
			s.plan.Key[i] = s.table[c].Name
		}
	}
}

// mapNamed follows the plan's Map.
func (s *settling) mapNamed() {
	for _, field := range sortedKeys(s.plan.Map) {
		column := s.plan.Map[field]
		f := one(s.inFile.find(field))
		if f < 0 {
			hint := "its fields are " + list(s.fields)
			if found := s.inFile.find(field); len(found) > 0 {
				hint = "there are " + list(pick(s.fields, found)) + ": name one of them"
			}
			s.problem(Problem{Field: field, Message: fmt.Sprintf("the file has no field %q", field), Hint: hint})
			continue
		}
		s.taken[f] = true
		if column == "" {
			continue
		}
		c := s.column(Problem{Field: field, Column: column}, fmt.Sprintf("the table has no column %q", column))
		switch {
		case c < 0:
		case s.fed[c] >= 0:
			s.problem(Problem{Field: field, Column: column, Message: fmt.Sprintf("two fields go to the column %q: %q and %q", column, s.fields[s.fed[c]], field), Hint: "map one of them elsewhere"})
		case s.table[c].Generated:
			s.problem(Problem{Field: field, Column: column, Message: fmt.Sprintf("the column %q is generated by the database", column), Hint: "leave the field out (--map " + field + "=)"})
		default:
			s.fed[c] = f
		}
	}
}

// mapAlike sends the other fields to the columns of the same name, and then to
// those of a name that is more and more loosely alike.
func (s *settling) mapAlike() {
	for likeness := range likenesses {
		var free []int // columns
		for i, c := range s.table {
			if s.fed[i] < 0 && !c.Generated {
				free = append(free, i)
			}
		}
		if len(free) == 0 {
			return
		}
		columns := indexNames(pick(s.columns.names, free), likeness)
		claims := map[string][]int{} // fields, by what they are alike in
		var order []string
		for f, field := range s.fields {
			if s.taken[f] {
				continue
			}
			key := nameKey(field, likeness)
			if len(columns[key]) == 0 {
				continue
			}
			if claims[key] == nil {
				order = append(order, key)
			}
			claims[key] = append(claims[key], f)
		}
		for _, key := range order {
			fields, to := claims[key], columns[key]
			if len(fields) == 1 && len(to) == 1 {
				s.fed[free[to[0]]], s.taken[fields[0]] = fields[0], true
				continue
			}
			s.ambiguous(fields, free, to)
		}
	}
}

// ambiguous tells that it is not clear which of the fields goes to which of the
// columns free[to[…]].
func (s *settling) ambiguous(fields, free, to []int) {
	var columns []string
	for _, i := range to {
		columns = append(columns, s.table[free[i]].Name)
	}
	for _, f := range fields {
		s.taken[f] = true // it is told of
	}
	p := Problem{Field: s.fields[fields[0]], Column: columns[0], Hint: "say which (" + mapFlag(s.fields[fields[0]], columns[0]) + ")"}
	if len(columns) > 1 {
		p.Message = fmt.Sprintf("the field %q may mean any of the columns %s", p.Field, list(columns))
	} else {
		p.Message = fmt.Sprintf("any of the fields %s may be meant for the column %q", list(pick(s.fields, fields)), p.Column)
		p.Hint += ", and leave the others out (--map FIELD=)"
	}
	s.problem(p)
}

// mostCompared is about how many pairs of a field and a column are looked at for
// names that are near: with more of them hardly one is a slip.
const mostCompared = 1 << 17

// checkFields returns the fields that go nowhere, and finds those of them that
// should go somewhere.
func (s *settling) checkFields() []int {
	var unmapped []int
	for f := range s.fields {
		if !s.taken[f] {
			unmapped = append(unmapped, f)
		}
	}
	if len(unmapped) == 0 {
		return nil
	}
	var idle []int // columns that nothing feeds
	var idleWords [][]string
	for i, c := range s.table {
		if s.fed[i] < 0 && !c.Generated {
			idle, idleWords = append(idle, i), append(idleWords, words(c.Name))
		}
	}
	var strict []int
	for n, f := range unmapped {
		field, i := s.fields[f], -1
		if n*len(idle) < mostCompared {
			fieldWords := words(field)
			i = slices.IndexFunc(idleWords, func(w []string) bool { return near(w, fieldWords) })
		}
		if i >= 0 {
			column := s.table[idle[i]].Name
			s.problem(Problem{
				Field: field, Column: column, Message: fmt.Sprintf("the field %q goes to no column, and nothing goes to the column %q", field, column),
				Hint: fmt.Sprintf("say whether it is the same (%s) or not (%s)", mapFlag(field, column), mapFlag(field, "")),
			})
		} else if s.plan.Strict {
			strict = append(strict, f)
		}
	}
	if len(strict) == 1 {
		field := s.fields[strict[0]]
		s.problem(Problem{Field: field, Message: fmt.Sprintf("the field %q goes to no column", field),
			Hint: fmt.Sprintf("map it to one (--map FIELD=COLUMN) or leave it out (%s)", mapFlag(field, ""))})
	} else if len(strict) > 0 {
		s.problem(Problem{Field: s.fields[strict[0]], Message: fmt.Sprintf("%s go to no column: %s", Count(int64(len(strict)), "field"), list(pick(s.fields, strict))),
			Hint: "map each of them to one (--map FIELD=COLUMN) or leave it out (--map FIELD=)"})
	}
	return unmapped
}

// mapFlag spells what sends a field to a column, for a shell.
func mapFlag(field, column string) string {
	said := field + "=" + column
	if strings.ContainsAny(said, ",\"") { // the flag takes a list, written as CSV
		said = `"` + strings.ReplaceAll(said, `"`, `""`) + `"`
	}
	return "--map " + ShellWord(said)
}

// checkColumns finds the columns that need a field and have none. Rows that are
// there already can be updated without it; new ones will be rejected.
func (s *settling) checkColumns() {
	if s.plan.OnConflict == ConflictUpdate && !s.plan.Create {
		return
	}
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

// column returns the index of the table's column that is named by the problem;
// -1 for none, which is then told, beginning with the message.
func (s *settling) column(p Problem, message string) int {
	found := s.columns.find(p.Column)
	if len(found) == 1 {
		return found[0]
	}
	p.Message, p.Hint = message, "the columns are "+list(s.columns.names)
	if len(found) > 1 {
		p.Hint = "there are " + list(pick(s.columns.names, found)) + ": name one of them"
	}
	s.problem(p)
	return -1
}

// one returns the only one of all, or -1.
func one(all []int) int {
	if len(all) == 1 {
		return all[0]
	}
	return -1
}

// pick returns those of all that have the indexes.
func pick(all []string, indexes []int) []string {
	picked := make([]string, len(indexes))
	for i, k := range indexes {
		picked[i] = all[k]
	}
	return picked
}

func names(cols []Column) []string {
	all := make([]string, len(cols))
	for i, c := range cols {
		all[i] = c.Name
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
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
