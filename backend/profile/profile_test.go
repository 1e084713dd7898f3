package profile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/profile"
)

func example() profile.Profile {
	one := 1
	return profile.Profile{
		Version: profile.Version, Fields: []string{"Nr", "Preis"}, Target: "connection:Shop",
		Dialect: csvfile.Dialect{Delimiter: ";", HeaderRows: &one},
		Plan:    load.Plan{Table: "prices", Map: map[string]string{"Nr": "sku", "Preis": "price"}, Formats: map[string]string{"price": "<1.234,56>"}},
		Infer:   []string{"price"},
		Limits:  csvfile.Limits{MaxRecord: 99},
	}
}

func TestBook(t *testing.T) {
	book := profile.New(filepath.Join(t.TempDir(), "profiles"))
	if all, err := book.List(); err != nil || len(all) != 0 {
		t.Fatalf("a new book has %v, %v", all, err)
	}
	save := func(name string, replace bool, want error) {
		t.Helper()
		if err := book.Save(t.Context(), name, example(), replace); !errors.Is(err, want) {
			t.Errorf("save %q: %v, want %v", name, err, want)
		}
	}
	save("Preise für Müller", false, nil)
	save("articles", false, nil)
	save("preise FÜR müller", false, profile.ErrTaken) // on some disks it is the same file
	save("preise FÜR müller", true, nil)

	all, err := book.List()
	names := []string{}
	for _, e := range all {
		names = append(names, e.Name)
	}
	if err != nil || !slices.Equal(names, []string{"articles", "Preise für Müller"}) {
		t.Errorf("the list is %v, %v", names, err)
	}
	if got, err := book.Get("PREISE für Müller"); err != nil || !reflect.DeepEqual(got, example()) {
		t.Errorf("saved and read again: %+v, %v", got, err)
	}
	if err := book.Remove("ARTICLES"); err != nil {
		t.Error(err)
	}
	for _, missing := range []func() error{
		func() error { _, err := book.Get("articles"); return err },
		func() error { return book.Remove("articles") },
		func() error { _, err := book.Get(filepath.Join(t.TempDir(), "x.json")); return err },
	} {
		if err := missing(); !errors.Is(err, profile.ErrNone) {
			t.Errorf("what is not there: %v", err)
		}
	}
}

func TestRename(t *testing.T) {
	book := profile.New(filepath.Join(t.TempDir(), "profiles"))
	for _, name := range []string{"prices", "articles"} {
		if err := book.Save(t.Context(), name, example(), false); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, to string
		want     error
	}{
		{"PRICES", "Prices", nil},
		{"prices", "ARTICLES", profile.ErrTaken},
		{"prices", "a/b", profile.ErrName},
		{"none", "other", profile.ErrNone},
		{"prices", "Preise", nil},
	} {
		if err := book.Rename(t.Context(), c.name, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.name, c.to, err, c.want)
		}
	}
	all, err := book.List()
	if err != nil || len(all) != 2 || all[0].Name != "articles" || all[1].Name != "Preise" || all[1].Problem != "" {
		t.Errorf("the list is %+v, %v", all, err)
	}
}

func TestNames(t *testing.T) {
	book := profile.New(t.TempDir())
	for _, bad := range []string{
		"", " x", "x ", ".x", "x.", "a/b", `a\b`, "a:b", "a*", "x.json", "X.JSON", "nul", "COM1", "lpt9.old", "a\nb", "\xff", strings.Repeat("x", 101),
	} {
		if err := book.Save(t.Context(), bad, example(), true); !errors.Is(err, profile.ErrName) {
			t.Errorf("%q: %v, want it refused", bad, err)
		}
	}
	for _, good := range []string{"x", "Ünïcode 漢字", "a.b", "console", "com", strings.Repeat("ü", 100)} {
		if err := book.Save(t.Context(), good, example(), false); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// Programs that save at once leave one whole profile, and only one of them a new one.
func TestSaveAtOnce(t *testing.T) {
	dir := t.TempDir()
	saved := make([]error, 16)
	var work sync.WaitGroup
	for i := range saved {
		work.Go(func() {
			p := example()
			p.Plan.Table = fmt.Sprint("t", i)
			saved[i] = profile.New(dir).Save(t.Context(), "x", p, i%2 == 0)
			if _, err := profile.New(dir).Get("x"); err != nil {
				t.Errorf("read while others save: %v", err)
			}
		})
	}
	work.Wait()
	made := 0
	for i, err := range saved {
		switch {
		case i%2 == 0 && err != nil, i%2 == 1 && err != nil && !errors.Is(err, profile.ErrTaken):
			t.Errorf("save %d: %v", i, err)
		case i%2 == 1 && err == nil:
			made++
		}
	}
	if made > 1 {
		t.Errorf("%d have made the profile", made)
	}
	if files, err := filepath.Glob(filepath.Join(dir, ".profile-*")); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{``, "no JSON"},
		{`{"linefeedProfile":1`, "no JSON"},
		{`[]`, "is no profile"},
		{`{"linefeedProfile":"1"}`, "is no profile"},
		{`{"plan":{}}`, `begins with "linefeedProfile": 1`},
		{`{"linefeedProfile":2,"news":true}`, "a newer version of Linefeed"},
		{`{"linefeedProfile":1,"paln":{}}`, `unknown field "paln"`},
		{`{"linefeedProfile":1,"plan":{"tabel":"x"}}`, `unknown field "tabel"`},
		{`{"linefeedProfile":1,"target":"postgres://ann:s3cret@db/x"}`, "has a password in it"},
		{`{"linefeedProfile":1,"target":"postgres://ann@db/x?sslpassword=s3cret"}`, "has a secret in it"},
		{`{"linefeedProfile":1,"fields":"` + strings.Repeat("x", 5<<20) + `"}`, "larger than"},
	} {
		_, err := profile.Decode(strings.NewReader(c.text), "x")
		if !errors.Is(err, profile.ErrFormat) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%.60s: %v, want %q", c.text, err, c.says)
		}
	}
	if p, err := profile.Decode(strings.NewReader("\ufeff{\"linefeedProfile\":1}"), "x"); err != nil || p.Version != 1 {
		t.Errorf("the least profile: %+v, %v", p, err)
	}
}

// A file that can't be read is listed with the reason, and hides no other.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	book := profile.New(dir)
	if err := os.WriteFile(filepath.Join(dir, "bad.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := book.Save(t.Context(), "good", example(), false); err != nil {
		t.Fatal(err)
	}
	all, err := book.List()
	if err != nil || len(all) != 2 || all[0].Problem == "" || all[1].Problem != "" {
		t.Errorf("the list is %+v, %v", all, err)
	}
	if offers := book.Offer([]string{"Nr", "Preis"}, nil); len(offers) != 1 || offers[0].Name != "good" || offers[0].Match != 1 {
		t.Errorf("offered: %+v", offers)
	}
}

func TestOffer(t *testing.T) {
	book := profile.New(t.TempDir())
	zero := 0
	for name, p := range map[string]profile.Profile{
		"whole": {Fields: []string{"a", "b", "c", "d"}},
		"half":  {Fields: []string{"a", "b", "x", "y"}},
		"one":   {Fields: []string{"a"}},
		"map":   {Plan: load.Plan{Map: map[string]string{"a": "x", "b": "y", "c": "z"}}}, // written by hand
		"none":  {Fields: []string{"a", "b", "c", "d"}, Dialect: csvfile.Dialect{HeaderRows: &zero}},
	} {
		if err := book.Save(t.Context(), name, p, false); err != nil {
			t.Fatal(err)
		}
	}
	offered := func(fields ...string) (names []string) {
		for _, m := range book.Offer(fields, nil) {
			names = append(names, fmt.Sprintf("%s %.2f", m.Name, m.Match))
		}
		return names
	}
	for _, c := range []struct{ fields, want string }{
		{"A,B,C,D", "whole 1.00,map 0.75,half 0.50"},
		{"d,c,b,a", "whole 1.00,map 0.75,half 0.50"},
		{"a", "one 1.00"},
		{"a,e", ""},
		{"e,f", ""},
	} {
		if got := strings.Join(offered(strings.Split(c.fields, ",")...), ","); got != c.want {
			t.Errorf("for %s: %s, want %s", c.fields, got, c.want)
		}
	}
}

// The example of the documentation is a profile, and is used as it says.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "profiles.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```json\n")
	text, _, _ = strings.Cut(text, "```")
	p, err := profile.Decode(strings.NewReader(text), "the example")
	if err != nil || p.Plan.Map["Nr"] != "sku" || len(p.Known()) != 4 {
		t.Errorf("the example is %+v, %v", p, err)
	}
}

// The folder that a profile watches stays when the profile is saved again.
func TestWatch(t *testing.T) {
	book := profile.New(t.TempDir())
	folder := &profile.Watch{Folder: t.TempDir(), Order: "time"}
	watched := func(want *profile.Watch, errs ...error) {
		t.Helper()
		p, err := book.Get("x")
		if err = errors.Join(append(errs, err)...); err != nil || !reflect.DeepEqual(p.Watch, want) {
			t.Errorf("watched is %+v, %v, want %+v", p.Watch, err, want)
		}
	}
	watched(nil, book.Save(t.Context(), "x", example(), false))
	watched(folder, book.SetWatch(t.Context(), "X", folder))
	watched(folder, book.Save(t.Context(), "x", example(), true))
	watched(nil, book.SetWatch(t.Context(), "x", nil))
	for _, bad := range []profile.Watch{{Folder: "in"}, {Folder: folder.Folder, Order: "size"}} {
		if err := book.SetWatch(t.Context(), "x", &bad); !errors.Is(err, profile.ErrFormat) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := book.SetWatch(t.Context(), "none", folder); !errors.Is(err, profile.ErrNone) {
		t.Errorf("of none: %v", err)
	}
}
