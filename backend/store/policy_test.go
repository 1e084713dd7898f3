package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writePolicy makes a policy file and returns its path.
func writePolicy(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What a policy sets holds, whatever the user has set, and is not changed.
func TestPolicyPins(t *testing.T) {
	home := t.TempDir()
	if _, err := open(t, home).SetSetting(t.Context(), SigninRequired, "no"); err != nil {
		t.Fatal(err)
	}
	path := writePolicy(t, `{"settings": {"signin-required": "yes", "keep-jobs": "forever"}}`)
	t.Setenv("LINEFEED_POLICY", path)
	s := open(t, home)
	all, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pinned := map[string]string{}
	for _, v := range all {
		if v.Pinned != "" {
			pinned[v.Name] = v.Value + " by " + v.Pinned
		}
	}
	if len(pinned) != 2 || pinned[SigninRequired] != "yes by "+path || pinned[KeepJobs] != "forever by "+path {
		t.Errorf("pinned: %v", pinned)
	}
	for _, value := range []string{"no", "yes", "default", "x"} {
		if _, err := s.SetSetting(t.Context(), SigninRequired, value); !errors.Is(err, ErrPinned) || !strings.Contains(err.Error(), path) {
			t.Errorf("set to %s: %v", value, err)
		}
	}
	if v, err := s.Setting(t.Context(), SigninRequired); err != nil || v.Value != "yes" {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := s.SetSetting(t.Context(), KeepRejects, "1d"); err != nil {
		t.Errorf("another setting: %v", err)
	}
	t.Setenv("LINEFEED_POLICY", "")
	if v, err := open(t, home).Setting(t.Context(), SigninRequired); err != nil || v.Value != "no" || v.Pinned != "" {
		t.Errorf("without the policy: %+v, %v", v, err)
	}
}

// The environment adds a policy, and takes none away.
func TestPolicyOfEnvironment(t *testing.T) {
	yes := writePolicy(t, `{"settings": {"signin-required": "yes"}}`)
	no := writePolicy(t, `{"settings": {"signin-required": "no"}}`)
	bad := writePolicy(t, `{`)
	none := filepath.Join(t.TempDir(), "none.json")
	other := none + "too"
	for _, tt := range []struct{ system, other, want string }{
		{yes, no, yes}, {yes, none, yes}, {yes, "", yes}, {none, no, no}, {none, "", ""}, {"", "", ""}, {"", yes, yes},
		{bad, no, "error"}, {none, other, "error"}, {"", none, "error"}, {filepath.Dir(yes), no, "error"},
	} {
		p, err := readPolicy(tt.system, tt.other)
		if err != nil {
			p.path = "error"
		}
		if p.path != tt.want {
			t.Errorf("%s and %s: %s, %v", tt.system, tt.other, p.path, err)
		}
	}
}

// A policy that is not understood whole lets nothing happen.
func TestBadPolicy(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `[]`, `null`, `{"settings": null}`, `{"settings": {"signin-required": true}}`, `{"settings": {"signin-required": "maybe"}}`,
		`{"settings": {"sign-in-required": "yes"}}`, `{"settings": {}} {"settings": {}}`, `{"settings": {}, "more": 1}`,
		`{"settings": {"signin-issuer": "http://sso.example.org"}}`, `{"settings": {}} x`, `{"settings": {}}` + strings.Repeat(" ", mostPolicy),
	} {
		path := writePolicy(t, text)
		t.Setenv("LINEFEED_POLICY", path)
		s, err := Open(t.Context(), t.TempDir(), t.TempDir())
		if err == nil {
			t.Errorf("%.60s: it opens", text)
			_ = s.Close()
		} else if !errors.Is(err, ErrPolicy) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}

func TestSigninSettings(t *testing.T) {
	for name, values := range map[string]struct{ good, bad []string }{
		SigninIssuer: {
			[]string{"", "https://sso.example.org", "https://sso.example.org:8443/realms/a%20b", "http://127.0.0.1:8080/realms/shop", "http://[::1]:80", "http://localhost"},
			[]string{"sso.example.org", "http://sso.example.org", "https://", "https://u:p@sso", "https://sso?x=1", "https://sso?", "https://sso#", "ftp://127.0.0.1", "http://127.0.0.1.example.org", "http://localhost.example.org", " https://sso", "https://sso\n", "file:///etc", "https://sso/a b", "http://0x7f.1"},
		},
		SigninClient:   {[]string{"", "linefeed", "urn:app:1"}, []string{" ", "a\n", "a\x00b", "a\u202eb", "\xff"}},
		SigninTargets:  {[]string{"", "any", "connection:shop", `/data/a.db, "/data/b, c.db"`}, []string{",", "a,", `"a`, `"a"b`, "a\nb", `""`}},
		SigninRequired: {[]string{"yes", "no"}, []string{"", "true", "YES", "1"}},
	} {
		k, err := findSetting(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values.good {
			if err := k.refuse(v); err != nil {
				t.Errorf("%s %q: %v", name, v, err)
			}
		}
		for _, v := range values.bad {
			if k.refuse(v) == nil {
				t.Errorf("%s takes %q", name, v)
			}
		}
	}
}
