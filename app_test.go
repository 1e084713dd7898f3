package main

import (
	"strings"
	"testing"

	"linefeed/backend/engine"
)

// A panic behind a call of the page is its error.
func TestPanicOfACall(t *testing.T) {
	t.Setenv("LINEFEED_HOME", t.TempDir())
	a := NewApp(nil)
	_, err := call(a, func(*engine.Engine) (int, error) { panic("slip") })
	if err == nil || !strings.Contains(err.Error(), "report it") {
		t.Errorf("call: %v", err)
	}
	if err := a.do(func(*engine.Engine) error { panic("slip") }); err == nil || !strings.Contains(err.Error(), "report it") {
		t.Errorf("do: %v", err)
	}
}
