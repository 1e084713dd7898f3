// Package postgres loads into PostgreSQL, and into databases that speak its
// protocol: CockroachDB, YugabyteDB, Citus.
//
// Rows are written by COPY, straight into the table, as long as the server takes
// them. A batch with a row that it refuses is undone up to a savepoint, and written
// again without the rows that can't be taken: those whose keys are in the table
// already, or that refer to rows which are not, are looked up for the whole batch;
// others are found by the line that COPY's error tells, or by halving.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// A DB is a database. It implements target.Target. It is used by one goroutine at a
// time, beside the writers of its load.
type DB struct {
	config Config
	conn   *pgx.Conn // for all but the rows; it may be closed
	place  load.Place
	family family
	trip   time.Duration // until an answer comes

	seen   *table // by Columns, for Check
	seenAs load.TableName

	loading    *loading
	anonymous  string                    // the name of the connections of loads that have none
	unfinished load.TableName            // the table that a load has made which lost its connection
	marked     map[string]load.TableName // where the marks are of jobs that this has prepared
	calls      calls
}

// oldest is the oldest version that is supported, by its number.
const oldest = 120000

// Open connects to a database.
func Open(ctx context.Context, config Config) (*DB, error) {
	d := &DB{config: config, anonymous: sessionName(""), marked: map[string]load.TableName{}}
	c, err := d.connection(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.lookAround(ctx, c); err != nil {
		return nil, errors.Join(d.explain(ctx, "open database", err), d.Close())
	}
	return d, nil
}

// parameters are settings that every connection begins with: texts mean the same
// whatever the server, the database or the user is set to. Poolers take them too.
var parameters = map[string]string{"client_encoding": "UTF8", "standard_conforming_strings": "on", "datestyle": "ISO, YMD"}

// settings are those that poolers refuse as parameters, for the first statement of a
// connection: nothing is ended for being slow. Which of them there are depends on the
// server's version.
const settings = `SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN ` +
	`('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout'); `

// How long the server has for ending a call that was cancelled, before the
// connection is cut, for saying good-bye, and for an answer that tells that it is there.
// With what a batch may take, this is less than a person waits for a cancel.
const (
	cancelTime = 500 * time.Millisecond
	leaveTime  = 150 * time.Millisecond
	answerTime = 500 * time.Millisecond
)

// connect makes a connection, of that name at the server where it is not "". The
// settings are left to its first statement.
func (d *DB) connect(ctx context.Context, name string) (*pgx.Conn, error) {
	config := d.config.conn.Copy()
	maps.Copy(config.RuntimeParams, parameters)
	if name != "" {
		config.RuntimeParams["application_name"] = name
	}
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelTime}
	}
	c, err := pgx.ConnectConfig(ctx, config)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && slices.Contains(refusedSettings, pg.Code) {
		return nil, fmt.Errorf("open database: %w", message.NewError(pg, "server_says", "check_settings", "cause", pg.Message))
	}
	if err != nil {
		return nil, d.explain(ctx, "open database", err)
	}
	return c, nil
}

// refusedSettings are the codes of errors about a setting of the session: there is none
// of that name, it does not take the value, or may not be changed.
var refusedSettings = []string{"42704", "22023", "55P02"}

// connection returns the connection for all but the rows, which is made anew where
// the last one was cut.
func (d *DB) connection(ctx context.Context) (*pgx.Conn, error) {
	if d.conn != nil && !d.conn.IsClosed() {
		return d.conn, nil
	}
	c, err := d.connectWithSettings(ctx)
	if err == nil {
		d.conn = c
	}
	return c, err
}

// connectWithSettings makes a connection, and sees how long the server takes to answer.
func (d *DB) connectWithSettings(ctx context.Context) (*pgx.Conn, error) {
	c, err := d.connect(ctx, "")
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if _, err := c.PgConn().Exec(ctx, settings).ReadAll(); err != nil {
		hangUp(c.PgConn())
		return nil, d.explain(ctx, "open database", err)
	}
	d.trip = time.Since(start)
	return c, nil
}

// hangUp closes a connection, without waiting long for a server that is not there.
func hangUp(c *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	_ = c.Close(ctx)
}

// Close closes the connection.
func (d *DB) Close() error {
	if d.conn != nil {
		hangUp(d.conn.PgConn())
	}
	return nil
}

// lookAround finds out what the database is.
func (d *DB) lookAround(ctx context.Context, c *pgx.Conn) error {
	var number int
	var version, database, schema string
	var marks bool
	var ask pgx.Batch
	ask.Queue(`SELECT current_setting('server_version_num')::int, version(), current_database(), coalesce(current_schema(), '')`).
		QueryRow(func(row pgx.Row) error { return row.Scan(&number, &version, &database, &schema) })
	ask.Queue(placeForMarks, "", marksTable).QueryRow(func(row pgx.Row) error { return row.Scan(&marks) })
	if err := c.SendBatch(ctx, &ask).Close(); err != nil {
		return err
	}
	d.family = familyOf(version)
	d.place = load.Place{
		Kind: "postgres", Product: product(version), Server: strings.Join(d.config.hosts, ","), Database: database, Schema: schema,
		Schemas: true, Insecure: d.config.insecure, Marks: marks, Undo: marks && d.family == postgreSQL,
	}
	if number < oldest {
		return connect.New(connect.TooOld, d.server(), fmt.Errorf("it is %s, and the oldest that is supported is PostgreSQL 12", d.place.Product))
	}
	return nil
}

// Place tells where the database is.
func (d *DB) Place() load.Place { return d.place }

// DecimalDigits returns how many digits of a decimal a new table keeps: all.
func (d *DB) DecimalDigits() int { return 0 }

// server is what messages tell of the server.
func (d *DB) server() connect.Server {
	c := d.config.conn
	s := connect.Server{Kind: "postgres", User: c.User, Database: cmp.Or(c.Database, c.User)} // as the server has it
	if len(d.config.hosts) > 0 {
		s.Address = strings.Join(d.config.hosts, ",")
	}
	return s
}

// Waiting reports whether a call has had no answer for long: the server is busy, or
// another program holds a lock. It may be called from any goroutine.
func (d *DB) Waiting() bool { return d.calls.waiting() }

// calls are the calls to the server that are under way.
type calls struct {
	lock  sync.Mutex
	last  int
	began map[int]time.Time
}

// slow is how long a call may take before one has to say so.
const slow = 3 * time.Second

// begin notes the beginning of a call, and returns what notes its end.
func (c *calls) begin() func() {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.began == nil {
		c.began = map[int]time.Time{}
	}
	c.last++
	call := c.last
	c.began[call] = time.Now()
	return func() {
		c.lock.Lock()
		defer c.lock.Unlock()
		delete(c.began, call)
	}
}

func (c *calls) waiting() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, began := range c.began {
		if time.Since(began) > slow {
			return true
		}
	}
	return false
}

var _ load.Target = (*DB)(nil)
