package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A panic of a command is an error that asks for a report, and is told by the log with where
// it was, and without its value.
func TestPanicOfACommand(t *testing.T) {
	home := t.TempDir()
	t.Setenv("LINEFEED_HOME", home)
	root := &cobra.Command{Use: "linefeed", Run: func(*cobra.Command, []string) { panic(errors.New("hush")) }}
	root.SetArgs(nil)
	cmd, err := execute(t.Context(), root)
	if cmd != root || err == nil || !strings.Contains(err.Error(), "report it") || exitStatus(err) != exitFailed {
		t.Errorf("%v", err)
	}
	log, err := os.ReadFile(filepath.Join(home, "logs", "linefeed.log"))
	if err != nil || !strings.Contains(string(log), "level=ERROR") || !strings.Contains(string(log), "panic_test.go") || strings.Contains(string(log), "hush") {
		t.Errorf("%v: %s", err, log)
	}
}
