package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// TestUsage tries invalid command lines: each is refused before anything is started.
func TestUsage(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", smallCSV)
	db := filepath.Join(dir, "out.db")
	own := filepath.Join(dir, "home", "linefeed.db")
	other := write(t, dir, "other.csv", smallCSV)
	if err := os.Mkdir(filepath.Join(dir, "none"), 0o700); err != nil {
		t.Fatal(err)
	}
	to := []string{"--to", db, "--table", "people", "--create"}
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"frobnicate"}, `unknown command "frobnicate"`},
		{[]string{"imprt", file}, "import"},
		{append([]string{"import", file, "--frobnicate"}, to...), "unknown flag: --frobnicate"},
		{append([]string{"import", file, "--profil", "x"}, to...), "unknown flag: --profil"},
		{append([]string{"import"}, to...), "no file"},
		{[]string{"import", file, "--table", "people"}, "--to"},
		{[]string{"import", file, "--to", db}, "--table"},
		{[]string{"check", file, "--to", db}, "--table"},
		{append([]string{"import", file, "--types", "guess"}, to...), "infer, text"},
		{append([]string{"import", file, "--on-conflict", "panic"}, to...), "reject, skip, update, replace"},
		{append([]string{"import", file, "--ragged", "cut"}, to...), "reject, pad"},
		{append([]string{"import", file, "--decimal", ";"}, to...), "--decimal"},
		{append([]string{"import", file, "--delimiter", ""}, to...), "--delimiter is empty"},
		{append([]string{"import", file, "--skip-lines", "-1"}, to...), "--skip-lines"},
		{append([]string{"import", file, "--skip-lines", "two"}, to...), "--skip-lines"},
		{append([]string{"import", file, "--max-rejects", "some"}, to...), "100"},
		{append([]string{"import", file, "--max-rejects", "101%"}, to...), "5%"},
		{append([]string{"import", file, "--map", "name"}, to...), "--map"},
		{append([]string{"import", file, "--preset", "cars"}, to[:4]...), "articles"},
		{append([]string{"import", file, "--preset", "articles"}, to...), "--create"},
		{append([]string{"import", file, "--rejects", filepath.Join(dir, "nowhere", "r.csv")}, to...), "no folder"},
		{append([]string{"import", file, "--rejects", dir}, to...), "folder"},
		{append([]string{"import", filepath.Join(dir, "none")}, to...), "there are no files of records in the folder"},
		{append([]string{"import", filepath.Join(dir, "*.tsv")}, to...), "no file matches"},
		{append([]string{"import", file, other, "--table-per-file"}, to...), "leave out one of them"},
		{append([]string{"import", file, other, "--at-once", "0"}, to...), "--at-once 0"},
		{append([]string{"import", file, "--rejects", file}, to...), "file to be read"},
		{append([]string{"import", file, "--log", file}, to...), "file to be read"},
		{append([]string{"import", file, "--rejects", "x", "--log", "x"}, to...), "two names"},
		{append([]string{"import", file, "--rejects", db}, to...), "that is the database"},
		{append([]string{"import", file, "--log", db}, append(to, "--to", "sqlite:"+db)...), "that is the database"},
		{append([]string{"import", file, "--log", db}, append(to, "--to", "sqlite:"+db+"?wait=1m")...), "that is the database"},
		{append([]string{"import", file, "--log", db + "-journal"}, to...), "that is the database"},
		{append([]string{"import", file, "--rejects", own}, to...), "keeps its own jobs"},
		{append([]string{"import", file, "--log", own + "-wal"}, to...), "keeps its own jobs"},
		{append([]string{"import", file}, append(to, "--to", ":memory:")...), "in memory"},
		{append([]string{"check", file}, append(to, "--to", "sqlite::memory:")...), "in memory"},
		{append([]string{"import", file}, append(to, "--to", "sqlite://x.db")...), "sqlite:///folder/file.db"},
		{append([]string{"import", file}, append(to, "--to", "sqlite:x.db?wait=long")...), "30s"},
		{append([]string{"import", file, other, "--rejects", filepath.Join(dir, "r.csv")}, to...), "one file at a time"},
		{append([]string{"import", file, filepath.Join(dir, "none.csv")}, to...), "none.csv"},
		{append([]string{"import", "-", "-"}, to...), "twice"},
		{append([]string{"import", file, "--listen", "0.0.0.0:0"}, to...), "127.0.0.1"},
		{append([]string{"import", file, "--listen", "here"}, to...), "--listen"},
		{append([]string{"import", file, "--origin", "http://localhost:8080"}, to...), "--listen"},
		{append([]string{"import", file, "--listen", "127.0.0.1:0", "--origin", "localhost:8080"}, to...), "scheme://host:port"},
		{[]string{"preview"}, "one file"},
		{[]string{"preview", file, "--rows", "-1"}, "--rows"},
		{[]string{"jobs", "today"}, "today"},
		{[]string{"jobs", "--limit", "0"}, "--limit"},
		{[]string{"rejects"}, "linefeed jobs"},
		{[]string{"rejects", "nojob"}, "no such job"},
		{[]string{"rejects", "nojob", "--format", "xml"}, "original, csv, json"},
		{[]string{"version", "please"}, "please"},
	} {
		t.Run(strings.ReplaceAll(strings.Join(test.args, " "), dir, "DIR"), func(t *testing.T) {
			r := run(t, test.args...).want(t, 64)
			if !strings.Contains(r.stderr, test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, r.stderr)
			}
			if !strings.HasPrefix(r.stderr, "linefeed: ") || r.stdout != "" {
				t.Errorf("stdout %q, stderr %q", r.stdout, r.stderr)
			}
		})
	}
	if jobs := decodeLines[[]job.Job](t, run(t, "jobs", "--json", "--limit", "1000").want(t, 0).stdout)[0]; len(jobs) > 2 {
		t.Errorf("%d jobs were begun", len(jobs))
	}
}

// TestHelp checks the help: examples come first, nothing is missing.
func TestHelp(t *testing.T) {
	root := run(t, "--help").want(t, 0).stdout
	if i := strings.Index(root, "Examples:"); i < 0 || i > strings.Index(root, "Commands:") {
		t.Errorf("the examples don't come first:\n%s", root)
	}
	if bare := run(t).want(t, 0).stdout; bare != root {
		t.Errorf("with no command there is other help:\n%s", bare)
	}
	for _, command := range []string{"import", "check", "preview", "jobs", "rejects", "version"} {
		if !strings.Contains(root, "\n  "+command+" ") {
			t.Errorf("%s is not in the help", command)
		}
		help := run(t, command, "--help").want(t, 0).stdout
		for _, text := range []string{"Usage:\n  linefeed " + command} {
			if !strings.Contains(help, text) {
				t.Errorf("the help of %s lacks %q:\n%s", command, text, help)
			}
		}
		for line := range strings.Lines(help) {
			if len([]rune(line)) > 121 {
				t.Errorf("the help of %s has a line of %d characters: %s", command, len([]rune(line))-1, line)
			}
		}
	}
}

// TestCompletion completes command lines as a shell does.
func TestCompletion(t *testing.T) {
	dir := newHome(t)
	v := run(t, "check", write(t, dir, "people.csv", smallCSV), "--json").want(t, 0).summary(t)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"imp"}, "import\t"},
		{[]string{"import", "x.csv", "--on-conflict", ""}, "replace\n"},
		{[]string{"import", "x.csv", "--preset", ""}, "articles\n"},
		{[]string{"rejects", ""}, v.Job + "\tdone people.csv\n"},
		{[]string{"rejects", v.Job, "--format", ""}, "original\n"},
	} {
		r := run(t, append([]string{"__complete"}, test.args...)...).want(t, 0)
		if !strings.Contains(r.stdout, test.want) {
			t.Errorf("%q completes to\n%s, want %q", test.args, r.stdout, test.want)
		}
	}
	if r := run(t, "completion", "bash").want(t, 0); !strings.Contains(r.stdout, "linefeed") {
		t.Error("there is no script for bash")
	}
}
