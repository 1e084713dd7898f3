// Package target opens the databases that can be loaded into.
package target

import (
	"context"
	"fmt"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/mysql"
	"linefeed/backend/target/postgres"
	"linefeed/backend/target/sqlite"
)

// A Target is an open database, including what is needed to choose a table.
type Target interface {
	load.Target

	// Place says where the target is, and what it can.
	Place() Place

	// Tables returns the tables that can be loaded into, sorted by schema and name.
	Tables(ctx context.Context) ([]load.Table, error)

	// Schemas returns the schemas in which a table can be made, sorted by name, whether
	// or not there is one in them; none where the target has no schemas.
	Schemas(ctx context.Context) ([]string, error)

	// Head returns the first rows of a table, at most n, as text and in the order of
	// its columns; nil is NULL.
	Head(ctx context.Context, t load.TableName, n int) ([][]*string, error)

	// Check returns what would keep a layout from being loaded, as far as that can be
	// known in advance, and what should be known before it is. It writes nothing.
	Check(ctx context.Context, l load.Layout) ([]load.Problem, []load.Warning, error)

	// Marks returns the marks that loads of a job into the table have committed.
	Marks(ctx context.Context, job string, t load.TableName) ([]load.Mark, error)

	// Forget removes the marks of a job, and the table of marks with the last of them.
	Forget(ctx context.Context, job string, t load.TableName) error

	// Unmake removes a table that a load of the job has made, and the job's marks, if the
	// table has that many rows: then nobody else has written into it. Otherwise the error
	// says why it stays.
	Unmake(ctx context.Context, job string, t load.TableName, rows int64) error

	// DecimalDigits returns the number of digits of a decimal that a column keeps
	// in a table that is made; 0 is all.
	DecimalDigits() int

	// Waiting reports whether the current call waits for the lock of another
	// program, or for long for an answer. It may be called from any goroutine.
	Waiting() bool
}

// A Place says where a target is, and what it can. It holds no password.
type Place = load.Place

// LeastDecimalDigits is the number of digits of a decimal that every database keeps.
const LeastDecimalDigits = sqlite.DecimalDigits

// Open opens the database that url names. The file need not exist yet: it is made
// with the first table that is created in it.
//
// A URL is the path of an SQLite file, or sqlite:PATH, optionally with a setting:
// sqlite:PATH?wait=30s waits up to 30 seconds for the locks of other programs. Or it
// is the address of a [Server]. What that leaves out is taken from the environment and
// from files of the user's, as PostgreSQL's and MySQL's own programs do.
//
// Errors show no password.
func Open(ctx context.Context, url string) (Target, error) {
	a, err := parse(url)
	if err != nil {
		return nil, err
	}
	switch {
	case a.server != nil:
		s, err := a.server.Completed()
		if err != nil {
			return nil, err
		}
		db, err := openServer(ctx, s)
		return db, RedactError(url, RedactError(s.URL(), err)) // its password may be the environment's
	case a.saved != "":
		return nil, NoConnection(a.saved, nil)
	case a.other != "":
		// The rest of it may hold a password.
		return nil, fmt.Errorf("open target: %w", message.NewError(nil, "other_database", "give_target", "scheme", a.other))
	}
	db, err := sqlite.Open(ctx, a.path, a.options)
	if err != nil {
		return nil, RedactError(url, err) // and no typed nil
	}
	return db, nil
}

// openServer opens the database at a server's address.
func openServer(ctx context.Context, s Server) (Target, error) {
	if s.Kind == MySQL {
		return openMySQL(ctx, s)
	}
	config, err := postgres.ParseURL(s.URL())
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, config)
	if err != nil {
		return nil, err // and no typed nil
	}
	return db, nil
}

func openMySQL(ctx context.Context, s Server) (Target, error) {
	c := mysql.Config{User: s.User, Password: s.Password, Database: s.Database}
	for _, h := range s.Hosts {
		c.Addresses = append(c.Addresses, s.Address(h))
	}
	for _, x := range s.Settings {
		if err := c.Set(x.Name, x.Value); err != nil {
			return nil, err
		}
	}
	db, err := mysql.Open(ctx, c)
	if err != nil {
		return nil, err // and no typed nil
	}
	return db, nil
}

// NoConnection returns the error that there is no saved connection of that name.
func NoConnection(name string, cause error) error {
	return message.NewError(cause, "connection_missing", "save_connection", "name", name)
}
