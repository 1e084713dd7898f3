package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A Token is one for the local API, without its secret.
type Token struct {
	Name    string
	Hash    string // of the secret
	Scope   string // JSON
	Created string
	Expires string // "" for never
	Used    string // when it was used last, to a minute or so; "" for never
}

// What can be wrong with a token. Names are compared without regard to the case of ASCII
// letters.
var (
	ErrNoToken    = errors.New("no such token")
	ErrTokenTaken = errors.New("there is a token of that name")
)

const tokenColumns = "name, hash, scope, created, expires, used"

func (t *Token) fields() []any {
	return []any{&t.Name, &t.Hash, &t.Scope, &t.Created, &t.Expires, &t.Used}
}

// Tokens returns the tokens, by name.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+tokenColumns+" FROM tokens ORDER BY name")
	if err != nil {
		return nil, s.reading("read the tokens", err)
	}
	return scanAll(rows, func(r *sql.Rows) (t Token, err error) { return t, r.Scan(t.fields()...) })
}

// Token returns the token with a hash. The error may wrap ErrNoToken.
func (s *Store) Token(ctx context.Context, hash string) (t Token, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT "+tokenColumns+" FROM tokens WHERE hash = ?", hash).Scan(t.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return t, ErrNoToken
	}
	if err != nil {
		return t, s.reading("read a token", err)
	}
	return t, nil
}

// AddToken keeps a token. The error may wrap ErrTokenTaken.
func (s *Store) AddToken(ctx context.Context, t Token) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO tokens ("+tokenColumns+") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
			t.Name, t.Hash, t.Scope, t.Created, t.Expires, t.Used)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrTokenTaken
	})
	if err != nil && !errors.Is(err, ErrTokenTaken) {
		return s.explain("keep the token "+t.Name, err)
	}
	return err
}

// TokenUsed keeps when the token with a hash was used last. It waits no longer than wait for
// the lock of another program.
func (s *Store) TokenUsed(ctx context.Context, hash, when string, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return s.updateWithin(ctx, wait, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE tokens SET used = ? WHERE hash = ?", when, hash)
		return err
	})
}

// RemoveToken removes a token. The error may wrap ErrNoToken.
func (s *Store) RemoveToken(ctx context.Context, name string) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM tokens WHERE name = ?", name)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return ErrNoToken
	})
	if err != nil && !errors.Is(err, ErrNoToken) {
		return s.explain("remove the token "+name, err)
	}
	return err
}
