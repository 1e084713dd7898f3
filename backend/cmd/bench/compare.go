package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/target/testserver"
)

// These try what Linefeed and other programs do with one and the same file with bad lines,
// and what is left of an import that is killed. docs/comparison.md has what they print.

// tried is the file whose import is killed.
var tried = file{name: "tried", about: "the articles of the sample, all good", rows: 100_000, write: writeArticles(0)}

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

// badTable returns the table of what became of the sample.
func badTable(all []attempt, good, bad int) *table {
	t := newTable("program", "into", "exit status", fmt.Sprintf("good rows, of %s", grouped(int64(good))), "other rows", fmt.Sprintf("bad lines told, of %d", bad), "other lines told").alignLeft(0, 1)
	for _, a := range all {
		t.add(a.program+" "+a.how, a.into.String(), strconv.Itoa(a.bad.status), grouped(int64(a.good)), grouped(int64(a.other)), grouped(int64(a.told)), grouped(int64(a.wrong)))
	}
	return t
}

// killTable returns the table of what became of the file without bad lines.
func killTable(all []attempt) *table {
	t := newTable("program", "into", "s", "rows after the kill", "next try", "rows then").alignLeft(0, 1, 4)
	for _, a := range all {
		if a.only {
			continue
		}
		next := fmt.Sprintf("status %d", a.again.status)
		if a.again.status < 0 {
			next = fmt.Sprintf("not done after %v", a.again.Wall.Round(time.Minute))
		}
		t.add(a.program+" "+a.how, a.into.String(), fmt.Sprintf("%.1f", a.whole.Wall.Seconds()), grouped(int64(a.left)), next, grouped(int64(a.rows)))
	}
	return t
}

// A place has the table articles, with a key and checks.
type place interface {
	String() string
	clear(ctx context.Context) error            // leaves an empty table
	rows(ctx context.Context) ([]string, error) // key and title of each row
}

// An outcome is how a program ended.
type outcome struct {
	measured
	status int    // its exit status; -1 if it was killed
	said   string // its output
}

// An attempt is what is known of a contender.
type attempt struct {
	contender
	bad         outcome // of the file with bad lines
	good, other int     // rows then in the table: those of good lines, and others
	told, wrong int     // lines of which it told: those that are bad, and others
	whole       outcome // of the file without bad lines
	left        int     // rows that are there after it was killed halfway
	again       outcome // of the next try
	rows        int     // rows that are there then
}

// compare tries all contenders, or those of one program, and writes the tables.
func (b *bench) compare(ctx context.Context, sample, only string, w io.Writer) (err error) {
	if sample, err = filepath.Abs(sample); err != nil {
		return err
	}
	if err := b.provide(ctx, tried); err != nil {
		return err
	}
	contenders, missing, end, err := b.contenders(ctx)
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return err
	}
	good, bad, err := sampleLines(sample)
	if err != nil {
		return err
	}
	var all []attempt
	for _, c := range contenders {
		if only != "" && c.program != only {
			continue
		}
		if _, err := exec.LookPath(c.load("").args[0]); err != nil {
			missing = append(missing, c.program+": "+err.Error())
			continue
		}
		b.say("%s %s into %s", c.program, c.how, c.into)
		a, err := b.attempt(ctx, c, sample, good, bad)
		if err != nil {
			return fmt.Errorf("%s: %w", c.program, err)
		}
		all = append(all, a)
	}
	_, err = fmt.Fprintf(w, "%s: %s\n\n%s\n%s\n", time.Now().UTC().Format(time.DateOnly), strings.Join(versions(ctx, all), ", "), badTable(all, len(good), len(bad)).markdown(), killTable(all).markdown())
	for _, m := range missing {
		fmt.Fprintf(w, "not tried: %s\n", m)
	}
	return err
}

// versions returns how the programs call themselves.
func versions(ctx context.Context, all []attempt) (told []string) {
	seen := map[string]bool{}
	for _, a := range all {
		program := a.load("").args[0]
		if seen[program] {
			continue
		}
		seen[program] = true
		argument := "--version"
		if a.program == "linefeed" {
			argument = "version"
		}
		out, err := exec.CommandContext(ctx, program, argument).CombinedOutput()
		if err != nil {
			out = []byte(a.program + ": " + err.Error())
		}
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if a.program == "sqlite3" {
			first, _, _ = strings.Cut("sqlite3 "+first, " 20") // what follows is its date
		}
		told = append(told, first)
	}
	return told
}

// patience is how long the next try after a kill may take: pgloader tries rows that are
// there already one by one.
const patience = time.Minute

// sampleLines returns key and title of the good lines of the sample, and the numbers of
// the bad ones with those of their records, which stand in the list beside it.
func sampleLines(sample string) (good map[string]bool, bad map[int]int, err error) {
	list, err := os.Open(strings.TrimSuffix(sample, ".csv") + ".rejects.csv")
	if err != nil {
		return nil, nil, err
	}
	defer list.Close()
	records, err := csv.NewReader(list).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	bad = map[int]int{}
	within := map[int]bool{}
	for _, r := range records[1:] { // record,line,end_line,…
		record, recordErr := strconv.Atoi(r[0])
		first, firstErr := strconv.Atoi(r[1])
		last, lastErr := strconv.Atoi(r[2])
		if err := errors.Join(recordErr, firstErr, lastErr); err != nil {
			return nil, nil, err
		}
		bad[first] = record
		for n := first; n <= last; n++ {
			within[n] = true
		}
	}
	in, err := os.Open(sample)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	var rest bytes.Buffer
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if !within[n] {
			rest.Write(append(lines.Bytes(), '\n'))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	records, err = csv.NewReader(&rest).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	good = map[string]bool{}
	for _, r := range records[1:] {
		good[r[0]+"\t"+r[1]] = true
	}
	return good, bad, nil
}

func (b *bench) attempt(ctx context.Context, c contender, sample string, good map[string]bool, bad map[int]int) (a attempt, err error) {
	a.contender = c
	// The file with bad lines.
	if c.told != "" {
		_ = os.Remove(c.told) // of the one before
	}
	if err := c.into.clear(ctx); err != nil {
		return a, err
	}
	if a.bad, err = try(ctx, c.load(sample), 0); err != nil {
		return a, err
	}
	b.say("it says: %.300q", a.bad.said)
	rows, err := c.into.rows(ctx)
	if err != nil {
		return a, err
	}
	for _, row := range rows {
		if good[row] {
			a.good++
		} else {
			a.other++
		}
	}
	told, err := c.toldLines(a.bad.said)
	if err != nil {
		return a, err
	}
	for line, record := range bad {
		n := line
		if c.rows {
			n = record
		}
		if told[n] {
			a.told++
		}
	}
	a.wrong = len(told) - a.told
	if c.only {
		return a, nil
	}
	// The one without, as it is and killed halfway.
	if err := c.into.clear(ctx); err != nil {
		return a, err
	}
	if a.whole, err = try(ctx, c.load(b.csv(tried)), 0); err != nil {
		return a, err
	}
	for after := a.whole.Wall / 2; ; after /= 2 {
		if err := c.into.clear(ctx); err != nil {
			return a, err
		}
		o, err := try(ctx, c.load(b.csv(tried)), after)
		if err != nil {
			return a, err
		}
		if o.status < 0 {
			break // else it was faster this time
		}
	}
	if rows, err = c.into.rows(ctx); err != nil {
		return a, err
	}
	a.left = len(rows)
	next := c.load(b.csv(tried))
	if c.again != nil {
		if next, err = c.again(ctx, b.csv(tried)); err != nil {
			return a, err
		}
	}
	if a.again, err = try(ctx, next, patience); err != nil {
		return a, err
	}
	if rows, err = c.into.rows(ctx); err != nil {
		return a, err
	}
	a.rows = len(rows)
	return a, nil
}

// toldLines returns the numbers of the lines of which a contender told.
func (c contender) toldLines(said string) (map[int]bool, error) {
	if c.told != "" {
		text, err := os.ReadFile(c.told)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		said += "\n" + string(text)
	}
	lines := map[int]bool{}
	for _, m := range c.line.FindAllStringSubmatch(said, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil {
			lines[n] = true
		}
	}
	return lines, nil
}

// try runs a program, and kills it after a while unless that is 0.
func try(ctx context.Context, p process, kill time.Duration) (o outcome, err error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return o, err
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err = cmd.Wait()
	o.Wall = time.Since(start)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return o, err
	}
	o.status, o.said = cmd.ProcessState.ExitCode(), said.String()
	return o, nil
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
