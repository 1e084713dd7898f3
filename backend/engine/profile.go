package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/profile"
)

// RenameProfile gives a saved profile another name, as [profile.Book.Rename] does. It goes
// on to watch its folder.
func (e *Engine) RenameProfile(ctx context.Context, name, to string) error {
	if err := e.Profiles.Rename(ctx, name, to); err != nil {
		return err
	}
	e.watches.mu.Lock()
	asked, ok := e.watches.asked[name]
	e.watches.mu.Unlock()
	e.ask(name, nil)
	if ok {
		e.ask(to, &asked)
	}
	return nil
}

// RemoveProfile removes a saved profile, and watches no folder by it any more.
func (e *Engine) RemoveProfile(name string) error {
	if err := e.Profiles.Remove(name); err != nil {
		return err
	}
	e.ask(name, nil)
	return nil
}

// ExportProfile writes a saved profile to a file, to be passed on.
func (e *Engine) ExportProfile(name, path string) error {
	p, err := e.Profiles.Get(name)
	if err != nil {
		return err
	}
	text, err := p.PassedOn().Encode()
	if err != nil {
		return err
	}
	return job.SaveAs(path, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// ImportProfile saves the profile of a file under a name, that of the file for "", and
// returns the name. One that is taken is an error, unless replace is set.
func (e *Engine) ImportProfile(ctx context.Context, path, name string, replace bool) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	p, err := profile.Decode(f, path)
	if err != nil {
		return "", err
	}
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return name, e.Profiles.Save(ctx, name, p.PassedOn(), replace)
}
