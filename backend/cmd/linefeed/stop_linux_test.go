package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// startBlocked starts an import whose events nobody reads, and returns when it blocks on
// writing them.
func startBlocked(t *testing.T, dir, stopTimeout string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(dir, "in.csv")
	if err := os.WriteFile(file, []byte("id,name\n"+strings.Repeat("1,Ada\n2\n", 10_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	c := command(t, dir, "import", file, "--to", filepath.Join(dir, "out.db"), "--table", "people", "--create", "--events", "--quiet")
	c.Env = append(c.Env, stopIn+"="+stopTimeout)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close() })
	if _, err := unix.FcntlInt(write.Fd(), unix.F_SETPIPE_SZ, os.Getpagesize()); err != nil {
		t.Fatal(err)
	}
	c.Stdout = write
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	var got []byte
	for piece := make([]byte, 100); !bytes.Contains(got, []byte(`"event":"reject"`)); { // longer than a pipe's buffer
		n, err := read.Read(piece)
		if got = append(got, piece[:n]...); err != nil {
			t.Fatalf("%v after %s", err, got)
		}
	}
	return c
}

// TestInterruptWhatBlocks stops an import that is blocked on an unresponsive reader.
func TestInterruptWhatBlocks(t *testing.T) {
	t.Run("once", func(t *testing.T) {
		c := startBlocked(t, t.TempDir(), "100ms")
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if status := exitStatus(t, c); status != 3 {
			t.Errorf("exit status %d, want 3", status)
		}
	})
	t.Run("again", func(t *testing.T) {
		c := startBlocked(t, t.TempDir(), "1h")
		ended := make(chan int)
		go func() { ended <- exitStatus(t, c) }()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C: // the first may still be running its handler
				_ = c.Process.Signal(syscall.SIGTERM) // it may have ended
			case status := <-ended:
				if status != -1 {
					t.Errorf("exit status %d, want the end by a signal", status)
				}
				return
			}
		}
	})
}
