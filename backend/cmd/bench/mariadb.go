package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"linefeed/backend/target/testserver"
)

var mariaDB = product{
	name: "mariadb", title: "MariaDB",
	start:    testserver.StartMariaDB,
	options:  []string{"--innodb-flush-method=O_DIRECT", "--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=96M", "--skip-ssl"},
	settings: "innodb_flush_log_at_trx_commit 1, innodb_doublewrite on, innodb_buffer_pool_size 128 MB, innodb_log_file_size 96 MB, no binary log: the defaults",
	params:   "?ssl-mode=DISABLED",
	version:  "SELECT concat('MariaDB ', version())",
	table: `CREATE TABLE %s (
	sku varchar(32) PRIMARY KEY, title varchar(200) NOT NULL, description varchar(4000), category varchar(60) NOT NULL,
	price decimal(10,2) NOT NULL CHECK (price >= 0), currency varchar(3) NOT NULL CHECK (length(currency) = 3),
	quantity bigint NOT NULL CHECK (quantity >= 0), published_at datetime(6), active boolean NOT NULL
	) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
	like:   "CREATE TABLE %s LIKE %s",
	settle: settleMariaDB,
	peers:  []peer{{program: "mariadb", version: []string{"--version"}, load: byMariaDB}},
}

// byMariaDB has the client load what the file says: as it comes, empty timestamps would be zero, and
// true would be false.
func byMariaDB(b *bench, s *server, f file, before string) process {
	if before != "" {
		before += "; "
	}
	return loadData(s, b.csv(f), f.name, before)
}

// loadData has the client load a file into a table, after other statements.
func loadData(s *server, csv, table, before string, options ...string) process {
	statement := fmt.Sprintf(`LOAD DATA LOCAL INFILE '%s' INTO TABLE %s CHARACTER SET utf8mb4
	FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n' IGNORE 1 LINES
	(sku, title, @description, category, price, currency, quantity, @published_at, @active)
	SET description = NULLIF(@description, ''), published_at = NULLIF(@published_at, ''), active = @active = 'true'`, csv, table)
	return process{
		env: []string{"MYSQL_PWD=" + s.Password},
		args: append([]string{
			"mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", fmt.Sprint("--port=", s.Port), "--user=" + s.Admin(),
			"--local-infile=1", "--default-character-set=utf8mb4", schema, "--execute=" + before + statement,
		}, options...),
	}
}

// settleMariaDB waits until all pages are on the disk.
func settleMariaDB(ctx context.Context, db *sql.DB) error {
	const percent = "SET GLOBAL innodb_max_dirty_pages_pct = %s"
	if _, err := db.ExecContext(ctx, fmt.Sprintf(percent, "0")); err != nil {
		return err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 1200 {
		var name string
		var dirty int64
		if err := db.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").Scan(&name, &dirty); err != nil {
			return err
		}
		if dirty == 0 {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf(percent, "DEFAULT"))
	return err
}
