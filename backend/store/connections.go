package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Connection is a saved target. Its password is elsewhere.
type Connection struct {
	Name  string
	URL   string // without a password
	Key   string // by which its password is kept
	Place string // where that is; "" for none
}

// What can be wrong with the name of a connection. Names are compared without regard
// to the case of ASCII letters.
var (
	ErrNoConnection = errors.New("no such connection")
	ErrNameTaken    = errors.New("there is a connection of that name")
)

// Connections returns the saved connections, by name.
func (s *Store) Connections(ctx context.Context) ([]Connection, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name, url, key, place FROM connections ORDER BY name")
	if err != nil {
		return nil, s.reading("read the connections", err)
	}
	return scanAll(rows, func(r *sql.Rows) (c Connection, err error) { return c, r.Scan(&c.Name, &c.URL, &c.Key, &c.Place) })
}

// Connection returns one connection, or an error that wraps ErrNoConnection.
func (s *Store) Connection(ctx context.Context, name string) (c Connection, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT name, url, key, place FROM connections WHERE name = ?", name).Scan(&c.Name, &c.URL, &c.Key, &c.Place)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("connection %q: %w", name, ErrNoConnection)
	}
	return c, err
}

// SaveConnection stores a connection in the place of the one whose name is was, or
// a new one where that is "". Errors wrap ErrNoConnection and ErrNameTaken.
func (s *Store) SaveConnection(ctx context.Context, was string, c Connection) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		var taken int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM connections WHERE name = ? AND name <> ?", c.Name, was).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return ErrNameTaken
		}
		if was == "" {
			_, err := tx.ExecContext(ctx, "INSERT INTO connections (name, url, key, place) VALUES (?, ?, ?, ?)", c.Name, c.URL, c.Key, c.Place)
			return err
		}
		return changed(tx.ExecContext(ctx, "UPDATE connections SET name = ?, url = ?, key = ?, place = ? WHERE name = ?", c.Name, c.URL, c.Key, c.Place, was))
	})
	switch {
	case errors.Is(err, ErrNameTaken):
		return fmt.Errorf("connection %q: %w", c.Name, err)
	case errors.Is(err, ErrNoConnection):
		return fmt.Errorf("connection %q: %w", was, err)
	case err != nil:
		return s.explain("keep the connection "+c.Name, err)
	}
	return nil
}

// RemoveConnection deletes a connection. The error may wrap ErrNoConnection.
func (s *Store) RemoveConnection(ctx context.Context, name string) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		return changed(tx.ExecContext(ctx, "DELETE FROM connections WHERE name = ?", name))
	})
	switch {
	case errors.Is(err, ErrNoConnection):
		return fmt.Errorf("connection %q: %w", name, err)
	case err != nil:
		return s.explain("forget the connection "+name, err)
	}
	return nil
}

// changed returns ErrNoConnection for a statement that changed no row.
func changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return ErrNoConnection
}
