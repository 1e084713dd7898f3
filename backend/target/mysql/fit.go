package mysql

import (
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A fit is how the rows of a layout are written to a table.
type fit struct {
	t       *table
	layout  load.Layout
	columns []column // of the table, in the order of the layout
	rule    load.Conflict
	key     *key  // by which the rule finds the existing row
	keyAt   []int // the key's columns in the layout

	defaulted []int       // the columns in which NULL is to become the default
	exact     []exactness // the columns whose values the server may change
}

// fitLayout finds out how a layout is written to a table. Its error is a problem of the
// plan.
func fitLayout(t *table, l load.Layout) (*fit, error) {
	f := &fit{t: t, layout: l, rule: l.Plan.OnConflict}
	if f.rule == "" {
		f.rule = load.ConflictReject
	}
	if len(l.Columns) == 0 {
		return nil, message.NewError(nil, "no_column_mapped", "map_one")
	}
	for i, mapped := range l.Columns {
		k := t.index(mapped.Name)
		if k < 0 {
			return nil, message.NewError(nil, "no_column_in", "map_one", "table", t.name, "column", mapped.Name)
		}
		c := t.columns[k]
		if c.Generated {
			return nil, message.NewError(nil, "column_generated", "leave_it_out", "column", c.Name)
		}
		if c.HasDefault && !c.Nullable && !c.auto {
			f.defaulted = append(f.defaulted, i)
		}
		f.columns = append(f.columns, c)
	}
	f.exact = exactnessOf(f.columns)
	if f.rule == load.ConflictReject {
		return f, nil
	}
	return f, f.findKey(l.Plan.Key)
}

// findKey finds the key that identifies the row a rule is about, from the columns that
// the plan names.
func (f *fit) findKey(columns []string) error {
	t := f.t
	if len(columns) == 0 {
		columns = t.primary
	}
	if len(columns) == 0 {
		return message.NewError(nil, "no_primary_key", "name_as_key", "table", t.name, "rule", string(f.rule))
	}
	if f.key = t.unique(columns); f.key == nil {
		if keys := t.describeKeys(); keys != "" {
			return message.NewError(nil, "not_unique", "unique_or_other", "columns", columns, "table", t.name, "rule", string(f.rule), "keys", keys)
		}
		return message.NewError(nil, "not_unique", "unique_or_none", "columns", columns, "table", t.name, "rule", string(f.rule))
	}
	for _, name := range f.key.columns {
		i := f.at(name)
		if i < 0 {
			return message.NewError(nil, "key_unmapped", "map_key", "column", name)
		}
		f.keyAt = append(f.keyAt, i)
	}
	return nil
}

// at returns the index in the layout of a column, -1 if it is not mapped.
func (f *fit) at(name string) int {
	return slices.IndexFunc(f.columns, func(c column) bool { return strings.EqualFold(c.Name, name) })
}

// names returns the names of the mapped columns, quoted.
func (f *fit) names() string {
	names := make([]string, len(f.columns))
	for i, c := range f.columns {
		names[i] = c.Name
	}
	return quoteAll(names)
}

func (f *fit) inKey(name string) bool {
	return slices.ContainsFunc(f.key.columns, func(k string) bool { return strings.EqualFold(k, name) })
}

// A setting is a column that a rule sets in an existing row: to the value of the
// layout's column at, or to its default if that is -1.
type setting struct {
	column column
	at     int
}

// set returns what the rule sets in an existing row. Replacing sets every column,
// unmapped ones to their defaults. It is not REPLACE, which would also delete other rows
// that share a unique value with the new one and, by cascade, rows of other tables. A
// number that the table counts itself is kept.
func (f *fit) set() []setting {
	var all []setting
	for _, c := range f.t.columns {
		at := f.at(c.Name)
		switch {
		case c.Generated, c.auto && at < 0:
		case f.rule == load.ConflictReplace, f.rule == load.ConflictUpdate && at >= 0 && !f.inKey(c.Name):
			all = append(all, setting{c, at})
		}
	}
	return all
}

// onDuplicate returns the clause by which an insert becomes what the rule says, "" where
// no clause does that.
//
// The server applies the clause to a row that shares any unique value with the new one.
// The rule is about one key: with another, the clause fails the statement, by a
// subquery of two rows. It counts the rows to which it was applied in counter.
func (f *fit) onDuplicate() string {
	if f.t.triggers || !f.t.transactional() {
		// Triggers for inserts would be fired by what becomes an update.
		return ""
	}
	counted := counter + " := " + counter + " + 1"
	same := []string{"(" + counted + ") > 0"}
	if len(f.t.keys) > 1 {
		for _, name := range f.key.columns {
			same = append(same, f.t.full()+"."+quote(name)+" <=> VALUES("+quote(name)+")")
		}
	}
	first := quote(f.key.columns[0])
	guard := func(value string) string {
		return "IF(" + strings.Join(same, " AND ") + ", " + value + ", (SELECT 1 UNION ALL SELECT 2))"
	}
	var clauses []string
	guarded := false
	for _, s := range f.set() {
		name := quote(s.column.Name)
		value := "DEFAULT"
		if s.at >= 0 {
			value = "VALUES(" + name + ")"
		}
		if strings.EqualFold(s.column.Name, f.key.columns[0]) {
			value, guarded = guard(value), true
			// The key's other columns are compared before they are set.
			clauses = slices.Insert(clauses, 0, name+" = "+value)
			continue
		}
		clauses = append(clauses, name+" = "+value)
	}
	if !guarded {
		clauses = slices.Insert(clauses, 0, first+" = "+guard(f.t.full()+"."+first))
	}
	return " ON DUPLICATE KEY UPDATE " + strings.Join(clauses, ", ")
}

// counter is the session's variable that counts the rows of a statement that were there
// already.
const counter = "@linefeed_there"
