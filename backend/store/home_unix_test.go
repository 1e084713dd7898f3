//go:build unix && !darwin

package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// Where the environment names folders that can't be used, others are taken, or it is said.
func TestFolders(t *testing.T) {
	own := t.TempDir()
	for _, c := range []struct {
		home, data, run   string
		wantHome, wantRun string
	}{
		{own, "", "", filepath.Join(own, ".local/share/linefeed"), filepath.Join(own, ".local/share/linefeed/run")},
		{own, "", own, filepath.Join(own, ".local/share/linefeed"), filepath.Join(own, "linefeed")},
		{own, "/data", own, "/data/linefeed", filepath.Join(own, "linefeed")},
		{own, "data", "run", filepath.Join(own, ".local/share/linefeed"), filepath.Join(own, ".local/share/linefeed/run")},
		{own, "/data", filepath.Join(own, "gone"), "/data/linefeed", "/data/linefeed/run"},
		{own, "/data", "/dev/null", "/data/linefeed", "/data/linefeed/run"},
		{"", "", own, "", filepath.Join(own, "linefeed")},
		{"relative", "", "", "", ""},
	} {
		t.Setenv("LINEFEED_HOME", "")
		t.Setenv("HOME", c.home)
		t.Setenv("XDG_DATA_HOME", c.data)
		t.Setenv("XDG_RUNTIME_DIR", c.run)
		home, err := Home()
		if home != c.wantHome || (err == nil) != (home != "") || err != nil && !strings.Contains(err.Error(), "LINEFEED_HOME") {
			t.Errorf("%+v: home %q, %v", c, home, err)
		}
		if run, err := RunDir(); run != c.wantRun || (err == nil) != (run != "") {
			t.Errorf("%+v: run %q, %v", c, run, err)
		}
	}
}
