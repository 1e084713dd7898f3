//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"strings"
)

// documentsFolder returns where the user keeps documents: as user-dirs.dirs
// says, where there is one (xdg-user-dirs of Linux desktops), else Documents,
// and the home folder where that is not there.
func documentsFolder() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	for _, folder := range []string{documentsByXDG(home), filepath.Join(home, "Documents")} {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder, nil
		}
	}
	return home, nil
}

// documentsByXDG returns the folder for documents that user-dirs.dirs names, ""
// for none. Its lines are as XDG_DOCUMENTS_DIR="$HOME/Dokumente".
func documentsByXDG(home string) string {
	config, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(config, "user-dirs.dirs"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name != "XDG_DOCUMENTS_DIR" {
			continue
		}
		folder := strings.Trim(value, `"`)
		if below, ok := strings.CutPrefix(folder, "$HOME"); ok {
			folder = filepath.Join(home, below)
		}
		if filepath.IsAbs(folder) {
			return folder
		}
	}
	return ""
}
