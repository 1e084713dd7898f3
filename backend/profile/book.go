package profile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/lockfile"
	"linefeed/backend/message"
)

// A Book has the saved profiles: each a file of its name in one folder. It is safe for
// concurrent use, also by several programs: a file is replaced as a whole.
type Book struct{ dir string }

// New returns the book of the profiles in the folder dir, which need not exist.
func New(dir string) *Book { return &Book{dir} }

// An Entry is a saved profile in a list. Its JSON is part of the program's contract.
type Entry struct {
	Name    string `json:"name"`
	Target  string `json:"target,omitempty"`
	Schema  string `json:"schema,omitempty"`
	Table   string `json:"table"`
	Fields  int    `json:"fields"` // the number of its fields
	Watch   *Watch `json:"watch,omitempty"`
	Problem string `json:"problem,omitempty"` // why it can't be read
}

// List returns the saved profiles, by name. Those that can't be read have a Problem.
func (b *Book) List() ([]Entry, error) {
	names, err := b.names()
	if err != nil {
		return nil, err
	}
	all := make([]Entry, 0, len(names))
	for _, name := range names {
		p, err := b.Get(name)
		if errors.Is(err, ErrNone) { // removed meanwhile
			continue
		}
		e := Entry{Name: name, Target: p.Target, Schema: p.Plan.Schema, Table: p.Plan.Table, Fields: len(p.Fields), Watch: p.Watch}
		if err != nil {
			e.Problem = err.Error()
		}
		all = append(all, e)
	}
	return all, nil
}

// names returns the names of the saved profiles, sorted.
func (b *Book) names() ([]string, error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the profiles: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), Suffix); ok && !e.IsDir() && checkName(name) == nil {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names, nil
}

// Get returns a profile by its name, in whatever case, or by the path of its file: what
// has a separator or ends in [Suffix] is a path.
func (b *Book) Get(name string) (Profile, error) {
	path := name
	if !IsPath(name) {
		saved, err := b.find(name)
		if err != nil {
			return Profile{}, err
		}
		path = filepath.Join(b.dir, saved+Suffix)
	}
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = notThere(name, b)
		}
		return Profile{}, err
	}
	defer f.Close()
	return Decode(f, name)
}

// IsPath reports whether what names a profile is the path of its file.
func IsPath(name string) bool {
	return strings.ContainsAny(name, `/\`) || strings.HasSuffix(strings.ToLower(name), Suffix)
}

// find returns the name of a saved profile as it is written.
func (b *Book) find(name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	names, err := b.names()
	if err != nil {
		return "", err
	}
	if slices.Contains(names, name) {
		return name, nil
	}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		return names[i], nil
	}
	return "", notThere(name, b)
}

// notThere returns the error that there is no profile of that name.
func notThere(name string, b *Book) error {
	names, err := b.names()
	switch {
	case IsPath(name):
		return message.NewError(errors.Join(ErrNone, fs.ErrNotExist), "profile_file_missing", "check_name", "path", name)
	case err != nil || len(names) == 0:
		return message.NewError(ErrNone, "profile_unknown", "no_profiles_yet", "name", name)
	}
	return message.NewError(ErrNone, "profile_unknown", "profiles_are", "name", name, "names", names)
}

// Save saves a profile under a name, which has to be free unless replace is set. The
// folder that the earlier one watches stays, unless the new one watches another: see
// SetWatch.
func (b *Book) Save(ctx context.Context, name string, p Profile, replace bool) error {
	return b.save(ctx, name, p, replace, func(p, was *Profile) {
		if p.Watch == nil {
			p.Watch = was.Watch
		}
	})
}

// SetWatch changes which folder a profile watches; nil for none.
func (b *Book) SetWatch(ctx context.Context, name string, w *Watch) error {
	p, err := b.Get(name)
	if err != nil {
		return err
	}
	return b.save(ctx, name, p, true, func(p, was *Profile) {
		*p = *was // another program may have saved it meanwhile
		p.Watch = w
	})
}

// save saves a profile; keep takes over what stays of the one that it replaces.
func (b *Book) save(ctx context.Context, name string, p Profile, replace bool, keep func(p, was *Profile)) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := p.check(name); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the profiles: %w", err)
	}
	return b.locked(ctx, func() error {
		saved, err := b.find(name)
		switch {
		case err == nil && !replace:
			return message.NewError(ErrTaken, "profile_taken", "profile_other_name", "name", saved)
		case err == nil:
			name = saved
			if was, err := b.Get(saved); err == nil {
				keep(&p, &was)
			}
		case !errors.Is(err, ErrNone):
			return err
		}
		text, err := p.Encode()
		if err != nil {
			return fmt.Errorf("encode profile %q: %w", name, err)
		}
		if _, err := Decode(bytes.NewReader(text), name); err != nil { // it is too large
			return err
		}
		if err := writeWhole(filepath.Join(b.dir, name+Suffix), text); err != nil {
			return fmt.Errorf("save profile %q: %w", name, err)
		}
		return nil
	})
}

// Rename gives a saved profile another name, which has to be free; it may be the same in
// another case.
func (b *Book) Rename(ctx context.Context, name, to string) error {
	if err := checkName(to); err != nil {
		return err
	}
	saved, err := b.find(name)
	if err != nil {
		return err
	}
	return b.locked(ctx, func() error {
		switch taken, err := b.find(to); {
		case err == nil && taken != saved:
			return message.NewError(ErrTaken, "profile_taken", "profile_name_another", "name", taken)
		case err != nil && !errors.Is(err, ErrNone):
			return err
		}
		err := os.Rename(filepath.Join(b.dir, saved+Suffix), filepath.Join(b.dir, to+Suffix))
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return notThere(name, b)
		case err != nil:
			return fmt.Errorf("rename profile %q: %w", saved, err)
		}
		return nil
	})
}

// Remove removes a saved profile.
func (b *Book) Remove(name string) error {
	saved, err := b.find(name)
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(b.dir, saved+Suffix)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return notThere(name, b)
		}
		return fmt.Errorf("remove profile %q: %w", saved, err)
	}
	return nil
}

// savePause is how long to wait for another program that saves a profile.
const savePause = 10 * time.Millisecond

// locked runs do while no other program saves a profile. Where files can't be locked, it
// runs all the same.
func (b *Book) locked(ctx context.Context, do func() error) error {
	for {
		lock, err := lockfile.Hold(filepath.Join(b.dir, ".save"+lockfile.Suffix))
		switch {
		case err == nil:
			return errors.Join(do(), lock.Release())
		case !errors.Is(err, lockfile.ErrHeld):
			return do()
		}
		select {
		case <-time.After(savePause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// writeWhole makes the file at path, or replaces it, whole or not at all.
func writeWhole(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".profile-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error says more
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return lockfile.Replace(f.Name(), path)
}

// mostName is the number of characters of the longest name.
const mostName = 100

// checkName refuses names that are no names of files everywhere.
func checkName(name string) error {
	switch {
	case name == "":
		return message.NewError(ErrName, "profile_without_name", "")
	case utf8.RuneCountInString(name) > mostName, !utf8.ValidString(name), name != strings.TrimSpace(name),
		strings.ContainsFunc(name, unicode.IsControl), strings.ContainsAny(name, `/\:*?"<>|`),
		strings.HasPrefix(name, "."), strings.HasSuffix(name, "."), IsPath(name), reserved(name):
		return message.NewError(ErrName, "profile_name_bad", "profile_name_is", "name", name, "most", mostName)
	}
	return nil
}

// reserved reports whether Windows has a device of that name.
func reserved(name string) bool {
	name, _, _ = strings.Cut(strings.ToUpper(name), ".")
	name = strings.TrimRight(name, " ")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, name) {
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "COM") || strings.HasPrefix(name, "LPT")) && name[3] >= '0' && name[3] <= '9'
}
