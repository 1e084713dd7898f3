package signin

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestConfigOf(t *testing.T) {
	for name, tt := range map[string]struct {
		settings map[string]string
		on       bool
		err      error
	}{
		"off":               {map[string]string{SettingRequired: "no"}, false, nil},
		"on":                {map[string]string{SettingIssuer: "https://sso", SettingClient: "linefeed", SettingRequired: "no"}, true, nil},
		"half":              {map[string]string{SettingIssuer: "https://sso", SettingRequired: "no"}, false, nil},
		"required":          {map[string]string{SettingIssuer: "https://sso", SettingClient: "linefeed", SettingRequired: "yes"}, true, nil},
		"required, off":     {map[string]string{SettingRequired: "yes"}, false, ErrIncomplete},
		"required, half":    {map[string]string{SettingIssuer: "https://sso", SettingRequired: "yes"}, false, ErrIncomplete},
		"no word of it":     {map[string]string{}, false, ErrIncomplete},
		"not understood":    {map[string]string{SettingRequired: "maybe"}, false, ErrIncomplete},
		"required, nowhere": {map[string]string{SettingClient: "linefeed", SettingRequired: "yes"}, false, ErrIncomplete},
	} {
		c, err := ConfigOf(func(name string) string { return tt.settings[name] })
		if c.On() != tt.on || !errors.Is(err, tt.err) || err == nil != (tt.err == nil) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if err := c.check(); errors.Is(err, ErrOff) == tt.on {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHasRole(t *testing.T) {
	var c claims
	text := `{"sub":"1","email":"ada@example.org","realm_access":{"roles":["staff"]},"resource_access":{"linefeed":{"roles":["importer"]},"urn:app":{"roles":["x"]}}}`
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	u := c.user(time.Time{})
	if u.Name != "ada@example.org" || u.Subject != "1" {
		t.Errorf("%+v", u)
	}
	for role, want := range map[string]bool{
		"": true, "staff": true, "importer": false, "Staff": false, "linefeed:importer": true, "linefeed:staff": false,
		"other:importer": false, "urn:app:x": true, ":staff": true, "linefeed:": false, "x": false,
	} {
		if got := u.HasRole(Config{Role: role}); got != want {
			t.Errorf("role %q: %v", role, got)
		}
	}
	if (User{}).HasRole(Config{Role: "linefeed:"}) || (User{}).HasRole(Config{Role: ":"}) {
		t.Error("nobody has the role without a name")
	}
}
