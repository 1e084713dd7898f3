package job

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"linefeed/backend/message"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
	removeUnsaved(path)
	f, err := os.CreateTemp(filepath.Dir(path), unsavedName(path, strconv.Itoa(os.Getpid()))+"-*")
	if err != nil {
		return err
	}
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

// unsavedName returns the prefix of the names of the files that a process writes
// before it renames them to path.
func unsavedName(path string, pid string) string {
	host, err := os.Hostname() // a folder can be shared with other computers
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf(".%s.%s-%s", filepath.Base(path), host, pid)
}

// removeUnsaved removes what killed processes left of saving path. Files that
// can't be removed do no harm.
func removeUnsaved(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), unsavedName(path, ""))
		number, _, dashed := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if ok && dashed && err == nil && pid > 0 && !ProcessAlive(pid) {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
