package job

import (
	"bytes"
	"errors"
	"testing"

	"linefeed/backend/load"
)

// A job that runs is not forgotten; one that has ended is, and its rows stay.
func TestForget(t *testing.T) {
	b := newBench(t)
	j := b.long("t")
	if err := b.runner.Forget(t.Context(), j.ID); !errors.Is(err, ErrActive) {
		t.Errorf("%v", err)
	}
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.Wait(t.Context(), j.ID); !errors.Is(err, errCancelled) {
		t.Fatal(err)
	}
	if err := b.runner.Forget(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.Job(t.Context(), j.ID); !errors.Is(err, ErrNoJob) {
		t.Errorf("%v", err)
	}
}

// A job whose rejects are no longer kept says so, and can't go on.
func TestForgottenRejects(t *testing.T) {
	b := newBench(t)
	file := b.file("a.csv", "id,name\n1,a\nx,b\n")
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil || s.Rejected != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	b.exec("UPDATE jobs SET forgot = '2026-01-02T03:04:05.678Z', state = 'failed' WHERE id = '" + j.ID + "'")
	got, err := b.runner.Job(t.Context(), j.ID)
	if err != nil || got.RejectsForgotten != "2026-01-02T03:04:05.678Z" || got.Resumable {
		t.Errorf("%+v, %v", got, err)
	}
	if page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: j.ID}); err != nil || page.Forgotten != got.RejectsForgotten || len(page.Rejects) > 0 {
		t.Errorf("%+v, %v", page, err)
	}
	if err := b.runner.WriteRejects(t.Context(), j.ID, false, new(bytes.Buffer)); !errors.Is(err, ErrForgotten) {
		t.Errorf("%v", err)
	}
	if _, err := b.runner.TakeUp(t.Context(), j.ID, TakeUp{}); !errors.Is(err, ErrForgotten) {
		t.Errorf("%v", err)
	}
	// The same file again is no riddle.
	j = b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Columns: idAndName()}})
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil {
		t.Errorf("%+v, %v", s, err)
	}
}
