package cli_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/sample"
	"linefeed/backend/target/testserver"
)

// The table of articles is the same on every database: it rejects the same records. A
// check then tells of all that their keys are there, and changes nothing.
func TestArticlesOnServers(t *testing.T) {
	for _, kind := range []struct {
		name   string
		server func(testing.TB) *testserver.Server
	}{{"postgresql", testserver.Postgres}, {"mariadb", testserver.MariaDB}} {
		t.Run(kind.name, func(t *testing.T) {
			dir := newHome(t)
			db := kind.server(t).Database(t)
			file := filepath.Join(dir, "articles.csv")
			bad := generate(t, file, sample.Options{Rows: 2000, Bad: 0.03, Seed: 7})
			local := run(t, "import", file, "--to", filepath.Join(dir, "a.db"), "--create", "--table", "articles", "--json", "--quiet").want(t, 1).summary(t)
			s := run(t, "import", file, "--to", db.URL(), "--create", "--table", "articles", "--json", "--quiet").want(t, 1).summary(t)
			if int(s.Rejected) != len(bad) || s.Counts != local.Counts || !s.Balanced || !s.Created {
				t.Fatalf("%+v, want %+v", s.Counts, local.Counts)
			}
			count := func() string {
				return fmt.Sprint(db.Query(t, "SELECT count(*), sum(price), sum(quantity) FROM articles"))
			}
			was := count()
			for rule, want := range map[string]load.Counts{
				"reject": {Read: s.Read, Rejected: s.Read}, "skip": {Read: s.Read, Skipped: s.Inserted, Rejected: s.Rejected},
				"update": {Read: s.Read, Updated: s.Inserted, Rejected: s.Rejected},
			} {
				if rule != "reject" { // a key that is twice in the file is no fault then
					want = run(t, "import", file, "--to", filepath.Join(dir, "a.db"), "--table", "articles", "--on-conflict", rule, "--json", "--quiet").want(t, 1).summary(t).Counts
				}
				c := run(t, "check", file, "--to", db.URL(), "--table", "articles", "--on-conflict", rule, "--json", "--quiet").want(t, 1).summary(t)
				if c.Counts != want || !c.Check || slices.ContainsFunc(c.Warnings, func(w load.Warning) bool { return w.Code == load.WarnUntold }) {
					t.Errorf("%s: %+v, want %+v; %+v", rule, c.Counts, want, c.Warnings)
				}
			}
			if count() != was {
				t.Error("the check has changed the table")
			}
			if left := db.Query(t, "SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'linefeed%'"); left[0][0] != "0" {
				t.Errorf("%s tables of the program's own are left", left[0][0])
			}
			reader := db.User(t, "SELECT, INSERT ON articles")
			if c := run(t, "check", file, "--to", reader, "--table", "articles", "--json", "--quiet").want(t, 1).summary(t); kind.name == "mariadb" &&
				(c.Rejected != s.Rejected-int64(ofDatabase(bad)) || !slices.ContainsFunc(c.Warnings, func(w load.Warning) bool { return w.Code == load.WarnUntold })) {
				t.Errorf("without the right to temporary tables: %+v, %+v", c.Counts, c.Warnings)
			}
		})
	}
}

// ofDatabase returns how many records only the database finds to be bad.
func ofDatabase(bad []sample.Bad) (n int) {
	for _, b := range bad {
		if b.Code == load.CodeDuplicateKey || b.Code == load.CodeCheckFailed {
			n++
		}
	}
	return n
}
