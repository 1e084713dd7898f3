package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/target/testserver"
)

// away is how long a round trip to a server takes that is far away.
const away = 50 * time.Millisecond

// schema is the database on each server.
const schema = "bench"

// A server is a database server of the bench's own, with its data in a temporary folder.
type server struct {
	*testserver.Server
	product
	db     *sql.DB
	banner string  // product and version
	far    proxied // from where the server is far away
	way    proxied // from where it is not, by the same way
}

// A proxied server is reached by way of a process of its own.
type proxied struct {
	address string
	process *exec.Cmd
	hold    io.Closer // ends it
}

// A product is what differs between the database servers.
type product struct {
	name     string // of its series
	title    string
	start    func(...testserver.Option) (*testserver.Server, error)
	options  []string // of the server: it is as it is installed, but for TLS
	settings string   // what they come to, for people
	params   string   // of the URL that Linefeed is given
	version  string   // a query
	table    string   // a table with key, like that of the preset articles; %s is its name
	like     string   // a statement that makes the first table like the second
	settle   func(ctx context.Context, db *sql.DB) error
	peers    []peer
}

var products = []product{postgreSQL, mariaDB}

// A peer is another program that loads CSV into a server.
type peer struct {
	program string
	version []string // its arguments
	most    bool     // takes so long that it does it once, with an existing table
	load    func(b *bench, s *server, f file, before string) process
}

// startServers starts the servers whose programs are there, and tells which are not. They end
// with end.
func (b *bench) startServers(ctx context.Context, products []product) (all []*server, missing []string, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, endServers(all))
		}
	}()
	for _, p := range products {
		b.say("start %s", p.title)
		started, err := p.start(testserver.With(p.options...))
		if testserver.Missing(err) {
			missing = append(missing, err.Error())
			continue
		}
		if err != nil {
			return all, nil, err
		}
		s := &server{Server: started, product: p}
		all = append(all, s)
		if err := s.open(ctx, b); err != nil {
			return all, nil, fmt.Errorf("%s: %w", p.title, err)
		}
		s.peers = nil
		for _, peer := range p.peers {
			if _, err := exec.LookPath(peer.program); err != nil {
				missing = append(missing, peer.program+" is not installed: run scripts/setup bench")
				continue
			}
			s.peers = append(s.peers, peer)
		}
	}
	return all, missing, nil
}

func (s *server) open(ctx context.Context, b *bench) error {
	admin, err := s.Open("")
	if err != nil {
		return err
	}
	defer admin.Close()
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+schema); err != nil {
		return err
	}
	if s.db, err = s.Open(schema); err != nil {
		return err
	}
	if err := s.db.QueryRowContext(ctx, s.version).Scan(&s.banner); err != nil {
		return err
	}
	s.banner, _, _ = strings.Cut(s.banner, " (")
	s.banner, _, _ = strings.Cut(s.banner, "-")
	if s.far, err = s.putAway(ctx, b, away); err != nil {
		return err
	}
	s.way, err = s.putAway(ctx, b, 0)
	return err
}

// putAway starts a role from which a round trip to the server takes so long.
func (s *server) putAway(ctx context.Context, b *bench, trip time.Duration) (p proxied, err error) {
	p.process = exec.CommandContext(ctx, b.self, "away", s.Host(), trip.String())
	in, err := p.process.StdinPipe()
	if err != nil {
		return p, err
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		return p, err
	}
	if err := p.process.Start(); err != nil {
		return p, err
	}
	p.hold = in
	line, err := bufio.NewReader(out).ReadString('\n')
	p.address = strings.TrimSpace(line)
	return p, err
}

func (p proxied) end() error {
	if p.hold == nil {
		return nil
	}
	return errors.Join(p.hold.Close(), p.process.Wait())
}

// beAway is what that role does: until its input ends, bytes between its address, which it writes,
// and a server take half the time each way.
func beAway(args []string, stdin io.Reader, stdout io.Writer) error {
	trip, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	p, err := testserver.NewProxy(args[0])
	if err != nil {
		return err
	}
	defer p.Close()
	p.Delay(trip / 2)
	if _, err := fmt.Fprintln(stdout, p.Addr); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, stdin)
	return err
}

func endServers(all []*server) (err error) {
	for _, s := range all {
		err = errors.Join(err, s.far.end(), s.way.end())
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		err = errors.Join(err, s.End())
	}
	return err
}

// fresh makes an empty table, or sees to it that there is none, and waits until the server has nothing
// left to do.
func (s *server) fresh(ctx context.Context, table string, create bool) error {
	statements := []string{"DROP TABLE IF EXISTS " + table}
	if create {
		statements = append(statements, fmt.Sprintf(s.table, table))
	}
	for _, statement := range statements {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return s.settle(ctx, s.db)
}

// check checks the number of rows in a table.
func (s *server) check(ctx context.Context, table string, want int64) error {
	var got int64
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%s: the table %s has %d rows, want %d", s.title, table, got, want)
	}
	return nil
}

// costs runs a process, and measures the server's part as well.
func (s *server) costs(ctx context.Context, p process) (measured, error) {
	before := s.CPU()
	m, err := p.run(ctx)
	m.Server = s.CPU() - before
	return m, err
}

// A way is how Linefeed imports into a server.
type way struct {
	file    file
	create  bool                 // the table
	by      func(*server) string // its address; nil for its own
	writers int                  // 0: as many as it likes
}

// byLinefeed imports into a table that is new.
func (b *bench) byLinefeed(ctx context.Context, s *server, w way) (measured, error) {
	env, err := b.home(ctx)
	if err != nil {
		return measured{}, err
	}
	if err := s.fresh(ctx, w.file.name, !w.create); err != nil {
		return measured{}, err
	}
	host := s.Host()
	if w.by != nil {
		host = w.by(s)
	}
	args := []string{b.linefeed, "import", b.csv(w.file), "--to", s.URL(host, schema) + s.params, "--table", w.file.name, "--quiet", "--json"}
	if w.create {
		args = append(args, "--preset", "articles")
	}
	if w.writers > 0 {
		args = append(args, "--writers", strconv.Itoa(w.writers))
	}
	var out strings.Builder
	m, err := s.costs(ctx, process{args: args, env: env, status: 1, stdout: &out})
	if err != nil {
		return m, err
	}
	var summary struct {
		Read     int64 `json:"read"`
		Inserted int64 `json:"inserted"`
		Balanced bool  `json:"balanced"`
	}
	if err := json.Unmarshal([]byte(out.String()), &summary); err != nil {
		return m, err
	}
	if summary.Read != w.file.rows || !summary.Balanced {
		return m, fmt.Errorf("the import of %s.csv into %s tells of %d records, balanced: %v; want %d", w.file.name, s.title, summary.Read, summary.Balanced, w.file.rows)
	}
	return m, s.check(ctx, w.file.name, summary.Inserted)
}

// byPeer imports the articles by another program; a new table is made like the one that Linefeed made.
func (b *bench) byPeer(ctx context.Context, s *server, p peer, create bool) (measured, error) {
	if err := s.fresh(ctx, articles.name, !create); err != nil {
		return measured{}, err
	}
	var before string
	if create {
		before = fmt.Sprintf(s.like, articles.name, model)
	}
	m, err := s.costs(ctx, p.load(b, s, articles, before))
	if err != nil {
		return m, err
	}
	return m, s.check(ctx, articles.name, articles.rows)
}

// model is the name of a table that Linefeed made of the articles.
const model = "model"
