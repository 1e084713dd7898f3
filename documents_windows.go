package main

import "golang.org/x/sys/windows"

// documentsFolder returns where the user keeps documents, also where that was
// moved to another drive or into the cloud.
func documentsFolder() (string, error) {
	return windows.KnownFolderPath(windows.FOLDERID_Documents, windows.KF_FLAG_DEFAULT)
}
