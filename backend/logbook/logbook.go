// Package logbook keeps the program's log, for whoever has to find out what went wrong: a
// line for each start, end and import, with what failed by the ID of its message. At the
// default level no line has a value of a file, a path, an address of a server, a password
// or a token.
package logbook

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// EnvLevel names the environment variable that says from which level on there are lines:
// debug, info (the default), warn or error. At debug, a line may have what a message says,
// which may have values of a file.
const EnvLevel = "LINEFEED_LOG"

// A Book is the log in a folder. Several processes may write into it at the same time, and
// any number of goroutines.
type Book struct {
	*slog.Logger
	path string
	file io.Closer
}

// Open opens the log in a folder, which it makes. level is what [EnvLevel] names. The book
// is good where there is an error, and keeps nothing then.
func Open(folder, level string) (*Book, error) {
	b := &Book{Logger: slog.New(slog.DiscardHandler), path: filepath.Join(folder, "linefeed.log")}
	f, err := openFile(b.path, mostBytes)
	if err != nil {
		return b, err
	}
	from := slog.LevelInfo
	_ = from.UnmarshalText([]byte(level)) // what names no level leaves it
	b.file = f
	b.Logger = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: from})).With("pid", os.Getpid())
	return b, nil
}

// KeepCrash has Go write what it says of a crash of this process to a file beside the log
// too, crash.txt, for as long as the process runs: with the value of the panic. The window
// has nobody who reads its standard error.
func (b *Book) KeepCrash() {
	if b.file == nil {
		return
	}
	path := filepath.Join(filepath.Dir(b.path), "crash.txt")
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if info, err := os.Stat(path); err == nil && info.Size() > mostBytes {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return
	}
	_ = debug.SetCrashOutput(f, debug.CrashOptions{}) // which has a file of its own from here on
	_ = f.Close()
}

// Path returns the path of the file that is written. Those that were set aside lie beside
// it, with .1, .2 and so on after their name.
func (b *Book) Path() string { return b.path }

// Close closes the log.
func (b *Book) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// Tail returns the last n lines, the oldest first.
func (b *Book) Tail(n int) (lines []string, err error) {
	for _, path := range []string{b.path, aside(b.path, 1)} {
		more, err := tail(path, n-len(lines))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return lines, err
		}
		lines = slices.Concat(more, lines)
		if len(lines) >= n {
			break
		}
	}
	return lines, nil
}

// tail returns the last n lines of a file.
func tail(path string, n int) (lines []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, mostBytes)
	for s.Scan() {
		lines = append(lines, s.Text())
		if len(lines) > 2*n {
			lines = append(lines[:0], lines[len(lines)-n:]...)
		}
	}
	return lines[max(0, len(lines)-n):], s.Err()
}
