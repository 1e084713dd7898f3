package store

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Home returns the folder of the program's own files: LINEFEED_HOME if it is set,
// else the platform's folder for application data (on Linux
// $XDG_DATA_HOME/linefeed, by the XDG Base Directory Specification).
func Home() (string, error) {
	if dir := os.Getenv("LINEFEED_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "Linefeed"), nil
		}
	case "darwin":
		if dir, err := os.UserConfigDir(); err == nil { // ~/Library/Application Support
			return filepath.Join(dir, "Linefeed"), nil
		}
	default:
		if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "linefeed"), nil
		}
		if dir, err := os.UserHomeDir(); err == nil && filepath.IsAbs(dir) {
			return filepath.Join(dir, ".local", "share", "linefeed"), nil
		}
	}
	return "", fmt.Errorf("there is no folder for the program's own files: set LINEFEED_HOME to one")
}

// RunDir returns the folder of files that exist only while the program runs: the
// local API's address, locks, received files. A folder of another user is not taken for
// it, such as sudo leaves in the environment.
func RunDir() (string, error) {
	if os.Getenv("LINEFEED_HOME") == "" && runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && ownFolder(dir) {
			return filepath.Join(dir, "linefeed"), nil
		}
	}
	home, err := Home()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "run"), nil
}
