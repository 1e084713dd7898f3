package postgres

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
)

// sessionName is what the connections of a load's writers are called at the server, so
// that whoever goes on with the load finds those of its earlier tries.
func sessionName(job string) string {
	const most = 50 // the server cuts names after 63 bytes
	if job == "" || len(job) > most {
		job = rand.Text() // found by nobody else
	}
	return "linefeed " + job
}

// endOthers ends what is left of the writers of a load's earlier tries. The server may
// not have noticed yet that they are gone, or have still to receive what they sent:
// their transactions would hold locks, or even be committed after the marks were
// read.
func (d *DB) endOthers(ctx context.Context, c *pgx.Conn, name string) error {
	if d.family == cockroach {
		return nil
	}
	const tries, pause = 250, 0.02 // seconds
	for try := range tries {
		var left int
		err := c.QueryRow(ctx, `
			SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
			WHERE application_name = $1::text AND usename = session_user AND datname = current_database() AND pid <> pg_catalog.pg_backend_pid()`, name).
			Scan(&left)
		if err != nil || left == 0 {
			return err
		}
		if try < tries-1 {
			if _, err := c.Exec(ctx, "SELECT pg_catalog.pg_sleep($1::float8)", pause); err != nil {
				return err
			}
		}
	}
	return load.Lost(errors.New("a writer that lost its connection does not end"))
}
