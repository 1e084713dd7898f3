package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"linefeed/backend/target/testserver"
)

// A contender is one way to load a CSV file into the table articles.
type contender struct {
	program string
	how     string // with which options
	into    place
	load    func(csv string) process
	again   func(ctx context.Context, csv string) (process, error) // after it was killed; nil for the same once more
	line    *regexp.Regexp                                         // how it tells of a line, in its first group
	rows    bool                                                   // it counts records, without the header, and not lines
	told    string                                                 // a file in which it tells of lines, beside its output
	only    bool                                                   // it is tried with the file with bad lines only
}

// A place has the table articles, with a key and checks.
type place interface {
	String() string
	clear(ctx context.Context) error            // leaves an empty table
	rows(ctx context.Context) ([]string, error) // key and title of each row
}

// A sqliteFile is the file of the bench's imports into SQLite.
type sqliteFile struct{ b *bench }

// sqliteTable is what Linefeed's preset of articles makes.
const sqliteTable = `CREATE TABLE articles (
	sku VARCHAR(32) NOT NULL PRIMARY KEY, title VARCHAR(200) NOT NULL, description VARCHAR(4000), category VARCHAR(60) NOT NULL,
	price DECIMAL(10,2) NOT NULL CHECK (price >= 0), currency VARCHAR(3) NOT NULL CHECK (length(currency) = 3),
	quantity INTEGER NOT NULL CHECK (quantity >= 0), published_at TIMESTAMP, active BOOLEAN NOT NULL)`

func (sqliteFile) String() string { return "SQLite" }

func (f sqliteFile) clear(ctx context.Context) error {
	path, err := f.b.database()
	if err == nil {
		_, err = f.b.query(ctx, path, sqliteTable)
	}
	return err
}

func (f sqliteFile) rows(ctx context.Context) (all []string, err error) {
	out, err := f.b.query(ctx, f.b.path("out.db"), "SELECT hex(sku || char(9) || title) FROM articles")
	for _, row := range strings.Fields(out) {
		text, err := hex.DecodeString(row)
		if err != nil {
			return nil, err
		}
		all = append(all, string(text))
	}
	return all, err
}

// A serverTable is the table on a server.
type serverTable struct {
	*server
	name string
}

func (t serverTable) String() string { return t.name }

func (t serverTable) clear(ctx context.Context) error {
	_, err := t.db.ExecContext(ctx, "DROP TABLE IF EXISTS articles")
	if err == nil {
		_, err = t.db.ExecContext(ctx, fmt.Sprintf(t.table, "articles"))
	}
	return err
}

func (t serverTable) rows(ctx context.Context) (all []string, err error) {
	rows, err := t.db.QueryContext(ctx, "SELECT sku, title FROM articles")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var sku, title sql.RawBytes
		if err := rows.Scan(&sku, &title); err != nil {
			return nil, err
		}
		all = append(all, string(sku)+"\t"+string(title))
	}
	return all, rows.Err()
}

var (
	atLine  = regexp.MustCompile(`\bline (\d+)`)
	inName  = regexp.MustCompile(`\.csv:(\d+): `)
	atRow   = regexp.MustCompile(`(?i)\brow (\d+)`)
	inThird = regexp.MustCompile(`(?m)^[^,\n]+,\d+,(\d+),`) // of Linefeed's error report
)

// contenders starts the servers, and returns what is tried on them and on SQLite.
func (b *bench) contenders(ctx context.Context) (all []contender, missing []string, end func() error, err error) {
	var servers []*server
	end = func() error { return endServers(servers) }
	postgres := postgreSQL
	postgres.start = testserver.StartPostgres18
	servers, missing, err = b.startServers(ctx, []product{postgres, mariaDB})
	if err != nil {
		return nil, nil, end, err
	}
	if _, err := b.home(ctx); err != nil {
		return nil, nil, end, err
	}
	lite := sqliteFile{b}
	python := func(name string) string { return filepath.Join(b.python, name) }
	all = append(all,
		b.linefeedInto(lite, b.path("out.db")),
		contender{program: "sqlite3", how: "`.import --csv --skip 1`", into: lite, line: inName, load: func(csv string) process {
			return process{args: []string{b.sqlite3, b.path("out.db"), fmt.Sprintf(".import --csv --skip 1 '%s' articles", csv)}}
		}},
		contender{program: "sqlite-utils", how: "`insert --csv`", into: lite, line: atLine, load: func(csv string) process {
			return process{args: []string{python("sqlite-utils"), "insert", b.path("out.db"), "articles", csv, "--csv"}}
		}},
		contender{program: "sqlite-utils", how: "`insert --csv --encoding=latin-1 --ignore`", only: true, into: lite, line: atLine, load: func(csv string) process {
			return process{args: []string{python("sqlite-utils"), "insert", b.path("out.db"), "articles", csv, "--csv", "--encoding=latin-1", "--ignore"}}
		}},
		contender{program: "csvsql", how: "`--insert --no-create`", into: lite, line: atRow, rows: true, load: func(csv string) process {
			return process{args: []string{python("csvsql"), "--db", "sqlite:///" + b.path("out.db"), "--insert", "--no-create", "--tables", "articles", csv}}
		}},
		contender{program: "csvsql", how: "`--insert --no-create --encoding=latin-1`", only: true, into: lite, line: atRow, rows: true, load: func(csv string) process {
			return process{args: []string{python("csvsql"), "--encoding=latin-1", "--db", "sqlite:///" + b.path("out.db"), "--insert", "--no-create", "--tables", "articles", csv}}
		}},
	)
	for _, s := range servers {
		name, _, _ := strings.Cut(s.banner, " on ") // the platform
		t := serverTable{s, name}
		// Linefeed keeps no password of an address: resume takes it from where the databases' programs do.
		all = append(all, b.linefeedInto(t, s.URL(s.Host(), schema)+s.params, "PGPASSWORD="+s.Password, "MYSQL_PWD="+s.Password))
		if s.name == mariaDB.name {
			all = append(all, contender{program: "mariadb", how: "`LOAD DATA LOCAL`, `--show-warnings`", into: t, line: atRow, rows: true, load: func(csv string) process {
				return loadData(s, csv, "articles", "SET max_error_count = 65535; ", "--show-warnings")
			}})
			continue
		}
		for _, options := range []string{"format csv, header", "format csv, header, on_error ignore, log_verbosity verbose"} {
			all = append(all, contender{program: "psql", how: "`\\copy … with (" + options + ")`", into: t, line: atLine, load: func(csv string) process {
				return process{args: []string{
					"psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", s.URL(s.Host(), schema) + s.params,
					fmt.Sprintf(`--command=\copy articles from '%s' with (%s)`, csv, options),
				}}
			}})
		}
		all = append(all, contender{program: "pgloader", how: "as in its documentation", into: t, line: atLine, told: b.path("pgloader/articles/articles.log"), load: func(csv string) process {
			return b.pgloader(s, csv, "articles")
		}})
	}
	return all, missing, end, nil
}

// linefeedInto is Linefeed's command line.
func (b *bench) linefeedInto(into place, target string, env ...string) contender {
	env = append(env, "LINEFEED_HOME="+b.path("home"), "LINEFEED_KEYCHAIN=none")
	log := b.path("told.csv")
	more := []string{"--quiet", "--json", "--log", log}
	return contender{
		program: "linefeed", how: "`import`", into: into, line: inThird, told: log,
		load: func(csv string) process {
			return process{env: env, args: append([]string{b.linefeed, "import", csv, "--to", target, "--table", "articles"}, more...)}
		},
		again: func(ctx context.Context, _ string) (p process, err error) {
			var out bytes.Buffer
			if _, err = (process{env: env, args: []string{b.linefeed, "jobs", "--json"}, stdout: &out}).run(ctx); err != nil {
				return p, err
			}
			id := regexp.MustCompile(`"id": ?"([^"]+)"`).FindStringSubmatch(out.String()) // of the latest job
			if id == nil {
				return p, errors.New("linefeed jobs tells of none")
			}
			return process{env: env, args: append([]string{b.linefeed, "resume", id[1]}, more...)}, nil
		},
	}
}
