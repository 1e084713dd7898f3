package backend

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that docs/promises.md and docs/security.md name is there, and every promise
// names one.
func TestPromises(t *testing.T) {
	for _, name := range []string{"promises.md", "security.md"} {
		t.Run(name, func(t *testing.T) { checkPromises(t, name) })
	}
}

func checkPromises(t *testing.T, name string) {
	page, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/]+)` ((?:Test|Fuzz)[A-Za-z0-9]+)")
	promises := 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| **") {
			continue
		}
		promises++
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 || len(tests) != strings.Count(line, " Test")+strings.Count(line, " Fuzz") {
			t.Errorf("no test is named, or not with its package: %s", line)
		}
		for _, test := range tests {
			if !hasTest(t, filepath.FromSlash(test[1]), test[2]) {
				t.Errorf("%s has no %s", test[1], test[2])
			}
		}
	}
	if promises < 10 {
		t.Errorf("%d promises", promises)
	}
}

// hasTest reports whether a package has a test of that name.
func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(t *testing.T) {") || strings.Contains(string(text), "\nfunc "+name+"(f *testing.F) {") {
			return true
		}
	}
	return false
}
