package postgres

import (
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A writing is how the rows of a layout are written to a table.
type writing struct {
	t       *table
	rule    load.Conflict
	columns []*column // those of the table that are mapped, in the order of the layout
	at      []int     // the index in the layout of each column of the table, or -1
	key     *key      // by which the rule finds the existing row

	copy   string       // the statement that takes rows as COPY's text
	binary []binaryForm // of the columns; nil where not all have one
	insert string       // the one that takes them as arrays, and knows defaults
	update string       // that of the rows that are there; "" where nothing of them is to be changed
	sets   []string     // the columns that it changes
	note   string       // what comes before it, to note what they held; "" for nothing
	kept   bool         // the statements note the rows, see keeping

	keys    []lookup // by which rows that are there can be found
	orphans []lookup // by which rows can be found that refer to none
	filled  []int    // the columns, of the layout, that have a default instead of NULL
	rounded []int    // those that would round what does not fit
}

// A lookup is a statement that returns the numbers of the rows of a batch that are
// in the table already, or that refer to rows that are not there.
type lookup struct {
	sql     string
	columns []int // of the layout, whose values are its parameters
	key     *key
	bytes   bool // two rows are the same only if the columns' bytes are
	foreign *reference
}

// writingFor returns how a layout is written to t.
func writingFor(t *table, l load.Layout, d *DB) (*writing, error) {
	if !t.writable {
		return nil, load.Problem{Note: message.New("not_insertable", "choose_table", "table", t.name.Name)}
	}
	if len(l.Columns) == 0 {
		return nil, message.NewError(nil, "no_column_mapped", "map_one")
	}
	w := &writing{t: t, rule: l.Plan.OnConflict, at: make([]int, len(t.columns))}
	for k := range w.at {
		w.at[k] = -1
	}
	var names []string
	for i, c := range l.Columns {
		k := t.index(c.Name)
		if k < 0 {
			return nil, message.NewError(nil, "no_column_in", "", "table", t.name.Name, "column", c.Name)
		}
		found := &t.columns[k]
		if found.Generated {
			return nil, message.NewError(nil, "column_generated", "leave_it_out", "column", c.Name)
		}
		w.columns = append(w.columns, found)
		w.at[k] = i
		names = append(names, found.Name)
		if !found.Nullable && found.byDefault != "" {
			w.filled = append(w.filled, i)
		}
		if found.timed || found.single || found.rounds {
			w.rounded = append(w.rounded, i)
		}
	}
	w.copy = fmt.Sprintf("COPY %s (%s) FROM STDIN", quoteTable(t.name), quoteAll(names))
	if d.family == postgreSQL {
		w.binary = binaryForms(w.columns)
	}
	values := make([]string, len(w.columns))
	for i := range values {
		values[i] = w.value(i)
	}
	w.insert = fmt.Sprintf("INSERT INTO %s AS linefeed_target (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s", quoteTable(t.name), quoteAll(names), strings.Join(values, ", "), w.rows(all(len(w.columns))))
	if d.family == cockroach {
		w.insert = strings.Replace(w.insert, "OVERRIDING SYSTEM VALUE ", "", 1)
	}
	if w.changes() || w.rule == load.ConflictSkip {
		if !t.readable {
			return nil, load.Problem{Note: message.New("not_readable", "grant_select", "table", t.name.Name, "rule", string(w.rule))}
		}
		if err := w.findKey(l.Plan.Key); err != nil {
			return nil, err
		}
	}
	if w.changes() {
		for _, c := range w.columns {
			if c.always && !slices.Contains(w.key.columns, c.Name) {
				return nil, message.NewError(nil, "column_generated", "leave_it_out", "column", c.Name)
			}
		}
		w.update = w.change()
	}
	w.addLookups()
	return w, nil
}

// changes reports whether the rule changes rows that are there.
func (w *writing) changes() bool {
	return w.rule == load.ConflictUpdate || w.rule == load.ConflictReplace
}

// rows returns the rows of a batch as a table expression: the parameters of a
// statement are arrays of text, one for each of the columns. Its columns are c0, c1
// and so on by their places in the layout, and linefeed_row, which counts from 1.
func (w *writing) rows(columns []int) string {
	arrays, names := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		arrays[i] = fmt.Sprintf("$%d::text[]", i+1)
		names[i] = fmt.Sprintf("c%d", c)
	}
	return fmt.Sprintf("unnest(%s) WITH ORDINALITY AS linefeed_batch (%s, linefeed_row)", strings.Join(arrays, ", "), strings.Join(names, ", "))
}

// bare returns the value of a column of a row of a batch, NULL where it is empty.
//
// What stands in the parentheses of a type is not part of the cast: a cast cuts what
// is too long, and the assignment that follows does not.
func (w *writing) bare(i int) string {
	return fmt.Sprintf("linefeed_batch.c%d::%s", i, w.columns[i].cast)
}

// value returns the value that is stored: the default where the column must have one.
func (w *writing) value(i int) string {
	if c := w.columns[i]; !c.Nullable && c.byDefault != "" {
		return fmt.Sprintf("coalesce(%s, %s)", w.bare(i), c.byDefault)
	}
	return w.bare(i)
}

// compared returns the value by which rows are compared: an empty one that the
// database counts is that of no other row.
func (w *writing) compared(i int) string {
	if w.columns[i].counts {
		return w.bare(i)
	}
	return w.value(i)
}

// findKey finds the key that identifies the row a rule is about, from the columns
// that the plan names.
func (w *writing) findKey(columns []string) error {
	t := w.t
	if len(columns) == 0 {
		columns = t.primary
	}
	if len(columns) == 0 {
		return message.NewError(nil, "no_primary_key", "name_as_key", "table", t.name.Name, "rule", string(w.rule))
	}
	if w.key = t.unique(columns); w.key == nil {
		if keys := t.describeKeys(); keys != "" {
			return message.NewError(nil, "not_unique", "unique_or_other", "columns", columns, "table", t.name.Name, "rule", string(w.rule), "keys", keys)
		}
		return message.NewError(nil, "not_unique", "unique_or_none", "columns", columns, "table", t.name.Name, "rule", string(w.rule))
	}
	for _, name := range w.key.columns {
		if w.at[t.index(name)] < 0 {
			return message.NewError(nil, "key_unmapped", "map_key", "column", name)
		}
	}
	return nil
}

// change returns the statement that changes the rows that are there, and returns the
// numbers of the batch's rows that they were changed by; "" if nothing of them is to
// be changed.
//
// Replacing sets every column, unmapped ones to their defaults. It is no DELETE,
// which would also delete rows of other tables, by cascade. A column that counts
// keeps its number if it is unmapped.
func (w *writing) change() string {
	var set []string
	to := func(c *column, value string) {
		w.sets = append(w.sets, c.Name)
		set = append(set, quote(c.Name)+" = "+value)
	}
	for k := range w.t.columns {
		c := &w.t.columns[k]
		i, inKey := w.at[k], slices.Contains(w.key.columns, c.Name)
		switch {
		case c.Generated, c.always && inKey:
		case i >= 0 && c.counts && !c.Nullable && !inKey: // an empty value keeps the number
			to(c, fmt.Sprintf("coalesce(%s, linefeed_target.%s)", w.bare(i), quote(c.Name)))
		case i >= 0 && (!inKey || w.rule == load.ConflictReplace):
			to(c, w.value(i))
		case i < 0 && w.rule == load.ConflictReplace && !c.counts:
			to(c, "DEFAULT")
		}
	}
	if len(set) == 0 {
		return ""
	}
	return fmt.Sprintf("UPDATE %s AS linefeed_target SET %s FROM %s WHERE %s RETURNING linefeed_batch.linefeed_row",
		w.t.itself(), strings.Join(set, ", "), w.rows(all(len(w.columns))), w.same(w.key.columns, w.key.columns))
}

// same returns the condition that the columns of a table have the values of those
// of the batch.
func (w *writing) same(columns, of []string) string {
	var where []string
	for i, name := range columns {
		where = append(where, fmt.Sprintf("linefeed_target.%s = %s", quote(of[i]), w.compared(w.at[w.t.index(name)])))
	}
	return strings.Join(where, " AND ")
}

// addLookups adds the lookups of keys and of foreign keys whose columns are mapped: of keys
// only where no trigger may give a row that is inserted another one.
func (w *writing) addLookups() {
	for i := range w.t.keys {
		k := &w.t.keys[i]
		columns, ok := w.mapped(k.columns)
		if !ok || !k.usable() || !w.t.readable || w.t.alters && !w.changes() {
			continue
		}
		w.keys = append(w.keys, lookup{
			key: k, columns: columns, bytes: w.bytewise(columns),
			sql: fmt.Sprintf("SELECT linefeed_batch.linefeed_row FROM %s CROSS JOIN LATERAL (SELECT 1 FROM %s AS linefeed_target WHERE %s LIMIT 1) AS linefeed_found",
				w.rows(columns), w.t.itself(), w.same(k.columns, k.columns)),
		})
	}
	for i := range w.t.references {
		r := &w.t.references[i]
		columns, ok := w.mapped(r.from)
		if !ok || r.own || !r.lookable {
			continue
		}
		var given []string
		for _, c := range columns {
			given = append(given, fmt.Sprintf("linefeed_batch.c%d IS NOT NULL", c))
		}
		w.orphans = append(w.orphans, lookup{
			foreign: r, columns: columns,
			sql: fmt.Sprintf("SELECT linefeed_batch.linefeed_row FROM %s WHERE %s AND NOT EXISTS (SELECT FROM %s AS linefeed_target WHERE %s)",
				w.rows(columns), strings.Join(given, " AND "), itself(r.table, r.parts), w.same(r.from, r.to)),
		})
	}
}

// ranks returns the statement that tells for each row of a batch, in their order,
// which number its key has: the same as that of another row with an equal one.
func (w *writing) ranks(l *lookup) string {
	values := make([]string, len(l.columns))
	for i, c := range l.columns {
		values[i] = w.compared(c) + w.columns[c].collation
	}
	return fmt.Sprintf("SELECT dense_rank() OVER (ORDER BY %s) FROM %s ORDER BY linefeed_batch.linefeed_row", strings.Join(values, ", "), w.rows(l.columns))
}

// mapped returns the columns of the layout with these names, and whether all are
// mapped.
func (w *writing) mapped(names []string) (columns []int, ok bool) {
	for _, name := range names {
		k := w.t.index(name)
		if k < 0 || w.at[k] < 0 {
			return nil, false
		}
		columns = append(columns, w.at[k])
	}
	return columns, true
}

// bytewise reports whether values of the columns are equal only if their bytes are.
func (w *writing) bytewise(columns []int) bool {
	return !slices.ContainsFunc(columns, func(i int) bool { return !w.columns[i].bytewise })
}

// share returns the columns by which records are shared out among writers, and
// whether they can be: which of several records with the same key is the first, or
// the last, must not depend on which writer is faster.
func (w *writing) share() (columns []int, can bool) {
	if w.t.ownReference() || w.t.excludes || w.t.kind == "v" || w.t.kind == "f" { // these have keys that nobody tells
		return nil, false
	}
	var keys []key
	for _, k := range w.t.keys {
		// The key is filled by the database if nothing of it is mapped, or made of what is.
		given := func(name string) bool {
			return name == "" || w.at[w.t.index(name)] >= 0 || w.t.columns[w.t.index(name)].Generated
		}
		if slices.ContainsFunc(k.columns, given) {
			keys = append(keys, k)
		}
	}
	switch len(keys) {
	case 0:
		return nil, true
	case 1:
		columns, ok := w.mapped(keys[0].columns)
		filled := slices.ContainsFunc(columns, func(i int) bool { return slices.Contains(w.filled, i) })
		return columns, ok && !filled && keys[0].usable() && w.bytewise(columns)
	}
	return nil, false
}

// lookupOf returns the lookup of a key.
func (w *writing) lookupOf(k *key) *lookup {
	if i := slices.IndexFunc(w.keys, func(l lookup) bool { return l.key == k }); i >= 0 {
		return &w.keys[i]
	}
	return nil
}

func all(n int) []int {
	columns := make([]int, n)
	for i := range columns {
		columns[i] = i
	}
	return columns
}
