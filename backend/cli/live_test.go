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

// Where lines are printed, each try to reconnect has one, however often it is told
// that the database is waited for meanwhile.
func TestReconnectingIsToldOnce(t *testing.T) {
	var out strings.Builder
	p := newLivePrinter(newScreen(&out, func(string) string { return "" }), "job")
	for attempt := 1; attempt <= 2; attempt++ {
		v := load.Progress{Phase: load.PhaseReconnecting, Reconnecting: &load.Reconnecting{Reason: "cut", Attempt: attempt}}
		p.progress(v)
		v.Phase = load.PhaseWaiting
		for range 5 {
			p.progress(v)
		}
	}
	if got, want := strings.Count(out.String(), "reconnecting: cut"), 2; got != want || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("%d tries are told, want %d:\n%s", got, want, out.String())
	}
}
