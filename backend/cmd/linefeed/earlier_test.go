//go:build unix

package main

import (
	"archive/tar"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// The archives of testdata/stores are what programs of earlier versions have left of an
// import with rejects, one that was killed, and what they could save: its script made them.
const earlierHome = "/home/ada" // in their paths

// unpackEarlier unpacks an archive into a folder, and moves its paths there.
func unpackEarlier(t *testing.T, archive string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var content []byte
			if content, err = io.ReadAll(r); err == nil {
				if strings.HasSuffix(path, ".json") {
					content = []byte(strings.ReplaceAll(string(content), earlierHome, dir))
				}
				err = os.WriteFile(path, content, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, "home", "linefeed.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range texts(t, db, `SELECT m.name, c.name, '' FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' AND c.pk = 0`) {
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf("UPDATE %q SET %q = replace(%[2]q, ?, ?)", c[0], c[1]), earlierHome, dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What a program of an earlier version has left is there in this one: its imports with what
// they rejected, settings, connections, profiles and tokens; and an import that was killed
// under it goes on here.
func TestEarlierVersions(t *testing.T) {
	archives, err := filepath.Glob("testdata/stores/*.tar.gz")
	if err != nil || len(archives) < 3 {
		t.Fatalf("%q, %v", archives, err)
	}
	for _, archive := range archives {
		version, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(archive), "v"), ".tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dir := unpackEarlier(t, archive)
			run := func(want int, args ...string) string {
				t.Helper()
				var stderr strings.Builder
				c := command(t, dir, args...)
				c.Dir, c.Stderr = dir, &stderr
				out, err := c.Output()
				if !status(err, want) {
					t.Fatalf("linefeed %s: %v: %s%s", strings.Join(args, " "), err, out, stderr.String())
				}
				return string(out)
			}
			var jobs []job.Job
			if err := json.Unmarshal([]byte(run(0, "jobs", "--json")), &jobs); err != nil {
				t.Fatal(err)
			}
			if len(jobs) != 2 || jobs[1].State != job.Done || jobs[1].Summary.Rejected != 4 || jobs[1].Summary.Inserted != 36 || jobs[0].State != job.Interrupted {
				t.Fatalf("the imports are %+v", jobs)
			}
			if _, err := os.Stat(filepath.Join(dir, "home", fmt.Sprintf("linefeed.db.v%d", version))); err != nil {
				t.Errorf("the copy: %v", err)
			}

			rejected := "id,name,price\n10,article 10,free\n20,article 20,free\n30,article 30,free\n40,article 40,free\n"
			if got := run(0, "rejects", jobs[1].ID); got != rejected {
				t.Errorf("it rejected\n%s", got)
			}
			if got := run(0, "connections", "list", "--json"); !strings.Contains(got, `"postgres://ada@db.example/shop"`) {
				t.Errorf("the connections are %s", got)
			}
			for _, s := range []struct {
				from        int
				name, value string
			}{{5, "keep-rejects", "200d\n"}, {8, "imports-at-once", "3\n"}} {
				if got := run(0, "settings", s.name); version >= s.from && got != s.value {
					t.Errorf("%s is %s", s.name, got)
				}
			}
			if got := run(0, "tokens", "list", "--json"); version >= 11 && !strings.Contains(got, `"page"`) {
				t.Errorf("the tokens are %s", got)
			}
			if _, err := os.Stat(filepath.Join(dir, "home", "profiles", "monthly.json")); err == nil {
				if err := os.WriteFile(filepath.Join(dir, "june.csv"), []byte("id,name,price\n101,lamp,9.50\n102,chair,x\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				run(1, "import", "june.csv", "--profile", "monthly")
			} else if version >= 9 {
				t.Error("there is no profile")
			}

			numbers := []byte("id,name\n")
			for i := 1; i <= 60_000; i++ {
				numbers = fmt.Appendf(numbers, "%d,number %d\n", i, i%7)
			}
			if err := os.WriteFile(filepath.Join(dir, "numbers.csv"), numbers, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite3", filepath.Join(dir, "shop.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			was := texts(t, db, "SELECT count(*), 0, 0 FROM numbers")[0][0]
			run(0, "resume", jobs[0].ID, "--quiet")
			if got := texts(t, db, "SELECT count(*), count(DISTINCT id), sum(name = 'number ' || (id % 7)) FROM numbers")[0]; was == "0" || strings.Join(got, " ") != "60000 60000 60000" {
				t.Errorf("of %s rows it goes on to %q", was, got)
			}
		})
	}
}
