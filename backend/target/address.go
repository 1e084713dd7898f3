package target

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite"
)

// An address is a parsed target URL. Only this file knows what is a path and what
// is a URL.
type address struct {
	other  string  // the scheme of a kind of database that is not supported
	server *Server // of a database on a server
	saved  string  // the name of a saved connection

	named bool   // sqlite: precedes the path
	path  string // of the SQLite file
	query string // the settings, verbatim

	options sqlite.Options
}

// settings matches the settings of sqlite:PATH?NAME=VALUE. Any other ? belongs to
// the path.
var settings = pattern(`\?([A-Za-z_]+)=([^?/\\]*)$`)

// keywords matches how a server is named by keywords and values.
var keywords = pattern(`(?i)^\s*(?:host|hostaddr|server|dbname|data source)\s*=`)

var errServer = fmt.Errorf("open target: %w", message.NewError(nil, "server", "give_server_address"))

// parse parses a target's URL. It refuses what SQLite would take for something
// else than the path it looks like. The error shows nothing that [Redact] hides.
func parse(url string) (address, error) {
	a, err := parseURL(url)
	return a, RedactError(url, err)
}

func parseURL(url string) (address, error) {
	if name, rest, _ := strings.Cut(url, ":"); strings.EqualFold(name, "sqlite") && name != url {
		return parseSQLite(rest)
	} else if strings.EqualFold(name, "file") && name != url {
		return address{}, fmt.Errorf("open target: %w", message.NewError(nil, "file_address", "give_path"))
	} else if strings.EqualFold(name, "connection") && name != url {
		return parseSaved(rest)
	} else if serverKinds[strings.ToLower(name)] != "" && name != url && !strings.HasPrefix(rest, "//") || keywords().MatchString(url) {
		return address{}, errServer
	}
	scheme, rest := split(url)
	if name, ok := strings.CutSuffix(scheme, "://"); ok && !strings.Contains(name, ":") {
		name = strings.Trim(name, copied)
		if kind := serverKinds[strings.ToLower(name)]; kind != "" {
			server, err := parseServer(kind, rest)
			return address{server: server}, err
		}
		return address{other: name}, nil
	}
	// A name with a colon after it may begin a file's name, but not if a user's
	// password follows, as in the addresses of Go's drivers, or another scheme, as
	// in those of Java's.
	if _, secrets := redactUser(rest, false); scheme != "" && (len(secrets) > 0 || IsURL(url)) {
		return address{}, errServer
	}
	return address{path: url}.onDisk()
}

// parseSaved parses what follows connection:.
func parseSaved(name string) (address, error) {
	if strings.TrimSpace(name) == "" {
		return address{}, fmt.Errorf("open target: %w", message.NewError(nil, "connection_unnamed", "name_connection"))
	}
	return address{saved: name}, nil
}

// Saved returns the name of the saved connection that url names.
func Saved(url string) (name string, ok bool) {
	a, err := parse(url)
	return a.saved, err == nil && a.saved != ""
}

// remote reports whether the address is not that of a file.
func (a address) remote() bool { return a.other != "" || a.server != nil || a.saved != "" }

// parseSQLite parses what follows sqlite:.
func parseSQLite(rest string) (address, error) {
	a := address{named: true, path: rest}
	if err := a.readSettings(); err != nil {
		return a, err
	}
	if path, ok := strings.CutPrefix(a.path, "//"); ok {
		// In a URL a host follows, which a file does not have.
		if !filepath.IsAbs(path) && !strings.HasPrefix(path, "/") {
			return a, fmt.Errorf("open target: %w", message.NewError(nil, "sqlite_full_path", "sqlite_in_folder"))
		}
		a.path = path
		if drive := strings.TrimPrefix(path, "/"); filepath.VolumeName(drive) != "" { // /C:/folder/file.db
			a.path = drive
		}
	}
	return a.onDisk()
}

// onDisk refuses an in-memory database.
func (a address) onDisk() (address, error) {
	if strings.HasPrefix(a.path, ":memory:") {
		return a, fmt.Errorf("open target: %w", message.NewError(nil, "in_memory", "give_file_dot"))
	}
	return a, nil
}

// readSettings splits the settings off the path.
func (a *address) readSettings() error {
	m := settings().FindStringSubmatchIndex(a.path)
	if m == nil {
		return nil
	}
	name, value := a.path[m[2]:m[3]], a.path[m[4]:m[5]]
	if name != "wait" {
		return fmt.Errorf("open target: %w", message.NewError(nil, "unknown_option", "only_wait", "name", name))
	}
	wait, err := time.ParseDuration(value)
	if err != nil || wait < 0 || wait > sqlite.MaxWait {
		return fmt.Errorf("open target: %w", message.NewError(nil, "bad_wait", "wait_is", "value", value, "most", sqlite.MaxWait))
	}
	a.path, a.query = a.path[:m[0]], a.path[m[0]:]
	a.options.Wait = max(wait, 1) // 0 is the default
	return nil
}

// Abs returns a URL that means the same from every folder, without opening it.
func Abs(url string) (string, error) {
	a, err := parse(url)
	switch {
	case err != nil, url == "":
		return url, err
	case a.server != nil:
		s, changed, err := a.server.withFullPaths()
		if err != nil || !changed {
			return url, err
		}
		return s.URL(), nil
	case a.remote():
		return url, nil
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

// IsAbs reports whether a URL means the same from every folder. The error is that
// of a URL which can't be a target's.
func IsAbs(url string) (bool, error) {
	a, err := parse(url)
	switch {
	case err != nil:
		return false, err
	case a.server != nil:
		_, changed, err := a.server.withFullPaths()
		return !changed && err == nil, err
	}
	return a.remote() || filepath.IsAbs(a.path), nil
}

// Path returns the path of the file that url names, "" if it names none.
func Path(url string) string {
	a, err := parse(url)
	if err != nil || a.remote() {
		return ""
	}
	return a.path
}

// Same reports whether two URLs name the same database on a server, as far as they
// tell: a server can have several names. Files are compared by their paths.
func Same(a, b string) bool {
	x, errX := parse(a)
	y, errY := parse(b)
	switch {
	case errX != nil || errY != nil:
		return false
	case x.server != nil && y.server != nil:
		return x.server.same(*y.server)
	case x.saved != "":
		return strings.EqualFold(x.saved, y.saved)
	}
	return x.path != "" && filepath.Clean(x.path) == filepath.Clean(y.path)
}

// Files returns the paths of the files that the database at url may consist of;
// none for a database that is not a file.
func Files(url string) []string {
	path := Path(url)
	if path == "" {
		return nil
	}
	return sqlite.Files(path)
}
