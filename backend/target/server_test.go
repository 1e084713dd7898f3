package target

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseServer(t *testing.T) {
	for url, want := range map[string]Server{
		"postgres://db.example/shop":              {Kind: PostgreSQL, Hosts: []Host{{Name: "db.example"}}, Database: "shop"},
		"POSTGRESQL://ann@db.example:5433/shop":   {Kind: PostgreSQL, User: "ann", Hosts: []Host{{"db.example", "5433"}}, Database: "shop"},
		"postgres://":                             {Kind: PostgreSQL},
		"postgres:///shop":                        {Kind: PostgreSQL, Database: "shop"},
		"mysql://ann:p%40ss%2Fword@db/shop":       {Kind: MySQL, User: "ann", Password: "p@ss/word", Hosts: []Host{{Name: "db"}}, Database: "shop"},
		"mariadb://a%3Ab:%25@db/":                 {Kind: MySQL, User: "a:b", Password: "%", Hosts: []Host{{Name: "db"}}},
		"postgres://ann:s3c@ret@db/shop":          {Kind: PostgreSQL, User: "ann", Password: "s3c@ret", Hosts: []Host{{Name: "db"}}, Database: "shop"},
		"postgres://ann:%2A%2A%2A@db/shop":        {Kind: PostgreSQL, User: "ann", Password: "***", Hosts: []Host{{Name: "db"}}, Database: "shop"},
		"postgres://ann@db/?password=***":         {Kind: PostgreSQL, User: "ann", Hosts: []Host{{Name: "db"}}},
		"postgres://ann:***@db/shop":              {Kind: PostgreSQL, User: "ann", Hosts: []Host{{Name: "db"}}, Database: "shop"},
		"mysql://h1:3307,h2,[::1]:3308/shop":      {Kind: MySQL, Hosts: []Host{{"h1", "3307"}, {Name: "h2"}, {"::1", "3308"}}, Database: "shop"},
		"postgres://[fe80::1]/d":                  {Kind: PostgreSQL, Hosts: []Host{{Name: "fe80::1"}}, Database: "d"},
		"postgres://%2Fvar%2Frun/d":               {Kind: PostgreSQL, Hosts: []Host{{Name: "/var/run"}}, Database: "d"},
		"postgres:///d?host=/var/run&port=5433":   {Kind: PostgreSQL, Hosts: []Host{{"/var/run", "5433"}}, Database: "d"},
		"postgres:///?host=a,b&port=1&dbname=d":   {Kind: PostgreSQL, Hosts: []Host{{"a", "1"}, {"b", "1"}}, Database: "d"},
		"postgres://x/?user=ann&password=s%2Bt":   {Kind: PostgreSQL, User: "ann", Password: "s+t", Hosts: []Host{{Name: "x"}}},
		"mysql://ann@/d?socket=/run/mysqld.sock":  {Kind: MySQL, User: "ann", Hosts: []Host{{Name: "/run/mysqld.sock"}}, Database: "d"},
		"postgres://x/d?sslmode=require&a=b+c%26": {Kind: PostgreSQL, Hosts: []Host{{Name: "x"}}, Database: "d", Settings: []Setting{{"sslmode", "require"}, {"a", "b c&"}}},
		" \"postgres://ann:s3cret@db/shop\" ":     {Kind: PostgreSQL, User: "ann", Password: "s3cret", Hosts: []Host{{Name: "db"}}, Database: "shop"},
		"postgres://db/my%20shop%2Fnew":           {Kind: PostgreSQL, Hosts: []Host{{Name: "db"}}, Database: "my shop/new"},
	} {
		got, ok, err := ParseServer(url)
		if err != nil || !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", url, got, err, want)
			continue
		}
		if again, ok, err := ParseServer(got.URL()); !ok || err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s is written %s, which is %+v, %v", url, got.URL(), again, err)
		}
		if path, files := Path(url), Files(url); path != "" || files != nil {
			t.Errorf("%s has the path %q and the files %q", url, path, files)
		}
		if abs, err := IsAbs(url); !abs || err != nil {
			t.Errorf("%s is absolute: %v, %v", url, abs, err)
		}
	}
	for _, path := range []string{"", "x.db", "sqlite:x.db", "oracle://db/shop", "connection:shop", "./postgres:x"} {
		if _, ok, err := ParseServer(path); ok || err != nil {
			t.Errorf("%s: %v, %v", path, ok, err)
		}
	}
}

// What can't be understood is refused, and the error shows nothing that may be a
// part of a password.
func TestMisunderstoodServer(t *testing.T) {
	for _, url := range []string{
		"postgres://ann:s3cret/1@db/shop", "postgres://ann:s3cret#1@db/shop", "postgres://ann:s3cret?1@db/shop", "postgres://ann:s3%cret@db/shop",
		"mysql://db:s3cret/shop", "mysql://db:123456/shop", "mysql://[::1/shop", "mysql://[s3cret]/shop", "mysql://[::1]s3cret/shop", "postgres://db/a/s3cret",
		"postgres://db/shop?password=s3%cret", "postgres:///d?host=a,b&port=1,2,3", "postgres://db/d?port=s3cret", "postgres://db/d?x=%00s3cret",
	} {
		_, ok, err := ParseServer(url)
		if err == nil || ok || strings.Contains(err.Error(), "s3") || !strings.Contains(err.Error(), "can't be understood") {
			t.Errorf("%s: %v, %v", url, ok, err)
		}
		if strings.Contains(Redact(url), "s3cret@") {
			t.Errorf("%s is shown as %s", url, Redact(url))
		}
	}
}

func TestSaved(t *testing.T) {
	for url, want := range map[string]string{"connection:shop": "shop", "Connection:My shop: new": "My shop: new", "connection": "", "./connection:x": "", "x.db": ""} {
		name, ok := Saved(url)
		if name != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", url, name, ok)
		}
		if ok && (Path(url) != "" || Files(url) != nil) {
			t.Errorf("%s has files", url)
		}
	}
	if _, err := Abs("connection: "); err == nil || !strings.Contains(err.Error(), "wants the name") {
		t.Errorf("without a name: %v", err)
	}
	if _, err := Open(t.Context(), "connection:shop"); err == nil || !strings.Contains(err.Error(), `no connection "shop" is saved`) {
		t.Errorf("%v", err)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"postgres://ann:x@Db.Example/shop", "postgresql://bob@db.example:5432/shop?sslmode=require", true},
		{"postgres://ann@db", "postgres://db/ann", true},
		{"mysql://h1,h2/shop", "mariadb://h2:3306,h1/shop", true},
		{"mysql://localhost/shop", "mysql://127.0.0.1:3306/shop", true},
		{"postgres:///shop", "postgres://localhost/shop", true},
		{"postgres:///d?host=/run", "postgres:///d?host=/run&port=5432", true},
		{"connection:shop", "connection:Shop", true},
		{"postgres://db/shop", "postgres://db/other", false},
		{"postgres://db/shop", "postgres://db:5433/shop", false},
		{"postgres://db/shop", "mysql://db/shop", false},
		{"connection:shop", "shop", false},
		{"connection:shop", "postgres://db/shop", false},
		{"a/../x.db", "./x.db", true},
		{"x.db", "y.db", false},
		{"", "", false},
		{"oracle://x/y", "oracle://x/y", false},
	} {
		if got := Same(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

// The files that an address names are the same from every folder.
func TestAbsOfServer(t *testing.T) {
	here, err := filepath.Abs("ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	url := "mysql://ann:s3cret@db/shop?SSL_CA=ca.pem&ssl-cert=/c.pem"
	abs, err := Abs(url)
	if s, _, parseErr := ParseServer(abs); err != nil || parseErr != nil || s.Setting("ssl-ca") != here || s.Setting("ssl-cert") != "/c.pem" || s.Password != "s3cret" {
		t.Errorf("%s, %v, %v", abs, err, parseErr)
	}
	if is, err := IsAbs(url); is || err != nil {
		t.Errorf("%v, %v", is, err)
	}
	if is, err := IsAbs(abs); !is || err != nil {
		t.Errorf("%v, %v", is, err)
	}
}

// home gives the test a home with a file in it, and none of the variables that tell
// where servers are.
func home(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for _, v := range []string{"PGHOST", "PGSSLMODE", "PGSERVICE", "PGSERVICEFILE", "MYSQL_PWD", "PGPORT"} {
		t.Setenv(v, "")
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

func completed(t *testing.T, url string) Server {
	t.Helper()
	s, ok, err := ParseServer(url)
	if err != nil || !ok {
		t.Fatalf("%s: %v", url, err)
	}
	if s, err = s.Completed(); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return s
}

// Whatever leads over a network is verified, unless somebody says otherwise.
func TestVerifiedByDefault(t *testing.T) {
	home(t, ".pg_service.conf", "[far]\nhost=db.example\n[lax]\nhost=db.example\nsslmode=require\n[near]\nhost=localhost\n")
	for url, want := range map[string]string{
		"postgres://db.example/shop":                 "verify-full",
		"postgres://db.example/shop?ssl=true":        "verify-full",
		"postgres://localhost,db.example/shop":       "verify-full",
		"postgres://db.example/shop?sslmode=disable": "disable",
		"postgres://db.example/shop?SSLMODE=Disable": "disable",
		"postgres://db.example/d?SslMode=Verify_CA":  "verify-ca",
		"postgres://localhost/shop":                  "",
		"postgres:///shop":                           "",
		"postgres:///shop?host=/run":                 "",
		"postgres:///shop?service=far":               "verify-full",
		"postgres:///shop?service=lax":               "",
		"postgres:///shop?service=near":              "",
	} {
		if got := completed(t, url).Setting("sslmode"); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
	for url, want := range map[string]string{
		"mysql://db.example/shop":                       "VERIFY_IDENTITY",
		"mysql://db.example/shop?ssl-mode=required":     "REQUIRED",
		"mysql://db.example/shop?SSL_MODE=Verify_CA":    "VERIFY_CA",
		"mysql://db.example/shop?sslmode=verify-full":   "VERIFY_IDENTITY",
		"mysql://db.example/shop?sslmode=disable":       "DISABLED",
		"mysql://127.0.0.1/shop":                        "",
		"mysql://127.0.0.1/shop?ssl-mode=VERIFY_CA":     "VERIFY_CA",
		"mysql:///shop?socket=/run/mysqld/mysqld.sock":  "",
		"mysql://127.0.0.1,db.example/shop":             "VERIFY_IDENTITY",
		"mysql://db.example/shop?ssl-mode=&ssl-ca=/x.y": "VERIFY_IDENTITY",
	} {
		if got := completed(t, url).Setting("ssl-mode"); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
	for _, url := range []string{"mysql://db/shop?ssl-mode=maybe", "postgres://db/shop?sslmode=maybe"} {
		s, _, _ := ParseServer(url)
		if _, err := s.Completed(); err == nil || !strings.Contains(err.Error(), `"maybe" is no mode of TLS`) {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Setenv("PGHOST", "db.example")
	if got := completed(t, "postgres:///shop").Setting("sslmode"); got != "verify-full" {
		t.Errorf("by PGHOST: %q", got)
	}
	t.Setenv("PGHOST", "a.example,b.example,c.example")
	t.Setenv("PGPORT", "1,,2") // which the driver understands
	if got := completed(t, "postgres:///shop").Setting("sslmode"); got != "verify-full" {
		t.Errorf("by several in PGHOST: %q", got)
	}
	t.Setenv("PGSERVICE", "near")
	if got := completed(t, "postgres:///shop").Setting("sslmode"); got != "" {
		t.Errorf("by PGSERVICE: %q", got)
	}
	t.Setenv("PGSSLMODE", "require")
	if got := completed(t, "postgres://db.example/shop").Setting("sslmode"); got != "" {
		t.Errorf("by PGSSLMODE: %q", got)
	}
	for url, want := range map[string]bool{
		"postgres://db/shop": false, "postgres://db/shop?sslmode=require": true, "postgres://db/shop?sslmode=verify-ca": false, "postgres://localhost/d?sslmode=disable": false,
		"mysql://db/shop?ssl_mode=PREFERRED": true, "mysql://db/shop?ssl-mode=VERIFY_IDENTITY": false,
	} {
		if s, _, _ := ParseServer(url); s.Lowered() != want {
			t.Errorf("%s: %v", url, s.Lowered())
		}
	}
}

// What an address leaves out comes from the user's option file, but its password
// goes to no other user and host.
func TestOptionFile(t *testing.T) {
	path := home(t, ".my.cnf", "# mine\n[mysql]\nuser=other\n[client]\nuser = ann\npassword=\"s3#cret\\\"\" # none\nhost=db.example\nport=3307\nssl_ca=/ca.pem\n!include x\n")
	for url, want := range map[string]string{
		"mysql:///shop":                      "mysql://ann:s3%23cret%22@db.example:3307/shop?ssl-ca=%2Fca.pem&ssl-mode=VERIFY_IDENTITY",
		"mysql://DB.example/shop":            "mysql://ann:s3%23cret%22@DB.example:3307/shop?ssl-ca=%2Fca.pem&ssl-mode=VERIFY_IDENTITY",
		"mysql://bob@db.example/shop":        "mysql://bob@db.example:3307/shop?ssl-ca=%2Fca.pem&ssl-mode=VERIFY_IDENTITY",
		"mysql://localhost/shop?ssl-ca=/x":   "mysql://ann@localhost:3307/shop?ssl-ca=%2Fx",
		"mysql://ann:own@db.example/":        "mysql://ann:own@db.example:3307/?ssl-ca=%2Fca.pem&ssl-mode=VERIFY_IDENTITY",
		"mysql://ann@db.example?ssl-mode=no": "",
	} {
		s, _, _ := ParseServer(url)
		got, err := s.Completed()
		if want != "" && (err != nil || got.URL() != want) {
			t.Errorf("%s: %s, %v, want %s", url, got.URL(), err, want)
		}
	}
	t.Setenv("MYSQL_PWD", "env")
	if got := completed(t, "mysql://bob@h/"); got.Password != "env" {
		t.Errorf("MYSQL_PWD: %+v", got)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := completed(t, "mysql:///shop"); got.User == "ann" {
		t.Error("a file that everybody can write is believed")
	}
	home(t, ".my.cnf", "[client]\nsocket=/run/x.sock\npassword='a b' \n")
	if got := completed(t, "mysql://ann@/shop"); got.URL() != "mysql://ann:a%20b@/shop?socket=%2Frun%2Fx.sock" {
		t.Errorf("%s", got.URL())
	}
	for text, want := range map[string]string{`a\sb`: "a b", `a # b`: "a", `'a # b'`: "a # b", `C:\temp`: "C:\temp", `a\\b`: `a\b`, `"`: "", ``: "", `a\`: `a\`, `\x`: `\x`} {
		if got := optionValue(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

// A file of passwords that others can read is not used, as by PostgreSQL's own programs.
func TestPasswordFile(t *testing.T) {
	path := home(t, ".pgpass", "*:*:*:*:s3cret\n")
	t.Setenv("PGPASSFILE", "")
	for mode, want := range map[os.FileMode]string{0o600: "", 0o400: "", 0o640: os.DevNull, 0o602: os.DevNull} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		for _, url := range []string{"postgres://ann@localhost/shop", "postgres://ann@localhost/shop?passfile=" + path} {
			got := completed(t, url).Setting("passfile")
			if want == "" && got == path {
				got = "" // as it was given
			}
			if got != want {
				t.Errorf("%s with %o: %q, want %q", url, mode, got, want)
			}
		}
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// No password survives that is shown.
func FuzzRedactServer(f *testing.F) {
	for _, p := range []string{"s3cret", "p@ss:w/rd?#%", "***", " ", "a=b&c", "%41", "'\"", "[::1]", "ü"} {
		f.Add(p, "ann", "db.example", "shop", true)
		f.Add(p, "", "h1:1,h2:2", "", false)
	}
	f.Fuzz(func(t *testing.T, password, user, hosts, database string, mysql bool) {
		if len(password) < 4 || strings.ContainsRune(password, 0) {
			return
		}
		parsed, err := parseHosts(hosts)
		if err != nil {
			return
		}
		const mark = "Zq9xW"
		s := Server{Kind: PostgreSQL, User: user, Password: password + mark, Hosts: parsed, Database: database}
		if mysql {
			s.Kind = MySQL
		}
		url := s.URL()
		shown := Redact(url)
		if strings.Contains(shown, mark) {
			t.Errorf("%s is shown as %s", url, shown)
		}
		if err := RedactError(url, errors.New("can't log in with "+s.Password+" at "+url)); strings.Contains(err.Error(), mark) {
			t.Errorf("%s: %v", url, err)
		}
		again, ok, err := ParseServer(url)
		if err == nil && (!ok || again.Password != s.Password || again.User != s.User) {
			t.Errorf("%s is %+v, want %+v", url, again, s)
		}
		if _, err := Open(canceled(t), url); err == nil || strings.Contains(err.Error(), mark) {
			t.Errorf("%s: %v", url, err)
		}
	})
}
