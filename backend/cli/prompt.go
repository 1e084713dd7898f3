package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"linefeed/backend/target"
)

// askPassword asks for the password of a login, on the terminal of whoever runs the
// program, and shows nothing of the answer; "" where nobody can be asked. The file
// may come from standard input meanwhile.
func (p *program) askPassword(ctx context.Context, s target.Server, again bool) (string, error) {
	in, out, err := p.terminal()
	if err != nil {
		return "", nil
	}
	defer in.Close()
	if out != in {
		defer out.Close()
	}
	question := fmt.Sprintf("Password of %s at %s: ", visible(s.User), visible(hostsOf(s)))
	if again {
		question = "It is not the right one. " + question
	}
	return readPassword(ctx, in, int(in.Fd()), out, question)
}

// terminal opens the terminal for a question. Where errors don't go to one, nobody
// is asked.
func (p *program) terminal() (in, out *os.File, err error) {
	if !p.err.terminal {
		return nil, nil, os.ErrNotExist
	}
	return openTerminal()
}

// readPassword reads an answer that is not shown. When ctx is done first, or by
// Ctrl-C, it leaves the terminal as it was.
func readPassword(ctx context.Context, in io.Reader, fd int, out io.Writer, question string) (string, error) {
	return readAnswer(ctx, in, fd, out, func(t *term.Terminal) (string, error) { return t.ReadPassword(question) })
}

// readLine reads a line that is shown, as readPassword does.
func readLine(ctx context.Context, in io.Reader, fd int, out io.Writer, question string) (string, error) {
	return readAnswer(ctx, in, fd, out, func(t *term.Terminal) (string, error) {
		t.SetPrompt(question)
		return t.ReadLine()
	})
}

func readAnswer(ctx context.Context, in io.Reader, fd int, out io.Writer, read func(*term.Terminal) (string, error)) (string, error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	defer term.Restore(fd, before) //nolint:errcheck // it was possible before
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() { // until somebody answers
		text, err := read(term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{in, out}, ""))
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) { // Ctrl-C, Ctrl-D
			break
		}
		if a.err != nil {
			return "", fmt.Errorf("ask: %w", a.err)
		}
		return a.text, nil
	case <-ctx.Done():
	}
	fmt.Fprint(out, "\r\n")
	return "", notAnswered{}
}

// A notAnswered is the error of a question that was broken off.
type notAnswered struct{}

func (notAnswered) Error() string { return "stopped, without an answer" }

func (notAnswered) Unwrap() error { return context.Canceled }

// hostsOf returns where a server is, for a question.
func hostsOf(s target.Server) string {
	var all []string
	for _, h := range s.Hosts {
		all = append(all, s.Address(h))
	}
	return cmp.Or(strings.Join(all, ", "), "localhost")
}
