package testserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A process is a server's.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	path  string // of its log
}

// nobody is who servers run as where the test runs as root: they refuse to be root.
var nobody = sync.OnceValues(func() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
})

// A folder is a server's. It is removed at the end of the test process at the latest: a shell
// outlives the process to do so.
type folder struct {
	path string
	held io.Closer // the shell's input, which ends with the process
}

const removeAtEnd = `trap "" INT TERM HUP
read -r end
n=0
until rm -rf "$1" || [ $((n += 1)) -eq 100 ]; do sleep .1; done`

func newFolder() (*folder, error) {
	path, err := os.MkdirTemp(tempDir(), "linefeed-server-")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", removeAtEnd, "sh", path) //nolint:noctx // it outlives the tests
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	held, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &folder{path, held}, give(path)
}

// tempDir returns a folder for temporary files that the user of servers reaches too.
func tempDir() string {
	for _, dir := range []string{os.TempDir(), "/tmp"} {
		if reachable(dir) {
			return dir
		}
	}
	return "/var/tmp"
}

// reachable says whether the user of servers reaches a path.
func reachable(path string) bool {
	as, err := nobody()
	if err != nil || as == nil {
		return err == nil
	}
	for {
		info, err := os.Stat(path)
		if err != nil || info.Mode()&1 == 0 {
			return false
		}
		if path == filepath.Dir(path) {
			return true
		}
		path = filepath.Dir(path)
	}
}

// give makes a file or an empty folder the property of the user of servers.
func give(path string) error {
	as, err := nobody()
	if err != nil || as == nil {
		return err
	}
	return os.Chown(path, int(as.Uid), int(as.Gid))
}

func (f *folder) remove() error {
	return errors.Join(os.RemoveAll(f.path), f.held.Close())
}

// command returns a command that runs as the user of servers.
func command(folder string, args []string) (*exec.Cmd, error) {
	as, err := nobody()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(args[0], args[1:]...) //nolint:noctx // a server outlives the test that starts it
	cmd.Dir = folder
	cmd.Env = []string{"PATH=" + folder + "/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + folder, "TMPDIR=" + folder}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setsid: true}
	return cmd, nil
}

// output runs a command to its end.
func output(folder string, args []string) error {
	cmd, err := command(folder, args)
	if err != nil {
		return err
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, text)
	}
	return nil
}

// starts are done by a thread that lasts as long as the process: the system ends a child that
// asked for it when the thread that started it ends.
var starts = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range c {
			f()
		}
	}()
	return c
})

// run starts a server. It ends with this process.
func run(folder string, args []string, sig signals) (*process, error) {
	cmd, err := command(folder, args)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, ended: make(chan struct{}), path: filepath.Join(folder, "log")}
	log, err := os.OpenFile(p.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr.Pdeathsig = sig.orphan
	started := make(chan error)
	starts() <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(p.ended)
	}()
	return p, nil
}

func (p *process) stop(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) } // it may have ended

// kill ends the server and its children, and returns once they have ended.
func (p *process) kill() {
	children := p.children()
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
	for _, child := range children {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	for _, child := range children {
		for range 500 {
			if state, _ := status(child); state == "" || state == "Z" {
				break
			}
			time.Sleep(poll)
		}
	}
}

// children returns the process IDs of the server's children.
func (p *process) children() (ids []int) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		id, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			continue
		}
		if _, parent := status(id); parent == strconv.Itoa(p.cmd.Process.Pid) {
			ids = append(ids, id)
		}
	}
	return ids
}

// status returns the state of a process and the ID of its parent, "" where there is no such process.
func status(id int) (state, parent string) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id)) // PID (NAME) STATE PARENT …
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 2 {
		return "", ""
	}
	return fields[0], fields[1]
}

// log returns the end of the server's log.
func (p *process) log() string {
	text, _ := os.ReadFile(p.path)
	return string(text[max(0, len(text)-4000):])
}
