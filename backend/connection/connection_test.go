package connection

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/load"
	"linefeed/backend/secret"
	"linefeed/backend/store"

	"linefeed/backend/target/connect"
)

// newBook returns a book in a home of its own, with a keychain of its own.
func newBook(t *testing.T) (b *Book, home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("LINEFEED_HOME", home)
	t.Setenv("LINEFEED_PASSWORD", "")
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	return reopened(t, home), home
}

// reopened returns the book of another process.
func reopened(t *testing.T, home string) *Book {
	t.Helper()
	st, err := store.Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(st)
}

// noSecret fails where any file below the home holds a text.
func noSecret(t *testing.T, home, text string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			t.Errorf("%s holds the password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func save(t *testing.T, b *Book, d Draft) Connection {
	t.Helper()
	c, err := b.Save(t.Context(), d)
	if err != nil {
		t.Fatalf("save %s: %v", d.Name, err)
	}
	return c
}

// password returns the password that a target is opened with.
func password(t *testing.T, b *Book, url string) string {
	t.Helper()
	l, err := b.login(t.Context(), url)
	if err != nil || l == nil {
		t.Fatalf("%s: %v", url, err)
	}
	l.find(t.Context())
	return l.server.Password
}

func TestSave(t *testing.T) {
	b, home := newBook(t)
	c := save(t, b, Draft{Name: "shop", URL: "postgres://ann:s3cretA@db.example/shop?sslmode=require"})
	if want := (Connection{Name: "shop", URL: "postgres://ann@db.example/shop?sslmode=require", Kind: "postgres", Password: secret.Keychain, Insecure: true}); c != want {
		t.Errorf("%+v, want %+v", c, want)
	}
	other := reopened(t, home)
	if p := password(t, other, "connection:SHOP"); p != "s3cretA" {
		t.Errorf("another process finds the password %q", p)
	}
	if url, err := other.Address(t.Context(), "connection:shop"); err != nil || url != c.URL {
		t.Errorf("%s, %v", url, err)
	}
	// Renamed, the password stays; a new one replaces it.
	c = save(t, b, Draft{Name: "Shop 2", Was: "shop", URL: "postgres://ann@db2.example/shop"})
	if c.Password != secret.Keychain || c.Insecure || password(t, other, "connection:Shop 2") != "s3cretA" {
		t.Errorf("%+v", c)
	}
	next := "s3cretB"
	save(t, b, Draft{Name: "Shop 2", Was: "shop 2", URL: c.URL, Password: &next})
	if p := password(t, other, "connection:Shop 2"); p != next {
		t.Errorf("the password is %q", p)
	}
	noSecret(t, home, "s3cret")
	// In memory alone.
	c = save(t, b, Draft{Name: "Shop 2", Was: "Shop 2", URL: c.URL, Password: &next, Session: true})
	if c.Password != secret.Session || password(t, b, "connection:Shop 2") != next || password(t, other, "connection:Shop 2") != "" {
		t.Errorf("%+v", c)
	}
	none := ""
	c = save(t, b, Draft{Name: "Shop 2", Was: "Shop 2", URL: c.URL, Password: &none})
	if c.Password != secret.Nowhere || password(t, b, "connection:Shop 2") != "" {
		t.Errorf("%+v", c)
	}
	noSecret(t, home, "s3cret")
	save(t, b, Draft{Name: "Lab", URL: "mysql://lab", Password: &next})
	if all, err := b.List(t.Context()); err != nil || len(all) != 2 || all[0].Name != "Lab" || all[0].Password != secret.Keychain || all[1].Kind != "postgres" {
		t.Errorf("%+v, %v", all, err)
	}
	kept, err := b.named(t.Context(), "lab")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Remove(t.Context(), "lab"); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("Linefeed", kept.Key); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the password of a removed connection: %v", err)
	}
}

// Without a keychain the password is in memory, and the answer says why.
func TestSaveWithoutKeychain(t *testing.T) {
	b, home := newBook(t)
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	c := save(t, b, Draft{Name: "shop", URL: "mysql://ann:s3cretA@db/shop"})
	if c.Password != secret.Session || c.Reason != "there is no keychain here" || password(t, b, "connection:shop") != "s3cretA" {
		t.Errorf("%+v", c)
	}
	if p := password(t, reopened(t, home), "connection:shop"); p != "" {
		t.Errorf("another process finds the password %q", p)
	}
	noSecret(t, home, "s3cret")
	if err := b.Remove(t.Context(), "shop"); err != nil {
		t.Error(err)
	}
}

// Where the keychain is gone, a new password is in memory, and the answer says that
// the old one stays.
func TestSaveWithKeychainGone(t *testing.T) {
	b, home := newBook(t)
	save(t, b, Draft{Name: "shop", URL: "mysql://ann:s3cretA@db/shop"})
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	next := "s3cretB"
	_, err := b.Save(t.Context(), Draft{Name: "shop", Was: "shop", URL: "mysql://ann@db/shop", Password: &next})
	if err == nil || !strings.Contains(err.Error(), `"shop" is saved, but its earlier password stays in the keychain: there is no keychain here: remove it there: it is called "shop `) {
		t.Errorf("%v", err)
	}
	if p := password(t, b, "connection:shop"); p != next {
		t.Errorf("the password is %q", p)
	}
	noSecret(t, home, "s3cret")
}

func TestSaveRefuses(t *testing.T) {
	b, _ := newBook(t)
	save(t, b, Draft{Name: "shop", URL: "mysql://db"})
	for _, c := range []struct {
		d    Draft
		says string
	}{
		{Draft{URL: "mysql://db"}, "has no name"},
		{Draft{Name: " x", URL: "mysql://db"}, "can't be the name"},
		{Draft{Name: "a\nb", URL: "mysql://db"}, "can't be the name"},
		{Draft{Name: strings.Repeat("x", 101), URL: "mysql://db"}, "can't be the name"},
		{Draft{Name: "mysql://ann:s3cret@db", URL: "mysql://db"}, "an address can't be the name"},
		{Draft{Name: "SHOP", URL: "mysql://db"}, `there is a connection "SHOP" already`},
		{Draft{Name: "x", Was: "none", URL: "mysql://db"}, `no connection "none" is saved`},
		{Draft{Name: "x", URL: "x.db"}, "only databases on servers"},
		{Draft{Name: "x", URL: "connection:shop"}, "only databases on servers"},
		{Draft{Name: "x", URL: "postgres://ann:s3cret#1@db"}, "can't be understood"},
		{Draft{Name: "x", URL: "postgres://db?sslpassword=s3cret"}, "sslpassword of the address seems to hold a secret"},
	} {
		if _, err := b.Save(t.Context(), c.d); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v: %v, want %q", c.d, err, c.says)
		}
	}
	if all, err := b.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := b.Remove(t.Context(), "none"); err == nil || !strings.Contains(err.Error(), `no connection "none" is saved`) {
		t.Errorf("%v", err)
	}
}

// The password is the one in the address, then what was given in this session, then
// the environment's, then the keychain's.
func TestPasswords(t *testing.T) {
	b, _ := newBook(t)
	save(t, b, Draft{Name: "shop", URL: "postgres://ann:keychain@db/shop"})
	is := func(url, want string) {
		t.Helper()
		if got := password(t, b, url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
	is("connection:shop", "keychain")
	is("postgres://ann@db/other", "")
	t.Setenv("LINEFEED_PASSWORD", "environment")
	is("connection:shop", "environment")
	is("postgres://ann@db/other", "environment")
	for _, url := range []string{"connection:shop", "postgres://ann@db/shop"} {
		if err := b.Give(t.Context(), url, "given"); err != nil {
			t.Fatal(err)
		}
	}
	is("connection:shop", "given")
	is("postgres://ann@DB:5432/other", "given") // the same login
	is("postgres://bob@db/other", "environment")
	is("postgres://ann:own@db/shop", "own")
	if err := b.Give(t.Context(), "connection:shop", ""); err != nil {
		t.Fatal(err)
	}
	is("connection:shop", "environment")
	for _, url := range []string{"x.db", "connection:none"} {
		if err := b.Give(t.Context(), url, "x"); err == nil {
			t.Errorf("%s takes a password", url)
		}
	}
}

// What can't be reached is told with its reason, and no password.
func TestLookThatFails(t *testing.T) {
	b, _ := newBook(t)
	for url, says := range map[string]string{
		"connection:none":            `no connection "none" is saved`,
		"oracle://ann:s3cret@db/x":   "oracle:// are not supported",
		"postgres://ann:s3cret#@db/": "can't be understood",
	} {
		d := b.Look(t.Context(), url)
		if d.Failure == nil || d.Failure.Kind != connect.Other || !strings.Contains(d.Failure.Message, says) || d.Failure.MessageID == "" || d.Tables == nil {
			t.Errorf("%s: %+v", url, d.Failure)
		}
		if _, err := b.Open(t.Context(), url); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", url, err)
		}
		r := b.Test(t.Context(), Draft{URL: url}, load.TableName{})
		if r.OK || len(r.Steps) != len(connect.Steps) || r.Steps[0].State != StepFailed || r.Steps[1].State != StepSkipped {
			t.Errorf("%s: %+v", url, r)
		}
	}
	file := filepath.Join(t.TempDir(), "x.db")
	if d := b.Look(t.Context(), file); d.Failure != nil || d.Place.File != file {
		t.Errorf("%+v", d)
	}
}

func TestForm(t *testing.T) {
	for url, want := range map[string]Form{
		"postgres://ann:x@db.example:5433/shop?sslmode=require&sslrootcert=/ca.pem&a=b+c": {Kind: "postgres", Hosts: "db.example", Port: "5433", Database: "shop", User: "ann", Password: true, TLS: "require", CA: "/ca.pem", Rest: "a=b+c"},
		"mysql://h1:3307,h2/":                                   {Kind: "mysql", Hosts: "h1:3307,h2"},
		"mariadb://[::1]:3307/d?ssl_mode=verify_ca&ssl-ca=x":    {Kind: "mysql", Hosts: "[::1]", Port: "3307", Database: "d", TLS: "ca", CA: "x"},
		"postgres:///d?host=/run/postgresql":                    {Kind: "postgres", Hosts: "/run/postgresql", Database: "d"},
		"mysql://ann@/d?socket=/run/x.sock&sslmode=verify-full": {Kind: "mysql", Hosts: "/run/x.sock", Database: "d", User: "ann", TLS: "verify"},
		"postgres:///d":                      {Kind: "postgres", Database: "d"},
		"postgres://db/d?sslmode=no-such":    {Kind: "postgres", Hosts: "db", Database: "d", Rest: "sslmode=no-such"},
		"postgres://b%40b@db/a%2Fb%40?x=%26": {Kind: "postgres", Hosts: "db", Database: "a/b@", User: "b@b", Rest: "x=%26"},
	} {
		f, err := FormOf(url)
		if err != nil || f != want {
			t.Errorf("%s: %+v, %v, want %+v", url, f, err, want)
			continue
		}
		made, err := f.URL()
		if err != nil {
			t.Errorf("%+v: %v", f, err)
			continue
		}
		if again, err := FormOf(made); err != nil || again != func() Form { want.Password = false; return want }() {
			t.Errorf("%s became %s: %+v, %v", url, made, again, err)
		}
	}
	for _, f := range []Form{{Kind: "sqlite"}, {Kind: "mysql", Hosts: "db", Port: "x"}, {Kind: "mysql", Hosts: "a@b"}, {Kind: "mysql", Hosts: "[::1"}} {
		if url, err := f.URL(); err == nil {
			t.Errorf("%+v became %s", f, url)
		}
	}
	if _, err := FormOf("x.db"); err == nil {
		t.Error("a file has a form")
	}
	if url, err := (Form{Kind: "postgres", Hosts: " a, b:5433 ", Port: "6000"}).URL(); err != nil || url != "postgres://a:6000,b:5433" {
		t.Errorf("%s, %v", url, err)
	}
}
