package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A desk is a desktop session without a screen: an X server and a D-Bus.
type desk struct {
	env      []string
	screen   *os.File // the server's own picture of it, in the format of xwd
	offset   int64    // of its first pixel
	line     int      // bytes of a line of pixels
	lines    int
	programs []*exec.Cmd
}

// openDesk starts one. The server keeps its picture in a file in folder.
func openDesk(ctx context.Context, folder string) (d *desk, err error) {
	d = &desk{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return d, err
	}
	number, err := d.run(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-br", "-fbdir", folder)
	if err != nil {
		return d, err
	}
	bus, err := d.run(ctx, "dbus-daemon", "--session", "--nofork", "--print-address=3")
	if err != nil {
		return d, err
	}
	d.env = []string{"DISPLAY=:" + number, "DBUS_SESSION_BUS_ADDRESS=" + bus, "WAYLAND_DISPLAY="}
	if d.screen, err = os.Open(filepath.Join(folder, "Xvfb_screen0")); err != nil {
		return d, err
	}
	// See XWDFile.h: 25 numbers of 32 bits, the most significant byte first.
	header := make([]byte, 100)
	if _, err := d.screen.ReadAt(header, 0); err != nil {
		return d, err
	}
	number32 := func(i int) int { return int(binary.BigEndian.Uint32(header[4*i:])) }
	size, height, bits, line, colours := number32(0), number32(5), number32(11), number32(12), number32(19)
	if bits != 32 {
		return d, fmt.Errorf("Xvfb has pixels of %d bits", bits) //nolint:staticcheck // it is a name
	}
	d.offset, d.line, d.lines = int64(size+12*colours), line, height
	return d, nil
}

// run starts a program that writes a line to its descriptor 3 once it is ready, and returns that.
func (d *desk) run(ctx context.Context, name string, args ...string) (string, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.ExtraFiles = []*os.File{in}
	err = cmd.Start()
	_ = in.Close()
	if err != nil {
		return "", err
	}
	d.programs = append(d.programs, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s did not start: %w", name, err)
	}
	return strings.TrimSpace(line), nil
}

func (d *desk) close() error {
	for _, cmd := range d.programs {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // it ends by that signal
	}
	if d.screen == nil {
		return nil
	}
	return d.screen.Close()
}

// A view is what is on the screen, looked at in every eighth line.
type view struct {
	hash    uint64
	colours int // at most enoughColours
}

// enoughColours are more than a page has without anything on it: text has edges of many.
const enoughColours = 16

var hashSeed = maphash.MakeSeed()

// look returns what is on the screen.
func (d *desk) look(buffer []byte) (v view, err error) {
	var hash maphash.Hash
	hash.SetSeed(hashSeed)
	seen := make(map[uint32]struct{}, enoughColours)
	buffer = buffer[:d.line]
	for y := 0; y < d.lines; y += 8 {
		if _, err := d.screen.ReadAt(buffer, d.offset+int64(y*d.line)); err != nil {
			return v, err
		}
		_, _ = hash.Write(buffer) // never fails
		last := binary.NativeEndian.Uint32(buffer)
		seen[last] = struct{}{}
		for x := 4; x < len(buffer) && len(seen) < enoughColours; x += 4 {
			if pixel := binary.NativeEndian.Uint32(buffer[x:]); pixel != last {
				seen[pixel], last = struct{}{}, pixel
			}
		}
	}
	return view{hash.Sum64(), len(seen)}, nil
}

// watch waits until something is on the screen, and then until nothing has changed there
// for a second. It returns how long both took since start.
func (d *desk) watch(ctx context.Context, start time.Time, ended <-chan error) (painted, settled time.Duration, err error) {
	const pause, still, patience = 2 * time.Millisecond, time.Second, time.Minute
	buffer := make([]byte, d.line)
	last, err := d.look(buffer)
	if err != nil {
		return 0, 0, err
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case err := <-ended:
			return 0, 0, fmt.Errorf("it ended before anything was on the screen: %w", err)
		case <-tick.C:
		}
		now, err := d.look(buffer)
		since := time.Since(start)
		switch {
		case err != nil:
			return 0, 0, err
		case now.hash != last.hash:
			last, settled = now, since
		case painted > 0 && since-settled > still:
			return painted, settled, nil
		}
		if painted == 0 && now.colours >= enoughColours {
			painted = since
		}
		if painted == 0 && since > patience {
			return 0, 0, errors.New("nothing is on the screen after a minute")
		}
	}
}

// opened is a window on a desk of its own.
type opened struct {
	cmd              *exec.Cmd
	desk             *desk
	ended            chan error
	painted, settled time.Duration
}

// open starts a program, and waits until its window is complete.
func (b *bench) open(ctx context.Context, w command) (o *opened, err error) {
	env, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	o = &opened{ended: make(chan error, 1)}
	if o.desk, err = openDesk(ctx, b.path("screen")); err != nil {
		return nil, err
	}
	o.cmd = exec.CommandContext(ctx, w.args[0], w.args[1:]...)
	// The keychain of who measures is left alone.
	o.cmd.Env = append(append(append(os.Environ(), o.desk.env...), env...), "LINEFEED_KEYCHAIN=none")
	start := time.Now()
	if err := o.cmd.Start(); err != nil {
		return nil, errors.Join(err, o.desk.close())
	}
	go func() { o.ended <- cmp.Or(o.cmd.Wait(), errors.New("with success")) }()
	o.painted, o.settled, err = o.desk.watch(ctx, start, o.ended)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", w.args[0], err), o.close())
	}
	return o, nil
}

func (o *opened) close() error {
	if err := o.cmd.Process.Signal(syscall.SIGTERM); err == nil {
		<-o.ended //nolint:errcheck // it ends by that signal
	}
	return o.desk.close()
}

// paint measures the start of a window, until something is in it.
func (b *bench) paint(ctx context.Context, w command) (m measured, err error) {
	o, err := b.open(ctx, w)
	if err != nil {
		return m, err
	}
	return measured{Wall: o.painted, Settled: o.settled}, o.close()
}

// windowAtRest returns the memory of a window's processes after a while.
func (b *bench) windowAtRest(ctx context.Context, w command) (all []memory, err error) {
	o, err := b.open(ctx, w)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return restOf(ctx, w.name, o.cmd.Process.Pid, o.ended)
}

// A memory is that of one process.
type memory struct {
	program, process       string
	resident, proportional int64 // bytes; what processes share is divided among them in the second
}

// atRest starts a program without a window, and returns its memory after a while.
func atRest(ctx context.Context, c command, env []string) (all []memory, err error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmp.Or(cmd.Wait(), errors.New("with success")) }()
	defer func() {
		if cmd.Process.Signal(syscall.SIGTERM) == nil {
			<-ended //nolint:errcheck // it ends by that signal
		}
	}()
	return restOf(ctx, c.name, cmd.Process.Pid, ended)
}

// errNoProc says that the system tells nothing of its processes' memory.
var errNoProc = errors.New("this system has no /proc/PID/smaps_rollup")

// restOf waits for a while, and returns the memory of a process and of those that it started.
func restOf(ctx context.Context, program string, pid int, ended <-chan error) (all []memory, err error) {
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		return nil, errNoProc
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-ended:
		return nil, fmt.Errorf("%s: it ended: %w", program, err)
	case <-time.After(rest):
	}
	pids, err := family(pid)
	if err != nil {
		return nil, err
	}
	for _, pid := range pids {
		m, err := memoryOf(pid)
		if err != nil {
			return nil, err
		}
		m.program = program
		all = append(all, m)
	}
	return all, nil
}

// family returns a process and those that it started, directly or not.
func family(pid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		// PID (NAME) STATE PARENT …, where the name may hold anything.
		_, after, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte{' '})
		fields := strings.Fields(string(after))
		child, childErr := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if len(fields) < 2 || childErr != nil {
			continue
		}
		if parent, err := strconv.Atoi(fields[1]); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all, nil
}

// memoryOf returns the memory of a process.
func memoryOf(pid int) (m memory, err error) {
	folder := fmt.Sprintf("/proc/%d/", pid)
	program, err := os.Readlink(folder + "exe")
	if err != nil {
		return m, err
	}
	m.process = filepath.Base(program)
	text, err := os.ReadFile(folder + "smaps_rollup")
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			continue // the first line
		}
		switch name {
		case "Rss":
			m.resident = kilobytes * 1024
		case "Pss":
			m.proportional = kilobytes * 1024
		}
	}
	return m, nil
}
