package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// database returns the path of a database that does not exist.
func (b *bench) database() (string, error) {
	path := b.path("out.db")
	for _, name := range []string{path, path + "-journal", path + "-wal", path + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return path, nil
}

// home returns the environment of a Linefeed that has run before and has no jobs.
func (b *bench) home(ctx context.Context) (env []string, err error) {
	dir := b.path("home")
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	env = []string{"LINEFEED_HOME=" + dir}
	_, err = process{args: []string{b.linefeed, "jobs"}, env: env}.run(ctx)
	return env, err
}

// importByLinefeed imports f into a new database, which is kept until the next import.
func (b *bench) importByLinefeed(ctx context.Context, f file) (measured, error) {
	return b.importWith(ctx, f, nil)
}

// importWith imports f with more flags, and calls started while the import runs.
func (b *bench) importWith(ctx context.Context, f file, started func() error, flags ...string) (measured, error) {
	env, err := b.home(ctx)
	if err != nil {
		return measured{}, err
	}
	db, err := b.database()
	if err != nil {
		return measured{}, err
	}
	var out bytes.Buffer
	args := append([]string{b.linefeed, "import", b.csv(f), "--to", db, "--quiet", "--json"}, f.args...)
	p := process{args: append(append(args, f.name), flags...), env: env, status: 1, stdout: &out, started: started}
	m, err := p.run(ctx)
	if err != nil {
		return m, err
	}
	var summary struct {
		Read     int64 `json:"read"`
		Inserted int64 `json:"inserted"`
		Balanced bool  `json:"balanced"`
	}
	if err := json.Unmarshal(out.Bytes(), &summary); err != nil {
		return m, err
	}
	if summary.Read != f.rows || !summary.Balanced {
		return m, fmt.Errorf("the import of %s.csv tells of %d records, balanced: %v; want %d", f.name, summary.Read, summary.Balanced, f.rows)
	}
	return m, b.checkRows(ctx, db, f, summary.Inserted)
}

// importBySQLite imports f into a new database whose table ddl creates.
func (b *bench) importBySQLite(ctx context.Context, f file, ddl string) (measured, error) {
	db, err := b.database()
	if err != nil {
		return measured{}, err
	}
	if _, err := (process{args: []string{b.sqlite3, db, ddl}}).run(ctx); err != nil {
		return measured{}, err
	}
	command := fmt.Sprintf(".import --csv --skip 1 '%s' %s", b.csv(f), f.name)
	m, err := process{args: []string{b.sqlite3, db, command}, status: 1}.run(ctx)
	if err != nil || f.name == dirty.name { // sqlite3 counts other lines as bad
		return m, err
	}
	return m, b.checkRows(ctx, db, f, f.rows)
}

// insertFloor measures the floor of f's import.
func (b *bench) insertFloor(ctx context.Context, f file) (measured, error) {
	db, err := b.database()
	if err != nil {
		return measured{}, err
	}
	return b.role(ctx, "floor", f.name, b.csv(f), db)
}

// checkRows checks the number of rows in the table of f.
func (b *bench) checkRows(ctx context.Context, db string, f file, want int64) error {
	out, err := b.query(ctx, db, "SELECT count(*) FROM "+f.name)
	if err != nil {
		return err
	}
	if got, err := strconv.ParseInt(out, 10, 64); err != nil || got != want {
		return fmt.Errorf("the table %s has %s rows, want %d", f.name, out, want)
	}
	return nil
}

// schema returns the CREATE TABLE statement of the last import's table.
func (b *bench) schema(ctx context.Context, f file) (string, error) {
	return b.query(ctx, b.path("out.db"), "SELECT sql FROM sqlite_master WHERE name = '"+f.name+"'")
}

func (b *bench) query(ctx context.Context, db, sql string) (string, error) {
	var out bytes.Buffer
	_, err := process{args: []string{b.sqlite3, db, sql}, stdout: &out}.run(ctx)
	return strings.TrimSpace(out.String()), err
}
