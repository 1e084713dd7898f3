package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/job"
)

// announcementFile is the name of the file that tells where the API is. Beside
// it lies a file of each server, api-PID.json, of which it is a copy: when its
// server ends, it becomes that of another one that is running.
const announcementFile = "api.json"

// An announcement tells other programs of the same user where the API is, and
// the token. Its JSON is part of the program's contract.
type announcement struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`

	dir string
	own string // the path of the server's own file
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
	if err := tidyAnnouncements(dir); err != nil {
		return nil, err
	}
	a = &announcement{URL: url, Token: token, PID: os.Getpid(), dir: dir}
	if a.own, err = a.ownPath(); err != nil {
		return nil, err
	}
	if err := a.write(a.own); err != nil {
		return nil, errors.Join(err, a.removeOwn())
	}
	if other := readAnnouncement(a.path()); beside && other != nil && other.alive() {
		return a, nil
	}
	if err := a.write(a.path()); err != nil {
		return nil, errors.Join(err, a.removeOwn())
	}
	return a, nil
}

func (a *announcement) path() string { return filepath.Join(a.dir, announcementFile) }

// ownPath makes an empty file of the server's own: api-PID.json, or
// api-PID-N.json where one process has several servers.
func (a *announcement) ownPath() (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("api-%d.json", a.PID)
		if n > 1 {
			name = fmt.Sprintf("api-%d-%d.json", a.PID, n)
		}
		path := filepath.Join(a.dir, name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			if err == nil {
				err = f.Close()
			}
			return path, err
		}
	}
}

// write writes a file that tells of the server, whole or not at all.
func (a *announcement) write(path string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, fmt.Sprintf("api-%d.*.tmp", os.Getpid())) // makes it with mode 0600
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

func (a *announcement) removeOwn() error { return removeFile(a.own) }

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
	for _, path := range filesOf(dir, ".json") {
		info, err := os.Stat(path)
		if err != nil || last != nil && info.ModTime().Before(latest) {
			continue
		}
		if a := readAnnouncement(path); a != nil && a.alive() {
			last, latest = a, info.ModTime()
		}
	}
	return last
}

// tidyAnnouncements removes from dir what servers have announced whose process
// was killed, and lets api.json tell of one that is running, if there is one.
func tidyAnnouncements(dir string) error {
	for _, path := range append(filesOf(dir, ".json"), filesOf(dir, ".tmp")...) {
		a := readAnnouncement(path)
		// One that is just being written by a living process is no JSON yet.
		if !job.ProcessAlive(announcedBy(path)) || a != nil && !a.alive() {
			if err := removeFile(path); err != nil {
				return err
			}
		}
	}
	path := filepath.Join(dir, announcementFile)
	if a := readAnnouncement(path); a != nil && !a.alive() {
		return handOver(dir)
	}
	return nil
}

// filesOf returns the paths of the files of servers that end with suffix.
func filesOf(dir, suffix string) (paths []string) {
	entries, _ := os.ReadDir(dir) // what can't be read tells nothing
	for _, e := range entries {
		if announcedBy(e.Name()) > 0 && strings.HasSuffix(e.Name(), suffix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}

// announcedBy returns the process that a file name tells of: api-4711-2.json;
// 0 for another name.
func announcedBy(path string) int {
	digits, ok := strings.CutPrefix(filepath.Base(path), "api-")
	if i := strings.IndexAny(digits, "-."); i >= 0 {
		digits = digits[:i]
	}
	pid, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return pid
}

// readAnnouncement reads what a file tells; nil where it tells nothing.
func readAnnouncement(path string) *announcement {
	a := &announcement{dir: filepath.Dir(path), own: path}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, a) != nil || a.URL == "" {
		return nil
	}
	return a
}

// alive reports whether the server is running: its process is there, and
// somebody listens. The process alone may be another one by now.
func (a *announcement) alive() bool {
	if !job.ProcessAlive(a.PID) {
		return false
	}
	dialer := net.Dialer{Timeout: time.Second}
	c, err := dialer.DialContext(context.Background(), "tcp", strings.TrimPrefix(a.URL, "http://"))
	if err != nil {
		return false
	}
	_ = c.Close() // nothing was said
	return true
}

// removeFile removes a file that others may have removed already.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
