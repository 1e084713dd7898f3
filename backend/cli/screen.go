package cli

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"linefeed/backend/message"
)

// A screen is where text for people goes: a terminal, a file or a pipe.
type screen struct {
	w        io.Writer
	failed   error    // the first error of writing to it: nothing is written after it
	file     *os.File // nil where w is none
	terminal bool     // lines can be written over
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

// width returns how many characters fit in a line, 0 where there is no limit.
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

// printError writes an error, each of several on its own line.
func (s *screen) printError(err error) {
	for i, line := range strings.Split(withoutPasswords(message.SpelledError(err, flag)), "\n") {
		prefix := s.red("linefeed: ")
		if i > 0 {
			prefix = "          "
		}
		s.printf("%s%s\n", prefix, line)
	}
}

// password is that of a URL, as somebody may have typed it anywhere, also where
// it was taken for a path.
var password = regexp.MustCompile(`(\w:/+[^\s:@/]*:)\S*@`)

// withoutPasswords returns a text to be printed without the passwords of URLs.
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
