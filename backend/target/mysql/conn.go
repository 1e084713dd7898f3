package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// A conn is a connection to the server, with the settings of a load.
type conn struct {
	raw     driver.Conn
	address string
	calls   *calls
	rtt     time.Duration // how long the shortest answer took
	bad     bool          // it was lost

	file   *file   // what is sent for the next LOAD DATA LOCAL; nil is no rows
	stream *stream // the list of statements that is carried out; nil for none
}

const connectTimeout = 10 * time.Second

// dial connects to an address, and runs further statements there, in one round trip with
// the settings.
func (d *DB) dial(ctx context.Context, address, further string) (*conn, []result, error) {
	about := connect.Server{Kind: "mysql", Address: address, User: d.config.User, Database: d.config.Database}
	secure, err := d.config.tls(address)
	if err != nil {
		return nil, nil, err
	}
	about.Plain = secure == nil && !isSocket(address)
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", address
	if isSocket(address) {
		cfg.Net = "unix"
	}
	cfg.User, cfg.Passwd, cfg.DBName = d.config.User, d.config.Password, d.config.Database
	cfg.TLS = secure
	cfg.AllowFallbackToPlaintext = d.config.mode(address) == Preferred
	cfg.MultiStatements = true
	cfg.MaxAllowedPacket = 1 << 30 // what the server takes is looked at where statements are made
	cfg.Logger = &mysql.NopLogger{}
	cfg.ConnectionAttributes = "program_name:linefeed"
	timeout := d.config.ConnectTimeout
	if timeout == 0 {
		timeout = connectTimeout
	}
	cfg.Timeout = timeout
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		return (&net.Dialer{Timeout: timeout, KeepAlive: 15 * time.Second}).DialContext(ctx, network, addr)
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, nil, err
	}
	answer, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	raw, err := connector.Connect(answer)
	if err == nil {
		c := &conn{raw: raw, address: address, calls: &d.calls}
		start := time.Now()
		var results []result
		if results, err = c.query(answer, session+further); err == nil {
			c.rtt = time.Since(start)
			return c, results, nil
		}
		_ = c.close()
	}
	if cause := ctx.Err(); cause != nil {
		return nil, nil, cause
	}
	return nil, nil, explainConnect(err, about, d.config.Password != "")
}

// session are the settings under which nothing is changed silently, the server says
// what can be understood here, and takes its time. The server may be one that does not
// listen to the character set with which a client begins.
const session = "SET NAMES utf8mb4; SET SESSION lc_messages = 'en_US', sql_mode = '" + strictly + "', autocommit = 1, time_zone = '+00:00', " +
	"max_error_count = 65535, sql_notes = 1, foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0, " +
	"wait_timeout = 28800, net_read_timeout = 28800, net_write_timeout = 600"

const strictly = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"

func (c *conn) close() error {
	if c.raw == nil {
		return nil
	}
	err := c.raw.Close()
	c.raw = nil
	if c.bad || errors.Is(err, mysql.ErrInvalidConn) {
		return nil
	}
	return err
}

// answers reports whether the server answers within a time. If not, the connection is lost.
func (c *conn) answers(ctx context.Context, within time.Duration) bool {
	soon, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return c.exec(soon, "DO 0") == nil
}

func (c *conn) lost() bool { return c.bad || c.raw == nil }

// exec runs statements that return no rows.
func (c *conn) exec(ctx context.Context, sql string) error {
	_, err := c.query(ctx, sql)
	return err
}

// A result is the rows of a statement, as text; nil is NULL.
type result [][]*string

// query runs statements, in one round trip, and returns the rows of those that have
// any. The first error ends it: the statements before have run.
func (c *conn) query(ctx context.Context, sql string) (results []result, err error) {
	if c.raw == nil {
		return nil, driver.ErrBadConn
	}
	if cause := ctx.Err(); cause != nil {
		return nil, cause
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	c.calls.begin(c)
	defer c.calls.end(c)
	defer func() {
		var said *mysql.MySQLError
		if err != nil && !errors.As(err, &said) {
			c.bad = true
			if cause := ctx.Err(); cause != nil {
				err = cause
			}
		}
	}()
	rows, err := c.raw.(driver.QueryerContext).QueryContext(ctx, sql, nil)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	for {
		width := len(rows.Columns())
		if width > 0 {
			r, err := readRows(rows, width)
			if err != nil {
				return results, err
			}
			results = append(results, r)
		}
		err := rows.(driver.RowsNextResultSet).NextResultSet()
		if errors.Is(err, io.EOF) {
			return results, nil
		}
		if err != nil {
			return results, err
		}
	}
}

func readRows(rows driver.Rows, width int) (result, error) {
	var r result
	values := make([]driver.Value, width)
	for {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		row := make([]*string, width)
		for i, v := range values {
			row[i] = text(v)
		}
		r = append(r, row)
	}
}

// text returns a value of the text protocol as text.
func text(v driver.Value) *string {
	var s string
	switch v := v.(type) {
	case nil:
		return nil
	case []byte:
		s = string(v)
	case string:
		s = v
	case int64:
		s = strconv.FormatInt(v, 10)
	case uint64:
		s = strconv.FormatUint(v, 10)
	case float32:
		s = strconv.FormatFloat(float64(v), 'g', -1, 32)
	case float64:
		s = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return &s
}

// str returns a value, "" for NULL.
func str(v *string) string {
	if v == nil {
		return ""
	}
	return *v
}

// num returns a value as a number, 0 for what is none.
func num(v *string) int64 {
	n, _ := strconv.ParseInt(str(v), 10, 64)
	return n
}

// one runs one query and returns its rows.
func (c *conn) one(ctx context.Context, sql string) (result, error) {
	all, err := c.query(ctx, sql)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// explainConnect says why no connection could be made, with a password or without.
func explainConnect(err error, s connect.Server, password bool) error {
	if explained := connect.Explain(err, s); explained != nil {
		return explained
	}
	kind := connect.Other
	var said *mysql.MySQLError
	switch {
	case errors.Is(err, mysql.ErrNoTLS):
		kind = connect.NoTLS
	case errors.Is(err, mysql.ErrMalformPkt), errors.Is(err, mysql.ErrPktSync), errors.Is(err, mysql.ErrOldProtocol),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn):
		kind = connect.NotThisServer
	case errors.As(err, &said):
		kind = connectKinds[said.Number]
		if kind == connect.WrongPassword && !password {
			kind = connect.NoPassword
		}
	}
	if kind == "" {
		kind = connect.Other
	}
	return connect.New(kind, s, err)
}

var connectKinds = map[uint16]connect.Kind{
	1040: connect.TooMany, 1203: connect.TooMany, 1226: connect.TooMany,
	1044: connect.NoRight, 1142: connect.NoRight, 1227: connect.NoRight,
	1045: connect.WrongPassword, 1698: connect.WrongPassword, 1820: connect.WrongPassword, 1862: connect.WrongPassword,
	1130: connect.NoLogin, 1129: connect.NoLogin, 3118: connect.NoLogin, 4151: connect.NoLogin,
	1049: connect.NoDatabase,
	1047: connect.NotReady, 1053: connect.NotReady, 1927: connect.NotReady,
	1251: connect.TooOld, 1193: connect.TooOld,
	3159: connect.NeedsTLS,
	1290: connect.ReadOnly, 1836: connect.ReadOnly,
}

var errNoDatabase = load.Problem{Note: message.New("no_database_named", "name_schema")}
