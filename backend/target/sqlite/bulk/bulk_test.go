package bulk

import (
	"testing"
	"unsafe"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
)

// The version of sqlite3.h must be that of the linked library.
func TestHeaderIsOfTheLibrary(t *testing.T) {
	if _, library, _ := driver.Version(); library != headerVersion {
		t.Errorf("sqlite3.h is of version %d, the library of %d: take the header from the driver's sources", headerVersion, library)
	}
}

// The C code reads cells in place.
func TestLayoutOfCells(t *testing.T) {
	var c load.Cell
	if size := unsafe.Sizeof(c); size != 16 {
		t.Errorf("a cell has %d bytes, want 16", size)
	}
	if at := unsafe.Offsetof(c.Bits); at != 0 {
		t.Errorf("Bits lies at %d, want 0", at)
	}
	if at := unsafe.Offsetof(c.Len); at != 8 {
		t.Errorf("Len lies at %d, want 8", at)
	}
	if at := unsafe.Offsetof(c.Kind); at != 12 {
		t.Errorf("Kind lies at %d, want 12", at)
	}
	for want, kind := range []load.CellKind{load.CellNull, load.CellInt, load.CellFloat, load.CellText, load.CellBlob} {
		if int(kind) != want {
			t.Errorf("kind %d, want %d", kind, want)
		}
	}
}
