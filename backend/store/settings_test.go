package store

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSettings(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	value := func(s *Store, name, want string) {
		t.Helper()
		if v, err := s.Setting(t.Context(), name); err != nil || v.Value != want || v.Message == "" {
			t.Errorf("%s is %+v, %v, want %s", name, v, err, want)
		}
	}
	value(s, KeepRejects, "90d")
	if v, err := s.SetSetting(t.Context(), KeepRejects, "2w"); err != nil || v.Value != "2w" || v.Default != "90d" {
		t.Errorf("%+v, %v", v, err)
	}
	value(open(t, home), KeepRejects, "2w")
	for name, values := range map[string][]string{
		KeepJobs: {"0d", "-1d", "1", "d", "1 d", "1.5y", "300y", "99999999999999999999d", "1m", "1Y"},
		KeepSize: {"forever", "0MB", "1", "1 GB", "99999999999TB", "1gb"},
	} {
		for _, bad := range values {
			_, err := s.SetSetting(t.Context(), name, bad)
			if !errors.Is(err, ErrBadSetting) || !strings.Contains(err.Error(), bad) {
				t.Errorf("%s %q: %v", name, bad, err)
			}
		}
	}
	for name, good := range map[string]string{KeepJobs: "forever", KeepSize: "unlimited"} {
		if _, err := s.SetSetting(t.Context(), name, good); err != nil {
			t.Error(err)
		}
		value(s, name, good)
	}
	if _, err := s.SetSetting(t.Context(), KeepRejects, "default"); err != nil {
		t.Error(err)
	}
	value(s, KeepRejects, "90d")
	if _, err := s.Setting(t.Context(), "x"); !errors.Is(err, ErrNoSetting) || !strings.Contains(err.Error(), KeepJobs) {
		t.Errorf("%v", err)
	}
	if _, err := s.SetSetting(t.Context(), "x", "1d"); !errors.Is(err, ErrNoSetting) {
		t.Errorf("%v", err)
	}
	// What another program wrote there does no harm.
	if err := s.exec(t.Context(), "UPDATE settings SET value = 'x'"); err != nil {
		t.Fatal(err)
	}
	value(s, KeepJobs, "1y")
	if all, err := s.Settings(t.Context()); err != nil || len(all) != len(settings) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestRetention(t *testing.T) {
	s := open(t, t.TempDir())
	now := time.Date(2030, 1, 11, 12, 0, 0, 0, time.UTC)
	for name, value := range map[string]string{KeepJobs: "forever", KeepRejects: "10d", KeepSize: "3MB"} {
		if _, err := s.SetSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	want := retention{"", "2030-01-01T12:00:00.000Z", 3_000_000, "2030-01-04T12:00:00.000Z"}
	if got, err := s.retention(t.Context(), now); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
