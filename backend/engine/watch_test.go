package engine

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// The window loads what comes into the folder of a profile, and says what became of it.
func TestWatchedFolders(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	inbox := filepath.Join(dir, "in")
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	book, err := Profiles()
	if err != nil {
		t.Fatal(err)
	}
	p := profile.Profile{Fields: []string{"id"}, Target: filepath.Join(dir, "a.db"), Plan: load.Plan{
		Table: "t", Create: true, Map: map[string]string{"id": "id"}, Columns: []load.Column{{Name: "id", Type: load.Text}},
	}, Watch: &profile.Watch{Folder: inbox}}
	if err := book.Save(t.Context(), "p", p, false); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inbox, "a.csv"), []byte("id\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := OpenWindow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events, err := e.Hub.Follow("", "")
	if err != nil {
		t.Fatal(err)
	}
	for range events.Events(t.Context()) { // until the job has begun
		break
	}
	deadline := time.Now().Add(time.Minute)
	for {
		all := e.WatchedFolders()
		if len(all) == 1 && all[0].Last != nil {
			if f := all[0]; f.Profile != "p" || f.Problem != "" || f.Last.Error != "" || f.Last.Summary.Inserted != 1 {
				t.Errorf("told is %+v", f)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not loaded: %+v", all)
		}
		time.Sleep(5 * time.Millisecond) // it is moved a moment after its job has ended
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if all := e.WatchedFolders(); len(all) != 0 {
		t.Errorf("still watched: %+v", all)
	}
}

// A folder is watched from the window on, kept or until it is closed, also while the profile
// is renamed; one that is not there is told, and watched once it is.
func TestWatchFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	inbox := filepath.Join(dir, "in")
	e, err := OpenWindow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	p := profile.Profile{Fields: []string{"id"}, Target: filepath.Join(dir, "a.db"), Plan: load.Plan{
		Table: "t", Create: true, Map: map[string]string{"id": "id"}, Columns: []load.Column{{Name: "id", Type: load.Text}},
	}}
	if err := e.Profiles.Save(t.Context(), "p", p, false); err != nil {
		t.Fatal(err)
	}
	await := func(what string, f func([]watch.Watched) bool) {
		t.Helper()
		late := time.After(time.Minute)
		for !f(e.WatchedFolders()) {
			select {
			case <-e.WatchChanges():
			case <-late:
				t.Fatalf("%s: %+v", what, e.WatchedFolders())
			}
		}
	}
	none := func(all []watch.Watched) bool { return len(all) == 0 }
	kept := func(name string) bool {
		t.Helper()
		p, err := e.Profiles.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		return p.Watch != nil
	}
	if err := e.WatchFolder(t.Context(), "p", profile.Watch{Folder: "in"}, true); !errors.Is(err, profile.ErrFormat) {
		t.Errorf("a path that is not full: %v", err)
	}
	if err := e.WatchFolder(t.Context(), "none", profile.Watch{Folder: inbox}, true); !errors.Is(err, profile.ErrNone) {
		t.Errorf("by no profile: %v", err)
	}
	if err := e.WatchFolder(t.Context(), "p", profile.Watch{Folder: inbox}, false); err != nil || kept("p") {
		t.Fatal(err, "or it is kept")
	}
	await("a folder that is not there", func(all []watch.Watched) bool {
		return len(all) == 1 && !all[0].Kept && strings.Contains(all[0].Problem, inbox+" is not there")
	})
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	await("it is there", func(all []watch.Watched) bool { return len(all) == 1 && all[0].Problem == "" })
	if err := os.WriteFile(filepath.Join(inbox, "a.csv"), []byte("id\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	await("a file is loaded", func(all []watch.Watched) bool {
		return len(all) == 1 && all[0].Last != nil && all[0].Last.Summary.Inserted == 1 && all[0].Loading == ""
	})
	if err := e.Listen("", nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/watches", "/v1/profiles/P/watch"} {
		if told := get(t, e, path); !strings.Contains(told, `"profile":"p","folder":`) || !strings.Contains(told, `"inserted":1`) {
			t.Errorf("%s: %s", path, told)
		}
	}
	if err := e.RenameProfile(t.Context(), "p", "q"); err != nil {
		t.Fatal(err)
	}
	await("the profile has another name", func(all []watch.Watched) bool {
		return len(all) == 1 && all[0].Profile == "q" && all[0].Problem == "" && all[0].Last != nil
	})
	if files := e.WatchedFiles("q"); len(files) != 1 || filepath.Base(files[0].MovedTo) != "a.csv" {
		t.Errorf("%+v", files)
	}
	if err := e.WatchFolder(t.Context(), "q", profile.Watch{Folder: inbox}, true); err != nil || !kept("q") {
		t.Fatal(err, "or it is not kept")
	}
	await("it is kept", func(all []watch.Watched) bool { return len(all) == 1 && all[0].Kept })
	if err := e.StopWatching(t.Context(), "q"); err != nil || kept("q") {
		t.Fatal(err, "or it is kept")
	}
	await("it is stopped", none)
	if err := e.WatchFolder(t.Context(), "q", profile.Watch{Folder: inbox}, false); err != nil {
		t.Fatal(err)
	}
	await("it is watched again", func(all []watch.Watched) bool { return len(all) == 1 })
	if err := e.RemoveProfile("q"); err != nil {
		t.Fatal(err)
	}
	await("the profile is gone", none)
}

// A profile that is passed on is the same, but for the folder that it watches.
func TestPassedOn(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	e, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	p := profile.Profile{Fields: []string{"id"}, Plan: load.Plan{Table: "t"}, Watch: &profile.Watch{Folder: dir}}
	if err := e.Profiles.Save(t.Context(), "p", p, false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "passed on.json")
	if err := e.ExportProfile("p", path); err != nil {
		t.Fatal(err)
	}
	if name, err := e.ImportProfile(t.Context(), path, "", false); err != nil || name != "passed on" {
		t.Errorf("%q, %v", name, err)
	}
	if got, err := e.Profiles.Get("passed on"); err != nil || got.Watch != nil || got.Plan.Table != "t" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := e.ImportProfile(t.Context(), path, "P", false); !errors.Is(err, profile.ErrTaken) {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, err := e.ImportProfile(t.Context(), path, "P", true); err != nil {
		t.Error(err)
	}
	if got, err := e.Profiles.Get("p"); err != nil || got.Watch == nil {
		t.Errorf("the folder that it watches here: %+v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ImportProfile(t.Context(), path, "x", false); !errors.Is(err, profile.ErrFormat) {
		t.Errorf("no profile: %v", err)
	}
}

// get asks the engine's local API.
func get(t *testing.T, e *Engine, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.API().URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+e.API().Token())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s, %v", path, res.StatusCode, text, err)
	}
	return string(text)
}

// Without a window a folder is only kept with its profile.
func TestWatchFolderWithoutAWindow(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	e, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Profiles.Save(t.Context(), "p", profile.Profile{Plan: load.Plan{Table: "t"}}, false); err != nil {
		t.Fatal(err)
	}
	if err := e.WatchFolder(t.Context(), "p", profile.Watch{Folder: dir}, false); !errors.Is(err, watch.ErrNoWindow) {
		t.Errorf("until no window is closed: %v", err)
	}
	if err := e.WatchFolder(t.Context(), "p", profile.Watch{Folder: dir}, true); err != nil {
		t.Error(err)
	}
	if p, err := e.Profiles.Get("p"); err != nil || p.Watch == nil || len(e.WatchedFolders()) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := e.RenameProfile(t.Context(), "p", "q"); err != nil {
		t.Error(err)
	}
	if err := e.StopWatching(t.Context(), "q"); err != nil {
		t.Error(err)
	}
}
