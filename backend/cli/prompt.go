package cli

import (
	"cmp"
	"context"
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
	return readPassword(ctx, in, out, question)
}

// terminal opens the terminal for a question. Where errors don't go to one, nobody
// is asked.
func (p *program) terminal() (in, out *os.File, err error) {
	if !p.err.terminal {
		return nil, nil, os.ErrNotExist
	}
	return openTerminal()
}

// readPassword reads an answer that is not shown. When ctx is done first, it leaves
// the terminal as it was.
func readPassword(ctx context.Context, in *os.File, out io.Writer, question string) (string, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("ask for the password: %w", err)
	}
	fmt.Fprint(out, question)
	defer fmt.Fprintln(out)
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("ask for the password: %w", a.err)
		}
		return string(a.text), nil
	case <-ctx.Done():
		_ = term.Restore(fd, before) // the program ends
		return "", context.Cause(ctx)
	}
}

// hostsOf returns where a server is, for a question.
func hostsOf(s target.Server) string {
	var all []string
	for _, h := range s.Hosts {
		all = append(all, s.Address(h))
	}
	return cmp.Or(strings.Join(all, ", "), "localhost")
}
