package sqlite_test

import (
	"linefeed/backend/target/targettest"

	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
)

// asNobody runs do with the rights of the user nobody: tests may run as root, who
// can access any file.
func asNobody(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		const nobody = 65534
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0) // it returns the previous ID, and no error
		do()
	}()
	<-done
}

func TestNoRights(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	folder := t.TempDir()
	modes := map[string]os.FileMode{f.path: 0o444, folder: 0o555, filepath.Dir(folder): 0o755}
	for path, mode := range modes {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(func() {
		tg, err := f.Open(t.Context())
		if err != nil {
			t.Errorf("open a file that can be read: %v", err)
			return
		}
		defer tg.Close()
		if columns, err := tg.Columns(t.Context(), load.TableName{Name: "t"}); err != nil || len(columns) != 1 {
			t.Errorf("columns: %v, %v", columns, err)
		}
		_, err = targettest.Begin(t.Context(), tg, load.Layout{Plan: load.Plan{Table: "t"}, Columns: []load.Column{{Name: "a"}}})
		wantError(t, err, f.path, "can't be written", "make the file writable")

		made, err := target.Open(t.Context(), folder+"/new.db")
		if err != nil {
			t.Errorf("open a file to be made: %v", err)
			return
		}
		defer made.Close()
		_, err = targettest.Begin(t.Context(), made, createPlan())
		wantError(t, err, folder, "permission denied")
	})
	missing(t, folder+"/new.db")

	if err := os.Chmod(f.path, 0); err != nil {
		t.Fatal(err)
	}
	asNobody(func() {
		_, err := f.Open(t.Context())
		wantError(t, err, f.path, "can't be opened")
	})
}
