package engine_test

import (
	"errors"
	"testing"

	"linefeed/backend/engine"
	"linefeed/backend/signin"
)

// Package signin reads the settings of the store.
func TestSigninConfig(t *testing.T) {
	newHome(t)
	e, _ := opened(t, engine.Open)
	set := func(name, value string) {
		t.Helper()
		if _, err := e.Runner.SetSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := e.SigninConfig(t.Context()); err != nil || c != (signin.Config{}) {
		t.Errorf("at first: %+v, %v", c, err)
	}
	set(signin.SettingRequired, "yes")
	if _, err := e.SigninConfig(t.Context()); !errors.Is(err, signin.ErrIncomplete) {
		t.Errorf("required, and not set up: %v", err)
	}
	want := signin.Config{Issuer: "https://sso.example.org/realms/shop", Client: "linefeed", Audience: "api", Role: "importer", Targets: "any", Required: true}
	set(signin.SettingIssuer, want.Issuer)
	set(signin.SettingClient, want.Client)
	set(signin.SettingAudience, want.Audience)
	set(signin.SettingRole, want.Role)
	set(signin.SettingTargets, want.Targets)
	if c, err := e.SigninConfig(t.Context()); err != nil || c != want {
		t.Errorf("%+v, %v", c, err)
	}
}
