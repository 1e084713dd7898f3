package job

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/lockfile"
)

// Of a record that is too large only a part is kept. It is left out of the
// file of rejects, where it would run into the record after it and pass for a
// whole one.
func TestTooLargeRejectIsLeftOut(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", "id,name\n1,a\n2,"+strings.Repeat("x", 3<<20)+"\n3\n4,b\n5\n")
	plan := load.Plan{Table: "t", Create: true, Columns: idAndName()}
	s, err := b.run(Request{File: file, Target: b.path("out.db"), Plan: plan, Limits: csvfile.Limits{MaxRecord: 1 << 20}})
	if err != nil || s.Rejected != 3 || s.Inserted != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	var out bytes.Buffer
	if err := b.runner.WriteRejects(t.Context(), s.Job, false, &out); err != nil {
		t.Fatal(err)
	}
	if want := "id,name\n3\n5\n"; out.String() != want {
		t.Errorf("rejects %.40q, want %q", out.String(), want)
	}
}

// What a process that was killed left of saving a file is removed by the next
// one that saves it; what a running one is writing is left alone.
func TestSaveAsTidies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.csv")
	beside := func(name string) string {
		name = filepath.Join(filepath.Dir(path), name)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	dead := []string{beside(unsavedPrefix(path) + "123"), beside(unsavedPrefix(path) + "123.lock")}
	living, err := lockfile.Create(filepath.Dir(path), unsavedPrefix(path))
	if err != nil {
		t.Fatal(err)
	}
	left := []string{
		living.Path(), beside(filepath.Base(living.Owned())), beside(".bad.csv.swp"), beside(".bad.csv.otherhost-123"), beside(".bad.csv.otherhost-123.lock"),
		beside(unsavedPrefix("other.csv") + "123"), beside(unsavedPrefix("other.csv") + "123.lock"),
	}
	if err := SaveAs(path, func(w io.Writer) error { _, err := io.WriteString(w, "x\n"); return err }); err != nil {
		t.Fatal(err)
	}
	for _, name := range dead {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s still exists", name)
		}
	}
	for _, name := range left {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1+len(left) {
		t.Errorf("%v, %v", entries, err)
	}
	if err := living.Release(); err != nil {
		t.Error(err)
	}
}

// A file that can't be written whole leaves the one that is there as it is, and
// nothing beside it.
func TestSaveAsWholeOrNotAtAll(t *testing.T) {
	dir, broken := t.TempDir(), errors.New("broken")
	path := filepath.Join(dir, "report.csv")
	fail := func(w io.Writer) error {
		_, err := io.WriteString(w, "a part")
		return errors.Join(err, broken)
	}
	look := func(want ...string) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("the folder holds %q, want %q: %v", names, want, err)
		}
	}
	if err := SaveAs(path, fail); !errors.Is(err, broken) {
		t.Errorf("a new file: %v", err)
	}
	look()
	if err := SaveAs(path, func(w io.Writer) error { _, err := io.WriteString(w, "all of it"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := SaveAs(path, fail); !errors.Is(err, broken) {
		t.Errorf("in the place of another: %v", err)
	}
	look("report.csv")
	if content, err := os.ReadFile(path); err != nil || string(content) != "all of it" {
		t.Errorf("the file holds %q, %v", content, err)
	}
}
