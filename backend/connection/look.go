package connection

import (
	"context"
	"errors"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
)

// A Database is what there is to choose from in a target.
type Database struct {
	Place   target.Place     `json:"place"`
	Tables  []load.Table     `json:"tables"`            // none for a file that does not exist yet
	Schemas []string         `json:"schemas,omitempty"` // those in which a table can be made, by name; none for a file
	Failure *connect.Failure `json:"failure,omitempty"` // why the rest is not known
}

// Look looks at a target. What keeps it from being used is its Failure.
func (b *Book) Look(ctx context.Context, url string) Database {
	d := Database{Tables: []load.Table{}}
	err := b.with(ctx, url, func(db target.Target) (err error) {
		d.Place = db.Place()
		tables, err := db.Tables(ctx)
		if tables != nil {
			d.Tables = tables
		}
		if err != nil {
			return err
		}
		d.Schemas, err = db.Schemas(ctx)
		return err
	})
	if err != nil {
		d.Failure = failure(err)
	}
	return d
}

// Columns returns the columns of a table, in their order.
func (b *Book) Columns(ctx context.Context, url string, t load.TableName) (columns []load.Column, err error) {
	err = b.with(ctx, url, func(db target.Target) error {
		columns, err = db.Columns(ctx, t)
		return err
	})
	return columns, err
}

// A Head is how a table begins.
type Head struct {
	Columns []string    `json:"columns"`
	Rows    [][]*string `json:"rows" ts_type:"(string | null)[][]"` // nil is NULL
}

// MostRows is the number of rows of the longest head.
const MostRows = 1000

// Head returns the first rows of a table, at most n.
func (b *Book) Head(ctx context.Context, url string, t load.TableName, n int) (Head, error) {
	h := Head{Columns: []string{}, Rows: [][]*string{}}
	err := b.with(ctx, url, func(db target.Target) error {
		columns, err := db.Columns(ctx, t)
		if err != nil {
			return err
		}
		for _, c := range columns {
			h.Columns = append(h.Columns, c.Name)
		}
		rows, err := db.Head(ctx, t, max(0, min(n, MostRows)))
		if rows != nil {
			h.Rows = rows
		}
		return err
	})
	return h, err
}

// with opens a target for f, and closes it.
func (b *Book) with(ctx context.Context, url string, f func(target.Target) error) error {
	db, err := b.Open(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

// failure returns why a target can't be used.
func failure(err error) *connect.Failure {
	var known *connect.Error
	if errors.As(err, &known) {
		return &known.Failure
	}
	return &connect.Failure{Kind: connect.Other, Step: connect.Other.Step(), Note: noteOf(err)}
}
