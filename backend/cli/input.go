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

// onceReadable returns standard input for -, a reader for a named pipe, and nil for a
// file.
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

// A pipe reads from a named pipe. The first Read opens it, because opening waits for a
// writer.
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
		_ = p.file.Close() // all of it has been read
	}
	return n, err
}

// receive copies what can be read only once to a file, because imports read their source
// more than once. A read that waits for a terminal or a pipe can't be interrupted: when
// ctx is done it is abandoned.
func (l *loader) receive(ctx context.Context, in io.Reader) (*spool.File, error) {
	file, err := l.engine.Receive(ctx, in, "stdin.csv")
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("stopped before its end, nothing was loaded: %w", err)
	}
	return file, err
}

// A renaming replaces the name of a received file by the one that the user knows. The
// zero value changes nothing.
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

// inJSON returns s escaped as in a JSON string, without the quotes.
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

// A renamedError is an error with a different text.
type renamedError struct {
	text string
	err  error
}

func (e renamedError) Error() string { return e.text }
func (e renamedError) Unwrap() error { return e.err }
