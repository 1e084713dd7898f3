// Package access keeps the tokens that a person makes for other programs and pages, and
// says what the bearer of each may do over the local API.
package access

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/message"
	"linefeed/backend/target"
)

// A Right says what kind of calls a token is good for.
type Right string

// The rights. Each has those before it, too.
const (
	Watch  Right = "watch"  // look at imports and their rejects, and follow their events
	Import Right = "import" // start imports, and say what becomes of them
)

// Words for several databases, as one of the targets of a scope.
const (
	Anywhere    = "any"         // all
	Connections = "connections" // the saved connections; not for tokens, which name each
)

// A Scope says what the bearer of a token may do. What it does not name is refused. Its
// JSON is part of the program's contract.
type Scope struct {
	May Right `json:"may"`

	// Folders have the local files that may be named: they, and the folders in them.
	// Without any, only what is sent can be imported.
	Folders []string `json:"folders,omitempty"`

	// Targets are the databases of the imports that may be seen, started and changed:
	// connection:NAME, the path of an SQLite file or of a folder of them, the address of a
	// server, [Anywhere] or [Connections].
	Targets []string `json:"targets,omitempty"`
}

// ErrScope says that a scope can't be.
var ErrScope = errors.New("no such scope")

// Check returns the scope with its paths in full, or an error that wraps ErrScope if it
// can't be.
func (s Scope) Check() (Scope, error) {
	switch {
	case s.May != Watch && s.May != Import:
		return s, message.NewError(ErrScope, "token_right", "token_rights_are", "right", string(s.May))
	case len(s.Targets) == 0:
		return s, message.NewError(ErrScope, "token_no_target", "token_name_target")
	case s.May == Watch && len(s.Folders) > 0:
		return s, message.NewError(ErrScope, "token_watch_folder", "token_leave_folder")
	}
	var err error
	s.Folders, s.Targets = slices.Clone(s.Folders), slices.Clone(s.Targets)
	for i, f := range s.Folders {
		if s.Folders[i], err = checkFolder(f); err != nil {
			return s, err
		}
	}
	for i, t := range s.Targets {
		if s.Targets[i], err = checkTarget(t); err != nil {
			return s, err
		}
	}
	return s, nil
}

func checkFolder(name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", message.NewError(ErrScope, "token_folder_unnamed", "token_name_folder")
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return "", message.NewError(ErrScope, "token_folder_none", "token_name_folder", "path", path)
	}
	return path, nil
}

func checkTarget(url string) (string, error) {
	shown := target.Redact(url)
	switch {
	case url == Anywhere:
		return url, nil
	case strings.TrimSpace(url) == "":
		return "", message.NewError(ErrScope, "token_no_target", "token_name_target")
	case shown != url:
		return "", message.NewError(ErrScope, "token_target_secret", "token_save_connection", "target", shown)
	}
	return target.Abs(url)
}

// Whole reports whether the scope has no limit as to targets.
func (s Scope) Whole() bool { return slices.Contains(s.Targets, Anywhere) }

// AllowsFile reports whether a local file may be named.
func (s Scope) AllowsFile(path string) bool {
	return slices.ContainsFunc(s.Folders, func(f string) bool { return within(f, path) })
}

// AllowsTarget reports whether imports into the database at url may be seen, started and
// changed. Without one, as a check may be, only a scope for any database allows them.
func (s Scope) AllowsTarget(url string) bool {
	if url == "" || s.Whole() {
		return s.Whole()
	}
	path := target.Path(url)
	return slices.ContainsFunc(s.Targets, func(t string) bool {
		if path == "" { // the settings of a server's address can name files, so it is exactly that one
			name, saved := target.Saved(url)
			own, isSaved := target.Saved(t)
			return t == url || saved && (t == Connections || isSaved && strings.EqualFold(name, own))
		}
		root := target.Path(t)
		return t != Connections && root != "" && within(root, path)
	})
}

// AllowsNaming reports whether the database at url may be named as that of a new import.
// The address of a server has to be a target itself, or to be
// [target.Server.SelfContained]: the passwords that are kept here are for the servers of
// the program's user, and not for any.
func (s Scope) AllowsNaming(url string) bool {
	server, isServer, err := target.ParseServer(url)
	if isServer && err == nil && !server.SelfContained() {
		return slices.Contains(s.Targets, url)
	}
	return s.AllowsTarget(url)
}

// within reports whether a path is root, or lies in the folder root, once symbolic links
// are followed.
func within(root, path string) bool {
	if !filepath.IsAbs(path) {
		return false
	}
	// On Windows, to follow a path of another computer is to sign in to it.
	if !strings.EqualFold(filepath.VolumeName(root), filepath.VolumeName(path)) {
		return false
	}
	root, err := resolved(root)
	if err != nil {
		return false
	}
	// What .. after a link means depends on who opens the path: the folder above the one that
	// the link leads to, or the one that has the link.
	for _, p := range []string{path, filepath.Clean(path)} {
		p, err := resolved(p)
		if err != nil {
			return false
		}
		if rel, err := filepath.Rel(root, p); err != nil || !filepath.IsLocal(rel) {
			return false
		}
	}
	return true
}

// resolved follows the symbolic links of a path, whose last parts need not exist.
func resolved(path string) (string, error) {
	followed, err := filepath.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return followed, err
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fs.ErrNotExist // a link to nowhere, which may come to lead anywhere
	}
	volume := filepath.VolumeName(path)
	i := len(path)
	for i > len(volume) && os.IsPathSeparator(path[i-1]) {
		i--
	}
	parent, name := filepath.Split(path[:i])
	if name == "" || name == "." || name == ".." { // above nothing
		return "", fs.ErrNotExist
	}
	if followed, err = resolved(parent); err != nil {
		return "", err
	}
	return filepath.Join(followed, name), nil
}
