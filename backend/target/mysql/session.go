package mysql

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"linefeed/backend/load"
)

// mostWriters is how many writers a load can have.
const mostWriters = 64

// A lockName is what the writers of a load hold locks of at the server, so that whoever
// goes on with the load finds those of its earlier tries.
type lockName string

func locksOf(job string) lockName {
	const most = 40 // the name of a lock has 64 characters
	if job == "" || len(job) > most {
		job = rand.Text() // found by nobody else
	}
	return lockName("linefeed " + job)
}

func (n lockName) lock(writer int) string {
	return literal(string(n) + " " + strconv.Itoa(writer))
}

// hold is the statement that has a writer's connection hold its lock; "" where the server
// forbids that, as Percona XtraDB Cluster does.
func (ld *loading) hold(writer int) string {
	if s := ld.db.server; s.galera && !s.maria {
		return ""
	}
	return "; DO GET_LOCK(" + ld.locks.lock(writer) + ", 0)"
}

// endOthers ends what is left of the writers of a load's earlier tries. The server may
// not have noticed yet that they are gone, or have still to receive what they sent:
// their transactions would hold locks, or even be committed after the marks were
// read.
func (d *DB) endOthers(ctx context.Context, c *conn, n lockName) error {
	if d.server.tidb {
		return nil
	}
	held := make([]string, mostWriters)
	for i := range held {
		held[i] = "IS_USED_LOCK(" + n.lock(i) + ")"
	}
	const tries = 250
	for range tries {
		rows, err := c.one(ctx, "SELECT "+strings.Join(held, ", "))
		if err != nil {
			return err
		}
		var left []string
		for _, id := range rows[0] {
			if id != nil {
				left = append(left, *id)
			}
		}
		if len(left) == 0 {
			return nil
		}
		for _, id := range left {
			if err := c.exec(ctx, "KILL CONNECTION "+id); err != nil && number(err) != errNoSuchThread {
				return err
			}
		}
		if err := c.exec(ctx, "DO SLEEP(0.02)"); err != nil {
			return err
		}
	}
	return load.Lost(errors.New("a writer that lost its connection does not end"))
}

// errNoSuchThread is the number of the error about a connection that has ended.
const errNoSuchThread = 1094

// claimMarks keeps a commit of an earlier try that is still under way on another node of
// a cluster from taking place after this: it would change rows that are changed here. Their
// meaning stays.
func (d *DB) claimMarks(ctx context.Context, c *conn, job, schema string) error {
	if !d.server.galera || job == "" {
		return nil
	}
	err := c.exec(ctx, fmt.Sprintf("UPDATE %s SET mark = IF(RIGHT(mark, 1) = ' ', TRIM(mark), CONCAT(mark, ' ')) WHERE job = %s",
		qualified(schema, marksTable), literal(job)))
	if number(err) == errNoSuchTable || forbidden(err) {
		return nil
	}
	return err
}

// claimable is the statement that makes a writer's row of the table of marks, which
// claimMarks changes; "" where it is not needed.
func (ld *loading) claimable(writer int) string {
	if !ld.db.server.galera || ld.job == "" {
		return ""
	}
	return fmt.Sprintf("; INSERT IGNORE INTO %s VALUES (%s, %d, '{}')", qualified(ld.fit.t.schema, marksTable), literal(ld.job), writer)
}
