package localapi

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"linefeed/backend/event"
)

// announced returns the address in a file, "" if there is none.
func announced(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return ""
	}
	var told struct{ URL, Token string }
	if err == nil {
		err = json.Unmarshal(text, &told)
	}
	if err != nil {
		t.Fatal(err)
	}
	return told.URL
}

// A server that lasts only as long as a command leaves api.json to a running one, and
// takes it over when that one ends.
func TestAnnouncementBesideAnotherServer(t *testing.T) {
	dir := t.TempDir()
	common := filepath.Join(dir, "api.json")
	start := func(beside bool) *Server {
		s, err := Start(nil, event.New(), Options{Announce: dir, Beside: beside})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stop := func(s *Server) {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	check := func(when string, want *Server) {
		t.Helper()
		if got := announced(t, common); got != want.URL() {
			t.Errorf("%s, api.json tells of %s, want %s", when, got, want.URL())
		}
	}
	window, command := start(false), start(true)
	check("with a command beside the window", window)
	if got := announced(t, command.Announcement()); got != command.URL() {
		t.Errorf("%s tells of %s", command.Announcement(), got)
	}
	stop(command)
	check("after the command", window)

	command = start(true)
	stop(window)
	check("after the window", command)
	window = start(false)
	check("with a new window", window)
	stop(command)
	check("after the command again", window)
	stop(window)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

// The next process to start removes the announcement of a killed one.
func TestStaleAnnouncements(t *testing.T) {
	dir := t.TempDir()
	window, err := Start(nil, event.New(), Options{Announce: dir})
	if err != nil {
		t.Fatal(err)
	}
	common := filepath.Join(dir, "api.json")
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// leave leaves the files of a server that was killed while writing.
	leave := func(pid int) {
		text := fmt.Sprintf(`{"url":"http://127.0.0.1:9","token":"x","pid":%d}`, pid)
		own := fmt.Sprintf("api-%d-7", pid)
		write("api.json", text)
		write(own+".json", text)
		write(own+".json.1.tmp", text[:9])
		write(own+".lock", "")
	}
	for _, pid := range []int{1 << 30, os.Getpid()} { // another process may have the PID by now
		leave(pid)
		if err := Tidy(dir); err != nil {
			t.Fatal(err)
		}
		if got := announced(t, common); got != window.URL() {
			t.Errorf("api.json tells of %q, want the server that is running", got)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 3 {
			t.Errorf("left in the folder: %v, %v", left, err)
		}
	}
	if err := window.Close(); err != nil {
		t.Error(err)
	}
	leave(1 << 30)
	if err := Tidy(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
	if err := Tidy(filepath.Join(dir, "none")); err != nil {
		t.Errorf("a folder that does not exist: %v", err)
	}
}
