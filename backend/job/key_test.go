package job

import (
	"errors"
	"testing"
)

// A key starts one job, in all processes and runs of the program, until the job is
// forgotten.
func TestKeys(t *testing.T) {
	b := newBench(t)
	other := b.beside()
	req := Request{File: b.path("none.csv"), Target: b.path("out.db")}
	key := func(name string, req Request, sum []byte) Key {
		t.Helper()
		k, err := NewKey(name, req, sum)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k := key("k", req, nil)
	j, err := b.runner.StartKeyed(t.Context(), req, k)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.runner.Wait(t.Context(), j.ID) // it fails, which doesn't matter here
	for _, runner := range []*Runner{b.runner, other.runner} {
		if id, err := runner.Keyed(t.Context(), k); id != j.ID || err != nil {
			t.Errorf("found %q, %v, want %s", id, err, j.ID)
		}
		if _, err := runner.StartKeyed(t.Context(), req, k); !errors.Is(err, ErrKeyUsed) {
			t.Errorf("started again: %v", err)
		}
		if id, err := runner.Keyed(t.Context(), key("k", Request{File: b.path("other.csv"), Target: b.path("out.db")}, nil)); !errors.Is(err, ErrKeyUsed) {
			t.Errorf("for another file: %q, %v", id, err)
		}
		if id, err := runner.Keyed(t.Context(), key("l", req, nil)); id != "" || err != nil {
			t.Errorf("by another key: %q, %v", id, err)
		}
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) != 1 {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
	if err := b.runner.Forget(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	if again, err := other.runner.StartKeyed(t.Context(), req, k); err != nil || again.ID == j.ID {
		t.Errorf("after it was forgotten: %s, %v", again.ID, err)
	}
}

// What is received has the same key by its content, and passwords are no part of one.
func TestKeysAreCompared(t *testing.T) {
	with := func(file, target string, sum []byte) Key {
		k, err := NewKey("k", Request{File: file, Target: target}, sum)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	const target = "postgres://ann:s3cret@host/db"
	a := with("/received/1.csv", target, []byte{1})
	for name, test := range map[string]struct {
		k    Key
		same bool
	}{
		"received again":     {with("/received/2.csv", target, []byte{1}), true},
		"another content":    {with("/received/1.csv", target, []byte{2}), false},
		"another database":   {with("/received/1.csv", target+"2", []byte{1}), false},
		"another password":   {with("/received/1.csv", "postgres://ann:other@host/db", []byte{1}), true},
		"a file of its path": {with("/received/1.csv", target, nil), false},
	} {
		if same := test.k.what == a.what; same != test.same {
			t.Errorf("%s: the same: %t", name, same)
		}
	}
}
