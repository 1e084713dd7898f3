package job

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
)

// lease keeps everybody from opening a file, for up to 45 s, as a folder does
// whose server is gone. It returns what is told when somebody waits.
func (b *bench) lease(path string) <-chan os.Signal {
	b.Helper()
	holder, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	waits := make(chan os.Signal, 1)
	signal.Notify(waits, unix.SIGIO)
	b.Cleanup(func() { signal.Stop(waits); _ = holder.Close() })
	if _, err := unix.FcntlInt(holder.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		b.Fatal(err)
	}
	return waits
}

// A file that can't be opened, nor closed, holds neither its cancel, nor the
// jobs after it, nor the end of the program.
func TestFileThatBlocks(t *testing.T) {
	b := newBench(t)
	good := Request{File: b.file("good.csv", rows(10, 0)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}
	stuck := good
	stuck.File = b.file("stuck.csv", rows(10, 0))
	waits := b.lease(stuck.File)

	j := b.start(stuck)
	after := b.start(good)
	<-waits
	b.soon("cancel", time.Second, func() error { return b.runner.Cancel(b.Context(), j.ID, KeepRows) })
	const most = 10 * time.Second
	b.soon("the end", most, func() error {
		s, err := b.runner.Wait(t.Context(), j.ID)
		if s.State != Cancelled || !errors.Is(err, errCancelled) || !slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == WarnLeftBehind }) {
			t.Errorf("%+v, %v", s, err)
		}
		return nil
	})
	b.soon("the job after it", most, func() error { _, err := b.runner.Wait(t.Context(), after.ID); return err })

	for name, look := range map[string]func(context.Context) error{
		"settle":  func(ctx context.Context) error { _, err := Settle(ctx, stuck); return err },
		"preview": func(ctx context.Context) error { _, err := Look(ctx, stuck); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		b.soon(name, most, func() error {
			if err := look(ctx); !errors.Is(err, csvfile.ErrLeftBehind) {
				t.Errorf("%s: %v", name, err)
			}
			return nil
		})
		cancel()
	}

	b.start(stuck)
	b.soon("close", most, func() error { b.runner.Close(); return nil })
}

// opens returns what counts how often a file has been opened since.
func (b *bench) opens(path string) func() int {
	b.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = unix.Close(fd) })
	// Events that are alike become one, so what is between two of them counts too.
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_OPEN|unix.IN_ACCESS|unix.IN_CLOSE); err != nil {
		b.Fatal(err)
	}
	events := make([]byte, 1<<20)
	return func() (opens int) {
		b.Helper()
		n, err := unix.Read(fd, events)
		if err != nil || n == len(events) {
			b.Fatal(n, err)
		}
		for at := 0; at < n; {
			e := (*unix.InotifyEvent)(unsafe.Pointer(&events[at])) //nolint:gosec // as the kernel writes it
			if e.Mask&unix.IN_Q_OVERFLOW != 0 {
				b.Fatal("too many events")
			}
			if e.Mask&unix.IN_OPEN != 0 {
				opens++
			}
			at += unix.SizeofInotifyEvent + int(e.Len)
		}
		return opens
	}
}

// A file is opened once, however often it is read.
func TestFileIsOpenedOnce(t *testing.T) {
	for _, tt := range []struct {
		about   string
		content string
		held    int64 // of heldBytes
	}{
		{"one record", "id,day\n1,2024-02-03\n", heldBytes},
		{"many records", rows(30_000, 0), heldBytes},
		{"numbers that leave open how they are written", "id,price\n1,1.234\n2,5.678\n", heldBytes},
		{"types that give way", lateIn("24", "soon"), heldBytes},
		{"types of all records", lateIn("24", "soon"), 1},
		{"blank lines", "\n\n \n", heldBytes},
		{"a header", "id,name\n", heldBytes},
	} {
		b := newBench(t)
		was := heldBytes
		heldBytes = tt.held
		t.Cleanup(func() { heldBytes = was })
		file := b.file("in.csv", tt.content)
		add := Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t"}}
		create := add
		create.Plan.Create = true
		checkAdd, checkNew := add, Request{File: file, Check: true, Plan: load.Plan{Create: true}}
		checkAdd.Check = true
		run := func(req Request) func() error {
			return func() error { _, err := b.run(req); return err }
		}
		settle := func(req Request) func() error {
			return func() error { _, err := b.runner.Settle(t.Context(), req); return err }
		}
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"preview", func() error { _, err := Look(t.Context(), Request{File: file}); return err }},
			{"check", run(checkNew)},
			{"settle for a new table", settle(create)},
			{"import into a new table", run(create)},
			{"settle for a table", settle(add)},
			{"check against a table", run(checkAdd)},
			{"import into a table", run(add)},
		} {
			opens := b.opens(file)
			err := step.do()
			if n := opens(); n != 1 {
				t.Errorf("%s: %s opens it %d times: %v", tt.about, step.name, n, err)
			}
		}
	}
}

// Devices are refused at once, as files and as targets.
func TestDevicesAreRefused(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(10, 0))
	for name, req := range map[string]Request{
		"file":   {File: "/dev/ptmx", Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}},
		"zeros":  {File: "/dev/zero", Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}},
		"target": {File: file, Target: "/dev/ptmx", Plan: load.Plan{Table: "t", Create: true}},
	} {
		if _, err := Settle(t.Context(), req); err == nil || !strings.Contains(err.Error(), "device") {
			t.Errorf("%s: settle: %v", name, err)
		}
		if s, err := b.run(req); err == nil || s.State != Failed || !strings.Contains(s.Error, "device") {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}
