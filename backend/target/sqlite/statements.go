package sqlite

import (
	"fmt"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// statementsFor returns the statements that load a layout into t.
func statementsFor(t *table, l load.Layout) (bulk.Statements, error) {
	_, s, err := writingFor(t, l)
	return s, err
}

// writingFor returns how a layout is loaded into t, and by which statements.
func writingFor(t *table, l load.Layout) (*writing, bulk.Statements, error) {
	if len(l.Columns) == 0 {
		return nil, bulk.Statements{}, message.NewError(nil, "no_column_mapped", "map_one")
	}
	w := &writing{t: t, at: make([]int, len(t.columns)), rule: l.Plan.OnConflict}
	for k := range w.at {
		w.at[k] = -1
	}
	names := make([]string, len(l.Columns))
	one, many := make([]string, len(names)), make([]string, len(names)) // the expressions of their values
	for i, c := range l.Columns {
		k := t.index(c.Name)
		if k < 0 {
			return nil, bulk.Statements{}, message.NewError(nil, "no_column_in", "", "table", t.name, "column", c.Name)
		}
		if t.columns[k].Generated {
			return nil, bulk.Statements{}, message.NewError(nil, "column_generated", "leave_it_out", "column", c.Name)
		}
		names[i] = t.columns[k].Name
		w.at[k] = i
		one[i], many[i] = w.value(k), t.orDefault(k, fmt.Sprintf("c%d", i))
	}
	for _, r := range t.references {
		if r.missing {
			return nil, bulk.Statements{}, message.NewError(nil, "reference_missing", "create_first", "table", t.name, "other", r.table)
		}
	}
	s := bulk.Statements{
		Columns: len(names),
		Guard:   t.guarded(w.rule),
		// The alias is for a table called excluded, which means something else
		// in a conflict clause.
		One: fmt.Sprintf("INSERT%s INTO %s AS linefeed_row (%s) VALUES (%s)", t.orAbort(), t.full(), quoteAll(names), strings.Join(one, ", ")),
	}
	if w.rule != "" && w.rule != load.ConflictReject {
		if err := w.findKey(l.Plan.Key); err != nil {
			return nil, bulk.Statements{}, err
		}
		w.onConflict(&s)
		return w, s, nil
	}
	// A statement over many rows is exact only if the fate of a row depends on
	// nothing else: SQLite checks foreign keys and stores the counter of
	// AUTOINCREMENT at the end of a statement. With triggers it would copy all
	// rows before it inserts the first.
	if t.rowid != "" && !t.triggers && !t.rules.autoincrement && t.references == nil && !t.referred {
		s.Many = fmt.Sprintf("INSERT OR FAIL INTO %s (%s) SELECT %s FROM %s", t.full(), quoteAll(names), strings.Join(many, ", "), bulk.Batch)
		s.Rowid = fmt.Sprintf("SELECT 1 FROM %s WHERE %s = ?", t.full(), t.rowid)
	}
	return w, s, nil
}
