package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// writing is how the rows of a layout are written to a table.
type writing struct {
	t    *table
	at   []int // the index in the layout of each column of the table, or -1
	rule load.Conflict
	key  *key // by which the rule finds the existing row
}

// value returns the expression of the value of column k, which is mapped.
func (w *writing) value(k int) string { return w.t.orDefault(k, fmt.Sprintf("?%d", w.at[k]+1)) }

// findKey finds the key that identifies the row a rule is about, from the columns
// that the plan names.
func (w *writing) findKey(columns []string) error {
	t := w.t
	if len(columns) == 0 {
		columns = t.primary
	}
	if len(columns) == 0 {
		return message.NewError(nil, "no_primary_key", "name_as_key", "table", t.name, "rule", string(w.rule))
	}
	if w.key = t.unique(columns); w.key == nil {
		if len(t.keys) == 0 {
			return message.NewError(nil, "not_unique", "unique_or_none", "columns", columns, "table", t.name, "rule", string(w.rule))
		}
		return message.NewError(nil, "not_unique", "unique_or_other", "columns", columns, "table", t.name, "rule", string(w.rule), "keys", t.describeKeys())
	}
	for _, name := range columns {
		if w.at[t.index(name)] < 0 {
			return message.NewError(nil, "key_unmapped", "map_key", "column", name)
		}
	}
	return nil
}

// onConflict completes the statements of a load with a rule for rows whose key is
// in the table.
//
// Such a row is never inserted: the existing row is updated or kept. Whether there
// is one is not known in advance. So the row is inserted with an ON CONFLICT
// clause or, where the clause would not do, looked up first. It is also looked up
// after an insert was refused for another reason: the update of an existing row
// need not satisfy what a new row must.
func (w *writing) onConflict(s *bulk.Statements) {
	s.Find, s.Change = w.find(), w.change()
	// An insert fires BEFORE INSERT triggers even if it becomes an update, fires
	// the update's triggers with a conflict clause in force, and uses up a number
	// of AUTOINCREMENT. And the clause can't name the rowid's column as part of a
	// key of several columns.
	s.First = w.t.triggers || w.t.rules.autoincrement || len(w.key.columns) > 1 && w.inKey(w.t.alias)
	if s.First {
		return
	}
	s.One += " ON CONFLICT (" + quoteAll(w.key.columns) + ") DO "
	var set []string
	for _, k := range w.set() {
		name := quote(w.t.columns[k].Name)
		if w.keepsRowid(k) {
			set = append(set, fmt.Sprintf("%[1]s = coalesce(%[2]s, %[1]s)", name, w.value(k)))
		} else {
			set = append(set, fmt.Sprintf("%[1]s = excluded.%[1]s", name))
		}
	}
	if len(set) == 0 {
		s.One += "NOTHING"
		s.Skip = true
		return
	}
	s.One += "UPDATE SET " + strings.Join(set, ", ") + " WHERE linefeed_conflict()"
}

// find returns the statement that looks up the row's key.
func (w *writing) find() string {
	return fmt.Sprintf("SELECT 1 FROM %s WHERE %s", w.t.full(), w.there())
}

// there returns the condition that a row of the table has the row's key.
func (w *writing) there() string {
	return w.key.holds(func(name string) string { return w.value(w.t.index(name)) })
}

// holds returns the condition that the columns of a key have certain values.
func (k *key) holds(value func(column string) string) string {
	var where []string
	for i, name := range k.columns {
		compared := quote(name)
		if collation := k.collations[i]; collation != "" {
			compared += " COLLATE " + quote(collation)
		}
		where = append(where, compared+" = "+value(name))
	}
	return strings.Join(where, " AND ")
}

// change returns the statement that updates the row with the key, "" if nothing of
// it is to be updated.
func (w *writing) change() string {
	var set []string
	for _, k := range w.set() {
		name, value := quote(w.t.columns[k].Name), "NULL"
		switch {
		case w.keepsRowid(k):
			value = fmt.Sprintf("coalesce(%s, %s)", w.value(k), name)
		case w.at[k] >= 0:
			value = w.value(k)
		case w.t.defaults[k] != "":
			value = w.t.defaults[k]
		}
		set = append(set, name+" = "+value)
	}
	if len(set) == 0 {
		return ""
	}
	return fmt.Sprintf("UPDATE%s %s SET %s WHERE %s", w.t.orAbort(), w.t.full(), strings.Join(set, ", "), w.there())
}

// set returns the columns that the rule sets in an existing row.
//
// Replacing sets every column, unmapped ones to their defaults. It is not INSERT
// OR REPLACE, which would also delete other rows that share a unique value with
// the new one and, by cascade, rows of other tables. The rowid is kept if it is
// unmapped or empty.
func (w *writing) set() []int {
	var columns []int
	for k, c := range w.t.columns {
		mapped, inKey := w.at[k] >= 0, w.inKey(c.Name)
		switch {
		case c.Generated, strings.EqualFold(c.Name, w.t.alias) && (inKey || !mapped):
		case w.rule == load.ConflictReplace, w.rule == load.ConflictUpdate && mapped && !inKey:
			columns = append(columns, k)
		}
	}
	return columns
}

// keepsRowid reports whether column k is the rowid. Its empty value means the next
// free number for a new row, and keeps the number of an existing one.
func (w *writing) keepsRowid(k int) bool {
	return w.t.alias != "" && strings.EqualFold(w.t.columns[k].Name, w.t.alias)
}

func (w *writing) inKey(column string) bool {
	return slices.ContainsFunc(w.key.columns, func(name string) bool { return strings.EqualFold(name, column) })
}

// describeKeys lists the keys of the table.
func (t *table) describeKeys() string {
	var keys []string
	for _, k := range t.keys {
		keys = append(keys, strings.Join(k.columns, " + "))
	}
	return strings.Join(keys, "; ")
}
