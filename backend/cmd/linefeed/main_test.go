//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// asMain makes the test binary run as the program.
const asMain = "LINEFEED_TEST_AS_MAIN"

// commitEvery is the environment variable that sets load.CommitInterval for a test.
const commitEvery = "LINEFEED_TEST_COMMIT_EVERY"

// noRaceSleep has a program with the race detector end when it is done: by default it sleeps a
// second before. What is killed at a random moment is then killed in its work.
const noRaceSleep = "GORACE=atexit_sleep_ms=0"

// stopIn is the environment variable that sets stopTimeout for a test.
const stopIn = "LINEFEED_TEST_STOP_IN"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		if d, err := time.ParseDuration(os.Getenv(stopIn)); err == nil {
			stopTimeout = d
		}
		if d, err := time.ParseDuration(os.Getenv(commitEvery)); err == nil {
			load.CommitInterval = d
		}
		main()
		return
	}
	// Programs started here get the signal as usual, even if these tests run under nohup,
	// which ignores it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	os.Exit(m.Run())
}

// command returns a command that runs the program with a home below dir.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), asMain+"=1", "LINEFEED_HOME="+filepath.Join(dir, "home"), "NO_COLOR=", "TERM=xterm", noRaceSleep)
	return c
}

// lastJob returns the newest job in the home below dir.
func lastJob(t *testing.T, dir string) job.Job {
	t.Helper()
	out, err := command(t, dir, "jobs", "--json", "--limit", "1").Output()
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job.Job
	if err := json.Unmarshal(out, &jobs); err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 1 {
		t.Fatalf("%d jobs, want 1: %s", len(jobs), out)
	}
	return jobs[0]
}

const bigRows = 1_500_000

// startBig starts an import of a large file and returns when a part of it is written. rest
// is the remaining standard output.
func startBig(t *testing.T, dir string, stderr io.Writer) (c *exec.Cmd, rest *bufio.Scanner) {
	t.Helper()
	file := filepath.Join(dir, "big.csv")
	b := []byte("id,name\n")
	for i := 1; i <= bigRows; i++ {
		b = strconv.AppendInt(b, int64(i), 10)
		if i%1000 != 0 { // or a field is missing
			b = append(b, ",the name of a number"...)
		}
		b = append(b, '\n')
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	c = command(t, dir, "import", file, "--to", filepath.Join(dir, "out.db"), "--table", "numbers", "--create", "--events", "--json",
		"--rejects", filepath.Join(dir, "rejected.csv"))
	c.Stderr = stderr
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	rest = bufio.NewScanner(pipe)
	rest.Buffer(nil, 1<<24)
	for rest.Scan() {
		if line := rest.Text(); strings.Contains(line, `"phase":"writing"`) && !strings.Contains(line, `"read":0,`) {
			return c, rest
		}
	}
	t.Fatal("the import ended before a part of it was written")
	return nil, nil
}

// exitStatus waits for c to exit and returns its exit status, -1 if a signal ended it.
func exitStatus(t *testing.T, c *exec.Cmd) int {
	t.Helper()
	err := c.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// TestInterrupt stops an import as Ctrl-C and as a shutdown do.
func TestInterrupt(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			dir := t.TempDir()
			var stderr bytes.Buffer
			c, rest := startBig(t, dir, &stderr)
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			var last string
			for rest.Scan() {
				last = rest.Text()
			}
			if status := exitStatus(t, c); status != 3 {
				t.Errorf("exit status %d, want 3: %s", status, &stderr)
			}
			if !strings.Contains(stderr.String(), "stay there") {
				t.Errorf("it does not say what was kept:\n%s", &stderr)
			}
			var v job.Summary
			if err := json.Unmarshal([]byte(last), &v); err != nil {
				t.Fatalf("the last line is not the summary: %v\n%s", err, last)
			}
			if v.State != job.Cancelled || !v.Balanced || v.Inserted == 0 || v.Read == bigRows {
				t.Errorf("summary %s", last)
			}
			rejected, err := os.ReadFile(filepath.Join(dir, "rejected.csv"))
			if err != nil || !bytes.HasPrefix(rejected, []byte("id,name\n1000\n")) {
				t.Errorf("the rejects so far are not saved: %v", err)
			}
			if j := lastJob(t, dir); j.State != job.Cancelled {
				t.Errorf("the job is listed as %s", j.State)
			}
		})
	}
}

// TestReaderThatIsGone imports after the reader of its output has exited, as in
// `2>&1 | head -1`.
func TestReaderThatIsGone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "in.csv")
	if err := os.WriteFile(file, []byte("id,name\n"+strings.Repeat("1,Ada\n2\n", 50_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{nil, {"--events"}, {"--json"}, {"--events", "--json", "--quiet"}} {
		c := command(t, dir, append([]string{"import", file, "--to", filepath.Join(dir, strings.Join(flags, "")+"out.db"), "--table", "people", "--create"}, flags...)...)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c.Stdout, c.Stderr = write, write
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		write.Close()
		_, _ = read.Read(make([]byte, 1))
		read.Close()
		if status := exitStatus(t, c); status != 4 {
			t.Errorf("%q: exit status %d, want 4", flags, status)
		}
		if j := lastJob(t, dir); j.State != job.Done || j.Summary.Read != 100_000 {
			t.Errorf("%q: the job is %s, %+v", flags, j.State, j.Summary)
		}
	}
	// A command that only prints ends as any other program does.
	c := command(t, dir, "rejects", lastJob(t, dir).ID)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	c.Stdout = write
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	if status := exitStatus(t, c); status != -1 {
		t.Errorf("rejects: exit status %d, want the end by a signal", status)
	}
}

// TestKill kills an import. The next run lists it as interrupted, and works.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	c, _ := startBig(t, dir, io.Discard)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, c); status != -1 {
		t.Errorf("exit status %d, want the end by a signal", status)
	}
	j := lastJob(t, dir)
	if j.State != job.Interrupted || j.Summary != nil {
		t.Errorf("the job is listed as %s with summary %v", j.State, j.Summary)
	}
	if out, err := command(t, dir, "rejects", j.ID).Output(); err != nil {
		t.Errorf("rejects: %v\n%s", err, out)
	}
}

// TestPermission runs the program as a user without permission to read or write.
func TestPermission(t *testing.T) {
	dir := openFolder(t)
	file := filepath.Join(dir, "in.csv")
	secret := filepath.Join(dir, "secret.csv")
	for _, path := range []string{file, secret} {
		if err := os.WriteFile(path, []byte("id,name\n1,Ada\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fixed, work := filepath.Join(dir, "fixed"), filepath.Join(dir, "work")
	for _, folder := range []string{fixed, work} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	nobody := os.Geteuid() == 0 // root may do anything
	if nobody {
		chown(t, work)
	}
	chmod(t, secret, 0)
	chmod(t, fixed, 0o555)
	defer chmod(t, fixed, 0o755)
	defer chmod(t, secret, 0o644)

	for _, test := range []struct {
		name, file, db string
		status         int
		says           []string
	}{
		{"file that may not be read", secret, filepath.Join(work, "out.db"), 2, []string{"secret.csv", "permission"}},
		{"read-only folder", file, filepath.Join(fixed, "out.db"), 2, []string{filepath.Join("fixed", "out.db"), "permission"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := command(t, work, "import", test.file, "--to", test.db, "--table", "people", "--create")
			if nobody {
				c.Path = filepath.Join(dir, "linefeed")
				c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodyID, Gid: nobodyID}}
				copyFile(t, c.Args[0], c.Path)
			}
			var stderr bytes.Buffer
			c.Stderr = &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if status := exitStatus(t, c); status != test.status {
				t.Errorf("exit status %d, want %d: %s", status, test.status, &stderr)
			}
			for _, text := range test.says {
				if !strings.Contains(stderr.String(), text) {
					t.Errorf("it does not say %q:\n%s", text, &stderr)
				}
			}
			if _, err := os.Stat(test.db); err == nil {
				t.Errorf("%s was left over", test.db)
			}
		})
	}
}

const nobodyID = 65534

// openFolder returns a temporary folder that other users can read.
func openFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	chmod(t, filepath.Dir(dir), 0o755)
	chmod(t, dir, 0o755)
	return dir
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func chown(t *testing.T, path string) {
	t.Helper()
	if err := os.Chown(path, nobodyID, nobodyID); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
}
