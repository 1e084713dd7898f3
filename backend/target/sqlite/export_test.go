package sqlite

import (
	"context"
	"time"
)

// SetLockWait sets how long locks are waited for, until restore.
func SetLockWait(d time.Duration) (restore func()) {
	before := lockWait
	lockWait = d
	return func() { lockWait = before }
}

// Exec runs a statement on the connection of d.
func (d *DB) Exec(ctx context.Context, statement string) error {
	_, err := d.conn.ExecContext(ctx, statement)
	return err
}

// SetCountTable sets how long the rows of one table may be counted, until restore.
func SetCountTable(d time.Duration) (restore func()) {
	before := countTable
	countTable = d
	return func() { countTable = before }
}

// SetTurn sets how long others have the lock between two transactions, until restore.
func SetTurn(d time.Duration) (restore func()) {
	before := turn
	turn = d
	return func() { turn = before }
}

// Setting returns what a pragma tells of the connection of d.
func (d *DB) Setting(ctx context.Context, pragma string) (value int, err error) {
	err = d.conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&value)
	return value, err
}
