package engine

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// systemName returns the name of the system, with the version that tells its releases apart:
// Windows 11 is 10.0.22000 and above.
func systemName() string {
	v := windows.RtlGetVersion()
	return fmt.Sprintf("Windows %d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
}
