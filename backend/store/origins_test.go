package store

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckOrigin(t *testing.T) {
	for _, good := range []string{
		"http://localhost:4200", "https://shop.example", "https://shop.example:8443", "http://127.0.0.1", "http://[::1]:4200", "wails://wails",
		"chrome-extension://abcdefghijklmnop", "https://xn--bcher-kva.example",
	} {
		if err := CheckOrigin(good); err != nil || !IsOrigin(good) {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, want := range map[string]string{ // what is said of it, and what to write
		"*":                            "every page",
		"null":                         "without an origin",
		"NULL":                         "without an origin",
		"":                             "no origin",
		"shop.example":                 "write https://shop.example",
		"localhost:4200":               "write https://localhost:4200",
		"https://":                     "no origin",
		"https://:443":                 "no origin",
		"http:/shop.example":           "no origin",
		"https://shop.example/":        "write https://shop.example",
		"https://shop.example/a?b#c":   "write https://shop.example",
		"https://ann@shop.example":     "write https://shop.example",
		"https://ann:secret@shop.test": "write https://shop.test",
		"https://Shop.example":         "write https://shop.example",
		"HTTPS://shop.example":         "write https://shop.example",
		"https://shop.example:443":     "write https://shop.example",
		"http://shop.example:80":       "write http://shop.example",
		"http://shop.example:":         "write http://shop.example",
		"https://bücher.example":       "location.origin",
		"https://*.example%zz":         "no origin",
		"https://shop.example https":   "no origin",
	} {
		if err := CheckOrigin(bad); !errors.Is(err, ErrBadSetting) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

// What is refused as a new value is told by the origin, and what an older version kept
// stays.
func TestAllowedOrigins(t *testing.T) {
	s := open(t, t.TempDir())
	_, err := s.SetSetting(t.Context(), AllowedOrigins, "https://shop.example http://localhost:80")
	if !errors.Is(err, ErrBadSetting) || err.Error() != `browsers never send "http://localhost:80": write http://localhost` {
		t.Errorf("%v", err)
	}
	const kept = "https://shop.example http://localhost:80"
	if err := s.exec(t.Context(), "INSERT INTO settings (name, value) VALUES (?, ?)", AllowedOrigins, kept); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting(t.Context(), AllowedOrigins); err != nil || v.Value != kept {
		t.Errorf("%+v, %v", v, err)
	}
}
