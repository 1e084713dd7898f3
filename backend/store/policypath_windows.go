package store

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// policyPath returns where the administrator's policy is; "" where the system has no place
// for it. The environment's ProgramData is not asked: its user can change it.
func policyPath() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "Linefeed", "policy.json")
}
