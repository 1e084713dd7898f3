package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// These measure what a start costs: of the command line, of the window until its first
// paint, the memory of both at rest, and the size of what is installed.

const (
	calls = 20               // of each command in a round
	rest  = 30 * time.Second // from a start until the memory is read
)

// A command starts a program.
type command struct {
	name string
	args []string
	own  bool // of Linefeed
}

// commands returns commands whose time is that of their start, and those of others.
func (b *bench) commands() (own, others []command) {
	for _, args := range [][]string{{"version"}, {"--help"}, {"import", "--help"}, {"jobs"}} {
		own = append(own, command{"linefeed " + strings.Join(args, " "), append([]string{b.linefeed}, args...), true})
	}
	return own, []command{
		{"sqlite3 --version", []string{b.sqlite3, "--version"}, false},
		{"psql --version", []string{"psql", "--version"}, false},
		{"python3 -c pass", []string{"python3", "-c", "pass"}, false},
	}
}

// A start is what is known of a start beside the series of its steps.
type start struct {
	commands []command
	windows  []command
	cold     bool
	memory   []memory
	packages []packageSize
}

// prepareStart returns the steps.
func (b *bench) prepareStart(ctx context.Context, r *report, cold bool) (all []step, err error) {
	r.start = &start{cold: cold}
	own, others := b.commands()
	for _, c := range others {
		if _, err := exec.LookPath(c.args[0]); err != nil {
			r.missing = append(r.missing, c.args[0]+" is not installed")
			continue
		}
		own = append(own, c)
	}
	r.start.commands = own
	env, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	for range calls {
		for _, c := range r.start.commands {
			all = append(all, step{name: c.name, quiet: true, do: process{args: c.args, env: env}.run})
		}
	}
	for _, needed := range []string{b.window, "Xvfb", "dbus-daemon", "pkg-config", "cc"} {
		if _, err := exec.LookPath(needed); err != nil {
			r.missing = append(r.missing, "the window: "+err.Error())
			return all, nil //nolint:nilerr // the report tells it
		}
	}
	if r.start.windows, err = b.windows(ctx); err != nil {
		return nil, err
	}
	for _, w := range r.start.windows {
		// The first start of all is not measured.
		all = append(all, step{name: w.name + " first", once: true, do: func(ctx context.Context) (measured, error) { return b.paint(ctx, w) }})
	}
	for _, w := range r.start.windows {
		all = append(all, step{name: w.name, do: func(ctx context.Context) (measured, error) { return b.paint(ctx, w) }})
	}
	for _, w := range r.start.windows {
		if !cold {
			break
		}
		all = append(all, step{name: w.name + " cold", do: func(ctx context.Context) (measured, error) {
			if err := dropCaches(); err != nil {
				return measured{}, err
			}
			return b.paint(ctx, w)
		}})
	}
	return all, nil
}

// finishStart measures what is measured once.
func (b *bench) finishStart(ctx context.Context, r *report) (err error) {
	for _, w := range r.start.windows {
		b.say("%s at rest, after %v", w.name, rest)
		m, err := b.windowAtRest(ctx, w)
		if err != nil {
			return err
		}
		r.start.memory = append(r.start.memory, m...)
	}
	b.say("linefeed serve at rest, after %v", rest)
	env, err := b.home(ctx)
	if err != nil {
		return err
	}
	m, err := atRest(ctx, command{"linefeed serve", []string{b.linefeed, "serve"}, true}, env)
	if errors.Is(err, errNoProc) {
		r.missing = append(r.missing, "memory at rest: "+err.Error())
	} else if err != nil {
		return err
	}
	r.start.memory = append(r.start.memory, m...)
	r.start.packages, err = packageSizes(b.packages)
	if err == nil && len(r.start.packages) == 0 {
		r.missing = append(r.missing, "the packages: there are none in build/package: make package")
	}
	return err
}

//go:embed bare/window.c
var bareWindow []byte

// windows returns the programs with a window: Linefeed's and a bare one, which is compiled.
func (b *bench) windows(ctx context.Context) ([]command, error) {
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "gtk+-3.0", "webkit2gtk-4.1").Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config gtk+-3.0 webkit2gtk-4.1: %w", err)
	}
	source, bare := b.path("bare.c"), b.path("bare")
	if err := os.WriteFile(source, bareWindow, 0o644); err != nil {
		return nil, err
	}
	args := append([]string{"cc", "-O2", "-o", bare, source}, strings.Fields(string(flags))...)
	if _, err := (process{args: args}).run(ctx); err != nil {
		return nil, err
	}
	return []command{{"Linefeed's window", []string{b.window}, true}, {"a bare window of WebKitGTK", []string{bare}, false}}, nil
}

// dropCaches empties the system's caches of files, as after a boot.
func dropCaches() error {
	if _, err := (process{args: []string{"sync"}}).run(context.Background()); err != nil {
		return err
	}
	if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0o200); err != nil {
		return fmt.Errorf("a cold start is measured as root: %w", err)
	}
	return nil
}

// A packageSize is the size of a package, and of what is in it once it is installed.
type packageSize struct {
	name string
	size int64
}

// packageSizes returns the sizes of the packages in a folder; none if there is no such folder.
func packageSizes(folder string) (all []packageSize, err error) {
	for _, pattern := range []string{"*.deb", "*.rpm", "*.tar.gz", "*.zip", "*.exe"} {
		names, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			info, err := os.Stat(name)
			if err != nil {
				return nil, err
			}
			all = append(all, packageSize{filepath.Base(name), info.Size()})
		}
	}
	return all, nil
}

// commandTable returns the table of the short commands.
func (r *report) commandTable() *table {
	t := newTable("command", "median ms", "95 % within ms", "processor ms", "target", "").alignLeft(0, 5)
	for _, c := range r.start.commands {
		s := r.series[c.name]
		got := 1000 * s.wall().Seconds()
		target, reached := "", ""
		if c.own {
			target, reached = "≤ 20", verdict(got <= 20)
		}
		t.add(c.name, fmt.Sprintf("%.1f", got), fmt.Sprintf("%.1f", 1000*s.within(95, wall).Seconds()), fmt.Sprintf("%.1f", 1000*s.cpu().Seconds()), target, reached)
	}
	return t
}

// windowTable returns the table of the windows.
func (r *report) windowTable() *table {
	t := newTable("window", "start", "first paint s", "complete s", "target", "").alignLeft(0, 1, 5)
	for _, w := range r.start.windows {
		for _, start := range []struct{ name, of string }{{"warm", w.name}, {"cold", w.name + " cold"}} {
			s := r.series[start.of]
			if s == nil {
				continue
			}
			got := s.wall().Seconds()
			target, reached := "", ""
			if w.own {
				target, reached = "≤ 1", verdict(got <= 1)
			}
			t.add(w.name, start.name, fmt.Sprintf("%.2f", got), fmt.Sprintf("%.2f", s.settled().Seconds()), target, reached)
		}
	}
	return t
}

// memoryTable returns the table of the memory at rest.
func (r *report) memoryTable() *table {
	t := newTable("at rest", "process", "resident MB", "proportional MB").alignLeft(0, 1)
	for i, m := range r.start.memory {
		name := m.program
		if i > 0 && r.start.memory[i-1].program == name {
			name = ""
		}
		t.add(name, m.process, megabytes(m.resident), megabytes(m.proportional))
	}
	return t
}

// packageTable returns the table of the packages.
func (r *report) packageTable() *table {
	t := newTable("package", "MB", "target", "").alignLeft(0, 3)
	for _, p := range slices.SortedFunc(slices.Values(r.start.packages), func(a, b packageSize) int { return strings.Compare(a.name, b.name) }) {
		t.add(p.name, megabytes(p.size), "≤ 20", verdict(p.size <= 20e6))
	}
	return t
}

// startSection returns the tables of a start.
func (r *report) startSection() string {
	tables := []*table{r.commandTable()}
	if len(r.start.windows) > 0 {
		tables = append(tables, r.windowTable())
	}
	if len(r.start.memory) > 0 {
		tables = append(tables, r.memoryTable())
	}
	if len(r.start.packages) > 0 {
		tables = append(tables, r.packageTable())
	}
	var b strings.Builder
	for _, t := range tables {
		b.WriteString("\n" + t.markdown())
	}
	return b.String()
}
