package localapi

import (
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/store"
)

// beside returns a server of another process with the same store.
func (b *bench) beside() *bench {
	b.Helper()
	st, err := store.Open(b.Context(), b.path("home"), b.path("home", "run"))
	if err != nil {
		b.Fatal(err)
	}
	other := *b
	other.hub = event.New()
	other.runner = job.NewRunner(st, other.hub, job.URLs{})
	if other.server, err = Start(other.runner, other.hub, Options{Spool: b.server.spool}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		other.runner.Close()
		other.hub.Close()
		other.client.CloseIdleConnections()
		if err := other.server.Close(); err != nil {
			b.Error(err)
		}
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return &other
}

// An import of another process is cancelled as one of this process is, and when it goes on
// in this one, a gap stands for what the other told.
func TestImportOfAnotherProcess(t *testing.T) {
	b := newBench(t)
	other := b.beside()
	free := b.lock()
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(100))}, &v)
	b.state(v.ID, "running")
	path := "/v1/imports/" + v.ID
	if res, text := other.do(call{"GET", path + "/events", nil, nil}); res.StatusCode != 409 || !strings.Contains(text, "another process") {
		t.Errorf("its events: status %d: %s", res.StatusCode, text)
	}
	other.want(202, call{"POST", path + "/cancel", nil, nil}, nil)
	if s, _ := b.runner.Wait(t.Context(), v.ID); s.State != job.Cancelled {
		t.Errorf("cancelled, it is %s", s.State)
	}
	free()
	if res, text := other.do(call{"POST", path + "/cancel", nil, nil}); res.StatusCode != 409 || !strings.Contains(text, "is cancelled: it has ended") {
		t.Errorf("cancelled again: status %d: %s", res.StatusCode, text)
	}
	other.want(202, call{"POST", path + "/resume", nil, nil}, nil)
	events := all(t, other.open(call{"GET", path + "/events", nil, nil}).Body)
	if last := events[len(events)-1].decode(t); events[0].name != "gap" || last.State != "done" || last.Job != v.ID {
		t.Errorf("gone on with, its events are %+v", events)
	}
}
