package job

import (
	"testing"

	"linefeed/backend/event"
)

// A job is followed from another process: how far it has come, and how it ended.
func TestElsewhere(t *testing.T) {
	b := newBench(t)
	other := b.beside()
	elsewhere := func(of *bench) []Snapshot {
		t.Helper()
		all, err := of.runner.Elsewhere(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := elsewhere(other); len(all) != 0 {
		t.Errorf("before: %+v", all)
	}
	b.file("long.csv", rows(3_000_000, 0)) // it runs until it is cancelled
	j := b.long("t")
	b.until(j.ID, state(Running))
	b.until(j.ID, func(*event.Event) bool { // its progress comes a moment later
		all := elsewhere(other)
		return len(all) == 1 && all[0].Job.ID == j.ID && all[0].Elsewhere && all[0].Progress != nil && all[0].Progress.Read > 0
	})
	if s, err := other.runner.Snapshot(t.Context(), j.ID); err != nil || !s.Elsewhere || s.Progress == nil || s.Progress.Read == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if all := elsewhere(b); len(all) != 0 {
		t.Errorf("its own: %+v", all)
	}
	if err := b.runner.Cancel(t.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	_, _ = b.runner.Wait(t.Context(), j.ID)
	if all := elsewhere(other); len(all) != 1 || all[0].Job.State != Cancelled || all[0].Elsewhere || all[0].Progress != nil {
		t.Errorf("at its end: %+v", all)
	}
	db := b.storeFile()
	defer db.Close()
	var left int
	if err := db.QueryRow("SELECT count(*) FROM progress").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d are left in the store, %v", left, err)
	}
}
