package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linefeed/backend/store"
)

// folder makes a folder with a file in it and in a folder of its own, a neighbour whose
// name begins like its own, and links.
func folder(t *testing.T) string {
	dir := t.TempDir()
	for _, path := range []string{"in/a.csv", "in/deep/b.csv", "in2/c.csv", "out/d.csv"} {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS != "windows" { // where links need rights
		for link, to := range map[string]string{"in/leads-out": "../out", "in/leads-nowhere": "../out/none.db", "leads-in": "in"} {
			if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestAllowsFile(t *testing.T) {
	dir := folder(t)
	s, err := Scope{May: Import, Folders: []string{filepath.Join(dir, "in")}, Targets: []string{Anywhere}}.Check()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"in/a.csv": true, "in/deep/b.csv": true, "in/none.csv": true, "in/./deep/../a.csv": true,
		"in2/c.csv": false, "out/d.csv": false, "in/../out/d.csv": false,
	} {
		if got := s.AllowsFile(filepath.Join(dir, "in", "..") + "/" + path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]bool{
			"in/leads-out/d.csv": false, "in/leads-nowhere": false, "leads-in/a.csv": true,
			"in/leads-out/../out/d.csv": false, "in/leads-out/../a.csv": false, "in/leads-out/../out/none.csv": false, // opened as a path beside out
		} {
			if got := s.AllowsFile(dir + "/" + path); got != want {
				t.Errorf("%s: %v", path, got)
			}
		}
	}
	if s.AllowsFile("a.csv") || s.AllowsFile("") {
		t.Error("a path that is not full is allowed")
	}
	if (Scope{May: Import, Targets: []string{Anywhere}}).AllowsFile(filepath.Join(dir, "in", "a.csv")) {
		t.Error("a scope without folders allows a file")
	}
}

func TestAllowsTarget(t *testing.T) {
	dir := folder(t)
	at := func(path string) string { return filepath.Join(dir, filepath.FromSlash(path)) }
	s, err := Scope{May: Import, Targets: []string{at("in"), at("out/shop.db"), "connection:Shop", "postgres://ann@localhost/shop"}}.Check()
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]bool{
		"":              false, // of a check that asks no database
		at("in/new.db"): true, "sqlite:" + at("in/new.db"): true, at("in/deep/new.db"): true,
		at("out/shop.db"): true, at("out/other.db"): false, at("in2/new.db"): false, at("in") + "/../out/other.db": false,
		"connection:shop": true, "connection:other": false,
		"postgres://ann@localhost/shop": true, "postgres://ann@localhost/other": false,
		"postgres://ann@localhost/shop?sslrootcert=/etc/passwd": false, "mysql://ann@localhost/shop": false,
		"new.db": false, ":memory:": false, "nonsense://x": false,
	} {
		if got := s.AllowsTarget(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
	if !(Scope{Targets: []string{Anywhere}}).AllowsTarget("mysql://ann@localhost/shop") || (Scope{}).AllowsTarget(at("in/new.db")) {
		t.Error("a scope for any database allows all of them, and one for none none")
	}
}

func TestScopesThatCantBe(t *testing.T) {
	dir := t.TempDir()
	for name, s := range map[string]Scope{
		"no right":          {Targets: []string{Anywhere}},
		"another right":     {May: "all", Targets: []string{Anywhere}},
		"no target":         {May: Watch},
		"an empty target":   {May: Watch, Targets: []string{" "}},
		"an empty folder":   {May: Import, Targets: []string{Anywhere}, Folders: []string{""}},
		"no such folder":    {May: Import, Targets: []string{Anywhere}, Folders: []string{filepath.Join(dir, "none")}},
		"files to watch":    {May: Watch, Targets: []string{Anywhere}, Folders: []string{dir}},
		"a password to see": {May: Watch, Targets: []string{"postgres://ann:secret@localhost/shop"}},
	} {
		if _, err := s.Check(); !errors.Is(err, ErrScope) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBook(t *testing.T) {
	ctx := t.Context()
	home := t.TempDir()
	st, err := store.Open(ctx, home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	b := New(st)
	scope := Scope{May: Watch, Targets: []string{Anywhere}}
	secret, made, err := b.Add(ctx, "board", scope, time.Hour)
	if err != nil || len(secret) != 43 {
		t.Fatalf("%q, %v", secret, err)
	}
	if got, err := b.Find(ctx, secret); err != nil || got.Name != "board" || got.May != Watch || got.Expires != made.Expires || got.Expires == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if all, err := b.List(ctx); err != nil || all[0].Used == "" || all[0].Used < made.Created {
		t.Errorf("one that was used: %+v, %v", all, err)
	}
	for _, wrong := range []string{"", "x", secret[:42], secret + "A"} {
		if _, err := b.Find(ctx, wrong); !errors.Is(err, ErrNoToken) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, _, err := b.Add(ctx, "Board", scope, 0); !errors.Is(err, ErrNameTaken) {
		t.Errorf("a name that is taken: %v", err)
	}
	for _, name := range []string{"", " ", "a\nb"} {
		if _, _, err := b.Add(ctx, name, scope, 0); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	expired, _, err := b.Add(ctx, "gone", scope, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Find(ctx, expired); !errors.Is(err, ErrNoToken) {
		t.Errorf("one that has expired: %v", err)
	}
	if _, forever, err := b.Add(ctx, "ever", scope, 0); err != nil || forever.Expires != "" || forever.Used != "" {
		t.Errorf("%+v, %v", forever, err)
	}
	if all, err := b.List(ctx); err != nil || len(all) != 3 || all[0].Name != "board" || all[1].Used != "" || all[2].Used != "" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := b.Remove(ctx, "BOARD"); err != nil {
		t.Error(err)
	}
	if _, err := b.Find(ctx, secret); !errors.Is(err, ErrNoToken) {
		t.Errorf("one that was revoked: %v", err)
	}
	if err := b.Remove(ctx, "board"); !errors.Is(err, ErrNoToken) {
		t.Errorf("removed twice: %v", err)
	}
}

// A use is kept at most once a minute, and no request waits for it.
func TestUses(t *testing.T) {
	ctx := t.Context()
	home := t.TempDir()
	st, err := store.Open(ctx, home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	b := New(st)
	secret, _, err := b.Add(ctx, "board", Scope{May: Watch, Targets: []string{Anywhere}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	use := func(keptAnew bool) {
		t.Helper()
		if err := st.TokenUsed(ctx, hash(secret), "before", time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Find(ctx, secret); err != nil {
			t.Fatal(err)
		}
		if all, err := b.List(ctx); err != nil || (all[0].Used != "before") != keptAnew {
			t.Errorf("%+v, %v", all, err)
		}
	}
	use(true)
	use(false)
	b.noted[hash(secret)] = time.Now().Add(-noteEvery)
	use(true)

	locked, err := sql.Open("sqlite3", filepath.Join(home, "linefeed.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer locked.Close()
	tx, err := locked.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	b.noted = map[string]time.Time{}
	began := time.Now()
	if _, err := b.Find(ctx, secret); err != nil || time.Since(began) > 10*noteWait {
		t.Errorf("while another program writes: %v after %v", err, time.Since(began))
	}
}

func TestOrigins(t *testing.T) {
	ctx := t.Context()
	home := t.TempDir()
	st, err := store.Open(ctx, home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	b := New(st)
	for _, step := range []struct {
		change func(context.Context, string) ([]string, error)
		origin string
		want   string
	}{
		{b.Allow, " https://b.example ", "https://b.example"},
		{b.Allow, "http://localhost:4200", "https://b.example http://localhost:4200"},
		{b.Allow, "https://b.example", "https://b.example http://localhost:4200"},
		{b.Disallow, "https://b.example", "http://localhost:4200"},
		{b.Disallow, "https://b.example", "http://localhost:4200"},
	} {
		all, err := step.change(ctx, step.origin)
		kept, errKept := b.Origins(ctx)
		if err != nil || errKept != nil || strings.Join(all, " ") != step.want || !slices.Equal(all, kept) {
			t.Errorf("%s: %v, %v, kept: %v, %v", step.origin, all, err, kept, errKept)
		}
	}
	for _, bad := range []string{"", "*", "https://a.example https://b.example", "https://a.example/"} {
		if _, err := b.Allow(ctx, bad); !errors.Is(err, store.ErrBadSetting) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Origins that are allowed at the same time, also by another program, are all allowed.
func TestOriginsAtTheSameTime(t *testing.T) {
	home := t.TempDir()
	var books []*Book
	for range 2 {
		st, err := store.Open(t.Context(), home, filepath.Join(home, "run"))
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		books = append(books, New(st))
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if _, err := books[i%2].Allow(t.Context(), fmt.Sprintf("https://page-%d.example", i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if kept, err := books[0].Origins(t.Context()); err != nil || len(kept) != 20 {
		t.Errorf("%d of 20 are kept: %v, %v", len(kept), kept, err)
	}
}

func TestParseLife(t *testing.T) {
	for text, want := range map[string]time.Duration{"30d": 30 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "forever": 0} {
		if got, err := ParseLife(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := ParseLife(UsualLife); err != nil {
		t.Error(err)
	}
	if _, err := ParseLife("soon"); !errors.Is(err, ErrLife) {
		t.Errorf("%v", err)
	}
}

func TestIsOrigin(t *testing.T) {
	for text, want := range map[string]bool{
		"http://localhost:4200": true, "https://shop.example": true,
		"": false, "null": false, "*": false, "shop.example": false, "https://shop.example/": false, "https://shop.example/x": false,
		"https://a@shop.example": false, "https://": false,
	} {
		if got := IsOrigin(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
