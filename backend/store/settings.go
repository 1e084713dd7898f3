package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/message"
)

// A Setting is one of the program's own. Its note says what it is about. Its JSON is
// part of the program's contract.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	message.Note
}

// The names of settings.
const (
	KeepJobs    = "keep-jobs"
	KeepRejects = "keep-rejects"
	KeepSize    = "keep-size"
	KeepUndo    = "keep-undo"

	// ImportsAtOnce is the number of imports that one program runs side by side.
	ImportsAtOnce = "imports-at-once"

	// AllowedOrigins are the origins of the pages that may call the local API, with blanks
	// between them.
	AllowedOrigins = "allowed-origins"
)

// What can be wrong with a setting.
var (
	ErrNoSetting  = errors.New("no such setting")
	ErrBadSetting = errors.New("no value of the setting")
)

// A settingKind is what is known about a setting.
type settingKind struct {
	Setting                      // as it is by default
	check   func(v string) error // why it is no value
	values  message.ID           // a hint which values there are
	explain func(v string) error // why it is no new value, in words; nil where check is enough
}

// settings are all there are, in the order in which they are shown.
var settings = []settingKind{
	kindOf(KeepJobs, "1y", message.New("about_keep_jobs", ""), checkAge, message.ID("age_is")),
	kindOf(KeepRejects, "90d", message.New("about_keep_rejects", ""), checkAge, message.ID("age_is")),
	kindOf(KeepSize, "1GB", message.New("about_keep_size", ""), checkSize, message.ID("size_is")),
	kindOf(KeepUndo, "30d", message.New("about_keep_undo", ""), checkAge, message.ID("age_is")),
	kindOf(ImportsAtOnce, "2", message.New("about_imports_at_once", ""), checkAtOnce, message.ID("at_once_is")),
	explained(kindOf(AllowedOrigins, "", message.New("about_allowed_origins", ""), checkOrigins, message.ID("origins_are")), explainOrigins),
}

func kindOf(name, value string, about message.Note, check func(string) error, values message.ID) settingKind {
	return settingKind{Setting: Setting{name, value, value, about}, check: check, values: values}
}

func explained(k settingKind, explain func(string) error) settingKind {
	k.explain = explain
	return k
}

// refuse returns why a text is no value of the setting.
func (k settingKind) refuse(value string) error {
	if k.explain != nil {
		if err := k.explain(value); err != nil {
			return err
		}
	}
	if k.check(value) != nil {
		return message.NewError(ErrBadSetting, "setting_bad", k.values, "name", k.Name, "value", value)
	}
	return nil
}

// mostAtOnce is the most imports that run side by side: each has memory and connections
// of its own.
const mostAtOnce = 16

func checkAtOnce(text string) error {
	if n, err := strconv.Atoi(text); err != nil || n < 1 || n > mostAtOnce {
		return errValue
	}
	return nil
}

func checkOrigins(text string) error {
	for origin := range strings.FieldsSeq(text) {
		if !IsOrigin(origin) {
			return errValue
		}
	}
	return nil
}

// explainOrigins returns what is wrong with the first origin of a list that has one.
func explainOrigins(text string) error {
	for origin := range strings.FieldsSeq(text) {
		if err := CheckOrigin(origin); err != nil {
			return err
		}
	}
	return nil
}

func findSetting(name string) (settingKind, error) {
	i := slices.IndexFunc(settings, func(k settingKind) bool { return k.Name == name })
	if i >= 0 {
		return settings[i], nil
	}
	var names []string
	for _, k := range settings {
		names = append(names, k.Name)
	}
	return settingKind{}, message.NewError(ErrNoSetting, "setting_unknown", "settings_are", "name", name, "names", names)
}

// Settings returns all settings.
func (s *Store) Settings(ctx context.Context) ([]Setting, error) {
	kept, err := s.changedSettings(ctx)
	if err != nil {
		return nil, s.reading("read the settings", err)
	}
	all := make([]Setting, 0, len(settings))
	for _, k := range settings {
		if v, ok := kept[k.Name]; ok && k.check(v) == nil {
			k.Value = v
		}
		all = append(all, k.Setting)
	}
	return all, nil
}

// changedSettings returns the values of the settings that were changed, by name.
func (s *Store) changedSettings(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name, value FROM settings")
	if err != nil {
		return nil, err
	}
	changed := map[string]string{}
	_, err = scanAll(rows, func(r *sql.Rows) (_ struct{}, err error) {
		var name, value string
		err = r.Scan(&name, &value)
		changed[name] = value
		return struct{}{}, err
	})
	return changed, err
}

// Setting returns one setting. The error may wrap ErrNoSetting.
func (s *Store) Setting(ctx context.Context, name string) (Setting, error) {
	k, err := findSetting(name)
	if err != nil {
		return Setting{}, err
	}
	all, err := s.Settings(ctx)
	if err != nil {
		return Setting{}, err
	}
	return all[slices.IndexFunc(all, func(v Setting) bool { return v.Name == k.Name })], nil
}

// SetSetting changes a setting, and returns it; the value "default" makes it what it is
// by default. The error may wrap ErrNoSetting or ErrBadSetting.
func (s *Store) SetSetting(ctx context.Context, name, value string) (Setting, error) {
	k, err := findSetting(name)
	if err != nil {
		return Setting{}, err
	}
	if value == "default" {
		err = s.exec(ctx, "DELETE FROM settings WHERE name = ?", name)
	} else {
		if err := k.refuse(value); err != nil {
			return Setting{}, err
		}
		k.Value = value
		err = s.exec(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)
	}
	if err != nil {
		return Setting{}, s.explain("change the setting "+name, err)
	}
	s.tidySoon()
	return k.Setting, nil
}
