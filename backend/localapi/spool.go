package localapi

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/job"
)

// spoolLimit is how many bytes of disk the bodies that were received may take
// at the same time.
const spoolLimit = 16 << 30

// A spool keeps the bodies that were received as files, until they are
// imported.
type spool struct {
	dir   string // of this process and server alone
	limit int64
	used  atomic.Int64
}

// A spooled body is a file in a folder of its own.
type spooled struct {
	spool *spool
	path  string
	size  int64
	sum   [sha256.Size]byte // of its bytes
}

// newSpool makes a spool in the folder dir.
func newSpool(dir string) (*spool, error) {
	own, err := MakeSpoolFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("make the folder for received files: %w", err)
	}
	return &spool{dir: own, limit: spoolLimit}, nil
}

// MakeSpoolFolder makes a folder in dir for what this process receives, and
// removes from dir what processes that were killed have left. Who calls it
// removes the folder in the end.
func MakeSpoolFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("it has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := removeStale(dir); err != nil {
		return "", fmt.Errorf("tidy it: %w", err)
	}
	return os.MkdirTemp(dir, strconv.Itoa(os.Getpid())+"-")
}

// Tidy removes what processes that were killed have left: in the folder run
// what they announced, in the folder spool what they received.
func Tidy(run, spool string) error {
	return errors.Join(tidyAnnouncements(run), removeStale(spool))
}

// removeStale removes the folders, named PID-…, of processes that are gone.
func removeStale(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		before, _, _ := strings.Cut(e.Name(), "-")
		pid, atoiErr := strconv.Atoi(before)
		if atoiErr == nil && pid > 0 && !job.ProcessAlive(pid) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func (s *spool) close() error { return os.RemoveAll(s.dir) }

// receive writes a body, read to its end, to a file. The file has the name, as
// far as it can be one: people will see it.
func (s *spool) receive(body io.Reader, name string) (_ *spooled, err error) {
	dir, err := os.MkdirTemp(s.dir, "")
	if err != nil {
		return nil, fmt.Errorf("receive a file: %w", err)
	}
	sp := &spooled{spool: s, path: filepath.Join(dir, fileName(name))}
	defer func() {
		if err != nil {
			err = errors.Join(receiveError(err), sp.remove())
		}
	}()
	f, err := os.OpenFile(sp.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(spoolWriter{sp, f}, sum), body)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	sum.Sum(sp.sum[:0])
	return sp, nil
}

// errSpoolFull says that the bodies take as much disk as they may.
var errSpoolFull = errors.New("the files that were received and not imported yet are too large")

// receiveError says whose fault it is that a body was not received.
func receiveError(err error) error {
	var path *os.PathError
	switch {
	case errors.Is(err, errSpoolFull):
		return refuse(http.StatusRequestEntityTooLarge, "import a local file by its path instead", "%v", err)
	case errors.Is(err, syscall.ENOSPC):
		return refuse(http.StatusInsufficientStorage, "make room on the disk", "receive a file: %v", err)
	case errors.As(err, &path):
		return fmt.Errorf("receive a file: %w", err)
	default: // reading the request failed
		return refuse(http.StatusBadRequest, "send it again", "the body was not received to its end: %v", err)
	}
}

// remove removes the body.
func (sp *spooled) remove() error {
	sp.spool.used.Add(-sp.size)
	return os.RemoveAll(filepath.Dir(sp.path))
}

// A spoolWriter counts what a body takes of the disk.
type spoolWriter struct {
	body *spooled
	file *os.File
}

func (w spoolWriter) Write(b []byte) (int, error) {
	n := int64(len(b))
	w.body.size += n
	if w.body.spool.used.Add(n) > w.body.spool.limit {
		return 0, errSpoolFull
	}
	return w.file.Write(b)
}

// fileName returns what is left of a name that a client gave when it can be a
// file's name anywhere.
func fileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, name)
	for len(name) > 120 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	name = strings.TrimRight(name, ". ")
	if name == "" {
		return "upload.csv"
	}
	return name
}
