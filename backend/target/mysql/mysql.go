// Package mysql loads into MySQL and MariaDB, and into what speaks their protocol.
//
// Rows go the way of LOAD DATA LOCAL, which is the fastest, and acts like INSERT
// IGNORE: it leaves rows out and changes values, and tells so by warnings. So it
// counts only where there is no warning, or where the warnings say for sure which
// rows were left out; else it is undone, and the rows are inserted by statements
// that fail rather than change a value (see writer.go). The same way is taken where
// the server takes no local files.
package mysql

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/connect"
)

// A DB is a database on a server. It implements target.Target. It is used by one
// goroutine at a time, and so is each of its writers.
type DB struct {
	config  Config
	control *conn // for all but writing; nil after it was lost
	server  server
	marks   bool // a table of marks can be made, or is there

	anonymous  lockName       // of loads without a job
	unfinished load.TableName // that a load without marks has made which lost its connection

	suspect atomic.Bool // a writer's connection was lost: this one may be too

	calls calls
}

// Open connects to the first of the servers that answers.
func Open(ctx context.Context, c Config) (*DB, error) {
	d := &DB{config: c, anonymous: locksOf("")}
	if _, err := d.conn(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// conn returns the connection for all but writing, and makes it anew where the last
// one was lost.
func (d *DB) conn(ctx context.Context) (*conn, error) {
	if d.control != nil && d.suspect.Swap(false) {
		_ = d.control.answers(ctx, pingTime) // or is lost
	}
	if d.control != nil && !d.control.lost() {
		return d.control, nil
	}
	if d.control != nil {
		_ = d.control.close()
		d.control = nil
	}
	c, err := d.first(ctx, len(d.config.Addresses) == 1)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if d.server.galera {
		// What was committed on a node that is gone is read on this one.
		if err := c.exec(ctx, "SET SESSION wsrep_sync_wait = 1"); err != nil {
			return nil, errors.Join(d.explain(ctx, "open database", err), c.close())
		}
	}
	d.control = c
	return c, nil
}

// first connects to the first address that answers and takes writes, or, where replicas
// will do or there is nothing else, that answers.
func (d *DB) first(ctx context.Context, replicas bool) (*conn, error) {
	var failed error
	found := false // a replica
	for _, address := range d.config.Addresses {
		c, results, err := d.dial(ctx, address, d.questions())
		if err == nil {
			if err = d.learn(results); err == nil && (replicas || d.writable() == nil) {
				return c, nil
			}
			found = found || err == nil
			err = errors.Join(err, c.close())
		}
		if cause := ctx.Err(); cause != nil {
			return nil, cause
		}
		failed = cmp.Or(failed, err)
	}
	if found {
		return d.first(ctx, true)
	}
	return nil, failed
}

// pingTime is how long a connection may take to show that it still works.
const pingTime = 3 * time.Second

// Close closes the connection. What was not committed is undone.
func (d *DB) Close() error {
	if d.control == nil {
		return nil
	}
	err := d.control.close()
	d.control = nil
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Place says where the database is, and what it can.
func (d *DB) Place() load.Place {
	return load.Place{
		Kind:     "mysql",
		Product:  d.server.product(),
		Server:   strings.Join(d.config.Addresses, ","),
		Database: d.config.Database,
		Schema:   d.config.Database,
		Schemas:  true,
		Insecure: d.config.insecure(),
		Marks:    d.marks,
		Undo:     !d.server.tidb,
	}
}

// DecimalDigits returns the number of digits of a decimal in a table that is made.
func (d *DB) DecimalDigits() int { return maxDigits }

// Waiting reports whether a call has had no answer for long. It may be called from
// any goroutine.
func (d *DB) Waiting() bool { return d.calls.waiting(time.Now()) }

// schema returns the schema of a table: that of the connection unless it names one.
func (d *DB) schema(t load.TableName) string {
	if t.Schema != "" {
		return t.Schema
	}
	return d.config.Database
}

// about returns what messages tell of the server.
func (d *DB) about() connect.Server {
	address := strings.Join(d.config.Addresses, ",")
	if d.control != nil {
		address = d.control.address
	}
	return connect.Server{Kind: "mysql", Address: address, User: d.config.User, Database: d.config.Database}
}

// longCall is the time without an answer after which a call is said to wait.
const longCall = 3 * time.Second

// calls are the calls to the server that have no answer yet.
type calls struct {
	mu    sync.Mutex
	since map[*conn]time.Time // of the last sign of life
}

func (c *calls) begin(of *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since == nil {
		c.since = map[*conn]time.Time{}
	}
	c.since[of] = time.Now()
}

func (c *calls) end(of *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.since, of)
}

func (c *calls) waiting(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, since := range c.since {
		if now.Sub(since) > longCall {
			return true
		}
	}
	return false
}
