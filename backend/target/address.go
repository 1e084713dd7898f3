package target

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"linefeed/backend/target/sqlite"
)

// An address is what a target's URL says.
type address struct {
	other string // the scheme of a kind of database that is not supported
	named bool   // the scheme sqlite: stands before the path
	path  string // of the SQLite file
	query string // the settings, as they stand

	options sqlite.Options
}

var (
	// scheme finds the scheme of a URL. A single letter is a drive of Windows.
	scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):(//)?`)
	// settings finds those of sqlite:PATH?NAME=VALUE. Any other ? is the path's.
	settings = regexp.MustCompile(`\?([A-Za-z_]+)=([^?/\\]*)$`)
)

var errServer = errors.New("open target: this looks like the address of a database server, and those are not supported: give a path or sqlite:PATH (./ before a path that looks like this)")

// parse reads a target's URL. What could mean one thing to SQLite and another
// as a path is refused.
func parse(url string) (address, error) {
	a := address{path: url}
	m := scheme.FindStringSubmatch(url)
	switch {
	case namesUser(url) && (m == nil || m[2] == ""): // as Go's drivers name a server
		return a, errServer
	case m == nil:
	case strings.EqualFold(m[1], "sqlite"):
		a.named, a.path = true, url[len("sqlite:"):]
		if err := a.readSettings(); err != nil {
			return a, err
		}
		if rest, ok := strings.CutPrefix(a.path, "//"); ok {
			// As in every URL a host would follow, of which a file has none.
			if !filepath.IsAbs(rest) && !strings.HasPrefix(rest, "/") {
				return a, errors.New("open target: sqlite:// wants a full path after it, as in sqlite:///folder/file.db: write sqlite:file.db for a file in this folder")
			}
			a.path = rest
			if drive := strings.TrimPrefix(rest, "/"); filepath.VolumeName(drive) != "" { // /C:/folder/file.db
				a.path = drive
			}
		}
	case strings.EqualFold(m[1], "file"):
		return a, errors.New("open target: SQLite's own file: addresses are not understood: give the path, or sqlite:PATH")
	case m[2] != "":
		a.other = m[1]
		return a, nil
	case strings.Contains(url, "://"): // as Java's drivers name a server
		return a, errServer
	}
	if strings.HasPrefix(a.path, ":memory:") {
		return a, errors.New("open target: a database in memory would be gone with the import: give the path of a file (./:memory: for one of that name)")
	}
	return a, nil
}

// readSettings takes the settings off the path.
func (a *address) readSettings() error {
	m := settings.FindStringSubmatchIndex(a.path)
	if m == nil {
		return nil
	}
	name, value := a.path[m[2]:m[3]], a.path[m[4]:m[5]]
	if name != "wait" {
		return fmt.Errorf("open target: there is no setting %q: there is wait, as in sqlite:PATH?wait=30s; name a file that ends so without the scheme", name)
	}
	wait, err := time.ParseDuration(value)
	if err != nil || wait < 0 || wait > sqlite.MaxWait {
		return fmt.Errorf("open target: the wait %q: want how long to wait for locks, from 0s to %v, such as 30s or 2m", value, sqlite.MaxWait)
	}
	a.path, a.query = a.path[:m[0]], a.path[m[0]:]
	a.options.Wait = max(wait, 1) // 0 is the default
	return nil
}

// Abs returns a URL that means the same from every folder. It opens nothing.
func Abs(url string) (string, error) {
	a, err := parse(url)
	if err != nil || a.other != "" || url == "" {
		return url, err
	}
	abs, err := filepath.Abs(a.path)
	if err != nil {
		return url, fmt.Errorf("open target: %w", err)
	}
	if a.named {
		abs = "sqlite:" + abs + a.query
	}
	return abs, nil
}

// Path returns the path of the file that url names, "" where it names none.
func Path(url string) string {
	a, err := parse(url)
	if err != nil || a.other != "" {
		return ""
	}
	return a.path
}
