package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A reference is a foreign key of a table.
type reference struct {
	table    string // the parent
	missing  bool   // the parent does not exist
	acts     bool   // the removal of a parent removes or changes its children
	from, to []string
}

// readReferences reads the foreign keys of a table, and whether others refer to it.
func (d *DB) readReferences(ctx context.Context, t *table) error {
	tables, err := d.tableNames(ctx)
	if err != nil {
		return err
	}
	for _, name := range tables {
		references, err := d.foreignKeys(ctx, name)
		if err != nil {
			return err
		}
		for _, r := range references {
			if strings.EqualFold(r.table, t.name) {
				t.referred = true
				if err := d.completeReference(ctx, &r); err != nil {
					return err
				}
				t.referredTo = append(t.referredTo, r.to...)
			}
		}
		if strings.EqualFold(name, t.name) {
			t.references = references
		}
	}
	for i := range t.references {
		r := &t.references[i]
		r.missing = !slices.ContainsFunc(tables, func(name string) bool { return strings.EqualFold(name, r.table) })
		if err := d.completeReference(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) foreignKeys(ctx context.Context, table string) ([]reference, error) {
	var references []reference
	last := -1
	err := d.pragma(ctx, "foreign_key_list", table, func(scan scanFunc) error {
		var id int
		var name, from string
		var to sql.NullString
		var onDelete string
		if err := scan(&id, nil, &name, &from, &to, nil, &onDelete); err != nil {
			return err
		}
		if id != last {
			references = append(references, reference{table: name, acts: onDelete != "NO ACTION" && onDelete != "RESTRICT"})
			last = id
		}
		r := &references[len(references)-1]
		r.from = append(r.from, from)
		r.to = append(r.to, to.String)
		return nil
	})
	return references, err
}

// completeReference fills in the columns that a foreign key refers to: one that
// names none refers to the primary key.
func (d *DB) completeReference(ctx context.Context, r *reference) error {
	return d.pragma(ctx, "table_info", r.table, func(scan scanFunc) error {
		var name string
		var pk int
		if err := scan(nil, &name, nil, nil, nil, &pk); err != nil {
			return err
		}
		if pk > 0 && pk <= len(r.to) && r.to[pk-1] == "" {
			r.to[pk-1] = name
		}
		return nil
	})
}

// ownReference reports whether the table has a foreign key to itself.
func (t *table) ownReference() bool {
	return slices.ContainsFunc(t.references, func(r reference) bool { return strings.EqualFold(r.table, t.name) })
}

// retry writes the rows that were refused for a foreign key again, until that
// changes nothing: their parent may come later in the same batch. It returns the
// rows that are still refused.
//
// A row whose parent comes in a later batch stays refused: the result of a batch
// is final.
func (w *writer) retry(b *load.Batch, res *load.Result, refused []load.Refusal) ([]load.Refusal, error) {
	for progress := true; progress; {
		progress = false
		var still []load.Refusal
		// Alternate directions: chains of references mostly run in one of the
		// two.
		slices.Reverse(refused)
		for _, r := range refused {
			if r.Code != load.CodeForeignKey {
				still = append(still, r)
				continue
			}
			loaded := true
			err := w.db.conn.Bulk.Write(b, r.Row, r.Row+1, res, func(row, code int, message []byte) {
				loaded = false
				still = append(still, w.refusal(row, code, message))
			})
			if err != nil {
				return nil, err
			}
			progress = progress || loaded
		}
		refused = still
	}
	slices.SortFunc(refused, func(a, b load.Refusal) int { return a.Row - b.Row })
	return refused, nil
}

// blame finds the foreign key that a row violates, which SQLite does not report.
func (w *writer) blame(ctx context.Context, b *load.Batch, r *load.Refusal) {
	t := w.reasons.table
	// With several keys, or triggers that write to other tables, look it up.
	sure := len(t.references) == 1 && !t.triggers
	for _, ref := range t.references {
		if !sure && !w.violates(ctx, ref, b, r.Row) {
			continue
		}
		r.Column = w.reasons.only(ref.from)
		r.Note = message.New("no_row_in_table", "load_table_first", "table", ref.table, "columns", strings.Join(ref.to, " and "))
		return
	}
}

// violates reports whether the parent row that a foreign key of a row refers to
// is missing.
func (w *writer) violates(ctx context.Context, ref reference, b *load.Batch, row int) bool {
	cells := b.Row(row)
	var where []string
	var values []any
	for i, name := range ref.from {
		k := w.reasons.only([]string{name})
		if k < 0 || cells[k].Kind == load.CellNull {
			return false // NULL refers to nothing; the default of an unmapped column is not known here
		}
		where = append(where, quote(ref.to[i])+" = ?")
		values = append(values, value(b, cells[k]))
	}
	var found bool
	err := w.db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM main.%s WHERE %s)",
		quote(ref.table), strings.Join(where, " AND ")), values...).Scan(&found)
	return err == nil && !found
}

// value returns the value of a cell for database/sql.
func value(b *load.Batch, c load.Cell) any {
	switch c.Kind {
	case load.CellInt:
		return c.Int()
	case load.CellFloat:
		return c.Float()
	case load.CellText:
		return string(b.Bytes(c))
	case load.CellBlob:
		return b.Bytes(c)
	default:
		return nil
	}
}
