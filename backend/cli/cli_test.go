package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
	"linefeed/backend/sample"
)

// A result is the outcome of a run of the command line.
type result struct {
	status         int
	stdout, stderr string
}

// run runs the command line in this process. The caller has set LINEFEED_HOME.
func run(t *testing.T, args ...string) result {
	t.Helper()
	return runWith(t.Context(), nil, args...)
}

func runWith(ctx context.Context, stdin []byte, args ...string) result {
	var stdout, stderr bytes.Buffer
	status := cli.Main(ctx, args, bytes.NewReader(stdin), &stdout, &stderr, os.Getenv)
	return result{status, stdout.String(), stderr.String()}
}

// want checks the exit status, and logs the output if it differs.
func (r result) want(t *testing.T, status int) result {
	t.Helper()
	if r.status != status {
		t.Fatalf("exit status %d, want %d\nstdout: %s\nstderr: %s", r.status, status, r.stdout, r.stderr)
	}
	return r
}

// summary returns the summary that --json printed.
func (r result) summary(t *testing.T) job.Summary {
	t.Helper()
	var v job.Summary
	dec := json.NewDecoder(strings.NewReader(r.stdout))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("the summary is not JSON: %v\n%s", err, r.stdout)
	}
	return v
}

// newHome gives the test its own home, and returns a folder for its files.
func newHome(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	return dir
}

// write makes a file in dir and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// query returns the single value that a query selects.
func query[T any](t *testing.T, db, text string, args ...any) (v T) {
	t.Helper()
	d, err := sql.Open("sqlite3", "file:"+db+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.QueryRowContext(t.Context(), text, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// execute runs a statement on a database file, creating the file if needed.
func execute(t *testing.T, db, text string) {
	t.Helper()
	d, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// generate writes a sample file and returns its bad records.
func generate(t *testing.T, path string, o sample.Options) []sample.Bad {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var bad []sample.Bad
	err = sample.Write(f, o, func(b sample.Bad) error {
		bad = append(bad, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bad
}

// numbers writes a large file fast: n records of two fields, except that every
// thousandth has only one.
func numbers(t *testing.T, path string, n int) {
	t.Helper()
	b := []byte("id,name\n")
	for i := 1; i <= n; i++ {
		b = strconv.AppendInt(b, int64(i), 10)
		if i%1000 != 0 {
			b = append(b, ",the name of a number"...)
		}
		b = append(b, '\n')
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// decodeLines decodes lines of JSON.
func decodeLines[T any](t *testing.T, text string) []T {
	t.Helper()
	var all []T
	for line := range strings.Lines(text) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("not JSON: %v\n%s", err, line)
		}
		all = append(all, v)
	}
	return all
}

var example = filepath.Join("..", "..", "examples", "articles.csv")
