//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDocumentsFolder(t *testing.T) {
	for _, tt := range []struct {
		name, dirs string
		folders    []string
		want       string
	}{
		{"home, where there is nothing else", "", nil, "."},
		{"Documents", "", []string{"Documents"}, "Documents"},
		{"as the desktop names it", "# a comment\nXDG_MUSIC_DIR=\"$HOME/Musik\"\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n", []string{"Documents", "Dokumente"}, "Dokumente"},
		{"one that is gone", "XDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n", []string{"Documents"}, "Documents"},
		{"none", "XDG_DOCUMENTS_DIR=\"$HOME/\"\n", nil, "."},
		{"not absolute", "XDG_DOCUMENTS_DIR=\"Dokumente\"\n", []string{"Dokumente"}, "."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("XDG_CONFIG_HOME", home)
			if tt.dirs != "" {
				config, err := os.UserConfigDir()
				if err == nil {
					err = os.MkdirAll(config, 0o700)
				}
				if err == nil {
					err = os.WriteFile(filepath.Join(config, "user-dirs.dirs"), []byte(tt.dirs), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, folder := range tt.folders {
				if err := os.Mkdir(filepath.Join(home, folder), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			got, err := documentsFolder()
			if want := filepath.Join(home, tt.want); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
}
