package secret

import (
	"fmt"
	"os"
)

// present reports whether there is a desktop session, in which the keychain may be.
// Where there is none, asking for the keychain would start one.
func present() bool {
	if bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); bus != "" {
		return bus != "autolaunch:"
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			return true
		}
	}
	return false
}
