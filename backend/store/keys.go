package store

import (
	"context"
	"database/sql"
	"errors"
)

// ErrKeyUsed says that a job was started with the same key before.
var ErrKeyUsed = errors.New("the key was used for another job")

// KeyedJob returns the ID of the job that was started with a key, and the fingerprint of
// what was started; "" if there is none.
func (s *Store) KeyedJob(ctx context.Context, key string) (id, what string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT id, key_for FROM jobs WHERE key = ?", []byte(key)).Scan(&id, &what)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	if err != nil {
		return "", "", s.reading("find the job of a key", err)
	}
	return id, what, nil
}
