package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"linefeed/backend/job"
)

// newTerminal returns a terminal, and the end at which a person sits.
func newTerminal(t *testing.T) (terminal, person *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal, person
}

// echoes reports whether a terminal shows what is typed.
func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// An answer is not shown, and the terminal is left as it was.
func TestReadPassword(t *testing.T) {
	terminal, person := newTerminal(t)
	typing := func(text string) *onWrite {
		return &onWrite{do: func() {
			if _, err := person.WriteString(text); err != nil {
				t.Error(err)
			}
		}}
	}
	asked := typing("s3cret wordx\x7f\r")
	answer, err := readPassword(t.Context(), terminal, int(terminal.Fd()), asked, "Password: ")
	if err != nil || answer != "s3cret word" || !strings.HasPrefix(asked.String(), "Password: ") || strings.Contains(asked.String(), "s3cret") {
		t.Errorf("%q, %v, and %q is shown", answer, err, asked)
	}
	if !echoes(t, terminal) {
		t.Error("the terminal shows nothing any more")
	}
	if answer, err := readPassword(t.Context(), terminal, int(terminal.Fd()), typing("s3\x03"), "Password: "); !errors.Is(err, context.Canceled) || answer != "" {
		t.Errorf("Ctrl-C: %q, %v", answer, err)
	}
}

// A program that is stopped while it asks leaves the terminal as it was.
func TestReadPasswordStopped(t *testing.T) {
	terminal, _ := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	asked := &onWrite{do: cancel}
	if answer, err := readPassword(ctx, terminal, int(terminal.Fd()), asked, "Password: "); !errors.Is(err, context.Canceled) || answer != "" {
		t.Errorf("%q, %v", answer, err)
	}
	if !echoes(t, terminal) {
		t.Error("the terminal shows nothing any more")
	}
}

// onWrite does something at the first write.
type onWrite struct {
	do    func()
	first sync.Once
	mu    sync.Mutex
	text  []byte
}

func (w *onWrite) Write(b []byte) (int, error) {
	w.first.Do(w.do)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, b...)
	return len(b), nil
}

func (w *onWrite) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}

// What becomes of rows is asked until there is an answer; Enter keeps them.
func TestReadRows(t *testing.T) {
	terminal, person := newTerminal(t)
	for want, typed := range map[job.Rows][]string{job.KeepRows: {"\r"}, job.TakeBackRows: {"what?\r", "t\r"}} {
		asked := &onQuestion{do: func() {
			next := typed[0]
			typed = typed[1:]
			if _, err := person.WriteString(next); err != nil {
				t.Error(err)
			}
		}}
		rows, err := readRows(t.Context(), terminal, int(terminal.Fd()), asked, "t")
		if err != nil || rows != want || len(typed) > 0 {
			t.Errorf("%q, %v, %q was not asked for", rows, err, typed)
		}
	}
	if !echoes(t, terminal) {
		t.Error("the terminal is not as it was")
	}
}

// onQuestion does something at each question.
type onQuestion struct{ do func() }

func (w *onQuestion) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "[K/t]") {
		w.do()
	}
	return len(b), nil
}
