package store

import (
	"path/filepath"
	"testing"
)

// Those that queue up for the same file have it in their order.
func TestTurns(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, id := range []string{"a", "b", "c"} {
		newJob(t, s, id, nil)
	}
	file := filepath.Join(dir, "x.db")
	queue := func(id, path string) {
		t.Helper()
		if err := s.QueueUp(t.Context(), id, path); err != nil {
			t.Fatal(err)
		}
	}
	want := func(id, first string) {
		t.Helper()
		got, err := s.TurnAfter(t.Context(), id)
		if err != nil || (got == nil) != (first == "") || got != nil && got.ID != first {
			t.Errorf("%s waits for %+v, %v, want %q", id, got, err, first)
		}
	}
	queue("c", file)
	queue("a", filepath.Join(dir, "other.db"))
	queue("b", file)
	want("c", "")
	want("a", "")
	want("b", "c")
	queue("c", file) // again: after the others
	want("b", "")
	want("c", "b")
	if err := s.EndTurn(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	want("c", "")
}
