// Package files finds the files that a person names: by themselves, by a folder, or by
// a pattern.
package files

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/message"
)

// A List is the files that were named.
type List struct {
	// Paths are the files, each once: in the order in which they are named, those of a
	// folder or a pattern in the natural order of their names.
	Paths []string `json:"paths"`
	// Twice are the paths that were left out, as they mean a file that is in Paths.
	Twice []Twice `json:"twice,omitempty"`
	// Passed are the files in folders that were left out, as their names are not those
	// of files of records.
	Passed []string `json:"passed,omitempty"`
}

// Twice is a path that means the same file as one before it.
type Twice struct {
	Path string `json:"path"`
	Same string `json:"same"` // the one before it
}

// Find returns the files that names stand for. A folder stands for the files of records
// in it, with recursive also for those in its folders; a pattern such as part*.csv for
// the files that match it, unless a file has that very name. It is an error if a folder
// or a pattern stands for none. A name of nothing that is there is a path of the list.
func Find(names []string, recursive bool) (List, error) {
	var l List
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case err == nil && info.IsDir():
			err = l.addFolder(name, recursive)
		case err != nil && isPattern(name):
			err = l.addPattern(name)
		default:
			l.Paths, err = append(l.Paths, name), nil
		}
		if err != nil {
			return List{}, err
		}
	}
	l.leaveOutTwice()
	return l, nil
}

// extensions are those of files of records, plain and packed.
var extensions = []string{".csv", ".tsv", ".txt", ".tab", ".psv", ".gz", ".zst", ".bz2", ".xz", ".zip"}

// isOfRecords reports whether the name of a file in a folder is that of a file of
// records.
func isOfRecords(name string) bool {
	return slices.Contains(extensions, strings.ToLower(filepath.Ext(name)))
}

// isHidden reports whether a file is hidden, or another program's temporary one.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.HasSuffix(name, "~")
}

func (l *List) addFolder(folder string, recursive bool) error {
	var found []string
	root := strings.TrimRight(filepath.FromSlash(folder), string(filepath.Separator)) + string(filepath.Separator) // of a link the folder to which it leads
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
			return nil
		case isHidden(entry.Name()) && entry.IsDir():
			return fs.SkipDir
		case isHidden(entry.Name()):
			return nil
		case entry.IsDir() && !recursive:
			return fs.SkipDir
		case entry.IsDir(), leadsToFolder(path, entry):
			return nil
		case isOfRecords(entry.Name()):
			found = append(found, path)
		default:
			l.Passed = append(l.Passed, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return message.NewError(nil, "no_files_in_folder", "files_are", "folder", folder, "extensions", extensions)
	}
	l.addSorted(found)
	return nil
}

// leadsToFolder reports whether an entry of a folder is a link to another one: these are
// not followed.
func leadsToFolder(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// addPattern adds what a pattern stands for, which the shell has not expanded: it was
// quoted, or the shell is one that leaves that to programs, as on Windows.
func (l *List) addPattern(pattern string) error {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return message.NewError(err, "bad_pattern", "pattern_is", "pattern", pattern)
	}
	hidden := strings.HasPrefix(filepath.Base(pattern), ".")
	matches = slices.DeleteFunc(matches, func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir() || !hidden && isHidden(filepath.Base(path))
	})
	if len(matches) == 0 {
		return message.NewError(nil, "pattern_matches_nothing", "check_name", "pattern", pattern)
	}
	l.addSorted(matches)
	return nil
}

func (l *List) addSorted(paths []string) {
	slices.SortFunc(paths, Compare)
	l.Paths = append(l.Paths, paths...)
}

// leaveOutTwice leaves out the paths that mean a file before them: the same path, a link
// to it, or another name of the file.
func (l *List) leaveOutTwice() {
	type file struct {
		path string
		info fs.FileInfo
	}
	bySize := map[int64][]file{} // what is the same file has the same size
	all := l.Paths
	l.Paths = nil
	for _, path := range all {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() { // each pipe of <(command) is read
			l.Paths = append(l.Paths, path)
			continue
		}
		same := slices.IndexFunc(bySize[info.Size()], func(f file) bool { return os.SameFile(f.info, info) })
		if same >= 0 {
			l.Twice = append(l.Twice, Twice{path, bySize[info.Size()][same].path})
			continue
		}
		bySize[info.Size()] = append(bySize[info.Size()], file{path, info})
		l.Paths = append(l.Paths, path)
	}
}

// Stem returns the name of a file without its folder and the extensions of
// [extensions]: sales.2024 of in/sales.2024.csv.gz.
func Stem(path string) string {
	name := filepath.Base(path)
	for {
		ext := filepath.Ext(name)
		if ext == name || !slices.Contains(extensions, strings.ToLower(ext)) {
			return name
		}
		name = strings.TrimSuffix(name, ext)
	}
}
