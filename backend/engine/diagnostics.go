package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/logbook"
	"linefeed/backend/secret"
	"linefeed/backend/store"
)

// release is the version of a package, which its build sets.
var release string

// Version returns the version of the package that the program comes from, else the one that
// the Go toolchain embedded in it: a release's tag, or the commit and its date.
func Version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "development"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v += " " + s.Value[:12]
			}
		}
	}
	return v
}

// A Build says what the program was built from, and by what.
type Build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // "" where it is not known
	Date     string `json:"date"`   // of the commit, RFC 3339; "" where it is not known
	Changed  bool   `json:"changed"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SQLite   string `json:"sqlite"`
	Updates  string `json:"updates"` // where to look for a newer one
}

// Updates says where to look for a newer version. The program does not look by itself.
const Updates = "Linefeed looks for no newer version by itself and asks nobody. See the releases of the project, or the package manager that installed it."

// BuildInfo returns what the program was built from.
func BuildInfo() Build {
	b := Build{Version: Version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, SQLite: store.SQLite(), Updates: Updates}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.time":
				b.Date = s.Value
			case "vcs.modified":
				b.Changed = s.Value == "true"
			}
		}
	}
	return b
}

// logLines is the number of lines of the log that diagnostics have.
const logLines = 100

// Diagnostics returns what is asked of whoever reports a fault, as text to be read before
// it is sent: versions, the system, what the program keeps and how it is set, and the end of
// the log. It has no value of a file, no name of a file, a table, a server or a user, no
// password and no token. What can't be found out is told in its place.
func (e *Engine) Diagnostics(ctx context.Context) string {
	var b strings.Builder
	add := func(name string, value any) { fmt.Fprintf(&b, "%-12s %v\n", name, value) }
	add("linefeed", Version())
	add("go", fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH))
	add("sqlite", store.SQLite())
	add("system", systemName())
	add("processors", runtime.NumCPU())
	add("own files", inHome(e.home))
	keychain := "there"
	if err := secret.Available(); err != nil {
		keychain = inHome(err.Error())
	}
	add("keychain", keychain)

	u, err := e.Store.Usage(ctx)
	add("store", orError(err, fmt.Sprintf("%d bytes, %d imports, %d rejects, received files %d bytes, set aside as damaged %d", u.Size, u.Jobs, u.Rejects, u.Received, len(u.Damaged))))
	states, err := e.countStates(ctx)
	add("imports", orError(err, states))
	kinds := map[string]int{}
	connections, err := e.Connections.List(ctx)
	for _, c := range connections {
		kinds[c.Kind]++
	}
	add("connections", orError(err, counts(kinds)))
	profiles, err := e.Profiles.List()
	add("profiles", orError(err, len(profiles)))
	add("watched", fmt.Sprintf("%d folders", len(e.WatchedFolders())))
	api := "not served"
	if e.api != nil {
		api = "served"
	}
	add("local API", api)
	settings, err := e.Runner.Settings(ctx)
	add("settings", orError(err, changed(settings)))

	fmt.Fprintf(&b, "log          %s\n", orError(e.logErr, inHome(e.log.Path())))
	lines, err := e.log.Tail(logLines)
	if err != nil {
		lines = append(lines, err.Error())
	}
	for _, line := range lines {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

// LogLevel says how to have the log tell more.
const LogLevel = logbook.EnvLevel

// countStates counts the latest imports by their states.
func (e *Engine) countStates(ctx context.Context) (string, error) {
	jobs, err := e.Runner.Jobs(ctx)
	states := map[string]int{}
	for _, j := range jobs {
		states[string(j.State)]++
	}
	return counts(states), err
}

// changed returns which settings are not as they are by default. Those that may name a
// server, a page or a user are told without their values.
func changed(settings []job.Setting) string {
	var all []string
	for _, v := range settings {
		switch {
		case v.Value == v.Default:
		case strings.HasPrefix(v.Name, "signin-"), strings.HasPrefix(v.Name, "allowed-"):
			all = append(all, v.Name)
		default:
			all = append(all, v.Name+"="+v.Value)
		}
	}
	if all == nil {
		return "as they are by default"
	}
	return strings.Join(all, ", ")
}

func counts(of map[string]int) string {
	if len(of) == 0 {
		return "none"
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%d %s", of[name], name))
	}
	return strings.Join(all, ", ")
}

func orError(err error, value any) any {
	if err != nil {
		return "not known: " + inHome(err.Error())
	}
	return value
}

// inHome returns a text without the path of the user's home folder, which has the user's
// name.
func inHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return text
	}
	return strings.ReplaceAll(text, home, "~")
}
