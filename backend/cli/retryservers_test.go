package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rejects of an import into a server are mended by rules and in a file, and just those are
// loaded; what the server refuses is a reject again, and none is loaded twice.
func TestRetryIntoServers(t *testing.T) {
	for _, kind := range servers {
		t.Run(kind.name, func(t *testing.T) {
			db := kind.server(t).Database(t)
			t.Setenv("LINEFEED_PASSWORD", db.Password)
			db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(10) NOT NULL, price DECIMAL(8,2) CHECK (price >= 0), born TIMESTAMP NULL)")
			dir := newHome(t)
			file := write(t, dir, "in.csv", "id,name,price,born\n"+
				"1,good,1.50,2025-01-02 10:00:00\n2,much too long,1.50,\n3,dear,N/A,\n4,dear,N/A,\n5,owed,-1,\n1,twice,2.50,\n6,late,1,31.12.2025 10:00\n7,short\n")
			of := run(t, "import", file, "--to", db.URL(), "--table", "items", "--json", "--format", "price=1234.56", "--format", "born=YYYY-MM-DD HH:mm:ss").want(t, 1).summary(t)
			if of.Inserted != 1 || of.Rejected != 7 {
				t.Fatalf("%+v", of)
			}
			for _, step := range []struct {
				args            []string
				status          int
				loaded, refused int64
				open            int64
			}{
				{[]string{"--code", "not_a_number", "--replace", "price:N/A=0"}, 0, 2, 0, 5},
				{[]string{"--code", "too_long", "--cut", "name"}, 0, 1, 0, 4},
				{[]string{"--code", "duplicate_key", "--set", "name=again"}, 1, 0, 1, 4},
				{[]string{"--column", "born", "--format", "born=DD.MM.YYYY HH:mm"}, 0, 1, 0, 3},
				{[]string{"--code", "check_failed", "--set", "price=-2"}, 1, 0, 1, 3},
			} {
				s := run(t, append([]string{"retry", of.Job, "--json"}, step.args...)...).want(t, step.status).summary(t)
				if s.Inserted != step.loaded || s.Rejected != step.refused || !s.Balanced || s.Open == nil || *s.Open != step.open {
					t.Errorf("%v: %+v", step.args, s)
				}
			}
			path := filepath.Join(dir, "bad.csv")
			run(t, "rejects", of.Job, "--open", "--save", path).want(t, 0)
			saved, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			mended := strings.NewReplacer("5,owed,-1,", "5,owed,1,", "1,twice,2.50,", "1,twice,9.50,", "7,short", "7,short,1,").Replace(string(saved))
			s := run(t, "retry", of.Job, write(t, dir, "bad.csv", mended), "--on-conflict", "update", "--json").want(t, 0).summary(t)
			if s.Inserted != 2 || s.Updated != 1 || *s.Open != 0 {
				t.Errorf("%+v", s)
			}
			if s := run(t, "retry", of.Job, "--json").want(t, 0).summary(t); s.Read != 0 {
				t.Errorf("there is nothing left to retry: %+v", s)
			}
			const want = "[[1 twice 9.50] [2 much too l 1.50] [3 dear 0.00] [4 dear 0.00] [5 owed 1.00] [6 late 1.00] [7 short 1.00]]"
			if got := fmt.Sprint(db.Query(t, "SELECT id, name, price FROM items ORDER BY id")); got != want {
				t.Errorf("the table has %s, want %s", got, want)
			}
			if got := db.Query(t, "SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'linefeed%'")[0][0]; got != "0" {
				t.Errorf("%s tables of the program are left", got)
			}
		})
	}
}
