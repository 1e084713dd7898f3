package job

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"linefeed/backend/lockfile"
	"linefeed/backend/message"
)

// SaveAs makes the file path with what write writes, whole or not at all: it is
// written next to its place and then renamed. A link stays a link, to a new file,
// which takes over the permissions of an existing one. A device or a pipe, such as
// /dev/stdout, is written to directly.
func SaveAs(path string, write func(io.Writer) error) error {
	if err := MaySave(path); err != nil {
		return err
	}
	if err := saveAs(path, write); err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	return nil
}

// MaySave returns an error if path is the program's own store, which saving to
// would destroy.
func MaySave(path string) error {
	return refuseOwn(context.Background(), message.New("own_saved", "choose_file", "path", path), path)
}

func saveAs(path string, write func(io.Writer) error) error {
	rights := fs.FileMode(0o644) // as any editor would save it
	switch old, err := os.Stat(path); {
	case err == nil && old.IsDir():
		return message.NewError(nil, "is_folder_save", "")
	case err == nil && !old.Mode().IsRegular():
		return writeTo(path, write)
	case err == nil:
		rights = old.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	_ = lockfile.Sweep(filepath.Dir(path), unsavedPrefix(path), os.Remove) // what stays does no harm
	f, done, err := createUnsaved(path)
	if err != nil {
		return err
	}
	defer done()
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), rights)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error says more
	}
	return err
}

// createUnsaved makes the file that is written before it becomes path. Until
// done is called a lock keeps others from removing it, where files can be locked.
func createUnsaved(path string) (f *os.File, done func(), err error) {
	lock, err := lockfile.Create(filepath.Dir(path), unsavedPrefix(path))
	if err != nil {
		f, err = os.CreateTemp(filepath.Dir(path), unsavedPrefix(path)+"*")
		return f, func() {}, err
	}
	done = func() { _ = lock.Release() } // the next one to save path removes it
	if f, err = os.OpenFile(lock.Owned(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		done()
	}
	return f, done, err
}

// unsavedPrefix is what the names of files begin with that are written before
// they become path. A folder can be shared with other computers, whose locks may
// not be seen here.
func unsavedPrefix(path string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf(".%s.%s-", filepath.Base(path), host)
}

// writeTo writes to a device or a pipe.
func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
