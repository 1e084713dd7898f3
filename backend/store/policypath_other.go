//go:build !windows

package store

import "runtime"

// policyPath returns where the administrator's policy is, a place that only one can write
// to.
func policyPath() string {
	if runtime.GOOS == "darwin" {
		return "/Library/Application Support/Linefeed/policy.json"
	}
	return "/etc/linefeed/policy.json"
}
