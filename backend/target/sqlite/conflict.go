package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// writing is how a layout writes to a table.
type writing struct {
	t    *table
	at   []int // for each column of the table its index in the layout, or -1
	rule load.Conflict
	key  *key // by which rule finds the row that is there
}

// value returns the expression for what a row has for column k, which is mapped.
func (w *writing) value(k int) string { return w.t.orDefault(k, fmt.Sprintf("?%d", w.at[k]+1)) }

// findKey finds the key that tells which row a rule is about, from the columns
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

// onConflict completes the statements of a load that has a rule for rows whose
// key is in the table.
//
// A row whose key is there is never inserted, but changed or left; only there
// is no telling before whether it is there. So it is inserted with a clause for
// that, or, where the clause would not do, looked for first. An insert that is
// refused for another reason is no answer: a row whose key is there need not
// satisfy what a new one must.
func (w *writing) onConflict(s *bulk.Statements) {
	s.Find, s.Change = w.find(), w.change()
	// An insert sets off the triggers of one even where it turns into an
	// update, whose triggers it runs with a conflict clause; and it uses up a
	// number of AUTOINCREMENT. Of a key that is more than the rowid the clause
	// can't name the rowid's column.
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

// find returns the statement that tells whether the row's key is there.
func (w *writing) find() string {
	return fmt.Sprintf("SELECT 1 FROM main.%s WHERE %s", quote(w.t.name), w.there())
}

// there returns the condition that a row has the key.
func (w *writing) there() string {
	var where []string
	for i, name := range w.key.columns {
		compared := quote(name)
		if collation := w.key.collations[i]; collation != "" {
			compared += " COLLATE " + quote(collation)
		}
		where = append(where, compared+" = "+w.value(w.t.index(name)))
	}
	return strings.Join(where, " AND ")
}

// change returns the statement that changes the row that has the key, "" where
// nothing of it is to be changed.
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
	return fmt.Sprintf("UPDATE%s main.%s SET %s WHERE %s", w.t.orAbort(), quote(w.t.name), strings.Join(set, ", "), w.there())
}

// set returns the columns that the rule sets in a row that is there.
//
// Replacing sets every column, those that are not mapped to their defaults. It
// is no INSERT OR REPLACE, which also deletes rows that have nothing but
// another unique value in common with the new one, and with them, by cascade,
// rows of other tables. The rowid stays where it is not mapped, or empty.
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

// keepsRowid reports whether column k is the rowid, of which an empty value says
// nothing for a row that is there: for a new one it is the next free number.
func (w *writing) keepsRowid(k int) bool {
	return w.t.alias != "" && strings.EqualFold(w.t.columns[k].Name, w.t.alias)
}

func (w *writing) inKey(column string) bool {
	return slices.ContainsFunc(w.key.columns, func(name string) bool { return strings.EqualFold(name, column) })
}

// describeKeys names the keys that there are.
func (t *table) describeKeys() string {
	var keys []string
	for _, k := range t.keys {
		keys = append(keys, strings.Join(k.columns, " + "))
	}
	return strings.Join(keys, "; ")
}
