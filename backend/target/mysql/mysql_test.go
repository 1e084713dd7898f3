package mysql_test

import (
	"context"
	"database/sql"
	"regexp"
	"testing"

	"linefeed/backend/target"
	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

// A database is an empty database of a server, spoken to with names in double quotes.
type database struct {
	*testserver.Database
	conn *sql.Conn
}

func newDatabase(t *testing.T) database {
	t.Helper()
	return on(t, testserver.MariaDB(t))
}

func on(t *testing.T, s *testserver.Server) database {
	t.Helper()
	db := s.Database(t)
	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := database{db, conn}
	d.Exec(t, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
	return d
}

func (d database) Open(ctx context.Context) (target.Target, error) { return target.Open(ctx, d.URL()) }

func (database) Dialect() targettest.Dialect {
	return targettest.Dialect{Counted: "INTEGER PRIMARY KEY AUTO_INCREMENT", OwnTables: "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'linefeed%'"}
}

func (d database) Exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := d.conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// zeros are those after the seconds of a time, all of which the server shows.
var zeros = regexp.MustCompile(`^(.*\d\d:\d\d:\d\d)(?:\.0+|(\.\d*[1-9])0+)$`)

func (d database) Query(t *testing.T, query string) [][]string {
	t.Helper()
	rows, err := d.conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = zeros.ReplaceAllString(v.String, "$1$2")
			if !v.Valid {
				texts[i] = "NULL"
			}
		}
		all = append(all, texts)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestConformance(t *testing.T) {
	targettest.Run(t, func(t *testing.T) targettest.Database { return newDatabase(t) })
}
