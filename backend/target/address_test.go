package target

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		url, path string
		wait      time.Duration
	}{
		{"x.db", "x.db", 0},
		{"/a/x.db", "/a/x.db", 0},
		{"what?.db", "what?.db", 0},
		{"x.db?wait=30s", "x.db?wait=30s", 0}, // a path alone has no settings
		{"notes:2024.db", "notes:2024.db", 0},
		{"C:x.db", "C:x.db", 0},
		{"./:memory:", "./:memory:", 0},
		{"sqlite:x.db", "x.db", 0},
		{"SQLite:x.db", "x.db", 0},
		{"sqlite:/a/x.db", "/a/x.db", 0},
		{"sqlite:///a/x.db", "/a/x.db", 0},
		{"sqlite:what?.db", "what?.db", 0},
		{"sqlite:x.db?wait=30s", "x.db", 30 * time.Second},
		{"sqlite:what?.db?wait=1m30s", "what?.db", 90 * time.Second},
		{"sqlite:///a/x.db?wait=250ms", "/a/x.db", 250 * time.Millisecond},
		{"sqlite:x.db?wait=0s", "x.db", 1},
	} {
		a, err := parse(c.url)
		if err != nil || a.path != c.path || a.options.Wait != c.wait || a.other != "" {
			t.Errorf("%s: %+v, %v, want %s and %v", c.url, a, err, c.path, c.wait)
		}
		if got := Path(c.url); got != c.path {
			t.Errorf("the path of %s is %s, want %s", c.url, got, c.path)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for url, want := range map[string]string{
		":memory:":                 "path of a file",
		"sqlite::memory:":          "path of a file",
		":memory:?cache=shared":    "path of a file",
		"sqlite://x.db":            "sqlite:///folder/file.db",
		"sqlite://./x.db":          "sqlite:///folder/file.db",
		"sqlite://me:secret@host":  "sqlite:///folder/file.db",
		"sqlite://":                "sqlite:///folder/file.db",
		"file:x.db":                "give a path",
		"file:///a/x.db?mode=ro":   "give a path",
		"FILE:x.db":                "give a path",
		"sqlite:x.db?wait=":        "30s",
		"sqlite:x.db?wait=30":      "30s",
		"sqlite:x.db?wait=-1s":     "30s",
		"sqlite:x.db?wait=25h":     "30s",
		"sqlite:x.db?mode=ro":      `no setting "mode"`,
		"sqlite:x.db?token=secret": `no setting "token"`,

		"ann:secret@tcp(host:3306)/shop":    "database server",
		" ann:secret@host":                  "database server",
		"jdbc:postgresql://host/shop":       "database server",
		"jdbc:postgresql://a:secret@host/s": "database server",
		"postgres:shop":                     "database server",
		"mysql:ann@db/shop":                 "database server",
		"host=db user=ann password=secret":  "database server",
		"Server=db;Uid=ann;Pwd=secret":      "database server",
		"notes:2024://x":                    "database server",
	} {
		if _, err := parse(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", url, err)
		}
		if tg, err := Open(t.Context(), url); err == nil || tg != nil {
			t.Errorf("%s was opened", url)
		}
		if _, err := Abs(url); err == nil {
			t.Errorf("%s was made absolute", url)
		}
		if abs, err := IsAbs(url); err == nil || abs {
			t.Errorf("%s is absolute: %v, %v", url, abs, err)
		}
		if files := Files(url); files != nil {
			t.Errorf("%s has the files %v", url, files)
		}
	}
}

func TestAbs(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(here, name) }
	for url, want := range map[string]string{
		"":                         "",
		"x.db":                     in("x.db"),
		"./:memory:":               in(":memory:"),
		"sqlite:x.db":              "sqlite:" + in("x.db"),
		"sqlite:a/../x.db?wait=1s": "sqlite:" + in("x.db") + "?wait=1s",
		"sqlite:///a/x.db":         "sqlite:/a/x.db",
		"postgres://host/db":       "postgres://host/db",
	} {
		if got, err := Abs(url); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", url, got, err, want)
		}
	}
}

func TestOthers(t *testing.T) {
	for url, want := range map[string]string{
		"oracle://host/db":              "oracle",
		"ORACLE://ann:secret@host/db":   "ORACLE",
		" \"oracle://ann:secret@host\"": "oracle",
		"mysql+ssl://host":              "mysql+ssl",
	} {
		if a, err := parse(url); err != nil || a.other != want {
			t.Errorf("%s: %+v, %v, want the kind %s", url, a, err, want)
		}
		if path, files := Path(url), Files(url); path != "" || files != nil {
			t.Errorf("%s has the path %q and the files %q", url, path, files)
		}
		if abs, err := IsAbs(url); !abs || err != nil {
			t.Errorf("%s is absolute: %v, %v", url, abs, err)
		}
		if _, err := Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), want+"://") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestIsAbs(t *testing.T) {
	for url, want := range map[string]bool{
		"x.db": false, "sqlite:x.db": false, "sqlite:./x.db?wait=1s": false, "notes:2024.db": false, "": false,
		"/a/x.db": true, "sqlite:/a/x.db": true, "SQLite:///a/x.db?wait=1s": true,
	} {
		if abs, err := IsAbs(url); abs != want || err != nil {
			t.Errorf("%s is absolute: %v, %v", url, abs, err)
		}
	}
}

func TestFiles(t *testing.T) {
	if got := strings.Join(Files("sqlite:/a/x.db?wait=1s"), " "); got != "/a/x.db /a/x.db-wal /a/x.db-shm /a/x.db-journal" {
		t.Errorf("the files are %s", got)
	}
}
