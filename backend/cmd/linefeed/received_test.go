//go:build unix

package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// holdAt makes the table numbers, which keeps an import that comes to the row with that id
// until it is killed.
func holdAt(t *testing.T, db *sql.DB, id int) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), fmt.Sprintf(`CREATE TABLE numbers (id INTEGER, name TEXT);
		CREATE TRIGGER hold BEFORE INSERT ON numbers WHEN new.id = %d
		BEGIN SELECT count(*) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n); END`, id)); err != nil {
		t.Fatal(err)
	}
}

// manyNumbers returns a file for the table numbers.
func manyNumbers(rows int) string {
	var file strings.Builder
	file.WriteString("id,name\n")
	for i := range rows {
		fmt.Fprintf(&file, "%d,the name of a number\n", i)
	}
	return file.String()
}

// hasInserted matches an event after the first commit.
var hasInserted = regexp.MustCompile(`"inserted":[1-9]`)

// A file that was received over the API outlives a program that is killed, until its
// import has been taken up and is done.
func TestKillOfAReceivedFile(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "out.db")
	const rows = 200_000
	opened, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	holdAt(t, opened, rows/2)
	c := command(t, dir, "import", "-", "--to", filepath.Join(dir, "other.db"), "--table", "t", "--create", "--listen", "127.0.0.1:0")
	c.Env = append(c.Env, commitEvery+"=1ms")
	in, err := c.StdinPipe() // which keeps the program waiting
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if !ended {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}()
	for said := bufio.NewScanner(stderr); said.Scan() && !strings.Contains(said.Text(), "standard input can be read only once"); {
	}
	var api struct{ URL, Token string }
	text, err := os.ReadFile(filepath.Join(dir, "home", "run", "api.json"))
	if err == nil {
		err = json.Unmarshal(text, &api)
	}
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"target": {db}, "table": {"numbers"}, "name": {"numbers.csv"}}
	req, err := http.NewRequestWithContext(t.Context(), "POST", api.URL+"/v1/imports?"+query.Encode(), strings.NewReader(manyNumbers(rows)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer " + api.Token}, "Content-Type": {"text/csv"}, "Accept": {"text/event-stream"}}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	events := bufio.NewScanner(answer.Body)
	events.Buffer(nil, 1<<20)
	for {
		if !events.Scan() {
			t.Fatalf("the events end: %v", events.Err())
		}
		if hasInserted.MatchString(events.Text()) {
			break
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	ended = true

	j := lastJob(t, dir)
	if j.State != job.Interrupted || !j.Resumable || filepath.Base(j.Request.File) != "numbers.csv" {
		t.Fatalf("%+v", j)
	}
	if _, err := opened.ExecContext(t.Context(), "DROP TRIGGER hold"); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, dir, "resume", j.ID, "--quiet").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if j = lastJob(t, dir); j.State != job.Done || j.Resumable || j.Summary.Read != rows {
		t.Errorf("%+v, %+v", j, j.Summary)
	}
	var n, different int
	if err := opened.QueryRow("SELECT count(*), count(DISTINCT id) FROM numbers").Scan(&n, &different); err != nil || n != rows || different != rows {
		t.Errorf("%d rows, %d different, %v", n, different, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "home", "spool", "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// What came from standard input is not kept, and its job says so.
func TestKillOfStandardInput(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "out.db")
	opened, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	const rows = 200_000
	holdAt(t, opened, rows/2)
	c := command(t, dir, "import", "-", "--to", db, "--table", "numbers", "--events", "--quiet")
	c.Env = append(c.Env, commitEvery+"=1ms")
	c.Stdin = strings.NewReader(manyNumbers(rows))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && !hasInserted.MatchString(lines.Text()); {
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	j := lastJob(t, dir)
	if j.State != job.Interrupted || j.Resumable {
		t.Errorf("%+v", j)
	}
	said, err := command(t, dir, "resume", j.ID).CombinedOutput()
	if err == nil || !strings.Contains(string(said), "came from standard input") || !strings.Contains(string(said), "send it again") {
		t.Errorf("%v: %s", err, said)
	}
}
