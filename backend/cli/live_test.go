package cli

import (
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
)

// A lost connection is told with its reason and the next try, on a terminal and in
// lines.
func TestReconnectingIsTold(t *testing.T) {
	p := load.Progress{Phase: load.PhaseReconnecting, Reconnecting: &load.Reconnecting{
		Reason: "the server closed the connection", Attempt: 3, NextTry: time.Now().Add(time.Hour),
	}}
	for _, text := range []string{progressLine(p), strings.Join(rates(p), " ")} {
		for _, want := range []string{"reconnecting: the server closed the connection; try 3 in 3", " s"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q does not say %q", text, want)
			}
		}
	}
	p.Reconnecting.NextTry = time.Now().Add(-time.Second)
	if text := progressLine(p); !strings.HasSuffix(text, "try 3 now") {
		t.Errorf("a try that is due is told as %q", text)
	}
}
