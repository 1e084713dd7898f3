package load

import (
	"slices"

	"linefeed/backend/message"
)

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
	m := mapper{
		plan: p, fields: fields, table: table, fed: make([]int, len(table)), taken: make([]bool, len(fields)),
		columns: nameFinder{names: names(table)}, inFile: nameFinder{names: fields},
	}
	for i := range m.fed {
		m.fed[i] = -1
	}
	m.checkRules()
	m.mapNamed()
	m.mapAlike()
	unmapped := m.checkFields()
	m.checkColumns()
	m.checkKey()
	if !slices.ContainsFunc(m.fed, func(field int) bool { return field >= 0 }) {
		m.problem(Problem{Note: message.New("nothing_mapped", "map_of_all", "fields", fields, "columns", names(table))})
	}
	return &Mapping{plan: m.plan, fields: fields, fed: m.fed, unmapped: unmapped}, m.problems
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

// A mapper makes a Mapping, and finds the problems with it.
type mapper struct {
	plan     Plan
	fields   []string
	table    []Column
	fed      []int
	taken    []bool // for each field whether the plan or a column has it
	columns  nameFinder
	inFile   nameFinder
	problems []Problem
}

func (m *mapper) problem(p Problem) { m.problems = append(m.problems, p) }

// checkRules checks the plan itself.
func (m *mapper) checkRules() {
	p := m.plan
	if p.Table == "" {
		m.problem(Problem{Note: message.New("no_table_name", "name_table")})
	}
	oneOf := func(note message.Note, value string, allowed ...string) {
		if value != "" && !slices.Contains(allowed, value) {
			m.problem(Problem{Note: note.WithHint("one_of", "allowed", allowed)})
		}
	}
	oneOf(message.New("unknown_conflict", "", "value", string(p.OnConflict)), string(p.OnConflict),
		string(ConflictReject), string(ConflictSkip), string(ConflictUpdate), string(ConflictReplace))
	oneOf(message.New("unknown_ragged", "", "value", string(p.Ragged)), string(p.Ragged), string(RaggedReject), string(RaggedPad))
	oneOf(message.New("unknown_decimal", "", "value", p.Decimal), p.Decimal, ".", ",")
	if p.Decimal != "," && p.Decimal != "." {
		m.plan.Decimal = "" // a wrong one is one problem, not one for each column
	}
	oneOf(message.New("unknown_types", "", "value", p.Types), p.Types, "infer", "text")
	if _, err := parseLimit(p.MaxRejects); err != nil {
		m.problem(Problem{Note: message.Of(err)})
	}
	m.plan.Key = slices.Clone(p.Key)
	for _, name := range sortedKeys(p.Formats) {
		if !slices.Contains(m.columns.names, name) {
			m.problem(Problem{Column: name, Note: message.New("format_no_column", "columns_are", "column", name, "columns", m.columns.names)})
		}
	}
	for _, name := range sortedKeys(p.ColumnTypes) {
		switch {
		case !p.Create:
			m.problem(Problem{Column: name, Note: message.New("type_of_existing", "types_stay", "column", name)})
		case !slices.Contains(m.columns.names, name):
			m.problem(Problem{Column: name, Note: message.New("type_no_column", "columns_are", "column", name, "columns", m.columns.names)})
		}
	}
	for i, k := range p.Key {
		if c := m.column(Problem{Column: k, Note: message.New("key_not_there", "", "column", k)}); c >= 0 {
			m.plan.Key[i] = m.table[c].Name
		}
	}
}

// mapNamed follows the plan's Map.
func (m *mapper) mapNamed() {
	for _, field := range sortedKeys(m.plan.Map) {
		column := m.plan.Map[field]
		f := one(m.inFile.find(field))
		if f < 0 {
			note := message.New("no_such_field", "fields_are", "field", field, "fields", m.fields)
			if found := m.inFile.find(field); len(found) > 0 {
				note = message.New("no_such_field", "several_alike", "field", field, "found", pick(m.fields, found))
			}
			m.problem(Problem{Field: field, Note: note})
			continue
		}
		m.taken[f] = true
		if column == "" {
			continue
		}
		c := m.column(Problem{Field: field, Column: column, Note: message.New("no_such_column", "", "column", column)})
		switch {
		case c < 0:
		case m.fed[c] >= 0:
			m.problem(Problem{Field: field, Column: column, Note: message.New("two_fields", "map_one_elsewhere", "column", column, "other", m.fields[m.fed[c]], "field", field)})
		case m.table[c].Generated:
			m.problem(Problem{Field: field, Column: column, Note: message.New("generated", "leave_field_out", "column", column, "field", field)})
		default:
			m.fed[c] = f
		}
	}
}

// mapAlike maps the other fields to the columns of the same name, and then to
// those whose names are alike, more and more loosely.
func (m *mapper) mapAlike() {
	for likeness := range likenesses {
		var free []int // columns
		for i, c := range m.table {
			if m.fed[i] < 0 && !c.Generated {
				free = append(free, i)
			}
		}
		if len(free) == 0 {
			return
		}
		columns := indexNames(pick(m.columns.names, free), likeness)
		claims := map[string][]int{} // fields, by what they are alike in
		var order []string
		for f, field := range m.fields {
			if m.taken[f] {
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
				m.fed[free[to[0]]], m.taken[fields[0]] = fields[0], true
				continue
			}
			m.ambiguous(fields, free, to)
		}
	}
}

// ambiguous adds the problem that any of the fields may go to any of the columns
// free[to[…]].
func (m *mapper) ambiguous(fields, free, to []int) {
	var columns []string
	for _, i := range to {
		columns = append(columns, m.table[free[i]].Name)
	}
	for _, f := range fields {
		m.taken[f] = true // by the problem
	}
	p := Problem{Field: m.fields[fields[0]], Column: columns[0]}
	if len(columns) > 1 {
		p.Note = message.New("field_ambiguous", "say_which", "field", p.Field, "columns", columns, "column", p.Column)
	} else {
		p.Note = message.New("column_ambiguous", "say_which_of", "fields", pick(m.fields, fields), "column", p.Column, "field", p.Field)
	}
	m.problem(p)
}

// mostCompared is about the number of pairs of a field and a column that are
// compared for names that are near: among more, hardly one is a slip.
const mostCompared = 1 << 17

// checkFields returns the fields that go to no column, and finds those that should
// go to one.
func (m *mapper) checkFields() []int {
	var unmapped []int
	for f := range m.fields {
		if !m.taken[f] {
			unmapped = append(unmapped, f)
		}
	}
	if len(unmapped) == 0 {
		return nil
	}
	var idle []int // columns that no field feeds
	var idleWords [][]string
	for i, c := range m.table {
		if m.fed[i] < 0 && !c.Generated {
			idle, idleWords = append(idle, i), append(idleWords, words(c.Name))
		}
	}
	var strict []int
	for n, f := range unmapped {
		field, i := m.fields[f], -1
		if n*len(idle) < mostCompared {
			fieldWords := words(field)
			i = slices.IndexFunc(idleWords, func(w []string) bool { return near(w, fieldWords) })
		}
		if i >= 0 {
			column := m.table[idle[i]].Name
			m.problem(Problem{Field: field, Column: column, Note: message.New("near_column", "same_or_not", "field", field, "column", column)})
		} else if m.plan.Strict {
			strict = append(strict, f)
		}
	}
	if len(strict) == 1 {
		field := m.fields[strict[0]]
		m.problem(Problem{Field: field, Note: message.New("goes_nowhere", "map_or_drop_field", "field", field)})
	} else if len(strict) > 0 {
		m.problem(Problem{Field: m.fields[strict[0]], Note: message.New("go_nowhere", "map_or_drop_each", "n", len(strict), "fields", pick(m.fields, strict))})
	}
	return unmapped
}

// checkColumns finds the columns that need a field and have none. Existing rows can
// be updated without it; new ones will be rejected.
func (m *mapper) checkColumns() {
	if m.plan.OnConflict == ConflictUpdate && !m.plan.Create {
		return
	}
	for i, c := range m.table {
		if m.fed[i] < 0 && !c.Nullable && !c.HasDefault && !c.Generated {
			m.problem(Problem{Column: c.Name, Note: message.New("column_needs_value", "map_field_to_it", "column", c.Name)})
		}
	}
}

// checkKey finds that a new table would have no key to find rows by. The target
// checks existing ones.
func (m *mapper) checkKey() {
	rule := m.plan.OnConflict
	if !m.plan.Create || len(m.plan.Key) > 0 || rule != ConflictSkip && rule != ConflictUpdate && rule != ConflictReplace {
		return
	}
	if !slices.ContainsFunc(m.table, func(c Column) bool { return c.PrimaryKey }) {
		m.problem(Problem{Note: message.New("no_key", "name_key", "rule", string(rule))})
	}
}

// column returns the index of the table's column that is named by the problem;
// -1 for none, which is then told.
func (m *mapper) column(p Problem) int {
	found := m.columns.find(p.Column)
	if len(found) == 1 {
		return found[0]
	}
	if len(found) > 1 {
		p.Note = p.WithHint("several_alike", "found", pick(m.columns.names, found))
	} else {
		p.Note = p.WithHint("columns_are", "columns", m.columns.names)
	}
	m.problem(p)
	return -1
}

// one returns the only one of all, or -1.
func one(all []int) int {
	if len(all) == 1 {
		return all[0]
	}
	return -1
}

// pick returns the elements of all at the indexes.
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
