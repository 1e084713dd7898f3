package store

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// once opens the store, lets f use it, and closes it again.
func once(t *testing.T, home string, f func(*Store)) {
	t.Helper()
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	f(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// aside returns the names of the files that were set aside, without the time.
func aside(t *testing.T, home string) (names []string) {
	t.Helper()
	all, err := beside(filepath.Join(home, fileName), asideInfix)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		names = append(names, path[len(filepath.Join(home, fileName)+asideInfix+"20060102T150405Z"):])
	}
	return names
}

// overwrite writes over a part of a file, from a share of its length on.
func overwrite(t *testing.T, path string, from, to float64) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096 // whole ones: what is left of half a page may look like less than there was
	n := float64(len(content) / page)
	for i := page * int(from*n); i < page*int(math.Ceil(to*n)); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A damaged store is set aside whole, and the program starts with a new one, which has
// the connections and settings as far as they can be read. That is told until somebody
// has read it.
func TestDamagedStore(t *testing.T) {
	for name, c := range map[string]struct {
		damage  func(t *testing.T, path string)
		salvage bool
	}{
		"no database": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		"another database": {func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			execIn(t, path, "CREATE TABLE jobs (a)", "INSERT INTO jobs VALUES (1)")
		}, false},
		"a missing table":  {func(t *testing.T, path string) { execIn(t, path, "DROP TABLE rejects") }, true},
		"a missing column": {func(t *testing.T, path string) { execIn(t, path, "ALTER TABLE jobs DROP COLUMN summary") }, true},
		"a broken header":  {func(t *testing.T, path string) { overwrite(t, path, 0, 0.001) }, false},
		"no pages": {func(t *testing.T, path string) {
			if err := os.Truncate(path, 8192); err != nil {
				t.Fatal(err)
			}
		}, false},
		"broken pages, found before": {func(t *testing.T, path string) {
			overwrite(t, path, 0.5, 0.9)
			if err := os.WriteFile(path+suspectSuffix, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, fileName)
			once(t, home, func(s *Store) {
				if err := s.SaveConnection(t.Context(), "", Connection{"shop", "postgres://db/shop", "k", ""}); err != nil {
					t.Fatal(err)
				}
				if _, err := s.SetSetting(t.Context(), KeepSize, "7GB"); err != nil {
					t.Fatal(err)
				}
				keepJob(t, s, "a", "done", 0, 1000)
			})
			c.damage(t, path)
			was, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			id := int64(0)
			once(t, home, func(s *Store) {
				addJob(t, s, "b")
				if jobs, err := s.Jobs(t.Context(), 10); err != nil || len(jobs) != 1 {
					t.Errorf("%+v, %v", jobs, err)
				}
				fresh := s.FreshNotices()
				if len(fresh) != 1 || fresh[0].Code != NoticeSetAside || !strings.Contains(fresh[0].Hint, path+asideInfix) {
					t.Fatalf("it tells %+v", fresh)
				}
				id = fresh[0].ID
				connections, err := s.Connections(t.Context())
				setting, settingErr := s.Setting(t.Context(), KeepSize)
				if got := len(connections) == 1 && setting.Value == "7GB"; err != nil || settingErr != nil || got != c.salvage {
					t.Errorf("taken over are %+v and %+v, %v, %v", connections, setting, err, settingErr)
				}
			})
			all, err := beside(path, asideInfix)
			all = slices.DeleteFunc(all, func(path string) bool { return strings.Contains(path, "-wal") || strings.Contains(path, "-shm") })
			if err != nil || len(all) != 1 {
				t.Fatalf("set aside are %v, %v", all, err)
			}
			if kept, err := os.ReadFile(all[0]); err != nil || !bytes.Equal(kept, was) {
				t.Errorf("what is set aside is not what was there: %v", err)
			}
			once(t, home, func(s *Store) {
				if notices, err := s.Notices(t.Context()); err != nil || len(notices) != 1 || notices[0].ID != id || len(s.FreshNotices()) > 0 {
					t.Errorf("the next process has %+v, %v", notices, err)
				}
				if err := s.DismissNotice(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			})
			once(t, home, func(s *Store) {
				if notices, err := s.Notices(t.Context()); err != nil || len(notices) > 0 {
					t.Errorf("dismissed are %+v, %v", notices, err)
				}
				if jobs, err := s.Jobs(t.Context(), 10); err != nil || len(jobs) != 1 {
					t.Errorf("%+v, %v", jobs, err)
				}
			})
		})
	}
}

// Damage that shows only when something is read is told with what to do, and the next
// process sets the store aside.
func TestDamageIsFound(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	once(t, home, func(s *Store) { keepJob(t, s, "a", "done", 0, 3000) })
	overwrite(t, path, 0.5, 0.9)
	once(t, home, func(s *Store) {
		if len(s.FreshNotices()) > 0 {
			t.Fatal("it was set aside without reading all of it")
		}
		var last error
		for _, err := range s.AllRejects(t.Context(), "a") {
			last = err
		}
		if !isDamaged(last) || !strings.Contains(last.Error(), "start it again") {
			t.Errorf("%v", last)
		}
	})
	once(t, home, func(s *Store) {
		if len(s.FreshNotices()) != 1 {
			t.Error("it was not set aside")
		}
	})
	if _, err := os.Stat(path + suspectSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// What was no damage is no reason to set the store aside.
func TestWrongSuspicion(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	once(t, home, func(s *Store) { keepJob(t, s, "a", "done", 0, 10) })
	if err := os.WriteFile(path+suspectSuffix, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	once(t, home, func(s *Store) {
		if got := left(t, s); got != "a:10" {
			t.Errorf("left are %s", got)
		}
	})
	if _, err := os.Stat(path + suspectSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if all := aside(t, home); len(all) > 0 {
		t.Errorf("set aside are %v", all)
	}
}

// While somebody has the store open nothing is moved, and that is said; what belongs to
// it goes with it.
func TestDamagedStoreInUse(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	addJob(t, s, "a")
	if _, err := s.writer.ExecContext(t.Context(), "DROP TABLE connections"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), home, filepath.Join(home, "run"))
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another Linefeed has it open") {
		t.Errorf("%v", err)
	}
	if all := aside(t, home); len(all) > 0 {
		t.Errorf("set aside are %v", all)
	}
	if j, err := s.Job(t.Context(), "a"); err != nil || j.State != "running" {
		t.Errorf("the other process: %+v, %v", j, err)
	}
	// As when it is killed: what it has written is in the log.
	files := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		if files[suffix], err = os.ReadFile(path + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for suffix, content := range files {
		if err := os.WriteFile(path+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	once(t, home, func(s *Store) {
		if jobs, err := s.Jobs(t.Context(), 10); err != nil || len(jobs) > 0 {
			t.Errorf("%+v, %v", jobs, err)
		}
	})
	if all := aside(t, home); !slices.Contains(all, "") {
		t.Errorf("set aside are %q", all)
	}
}

// Processes that open a damaged store at the same time set it aside once, and go on.
func TestDamagedStoreAtTheSameTime(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, fileName), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "STORE_TEST_USE="+home)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	if all := aside(t, home); len(all) != 1 {
		t.Errorf("set aside are %q", all)
	}
	s := open(t, home)
	if notices, err := s.Notices(context.Background()); err != nil || len(notices) != 1 {
		t.Errorf("%+v, %v", notices, err)
	}
}
