package files

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// folder makes a folder with files, which hold their own names.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// inside returns paths relative to a folder, with slashes.
func inside(t *testing.T, dir string, paths []string) string {
	t.Helper()
	var all []string
	for _, path := range paths {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, filepath.ToSlash(rel))
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	dir := folder(t, "part10.csv", "part2.csv", "Part1.CSV", "a.tsv.gz", "notes.md", ".hidden.csv", "~$part2.csv", "old.csv~",
		"sub/part3.csv", "sub/deep/x.txt", ".git/y.csv", "we[i]rd.csv", "wei.csv")
	for _, tt := range []struct {
		names     []string
		recursive bool
		want      string
		passed    string
	}{
		{[]string{"."}, false, "a.tsv.gz Part1.CSV part2.csv part10.csv we[i]rd.csv wei.csv", "notes.md"},
		{[]string{"."}, true, "a.tsv.gz Part1.CSV part2.csv part10.csv sub/deep/x.txt sub/part3.csv we[i]rd.csv wei.csv", "notes.md"},
		{[]string{"part*.csv"}, false, "part2.csv part10.csv", ""},
		{[]string{"*"}, false, "a.tsv.gz notes.md Part1.CSV part2.csv part10.csv we[i]rd.csv wei.csv", ""},
		{[]string{"*/part?.csv"}, false, "sub/part3.csv", ""},
		{[]string{"we[i]rd.csv"}, false, "we[i]rd.csv", ""}, // a file has that name
		{[]string{"part10.csv", "part2.csv"}, false, "part10.csv part2.csv", ""},
		{[]string{"part10.csv", "gone.csv"}, false, "part10.csv gone.csv", ""},
		{[]string{"part10.csv", "."}, false, "part10.csv a.tsv.gz Part1.CSV part2.csv we[i]rd.csv wei.csv", "notes.md"},
	} {
		var names []string
		for _, name := range tt.names {
			names = append(names, filepath.Join(dir, filepath.FromSlash(name)))
		}
		l, err := Find(names, tt.recursive)
		if got := inside(t, dir, l.Paths); err != nil || got != tt.want {
			t.Errorf("%v: %s, %v, want %s", tt.names, got, err, tt.want)
		}
		if got := inside(t, dir, l.Passed); got != tt.passed {
			t.Errorf("%v: passed over %s, want %s", tt.names, got, tt.passed)
		}
	}
}

func TestFindNothing(t *testing.T) {
	dir := folder(t, "notes.md", "sub/x.csv")
	for name, says := range map[string]string{
		"":      "no files of records",
		"*.csv": "no file matches",
		"[x":    "is not a pattern",
	} {
		_, err := Find([]string{filepath.Join(dir, name)}, false)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want one that says %q", name, err, says)
		}
	}
}

// A folder is one also by a link to it.
func TestFindByALink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there links need a right")
	}
	dir := folder(t, "in/a.csv", "in/sub/b.csv")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "in"), link); err != nil {
		t.Fatal(err)
	}
	l, err := Find([]string{link}, true)
	if got := inside(t, dir, l.Paths); err != nil || got != "link/a.csv link/sub/b.csv" {
		t.Errorf("%s, %v", got, err)
	}
}

// A file is in the list once, by whatever paths it is named.
func TestFindTwice(t *testing.T) {
	dir := folder(t, "a.csv", "b.csv", "sub/c.csv")
	a := filepath.Join(dir, "a.csv")
	names := []string{a, filepath.Join(dir, "sub", "..", "a.csv"), dir}
	want := 2
	if runtime.GOOS != "windows" { // there links need a right
		for link, to := range map[string]string{"soft.csv": a, "loop": dir} {
			if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
				t.Fatal(err)
			}
		}
		want++
	}
	if err := os.Link(a, filepath.Join(dir, "hard.csv")); err != nil {
		t.Fatal(err)
	}
	want++
	l, err := Find(names, true)
	if got := inside(t, dir, l.Paths); err != nil || got != "a.csv b.csv sub/c.csv" {
		t.Errorf("%s, %v", got, err)
	}
	if len(l.Twice) != want {
		t.Errorf("%d paths were left out, want %d: %v", len(l.Twice), want, l.Twice)
	}
	for _, twice := range l.Twice {
		if twice.Same != a {
			t.Errorf("%s is the same as %s, want %s", twice.Path, twice.Same, a)
		}
	}
}

func TestCompare(t *testing.T) {
	want := []string{
		"a", "a/1", "a/b", "a1", "A2", "a2b", "a10", "a010b", "B", "part2.csv", "part10.csv", "part10b.csv",
		"x1y2", "x1y10", "x99999999999999999999999", "x100000000000000000000000", "ä",
	}
	got := slices.Clone(want)
	rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, Compare)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The order is one: the same whichever of two is asked for first, and without circles.
func FuzzCompare(f *testing.F) {
	f.Add("a1", "a01", "a")
	f.Add("a/b", "a", "a//b")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if Compare(a, b) != -Compare(b, a) || (Compare(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q: %d, %d", a, b, Compare(a, b), Compare(b, a))
		}
		if Compare(a, b) < 0 && Compare(b, c) < 0 && Compare(a, c) >= 0 {
			t.Errorf("%q < %q < %q, but not the first before the last", a, b, c)
		}
	})
}

func TestStem(t *testing.T) {
	for path, want := range map[string]string{
		"in/sales.2024.csv.gz": "sales.2024", "a.CSV": "a", "a": "a", ".csv": ".csv", "data.db": "data.db", "x.csv.csv": "x",
	} {
		if got := Stem(filepath.FromSlash(path)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
