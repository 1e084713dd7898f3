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

// announcementFile is the name of the file that says where the API is. It is a copy of
// one server's own file, api-PID.json next to it; when that server ends, it becomes a
// copy of another running server's. A server runs as long as its lock, on api-PID.lock,
// is held.
const announcementFile = "api.json"

// An announcement tells other programs of the same user where the API is, and the token.
// Its JSON is part of the program's contract.
type announcement struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`

	dir  string
	own  string         // the path of the server's own file
	lock *lockfile.Lock // nil for another server
}

// announce writes the server's own file and api.json into dir, which it creates if
// needed. Everything is readable by this user alone. Others see a whole file or none.
// With beside, api.json stays that of another server while that one runs.
func announce(dir, url, token string, beside bool) (a *announcement, err error) {
	defer func() {
		if err != nil {
			a, err = nil, fmt.Errorf("announce the local API: %w", err)
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it may have existed
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

// ownPrefix is the prefix of the names of servers' files.
const ownPrefix = "api-"

// lockOwn locks the lock file of a server: api-PID.lock, or api-PID-N.lock if a process
// has several servers.
func lockOwn(dir string) (*lockfile.Lock, error) {
	name := ownPrefix + strconv.Itoa(os.Getpid())
	lock, err := lockfile.Hold(filepath.Join(dir, name+lockfile.Suffix))
	for n := 2; errors.Is(err, lockfile.ErrHeld); n++ {
		lock, err = lockfile.Hold(filepath.Join(dir, fmt.Sprintf("%s-%d%s", name, n, lockfile.Suffix)))
	}
	return lock, err
}

// write writes the announcement to a file, whole or not at all.
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
		err = lockfile.Replace(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (a *announcement) removeOwn() error { return errors.Join(removeFile(a.own), a.lock.Release()) }

// remove removes the server's own file. If api.json announced this server, it then
// announces another running one, if there is one.
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

// handOver makes api.json announce a running server, or removes it. It checks again
// afterwards: another server may have started or ended meanwhile.
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

// newest returns the announcement of the running server that was started last; nil if
// there is none.
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

// running returns the announcements of the running servers.
func running(dir string) (all []*announcement) {
	entries, _ := os.ReadDir(dir) // an unreadable folder announces nothing
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

// Tidy removes the announcements of killed processes from the folder dir, and makes
// api.json announce a running server, if there is one.
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

// tmpSuffix is the suffix of unfinished files.
const tmpSuffix = ".tmp"

// readAnnouncement reads an announcement; nil if the file holds none.
func readAnnouncement(path string) *announcement {
	a := &announcement{dir: filepath.Dir(path), own: path}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, a) != nil || a.URL == "" {
		return nil
	}
	return a
}

// running reports whether the announced server is running.
func (a *announcement) running() bool {
	return slices.ContainsFunc(running(a.dir), func(r *announcement) bool { return r.Token == a.Token })
}

// removeFile removes a file that may already be gone.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
