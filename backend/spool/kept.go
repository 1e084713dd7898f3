package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"linefeed/backend/lockfile"
)

// keptPrefix is how the names of the folders of kept files begin.
const keptPrefix = "kept-"

// Keep moves a file to where it outlives the spool, until it is removed, or [Kept] lists
// it to somebody who does not need it. Until release is called it is not listed.
func (s *Spool) Keep(f *File) (release func() error, err error) {
	lock, err := lockfile.Create(filepath.Dir(s.folder()), keptPrefix)
	if err != nil {
		return nil, err
	}
	if err := lockfile.Replace(filepath.Dir(f.Path), lock.Owned()); err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	f.Path = filepath.Join(lock.Owned(), filepath.Base(f.Path))
	return lock.Release, nil
}

// A KeptFile is one that outlives its spool.
type KeptFile struct {
	File
	Size int64
}

// Kept lists the files in the folder dir that are kept.
func Kept(dir string) ([]KeptFile, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []KeptFile
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), keptPrefix) {
			continue
		}
		folder := filepath.Join(dir, e.Name())
		if held, err := lockfile.Held(folder + lockfile.Suffix); held || err != nil {
			continue // or the next look lists it
		}
		file := KeptFile{File: File{filepath.Join(folder, "none")}} // where its removal was broken off
		inside, err := os.ReadDir(folder)
		if err != nil {
			continue // it has just been removed
		}
		for _, i := range inside {
			if info, err := i.Info(); err == nil {
				file.Path, file.Size = filepath.Join(folder, i.Name()), info.Size()
			}
		}
		all = append(all, file)
	}
	return all, nil
}

// Holds reports whether a path is that of a file that was received into the folder dir;
// kept, that the file outlives its spool.
func Holds(dir, path string) (received, kept bool) {
	inside, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(inside) || inside == "." {
		return false, false
	}
	return true, strings.HasPrefix(inside, keptPrefix)
}
