// Package spool keeps what is received as a stream in files, because a file is
// read more than once: from standard input, a pipe, or over the local API.
package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/lockfile"
)

// A Spool is a folder of received files that this process alone uses. It may be
// used by any number of goroutines.
type Spool struct{ lock *lockfile.Lock }

// Open makes a spool in the folder dir, which is made where it does not exist,
// and tidies dir.
func Open(dir string) (*Spool, error) {
	s, err := open(dir)
	if err != nil {
		return nil, fmt.Errorf("make the folder for received files: %w", err)
	}
	return s, nil
}

func open(dir string) (*Spool, error) {
	if dir == "" {
		return nil, errors.New("it has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := Tidy(dir); err != nil {
		return nil, fmt.Errorf("tidy it: %w", err)
	}
	lock, err := lockfile.Create(dir, "")
	if err != nil {
		return nil, err
	}
	s := &Spool{lock}
	if err := os.Mkdir(s.folder(), 0o700); err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	return s, nil
}

// Tidy removes from the folder dir what processes that were killed have left, but for
// files that were to be kept.
func Tidy(dir string) error {
	return lockfile.Sweep(dir, "", func(owned string) error {
		if strings.HasPrefix(filepath.Base(owned), keptPrefix) {
			return nil
		}
		return os.RemoveAll(owned)
	})
}

func (s *Spool) folder() string { return s.lock.Owned() }

// Close removes the files that were received, but for those that are kept.
func (s *Spool) Close() error {
	return errors.Join(os.RemoveAll(s.folder()), s.lock.Release())
}

// A File was received whole.
type File struct{ Path string }

// Receive reads r to its end and keeps it as a file in a folder of its own,
// called name as far as that can be a file's name: people will see it. An error
// of the file is an [os.PathError], any other one is r's.
//
// When ctx is done first, Receive returns its error at once. A Read that waits
// is left behind: what it returns is dropped.
func (s *Spool) Receive(ctx context.Context, r io.Reader, name string) (_ *File, err error) {
	dir, err := os.MkdirTemp(s.folder(), "")
	if err != nil {
		return nil, err
	}
	file := &File{filepath.Join(dir, fileName(name))}
	if err := file.fill(ctx, r); err != nil {
		return nil, errors.Join(err, file.Remove())
	}
	return file, nil
}

func (f *File) fill(ctx context.Context, r io.Reader) error {
	to, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(to, r)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, to.Close())
}

// Remove removes the file.
func (f *File) Remove() error { return os.RemoveAll(filepath.Dir(f.Path)) }

// fileName returns what is left of a name when it has to be a file's name on
// any system.
func fileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, name)
	for len(name) > 120 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	name = strings.TrimRight(name, ". ")
	if name == "" {
		return "upload.csv"
	}
	return name
}
