//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPipe imports from a named pipe, such as a shell makes for <(command).
func TestPipe(t *testing.T) {
	dir := newHome(t)
	db, pipe := filepath.Join(dir, "out.db"), filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(pipe, []byte(smallCSV), 0) }()
	r := run(t, "import", pipe, "--to", db, "--table", "people", "--create", "--json").want(t, 0)
	if err := <-written; err != nil {
		t.Error(err)
	}
	if v := r.summary(t); v.File != pipe || v.Inserted != 2 {
		t.Errorf("summary %s", r.stdout)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "home", "spool", "*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	if r := run(t, "preview", pipe).want(t, 64); !strings.Contains(r.stderr, "pipe") {
		t.Errorf("preview says %s", r.stderr)
	}
}
