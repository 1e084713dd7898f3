package sqlite

import (
	"context"
	"time"
)

// SetLockWait sets the time to wait for locks, until restore.
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

// SetCountTable sets the time to count the rows of one table, until restore.
func SetCountTable(d time.Duration) (restore func()) {
	before := countTable
	countTable = d
	return func() { countTable = before }
}

// SetTurn sets the time that others have the lock between transactions, until restore.
func SetTurn(d time.Duration) (restore func()) {
	before := turn
	turn = d
	return func() { turn = before }
}

// Setting returns the value of a pragma on the connection of d.
func (d *DB) Setting(ctx context.Context, pragma string) (value int, err error) {
	err = d.conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&value)
	return value, err
}
