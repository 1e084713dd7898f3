package localapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/lockfile"
)

// announcementFile is the name of the file that tells where the API is. Beside
// it lies a file of each server, api-PID.json, of which it is a copy: when its
// server ends, it becomes that of another one that is running. A server runs as
// long as its lock is held, on api-PID.lock.
const announcementFile = "api.json"

// An announcement tells other programs of the same user where the API is, and
// the token. Its JSON is part of the program's contract.
type announcement struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`

	dir  string
	own  string         // the path of the server's own file
	lock *lockfile.Lock // nil for another server
}

// announce writes the server's own file and api.json into dir, which is made
// when it is not there. All is for this user alone. Others see a whole file or
// none. With beside, api.json stays that of another server while it runs.
func announce(dir, url, token string, beside bool) (a *announcement, err error) {
	defer func() {
		if err != nil {
			a, err = nil, fmt.Errorf("announce the local API: %w", err)
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it may have been there
		return nil, err
	}
	if err := Tidy(dir); err != nil {
		return nil, err
	}
	a = &announcement{URL: url, Token: token, PID: os.Getpid(), dir: dir}
	if a.lock, err = lockOwn(dir); err != nil {
		return nil, err
	}
	a.own = a.lock.Owned() + ".json"
	if err := a.write(a.own); err != nil {
		return nil, errors.Join(err, a.removeOwn())
	}
	if other := readAnnouncement(a.path()); beside && other != nil && other.running() {
		return a, nil
	}
	if err := a.write(a.path()); err != nil {
		return nil, errors.Join(err, a.removeOwn())
	}
	return a, nil
}

func (a *announcement) path() string { return filepath.Join(a.dir, announcementFile) }

// ownPrefix is what the names of the files of servers begin with.
const ownPrefix = "api-"

// lockOwn holds the lock of a server: api-PID.lock, or api-PID-N.lock where one
// process has several servers.
func lockOwn(dir string) (*lockfile.Lock, error) {
	name := ownPrefix + strconv.Itoa(os.Getpid())
	lock, err := lockfile.Hold(filepath.Join(dir, name+lockfile.Suffix))
	for n := 2; errors.Is(err, lockfile.ErrHeld); n++ {
		lock, err = lockfile.Hold(filepath.Join(dir, fmt.Sprintf("%s-%d%s", name, n, lockfile.Suffix)))
	}
	return lock, err
}

// write writes a file that tells of the server, whole or not at all.
func (a *announcement) write(path string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, filepath.Base(a.own)+".*"+tmpSuffix) // makes it with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (a *announcement) removeOwn() error { return errors.Join(removeFile(a.own), a.lock.Release()) }

// remove removes what was announced. Where api.json told of this server, it
// tells of another one that is running then, if there is one.
func (a *announcement) remove() error {
	err := a.removeOwn()
	if told := readAnnouncement(a.path()); err == nil && (told == nil || told.Token == a.Token) {
		err = handOver(a.dir)
	}
	if err != nil {
		return fmt.Errorf("withdraw the local API's address: %w", err)
	}
	return nil
}

// handOver lets api.json tell of a server that is running, or removes it. It
// looks again afterwards: another server may have come or gone meanwhile.
func handOver(dir string) error {
	for range 10 {
		next := newest(dir)
		var err error
		if next == nil {
			err = removeFile(filepath.Join(dir, announcementFile))
		} else {
			err = next.write(next.path())
		}
		if err != nil {
			return err
		}
		if again := newest(dir); again == nil && next == nil || again != nil && next != nil && again.Token == next.Token {
			break
		}
	}
	return nil
}

// newest returns what the server announced that was started last of those that
// are running; nil where there is none.
func newest(dir string) (last *announcement) {
	var latest time.Time
	for _, a := range running(dir) {
		info, err := os.Stat(a.own)
		if err == nil && (last == nil || !info.ModTime().Before(latest)) {
			last, latest = a, info.ModTime()
		}
	}
	return last
}

// running returns what the servers that are running have announced.
func running(dir string) (all []*announcement) {
	entries, _ := os.ReadDir(dir) // what can't be read tells nothing
	for _, e := range entries {
		name, isLock := strings.CutSuffix(e.Name(), lockfile.Suffix)
		if !isLock || !strings.HasPrefix(name, ownPrefix) {
			continue
		}
		a := readAnnouncement(filepath.Join(dir, name+".json"))
		if held, err := lockfile.Held(filepath.Join(dir, e.Name())); err == nil && held && a != nil {
			all = append(all, a)
		}
	}
	return all
}

// Tidy removes from the folder dir what servers have announced whose process
// was killed, and lets api.json tell of one that is running, if there is one.
func Tidy(dir string) error {
	err := lockfile.Sweep(dir, ownPrefix, func(owned string) error {
		entries, err := os.ReadDir(dir)
		for _, e := range entries {
			own := filepath.Base(owned) + ".json"
			if e.Name() == own || strings.HasPrefix(e.Name(), own+".") && strings.HasSuffix(e.Name(), tmpSuffix) {
				err = errors.Join(err, removeFile(filepath.Join(dir, e.Name())))
			}
		}
		return err
	})
	if a := readAnnouncement(filepath.Join(dir, announcementFile)); a != nil && !a.running() {
		err = errors.Join(err, handOver(dir))
	}
	return err
}

// tmpSuffix is what the names of files that are not whole yet end in.
const tmpSuffix = ".tmp"

// readAnnouncement reads what a file tells; nil where it tells nothing.
func readAnnouncement(path string) *announcement {
	a := &announcement{dir: filepath.Dir(path), own: path}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, a) != nil || a.URL == "" {
		return nil
	}
	return a
}

// running reports whether the server that a tells of is running.
func (a *announcement) running() bool {
	return slices.ContainsFunc(running(a.dir), func(r *announcement) bool { return r.Token == a.Token })
}

// removeFile removes a file that others may have removed already.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
