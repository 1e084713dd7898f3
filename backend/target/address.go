package target

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite"
)

// An address is a parsed target URL. Only this file knows what is a path and what
// is a URL.
type address struct {
	other string // the scheme of a kind of database that is not supported
	named bool   // sqlite: precedes the path
	path  string // of the SQLite file
	query string // the settings, verbatim

	options sqlite.Options
}

// settings matches the settings of sqlite:PATH?NAME=VALUE. Any other ? belongs to
// the path.
var settings = regexp.MustCompile(`\?([A-Za-z_]+)=([^?/\\]*)$`)

var errServer = fmt.Errorf("open target: %w", message.NewError(nil, "server", "give_path_dot"))

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
	}
	scheme, rest := split(url)
	if name, ok := strings.CutSuffix(scheme, "://"); ok && !strings.Contains(name, ":") {
		return address{other: strings.Trim(name, copied)}, nil
	}
	// A name with a colon after it may begin a file's name, but not if a user's
	// password follows, as in the addresses of Go's drivers, or another scheme, as
	// in those of Java's.
	if _, secrets := redactUser(rest); scheme != "" && (len(secrets) > 0 || IsURL(url)) {
		return address{}, errServer
	}
	return address{path: url}.onDisk()
}

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
	m := settings.FindStringSubmatchIndex(a.path)
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

// IsAbs reports whether a URL means the same from every folder. The error is that
// of a URL which can't be a target's.
func IsAbs(url string) (bool, error) {
	a, err := parse(url)
	return err == nil && (a.other != "" || filepath.IsAbs(a.path)), err
}

// Path returns the path of the file that url names, "" if it names none.
func Path(url string) string {
	a, err := parse(url)
	if err != nil || a.other != "" {
		return ""
	}
	return a.path
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
