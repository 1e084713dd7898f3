//go:build unix

package store

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Where there is no room for the copy, the store stays as it was, and nothing half
// is left; once there is, it is brought up to date.
func TestNoRoomForTheCopy(t *testing.T) {
	home := older(t, 1)
	path := filepath.Join(home, fileName)
	execIn(t, path, "UPDATE jobs SET header = randomblob(600000)")
	was := schemaOf(t, path)

	cmd := exec.Command("sh", "-c", "ulimit -f 400; exec "+os.Args[0]) // 512 bytes each, or 1024
	cmd.Env = append(os.Environ(), "STORE_TEST_USE="+home)
	out, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("keep a copy")) || !bytes.Contains(out, []byte(path)) {
		t.Errorf("%v: %s", err, out)
	}
	if got := schemaOf(t, path); got != was {
		t.Errorf("the tables are\n%s\nand were\n%s", got, was)
	}
	if left, err := filepath.Glob(path + copyInfix + "*"); err != nil || len(left) > 0 {
		t.Errorf("left are %s, %v", strings.Join(left, " "), err)
	}

	keptIn(t, open(t, home))
	if info, err := os.Stat(fmt.Sprint(path, copyInfix, 1)); err != nil || info.Size() < 600_000 {
		t.Errorf("the copy: %v, %v", info, err)
	}
}
