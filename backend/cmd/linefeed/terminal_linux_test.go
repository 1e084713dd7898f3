package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"linefeed/backend/sample"
)

// openTerminal returns both ends of a pseudo-terminal of the given width.
func openTerminal(t *testing.T, columns uint16) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// onTerminal runs the program on a terminal and returns all its output.
func onTerminal(t *testing.T, dir string, columns uint16, env []string, args ...string) string {
	t.Helper()
	master, slave := openTerminal(t, columns)
	c := command(t, dir, args...)
	c.Env = append(c.Env, env...)
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var out bytes.Buffer
	if _, err := io.Copy(&out, master); err != nil && !errors.Is(err, syscall.EIO) { // EIO: all writers have closed it
		t.Fatal(err)
	}
	if status := exitStatus(t, c); status > 1 {
		t.Fatalf("exit status %d\n%s", status, &out)
	}
	return out.String()
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")

// TestTerminal checks the output to a terminal: a bar that is overwritten, rejects on lines
// that fit, the summary in its place, and colours.
func TestTerminal(t *testing.T) {
	dir := t.TempDir()
	example, err := filepath.Abs(filepath.Join("..", "..", "..", "examples", "articles.csv"))
	if err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, "long.csv") // importing it takes long enough for a rate
	f, err := os.Create(long)
	if err == nil {
		err = sample.Write(f, sample.Options{Rows: 200_000, Bad: 0.01}, nil)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	const columns = 80
	out := onTerminal(t, dir, columns, nil, "import", long, "--to", filepath.Join(dir, "out.db"), "--table", "articles", "--create")
	for _, text := range []string{"\x1b[2K\r", "█", " records/s", "\x1b[31m", "… and ", "of 200,000 records loaded into articles"} {
		if !strings.Contains(out, text) {
			t.Errorf("the terminal does not get %q", text)
		}
	}
	last := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(out, "\r\n", "\n"), "\n") {
		plain := escapes.ReplaceAllString(line, "")
		plain = plain[strings.LastIndexByte(plain, '\r')+1:]
		if strings.Contains(plain, "line ") && len([]rune(plain)) > columns {
			t.Errorf("a line of %d characters: %q", len([]rune(plain)), plain)
		}
		if strings.Contains(plain, "records loaded") {
			last = plain
		}
	}
	if strings.ContainsAny(last, "█░%") {
		t.Errorf("the summary shares its line with the bar: %q", last)
	}
	if t.Failed() {
		t.Logf("%q", out)
	}

	out = onTerminal(t, dir, columns, []string{"NO_COLOR=1"}, "import", example, "--to", filepath.Join(dir, "two.db"), "--table", "articles", "--create")
	if colour := regexp.MustCompile("\x1b\\[[0-9;]+m").FindString(out); colour != "" {
		t.Errorf("NO_COLOR is set, and there is a colour: %q", colour)
	}
	out = onTerminal(t, dir, columns, []string{"TERM=dumb"}, "import", example, "--to", filepath.Join(dir, "three.db"), "--table", "articles", "--create")
	if escape := escapes.FindString(out); escape != "" {
		t.Errorf("TERM is dumb, and there is an escape sequence: %q", escape)
	}
}
