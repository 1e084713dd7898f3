package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"linefeed/backend/job"
	"linefeed/backend/target"
)

// outputFlags say what to print and save about an import, and where.
type outputFlags struct {
	rejects, log        string
	events, json, quiet bool
	setJSON             bool
	listen              string
	origins             []string // of pages that may call the local API
	group               flagGroup
}

func newOutputFlags() *outputFlags {
	f := &outputFlags{group: newGroup("What is told")}
	set := f.group.flags
	set.StringVar(&f.rejects, "rejects", "", "save the rejected records there, as they stand in the file (`FILE`)")
	set.StringVar(&f.log, "log", "", "save the error report there, as CSV (`FILE`)")
	set.BoolVar(&f.json, "json", false, "print the summary as JSON on standard output")
	set.BoolVar(&f.events, "events", false, "print every event as a line of JSON on standard output")
	set.StringVar(&f.listen, "listen", "", "serve the local API while it runs, such as on 127.0.0.1:0 (`ADDRESS`)")
	set.StringArrayVar(&f.origins, "origin", nil, "with --listen, let pages of this origin call, such as http://localhost:8080; may be given again (`ORIGIN`)")
	set.BoolVar(&f.quiet, "quiet", false, "print errors only, beside what --json and --events print")
	return f
}

// forSets adds what can be told of several files.
func (f *outputFlags) forSets() *outputFlags {
	f.group.flags.BoolVar(&f.setJSON, "set-json", false, "of several files, print the summary of all as JSON after those of each")
	return f
}

// check finds what can't be done, before anything is started, for the given files and
// target.
func (f *outputFlags) check(files []string, to string) error {
	for flag, path := range map[string]string{"rejects": f.rejects, "log": f.log} {
		if path != "" && len(files) > 1 {
			return usagef("--%s holds what became of one file: give one file at a time", flag)
		}
	}
	return f.checkOne(to, files...)
}

// checkOne does that for one import, which reads all of the files.
func (f *outputFlags) checkOne(to string, files ...string) error {
	for _, out := range []struct{ flag, path string }{{"rejects", f.rejects}, {"log", f.log}} {
		if out.path == "" {
			if f.group.flags.Changed(out.flag) {
				return usagef("--%s needs the name of a file", out.flag)
			}
			continue
		}
		if dir, err := os.Stat(filepath.Dir(out.path)); err != nil || !dir.IsDir() {
			return usagef("--%s %s: there is no folder %s: make it, or choose another", out.flag, out.path, filepath.Dir(out.path))
		}
		saved := []string{out.path}
		if out.flag == "rejects" {
			saved = append(saved, job.ReasonsPath(out.path))
		}
		for _, path := range saved {
			if slices.ContainsFunc(target.Files(to), func(file string) bool { return sameFile(path, file) }) {
				return usagef("--%s %s: that is the database: choose another name", out.flag, path)
			}
			if slices.ContainsFunc(files, func(file string) bool { return isFile(path, file) }) {
				return usagef("--%s %s: that is the file to be read: choose another name", out.flag, path)
			}
		}
		switch old, err := os.Stat(out.path); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return usagef("--%s: %w", out.flag, err)
		case old.IsDir():
			return usagef("--%s %s: that is a folder: give the name of a file", out.flag, out.path)
		}
		if err := canSave(out.path); err != nil {
			return usagef("--%s %s: it can't be saved there: %w: choose another place, or have it made writable", out.flag, out.path, err)
		}
	}
	if f.rejects != "" && f.log != "" && (sameFile(f.rejects, f.log) || sameFile(job.ReasonsPath(f.rejects), f.log)) {
		return usagef("--rejects and --log both name %s: choose two names", f.log)
	}
	return nil
}

// isFile reports whether two paths mean the same file, which is there.
func isFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// sameFile reports whether two paths mean the same file, which need not exist.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	a, errA = filepath.Abs(a)
	b, errB = filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// save writes the files that the flags ask for.
func (f *outputFlags) save(ctx context.Context, r *job.Runner, id string) error {
	var errs []error
	if f.rejects != "" {
		errs = append(errs, saveRejects(ctx, r, id, f.rejects))
	}
	if f.log != "" {
		errs = append(errs, saveReport(ctx, r, id, f.log))
	}
	return errors.Join(errs...)
}

// printJSON writes v as one line of JSON.
func (s *screen) printJSON(v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	s.printf("%s", line.Bytes())
	return s.failed
}
