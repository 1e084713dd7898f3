package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"linefeed/backend/event"
	"linefeed/backend/spool"
)

// onceReadable returns standard input for -, and what reads from a pipe that is
// named; nil for a file.
func (l *loader) onceReadable(name string) io.Reader {
	if name == "-" {
		return l.in
	}
	if info, err := os.Stat(name); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return &pipe{path: name}
	}
	return nil
}

func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// A pipe reads from a named pipe. It is opened by the first Read, because that
// waits for who writes to it.
type pipe struct {
	path string
	file *os.File
}

func (p *pipe) Read(b []byte) (n int, err error) {
	if p.file == nil {
		if p.file, err = os.Open(p.path); err != nil {
			return 0, err
		}
	}
	if n, err = p.file.Read(b); err != nil {
		_ = p.file.Close() // it was read to its end
	}
	return n, err
}

// receive keeps what can be read only once in a file, because a file is read
// more than once. A read that waits for a terminal or a pipe can't be broken
// off: when ctx is done it is left behind.
func (l *loader) receive(ctx context.Context, in io.Reader) (*spool.File, error) {
	file, err := l.engine.Receive(ctx, in, "stdin.csv")
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("stopped before its end, nothing was loaded: %w", err)
	}
	return file, err
}

// A renaming calls a file that was received by the name that the user knows.
// The zero value changes nothing.
type renaming struct {
	texts  *strings.Replacer // in messages
	events *strings.Replacer // in JSON
}

func newRenaming(path, name string) renaming {
	return renaming{
		texts:  strings.NewReplacer(path, inputName(name)),
		events: strings.NewReplacer(`"file":"`+inJSON(path)+`"`, `"file":"`+inJSON(name)+`"`, inJSON(path), inJSON(inputName(name))),
	}
}

// inJSON returns s as it stands between the quotes of JSON.
func inJSON(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

func (r renaming) text(s string) string {
	if r.texts == nil {
		return s
	}
	return r.texts.Replace(s)
}

func (r renaming) event(e *event.Event) *event.Event {
	if r.events == nil {
		return e
	}
	renamed := *e
	renamed.Data = json.RawMessage(r.events.Replace(string(e.Data)))
	return &renamed
}

func (r renaming) err(err error) error {
	if err == nil || r.texts == nil {
		return err
	}
	return renamedError{r.text(err.Error()), err}
}

// A renamedError is an error with another text.
type renamedError struct {
	text string
	err  error
}

func (e renamedError) Error() string { return e.text }
func (e renamedError) Unwrap() error { return e.err }
