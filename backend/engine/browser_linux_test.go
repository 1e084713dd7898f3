package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/engine"
)

// A browser is given the page as it is, and one that can't be opened is told.
func TestOpenBrowser(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	page := "https://sso.example.org/~shop(1)/auth?state=$HOME`id`;x&nonce='*'"
	if err := engine.OpenBrowser(page); err == nil {
		t.Error("there is no browser, and one opens")
	}
	tool := filepath.Join(dir, "xdg-open")
	script := func(text string) {
		t.Helper()
		if err := os.WriteFile(tool, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script(`echo "$#:$1" >` + filepath.Join(dir, "opened") + `; echo noise; echo noise >&2`)
	if err := engine.OpenBrowser(page); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "opened")); err != nil || strings.TrimSpace(string(text)) != "1:"+page {
		t.Errorf("%s, %v", text, err)
	}
	script("exit 3")
	if err := engine.OpenBrowser(page); err == nil {
		t.Error("no browser could be opened, and nothing is said")
	}
}
