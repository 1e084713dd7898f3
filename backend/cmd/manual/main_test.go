package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManual looks at the pages: each command has one, and the same source makes the same
// bytes.
func TestManual(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	write := func() map[string]string {
		dir := t.TempDir()
		if err := run([]string{"-out", dir, "-version", "1.2.3"}); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, pattern := range []string{"man/*", "completions/*"} {
			names, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				files[filepath.Base(name)] = string(text)
			}
		}
		return files
	}
	files := write()
	for name, want := range map[string]string{
		"linefeed.1":            "linefeed-import(1)",
		"linefeed-import.1":     "--on-conflict",
		"linefeed-tokens-add.1": "--may",
		"linefeed.bash":         "__complete",
		"linefeed.zsh":          "#compdef linefeed",
		"linefeed.fish":         "complete -c linefeed",
	} {
		if text := strings.ReplaceAll(files[name], `\-`, "-"); !strings.Contains(text, want) {
			t.Errorf("%s has no %q", name, want)
		}
	}
	if page := files["linefeed.1"]; !strings.Contains(page, "2023") || !strings.Contains(page, "Linefeed 1.2.3") || strings.Contains(page, "spf13") {
		t.Errorf("the page begins\n%.200s", page)
	}
	again := write()
	for name, text := range files {
		if again[name] != text {
			t.Errorf("%s differs when it is written again", name)
		}
	}
}
