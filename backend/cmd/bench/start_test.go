package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// A window is drawn once its page has text on it, and each change to it is seen.
func TestLook(t *testing.T) {
	const width, height, header = 20, 16, 100 + 12
	picture := make([]byte, header+4*width*height)
	put := func(x, y int, colour uint32) {
		binary.NativeEndian.PutUint32(picture[header+4*(width*y+x):], colour)
	}
	d := &desk{offset: header, line: 4 * width, lines: height}
	look := func() view {
		t.Helper()
		path := filepath.Join(t.TempDir(), "screen")
		if err := os.WriteFile(path, picture, 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		if d.screen, err = os.Open(path); err != nil {
			t.Fatal(err)
		}
		defer d.screen.Close()
		v, err := d.look(make([]byte, d.line))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	empty := look()
	if empty.colours != 1 {
		t.Errorf("an empty screen has %d colours", empty.colours)
	}
	put(3, 8, 0xffffff)
	if one := look(); one.colours != 2 || one.hash == empty.hash {
		t.Errorf("with one pixel there are %d colours, changed: %v", one.colours, one.hash != empty.hash)
	}
	for x := range width {
		put(x, 8, uint32(x)<<8)
	}
	if text := look(); text.colours != enoughColours {
		t.Errorf("with text there are %d colours", text.colours)
	}
}

func TestWithin(t *testing.T) {
	var s series
	for i := 20; i >= 1; i-- {
		s = append(s, measured{Wall: time.Duration(i)})
	}
	if got := s.within(95, wall); got != 19 {
		t.Errorf("95 %% are within %d, want 19", got)
	}
	if got := series(nil).within(95, wall); got != 0 {
		t.Errorf("all of nothing are within %d", got)
	}
}

func TestPackageSizes(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"a.deb": 3, "b.rpm": 5, "c.cdx.json": 7} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := packageSizes(dir)
	if want := []packageSize{{"a.deb", 3}, {"b.rpm", 5}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := packageSizes(filepath.Join(dir, "none")); err != nil || got != nil {
		t.Errorf("of no folder: %v, %v", got, err)
	}
}

// The memory of this process, which has a parent.
func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the memory that processes share")
	}
	m, err := memoryOf(os.Getpid())
	if err != nil || m.proportional <= 1<<20 || m.resident < m.proportional || m.process == "" {
		t.Errorf("got %+v, %v", m, err)
	}
	pids, err := family(os.Getppid())
	if err != nil || pids[0] != os.Getppid() || !slices.Contains(pids, os.Getpid()) {
		t.Errorf("the family of the parent of %d is %v, %v", os.Getpid(), pids, err)
	}
}
