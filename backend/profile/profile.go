// Package profile keeps how a kind of file is imported under a name: its dialect,
// which of its fields go to which columns, and the rules. A profile is a readable file
// of its own, which can be passed on.
package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
)

// Version is that of the files that this program writes. It reads older ones too.
const Version = 1

// Suffix is what the names of files of profiles end in.
const Suffix = ".json"

// A Profile is how a kind of file is imported. Its JSON is part of the program's
// contract: docs/profiles.md describes it.
type Profile struct {
	Version int `json:"linefeedProfile"`

	Fields []string `json:"fields"` // of the file that it was made from, by which others are recognised
	Target string   `json:"target,omitempty"`

	Dialect csvfile.Dialect `json:"dialect"` // what is left empty is detected

	// Plan maps all fields that are known; those that go nowhere, to "". Create makes the
	// table if it is not there.
	Plan load.Plan `json:"plan"`

	// Infer names the columns whose types nobody has chosen, as in a request.
	Infer  []string       `json:"infer,omitempty"`
	Limits csvfile.Limits `json:"limits,omitzero"`

	// Watch is the folder whose files the window loads by the profile while it is open; nil
	// for none.
	Watch *Watch `json:"watch,omitempty"`
}

// A Watch says which folder is watched, and how.
type Watch struct {
	Folder string `json:"folder"`          // its full path
	Order  string `json:"order,omitempty"` // "name" (the default) or "time"
}

// Check refuses what the profile of that name can't watch, whether or not it is there.
func (w Watch) Check(name string) error {
	if !filepath.IsAbs(w.Folder) || !slices.Contains([]string{"", "name", "time"}, w.Order) {
		return message.NewError(ErrFormat, "profile_bad_watch", "profile_watch_is", "name", name, "folder", w.Folder)
	}
	return nil
}

// What can be wrong with a profile. Errors of this package wrap one of them, unless the
// system is their cause.
var (
	ErrNone   = errors.New("no such profile")
	ErrTaken  = errors.New("the name is taken")
	ErrName   = errors.New("no name of a profile")
	ErrFormat = errors.New("no profile")
	ErrUse    = errors.New("the profile can't be used for that") // of requests that name one
)

// mostBytes is the size of the largest file of a profile.
const mostBytes = 4 << 20

// Decode reads a profile. Name says in errors what it is of. Unknown members and those of
// a newer version are refused.
func Decode(r io.Reader, name string) (p Profile, err error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return p, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // which editors may add
	if len(text) > mostBytes {
		return p, message.NewError(ErrFormat, "profile_large", "", "name", name, "most", mostBytes)
	}
	var head struct {
		Version int `json:"linefeedProfile"`
	}
	switch err := json.Unmarshal(text, &head); {
	case err != nil && !json.Valid(text):
		return p, message.NewError(ErrFormat, "profile_no_json", "mend_profile", "name", name, "cause", err)
	case err != nil, head.Version < 1:
		return p, message.NewError(ErrFormat, "profile_no_profile", "profile_begins", "name", name)
	case head.Version > Version:
		return p, message.NewError(ErrFormat, "profile_newer", "use_newer_for_profile", "name", name, "version", head.Version, "known", Version)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		cause := strings.TrimPrefix(err.Error(), "json: ")
		return Profile{}, message.NewError(ErrFormat, "profile_not_understood", "mend_profile", "name", name, "cause", cause)
	}
	p.Version = Version
	return p, p.check(name)
}

// check refuses what no profile may have.
func (p Profile) check(name string) error {
	if p.Watch != nil {
		if err := p.Watch.Check(name); err != nil {
			return err
		}
	}
	s, server, err := target.ParseServer(p.Target)
	switch {
	case err != nil:
		return message.NewError(errors.Join(ErrFormat, err), "profile_bad_target", "mend_profile", "name", name, "cause", err)
	case server && s.Password != "":
		return message.NewError(ErrFormat, "profile_has_password", "profile_password_out", "name", name)
	case server && s.SecretSetting() != "":
		return message.NewError(ErrFormat, "profile_has_secret", "profile_password_out", "name", name, "setting", s.SecretSetting())
	}
	return nil
}

// WithoutPassword returns p with a target that shows no password.
func (p Profile) WithoutPassword() Profile {
	if s, server, err := target.ParseServer(p.Target); err == nil && server {
		p.Target = s.WithoutPassword().URL()
	}
	return p
}

// PassedOn returns p as others get it, or give it: without the folder that it watches,
// which is of one computer, and nothing is watched that its user has not asked for.
func (p Profile) PassedOn() Profile {
	p.Watch = nil
	return p
}

// Encode returns p as its file is written.
func (p Profile) Encode() ([]byte, error) {
	p.Version = Version
	if p.Fields == nil {
		p.Fields = []string{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(p)
	return b.Bytes(), err
}

// headerless reports whether files of p have no header, and so no names to recognise
// them by.
func (p Profile) headerless() bool {
	return p.Dialect.HeaderRows != nil && *p.Dialect.HeaderRows == 0
}

// Known returns the fields that p knows: those of its file, and others that its map
// names.
func (p Profile) Known() []string {
	known := slices.Clone(p.Fields)
	var more []string
	for field := range p.Plan.Map {
		if !slices.Contains(known, field) {
			more = append(more, field)
		}
	}
	slices.Sort(more)
	return append(known, more...)
}
