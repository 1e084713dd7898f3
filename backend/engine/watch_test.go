package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/profile"
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
