package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"

	"linefeed/backend/target/testserver"
)

var postgreSQL = product{
	name: "postgresql", title: "PostgreSQL",
	start:    testserver.StartPostgres,
	options:  []string{"-cfsync=on", "-cfull_page_writes=on", "-cssl=off"},
	settings: "fsync, full_page_writes and synchronous_commit are on, shared_buffers 128 MB, max_wal_size 1 GB, wal_level replica: the defaults",
	params:   "?sslmode=disable",
	version:  "SELECT version()",
	table: `CREATE TABLE %s (
	sku varchar(32) PRIMARY KEY, title varchar(200) NOT NULL, description varchar(4000), category varchar(60) NOT NULL,
	price numeric(10,2) NOT NULL CHECK (price >= 0), currency varchar(3) NOT NULL CHECK (length(currency) = 3),
	quantity bigint NOT NULL CHECK (quantity >= 0), published_at timestamp, active boolean NOT NULL)`,
	like: "CREATE TABLE %s (LIKE %s INCLUDING ALL)",
	settle: func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, "CHECKPOINT")
		return err
	},
	peers: []peer{
		{program: "psql", version: []string{"--version"}, load: byPsql},
		{program: "pgloader", version: []string{"--version"}, most: true, load: byPgloader},
	},
}

func byPsql(b *bench, s *server, f file, before string) process {
	args := []string{"psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", s.URL(s.Host(), schema) + s.params}
	if before != "" {
		args = append(args, "--command="+before)
	}
	return process{args: append(args, fmt.Sprintf(`--command=\copy %s from '%s' with (format csv, header)`, f.name, b.csv(f)))}
}

// byPgloader has its settings as its documentation has them in its examples.
func byPgloader(b *bench, s *server, f file, _ string) process {
	return b.pgloader(s, b.csv(f), f.name)
}

// pgloader has it load a file into a table.
func (b *bench) pgloader(s *server, csv, table string) process {
	fields := strings.Join([]string{"sku", "title", "description", "category", "price", "currency", "quantity", "published_at", "active"}, ", ")
	script := fmt.Sprintf(`LOAD CSV FROM '%s' (%s) INTO %s?%s (%[2]s)
	WITH skip header = 1, fields optionally enclosed by '"', fields escaped by double-quote, fields terminated by ',';`,
		csv, fields, s.URL(s.Host(), schema), table)
	path := b.path("pgloader.load")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return process{args: []string{"false"}}
	}
	return process{args: []string{"pgloader", "--quiet", "--root-dir", b.path("pgloader"), path}}
}
