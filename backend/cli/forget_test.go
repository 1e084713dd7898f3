package cli_test

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"linefeed/backend/job"
)

func TestForget(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "people.csv", "id,name\n"+strings.Repeat("1,"+strings.Repeat("w", 1000)+"\n", 3000))
	db := filepath.Join(dir, "out.db")
	for range 3 {
		run(t, "import", file, "--to", db, "--table", "people", "--create", "--key", "id").want(t, 1)
		if err := os.Remove(db); err != nil {
			t.Fatal(err)
		}
	}
	jobs := func() (all []job.Job) {
		t.Helper()
		if err := json.Unmarshal([]byte(run(t, "jobs", "--json").want(t, 0).stdout), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := jobs()
	r := run(t, "jobs", "forget", before[0].ID, "nope").want(t, 64)
	if !regexp.MustCompile(`^1 job forgotten, [\d.]+ MB freed\n$`).MatchString(r.stdout) || !strings.Contains(r.stderr, `"nope": no such job`) {
		t.Errorf("%s, %s", r.stdout, r.stderr)
	}
	if after := jobs(); len(after) != 2 || after[0].ID != before[1].ID {
		t.Errorf("%+v", after)
	}
	run(t, "rejects", before[0].ID).want(t, 64)
	if r := run(t, "jobs", "forget", "--older-than", "1d").want(t, 0); r.stdout != "0 jobs forgotten\n" {
		t.Errorf("%s", r.stdout)
	}
	for _, args := range [][]string{{}, {before[1].ID, "--all"}, {"--all", "--older-than", "1d"}, {"--older-than", "forever"}, {"--older-than", "3"}} {
		run(t, append([]string{"jobs", "forget"}, args...)...).want(t, 64)
	}
	if r := run(t, "jobs", "forget", "--all").want(t, 0); !strings.HasPrefix(r.stdout, "2 jobs forgotten") || len(jobs()) > 0 {
		t.Errorf("%s", r.stdout)
	}
}

func TestSettings(t *testing.T) {
	newHome(t)
	if r := run(t, "settings").want(t, 0); !strings.Contains(r.stdout, "\nkeep-rejects     90d ") {
		t.Errorf("%s", r.stdout)
	}
	run(t, "settings", "keep-rejects", "2w").want(t, 0)
	if r := run(t, "settings", "keep-rejects").want(t, 0); r.stdout != "2w\n" {
		t.Errorf("%s", r.stdout)
	}
	var v job.Setting
	if err := json.Unmarshal([]byte(run(t, "settings", "keep-rejects", "default", "--json").want(t, 0).stdout), &v); err != nil || v.Value != "90d" {
		t.Errorf("%+v, %v", v, err)
	}
	if r := run(t, "settings", "keep-rejects", "soon").want(t, 64); !strings.Contains(r.stderr, "such as 90d") {
		t.Errorf("%s", r.stderr)
	}
	policy := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(policy, []byte(`{"settings": {"keep-rejects": "3w"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LINEFEED_POLICY", policy)
	if r := run(t, "settings").want(t, 0); !strings.Contains(r.stdout, "[pinned] how long the rejected") || strings.Count(r.stdout, policy) != 1 {
		t.Errorf("%s", r.stdout)
	}
	if r := run(t, "settings", "keep-rejects", "1w").want(t, 64); !strings.Contains(r.stderr, policy) {
		t.Errorf("%s", r.stderr)
	}
	if err := json.Unmarshal([]byte(run(t, "settings", "keep-rejects", "--json").want(t, 0).stdout), &v); err != nil || v.Value != "3w" || v.Pinned != policy {
		t.Errorf("%+v, %v", v, err)
	}
	t.Setenv("LINEFEED_POLICY", policy+"x")
	if r := run(t, "settings").want(t, 2); !strings.Contains(r.stderr, policy+"x") {
		t.Errorf("%s", r.stderr)
	}
	if err := os.WriteFile(policy, []byte(`{"settings": {"keep-reject": "3w"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LINEFEED_POLICY", policy)
	if r := run(t, "settings").want(t, 2); !strings.Contains(r.stderr, `"keep-reject"`) {
		t.Errorf("%s", r.stderr)
	}
	t.Setenv("LINEFEED_POLICY", "")
	if r := run(t, "settings", "nope").want(t, 64); !strings.Contains(r.stderr, "keep-jobs") {
		t.Errorf("%s", r.stderr)
	}
}

// A damaged store is set aside, which is told once, and a newer one is refused.
func TestDamagedStore(t *testing.T) {
	newHome(t)
	run(t, "jobs").want(t, 0)
	path := filepath.Join(os.Getenv("LINEFEED_HOME"), "linefeed.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, "jobs", "--json").want(t, 0); r.stdout != "[]\n" || !strings.Contains(r.stderr, "warning: the program's own file was damaged") || !strings.Contains(r.stderr, path+".damaged-") {
		t.Errorf("%s, %s", r.stdout, r.stderr)
	}
	if r := run(t, "jobs").want(t, 0); r.stderr != "" {
		t.Errorf("it is told again: %s", r.stderr)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	if r := run(t, "jobs").want(t, 2); !strings.Contains(r.stderr, "newer version") || !strings.Contains(r.stderr, path) || !strings.Contains(r.stderr, "LINEFEED_HOME") {
		t.Errorf("%s", r.stderr)
	}
}
