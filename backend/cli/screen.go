package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"linefeed/backend/connection"
	"linefeed/backend/job"
	"linefeed/backend/message"
)

// A screen is an output for people: a terminal, a file or a pipe.
type screen struct {
	w        io.Writer
	failed   error    // the first write error: nothing is written after it
	file     *os.File // nil if w is not a file
	terminal bool     // lines can be overwritten
	colours  bool
}

func newScreen(w io.Writer, env func(string) string) *screen {
	s := &screen{w: w}
	if f, ok := w.(*os.File); ok {
		s.file = f
		s.terminal = term.IsTerminal(int(f.Fd())) && env("TERM") != "dumb" && enableEscapes(f)
		s.colours = s.terminal && env("NO_COLOR") == "" // https://no-color.org
	}
	return s
}

// width returns the number of characters that fit in a line, 0 if there is no limit.
func (s *screen) width() int {
	if !s.terminal {
		return 0
	}
	if w, _, err := term.GetSize(int(s.file.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

func (s *screen) printf(format string, args ...any) {
	if s.failed == nil {
		_, s.failed = fmt.Fprintf(s.w, format, args...)
	}
}

// println writes a line, cut to the width of the screen.
func (s *screen) println(line string) { s.printf("%s\n", cut(line, s.width())) }

// printError writes an error, several joined ones on a line each.
func (s *screen) printError(err error) {
	text := message.SpelledError(err, flag)
	if errors.Is(err, job.ErrNoJob) {
		text += " (`linefeed jobs` lists them)"
	}
	if errors.Is(err, connection.ErrNoConnection) {
		text += " (`linefeed connections list` lists them)"
	}
	for i, line := range strings.Split(withoutPasswords(text), "\n") {
		prefix := s.red("linefeed: ")
		if i > 0 {
			prefix = "          "
		}
		s.printf("%s%s\n", prefix, line)
	}
}

// password matches the password of a URL, which a user may have typed anywhere, even
// where a path was expected.
var password = regexp.MustCompile(`(\w:/+[^\s:@/]*:)\S*@`)

// withoutPasswords masks the passwords of URLs in a text to be printed.
func withoutPasswords(text string) string { return password.ReplaceAllString(text, "$1***@") }

func (s *screen) paint(sgr, text string) string {
	if !s.colours || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

func (s *screen) bold(text string) string  { return s.paint("1", text) }
func (s *screen) dim(text string) string   { return s.paint("2", text) }
func (s *screen) red(text string) string   { return s.paint("31", text) }
func (s *screen) amber(text string) string { return s.paint("33", text) }
