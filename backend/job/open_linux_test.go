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
	b.soon("cancel", time.Second, func() error { return b.runner.Cancel(j.ID) })
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
