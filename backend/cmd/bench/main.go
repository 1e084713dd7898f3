// Bench measures Linefeed: its imports, compared with those of `sqlite3 .import` and with
// the floor, which is inserting batches that were read and converted before; its reading,
// compared with encoding/csv; and its other published figures.
//
//	go run ./backend/cmd/bench -dir build/bench -linefeed build/bin/linefeed
//
// The input files are created once, always the same, and kept in -dir. Competitors run in
// turn, round by round, so that other load on the machine affects all of them alike. Every
// time is a median of the rounds; every ratio is the median of the rounds' own ratios.
//
// It also starts database servers of its own, where their programs are installed, and imports into
// them beside psql, pgloader and the client of MariaDB.
//
// With -profile import or check it runs one of these in its own process, and writes the CPU
// profile to -dir.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 3 && args[0] == "away" {
		return beAway(args[1:], os.Stdin, stdout)
	}
	if len(args) == 3 && args[0] == "listen" {
		return listen(ctx, args[1:], os.Stdin, stdout)
	}
	if len(args) > 0 {
		if do, ok := roles[args[0]]; ok {
			return play(ctx, do, args[1:], stdout)
		}
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("dir", "build/bench", "the `folder` of the files that are read and written")
	program := flags.String("linefeed", "build/bin/linefeed", "the command line `program` that is measured")
	window := flags.String("window", "build/bin/linefeed-desktop", "the `program` with the window")
	packages := flags.String("packages", "build/package", "the `folder` of the packages whose sizes are told")
	rounds := flags.Int("rounds", 5, "how often everything is done")
	large := flags.Bool("large", false, "import 20,000,000 rows as well, which takes a while")
	only := flags.String("only", "", "measure `files, listeners, jobs, start, servers, postgresql or mariadb` alone: imports into SQLite and reading, what those cost who follow one, what resuming and rejects cost, what a start costs, or imports into servers")
	cold := flags.Bool("cold", false, "start the window with empty file caches as well: as root, and everything else on the machine gets slower for a while")
	writers := flags.Bool("writers", false, "import into the servers with 1, 2 and 4 writers as well")
	comparison := flags.String("compare", "", "try what Linefeed and other programs, or the one that -only names, do with a `file` of articles with bad lines, and measure nothing")
	python := flags.String("python", "tools/compare/venv/bin", "the `folder` of the programs that are tried and come from PyPI")
	profile := flags.String("profile", "", "write the processor profile of an `import or check`, and measure nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 {
		return errors.New("give at least one round, and nothing after the flags")
	}
	chosen := func(part string) bool { return *only == "" || *only == part }
	c := choice{files: chosen("files"), listeners: chosen("listeners"), jobs: chosen("jobs"), start: chosen("start"), cold: *cold, large: *large, writers: *writers}
	for _, p := range products {
		if chosen("servers") || chosen(p.name) {
			c.servers = append(c.servers, p)
		}
	}
	if *comparison == "" && !c.files && !c.listeners && !c.jobs && !c.start && c.servers == nil {
		return errors.New("-only is files, listeners, jobs, start, servers, postgresql or mariadb")
	}
	b := &bench{rounds: *rounds, log: stderr}
	var err error
	if b.dir, err = filepath.Abs(*dir); err != nil {
		return err
	}
	if b.linefeed, err = filepath.Abs(*program); err != nil {
		return err
	}
	if b.window, err = filepath.Abs(*window); err != nil {
		return err
	}
	b.packages = *packages
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	b.python = *python
	if *profile != "" {
		return b.profile(ctx, *profile)
	}
	if b.sqlite3, err = exec.LookPath("sqlite3"); err != nil {
		return fmt.Errorf("the program to measure against is missing (install sqlite3): %w", err)
	}
	if *comparison != "" {
		return b.compare(ctx, *comparison, *only, stdout)
	}
	r, err := b.measure(ctx, c)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, r.markdown())
	return err
}

// A bench is the environment of the measurements.
type bench struct {
	dir      string // of the files, an absolute path
	linefeed string // the programs' paths
	window   string
	sqlite3  string
	self     string
	packages string // the folder of the packages
	python   string // the folder of the programs from PyPI
	rounds   int
	log      io.Writer // of progress
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.log, "bench: "+format+"\n", args...) }
