package store

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/message"
)

// A Setting is one of the program's own. Its note says what it is about. Its JSON is
// part of the program's contract.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	message.Note

	// Pinned is the path of the policy file that sets it, by which it can't be changed; ""
	// for none.
	Pinned string `json:"pinned,omitempty"`
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

	// What package signin signs in with, and what follows from it.
	SigninIssuer   = "signin-issuer"
	SigninClient   = "signin-client"
	SigninAudience = "signin-audience"
	SigninRole     = "signin-role"
	SigninTargets  = "signin-targets" // a record of CSV
	SigninRequired = "signin-required"
)

// What can be wrong with a setting.
var (
	ErrNoSetting  = errors.New("no such setting")
	ErrBadSetting = errors.New("no value of the setting")
	ErrPinned     = errors.New("a policy sets it")
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
	kindOf(SigninIssuer, "", message.New("about_signin_issuer", ""), checkIssuer, message.ID("issuer_is")),
	kindOf(SigninClient, "", message.New("about_signin_client", ""), checkLine, message.ID("line_is")),
	kindOf(SigninAudience, "", message.New("about_signin_audience", ""), checkLine, message.ID("line_is")),
	kindOf(SigninRole, "", message.New("about_signin_role", ""), checkLine, message.ID("line_is")),
	kindOf(SigninTargets, "", message.New("about_signin_targets", ""), checkList, message.ID("targets_are")),
	kindOf(SigninRequired, "no", message.New("about_signin_required", ""), checkYesNo, message.ID("yes_or_no")),
}

func kindOf(name, value string, about message.Note, check func(string) error, values message.ID) settingKind {
	return settingKind{Setting: Setting{Name: name, Value: value, Default: value, Note: about}, check: check, values: values}
}

func explained(k settingKind, explain func(string) error) settingKind {
	k.explain = explain
	return k
}

// A Description is what there is to know about a setting: its default, and in words what it is
// about and which values it takes.
type Description struct {
	Name, Default string
	About, Values message.ID
}

// Described returns all settings, in the order in which they are shown.
func Described() []Description {
	all := make([]Description, len(settings))
	for i, k := range settings {
		all[i] = Description{k.Name, k.Default, k.MessageID, k.values}
	}
	return all
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

// checkIssuer holds that an issuer is told by TLS, or does not leave this computer (OpenID
// Connect Discovery 1.0, section 2; RFC 8414, section 2).
func checkIssuer(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?# ") || checkLine(text) != nil {
		return errValue
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return errValue
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// checkLine holds that a text is one line that shows all that it is.
func checkLine(text string) error {
	if strings.TrimSpace(text) != text || !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return errValue
	}
	return nil
}

// checkList holds that a text is a record of CSV, as [List] reads it, or empty.
func checkList(text string) error {
	if checkLine(text) != nil {
		return errValue
	}
	all, err := List(text)
	if err != nil || slices.ContainsFunc(all, func(v string) bool { return strings.TrimSpace(v) == "" }) {
		return errValue
	}
	return nil
}

func checkYesNo(text string) error {
	if text != "yes" && text != "no" {
		return errValue
	}
	return nil
}

// List returns what a setting with several values lists, with commas between them; quotes
// are around a value that has a comma, as in CSV.
func List(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	return r.Read()
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
		if v, ok := s.policy.values[k.Name]; ok {
			k.Value, k.Pinned = v, s.policy.path
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
// by default. The error may wrap ErrNoSetting, ErrBadSetting or ErrPinned.
func (s *Store) SetSetting(ctx context.Context, name, value string) (Setting, error) {
	k, err := findSetting(name)
	if err != nil {
		return Setting{}, err
	}
	if err := s.policy.refuse(name); err != nil {
		return Setting{}, err
	}
	if value == "default" {
		err = s.exec(ctx, "DELETE FROM settings WHERE name = ?", name)
	} else {
		if err := k.refuse(value); err != nil {
			return Setting{}, err
		}
		k.Value = value
		err = s.exec(ctx, setSetting, name, value)
	}
	if err != nil {
		return Setting{}, s.explain("change the setting "+name, err)
	}
	s.tidySoon()
	return k.Setting, nil
}

// ChangeSetting changes a setting by what it is, which nobody else changes meanwhile, and
// returns it. change may be called again. Errors are those of [Store.SetSetting].
func (s *Store) ChangeSetting(ctx context.Context, name string, change func(value string) string) (Setting, error) {
	k, err := findSetting(name)
	if err == nil {
		err = s.policy.refuse(name)
	}
	if err != nil {
		return Setting{}, err
	}
	usual := k.Value
	var refused error
	err = s.update(ctx, func(tx *sql.Tx) error {
		var kept string
		err := tx.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&kept)
		if errors.Is(err, sql.ErrNoRows) || err == nil && k.check(kept) != nil {
			kept, err = usual, nil
		}
		if err != nil {
			return err
		}
		k.Value = change(kept)
		if refused = k.refuse(k.Value); refused != nil {
			return refused
		}
		_, err = tx.ExecContext(ctx, setSetting, name, k.Value)
		return err
	})
	switch {
	case refused != nil:
		return Setting{}, refused
	case err != nil:
		return Setting{}, s.explain("change the setting "+name, err)
	}
	s.tidySoon()
	return k.Setting, nil
}

const setSetting = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
