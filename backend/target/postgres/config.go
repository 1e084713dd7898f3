package postgres

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// A Config says how a database is connected to.
type Config struct {
	conn     *pgx.ConnConfig
	hosts    []string // host:port, or the path of a socket, as the URL has them
	insecure bool
}

// connectTimeout is how long connecting to one host may take, unless the URL says
// otherwise.
const connectTimeout = 10 * time.Second

// ParseURL parses a postgres:// URL. What it leaves out comes from the environment,
// as with the programs of PostgreSQL: PGHOST and its like, PGSERVICE, ~/.pgpass.
//
// How TLS is used the URL must say. The error shows no password.
func ParseURL(url string) (Config, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return Config{}, addressError(err)
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "linefeed"
	}
	// Every statement is prepared anew, without a name: poolers keep none.
	c.DefaultQueryExecMode = pgx.QueryExecModeExec
	c.StatementCacheCapacity, c.DescriptionCacheCapacity = 0, 0
	config := Config{conn: c, insecure: isInsecure(c)}
	add := func(host string, port uint16) {
		address := net.JoinHostPort(host, strconv.Itoa(int(port)))
		if strings.HasPrefix(host, "/") {
			address = fmt.Sprintf("%s/.s.PGSQL.%d", host, port)
		}
		if n := len(config.hosts); n == 0 || config.hosts[n-1] != address {
			config.hosts = append(config.hosts, address)
		}
	}
	add(c.Host, c.Port)
	for _, f := range c.Fallbacks {
		add(f.Host, f.Port)
	}
	return config, nil
}

// addressError returns the error of a URL that can't be understood, without its
// text, which may hold a password.
func addressError(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return fmt.Errorf("open target: %w", message.NewError(err, "no_certificate_file", "check_path", "cause", file))
	}
	cause := err.Error()
	if i := strings.LastIndex(cause, "`: "); i > 0 { // after the address
		cause = cause[i+len("`: "):]
	}
	if i := strings.LastIndexByte(cause, '('); i > 0 {
		cause = strings.TrimSuffix(cause[i+1:], ")")
	}
	return fmt.Errorf("open target: %w", message.NewError(err, "address_wrong", "check_settings", "cause", cause))
}

// triesPlain reports whether a connection without TLS is tried.
func (c Config) triesPlain() bool {
	return c.conn.TLSConfig == nil || slices.ContainsFunc(c.conn.Fallbacks, func(f *pgconn.FallbackConfig) bool { return f.TLSConfig == nil })
}

// isInsecure reports whether others may read what is sent to a host, or answer in
// its place.
func isInsecure(c *pgx.ConnConfig) bool {
	// With verify-ca, the driver verifies the certificate by itself, but for its name.
	unverified := func(host string, t *tls.Config) bool {
		return !connect.Loopback(host) && (t == nil || t.InsecureSkipVerify && t.VerifyPeerCertificate == nil && t.VerifyConnection == nil)
	}
	return unverified(c.Host, c.TLSConfig) || slices.ContainsFunc(c.Fallbacks, func(f *pgconn.FallbackConfig) bool { return unverified(f.Host, f.TLSConfig) })
}
