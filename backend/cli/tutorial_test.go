package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTutorial does what docs/tutorial.md shows, in its order: each command does its work,
// and the numbers are those of the page.
func TestTutorial(t *testing.T) {
	page := read(t, filepath.Join("..", "..", "docs", "tutorial.md"))
	examples, err := filepath.Abs(filepath.Dir(example))
	if err != nil {
		t.Fatal(err)
	}
	dir := newHome(t)
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(examples)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	job, shown := "", map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^linefeed (.+)$`).FindAllStringSubmatch(page, -1) {
		args := strings.Fields(strings.ReplaceAll(m[1], "JOB", job))
		want := 0
		if args[0] == "import" || args[0] == "check" {
			want = 1 // with rejects
		}
		r := run(t, args...).want(t, want)
		shown[m[1]] = r.stdout + r.stderr
		if args[0] == "import" {
			lines := strings.Split(run(t, "jobs").want(t, 0).stdout, "\n")
			job, _, _ = strings.Cut(lines[1], " ") // below the header
		}
	}
	for command, want := range map[string]string{
		"import examples/articles.csv --to shop.db --table articles --create --keep-undo": "19,762",
		"rejects JOB --groups": "too_long",
		"retry JOB --code too_long --column title --cut title --dry-run": "24 of 24 would be loaded",
		"undo JOB": "19,762 inserted removed",
	} {
		if !strings.Contains(shown[command], want) {
			t.Errorf("linefeed %s tells no %q, but\n%s", command, want, shown[command])
		}
	}
	if n := query[int](t, "shop.db", "SELECT count(*) FROM articles"); n != 24 {
		t.Errorf("%d rows are left, want those that were mended", n)
	}
	if rejected := read(t, "rejected.csv"); strings.Count(rejected, "\n") < 238-24 {
		t.Errorf("the saved rejects have %d lines", strings.Count(rejected, "\n"))
	}
}
