package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"linefeed/backend/load"
)

// Wherever a part of the store is damaged: what is told of the rejects of a job that has
// ended is all of them, or that some can't be read. Nothing is retried or closed of a part.
func TestDamageAnywhere(t *testing.T) {
	home := t.TempDir()
	const n, page = 60, 4096
	once(t, home, func(s *Store) {
		keepJob(t, s, "a", "done", 0, 5)
		keepJob(t, s, "b", "done", 0, n) // each of about a quarter of a page
		keepJob(t, s, "c", "done", 0, 5)
	})
	whole, err := os.ReadFile(filepath.Join(home, fileName))
	if err != nil {
		t.Fatal(err)
	}
	told, incomplete := 0, 0
	for at := 0; at < len(whole); at += page {
		for i, d := range []struct{ from, n int }{
			{0, 1}, {3, 2}, {5, 2}, {8, 8}, {8, 2000}, {1000, page - 1000}, {2048, page - 2048}, {3000, 16}, {3500, page - 3500}, {page - 40, 40},
		} {
			with := []byte{0, 0xa5}[(at/page+i)%2]
			damaged := bytes.Clone(whole)
			copy(damaged[at+d.from:], bytes.Repeat([]byte{with}, d.n))
			if bytes.Equal(damaged, whole) {
				continue
			}
			name := fmt.Sprintf("%d bytes of %#x from byte %d of page %d", d.n, with, d.from, at/page+1)
			is := listsWhole(t, name, damaged, n)
			if is != nil {
				told++
			}
			if errors.Is(is, ErrIncomplete) {
				incomplete++
			}
		}
	}
	if told == 0 || incomplete == 0 {
		t.Errorf("told %d times, %d of them by the count", told, incomplete)
	}
	t.Logf("%d times it was told, %d of them by the count alone", told, incomplete)
}

// listsWhole lists the rejects of job b in a store with that content, which have to be n in
// all, or else the error is returned that says so.
func listsWhole(t *testing.T, name string, content []byte, n int) error {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, fileName), content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // it may be too damaged to be tidied
	if len(s.FreshNotices()) > 0 {
		return errDamaged // and it was set aside
	}
	if _, err := s.Job(t.Context(), "b"); err != nil {
		return err // it is not in the history any more, which shows
	}
	var last error
	found, order := 0, true
	for r, err := range s.AllRejects(t.Context(), "b") {
		if last = err; err == nil {
			found++
			order = order && r.ID == int64(found)
		}
	}
	if last == nil && (found != n || !order) {
		t.Errorf("%s: %d of %d rejects are listed as all, in their order: %v", name, found, n, order)
	}
	p, err := s.Rejects(t.Context(), RejectQuery{Job: "b", Limit: n})
	if err == nil && p.Missing == 0 && (len(p.Rejects) != n || p.Total != int64(n)) {
		t.Errorf("%s: a page of %d, total %d, and none is missing", name, len(p.Rejects), p.Total)
	}
	if err == nil && p.Missing > 0 && last == nil {
		t.Errorf("%s: %d are missing from a page, and none from the list", name, p.Missing)
	}
	if last == nil {
		return nil
	}
	taken, err := s.BeginRetry(t.Context(), Mend{Of: "b", Job: "c", Rules: func(string) (string, error) { return "", nil }})
	if err == nil && taken != int64(n) {
		t.Errorf("%s: a retry is of %d", name, taken)
	}
	closed, err := s.CloseRejects(t.Context(), Mend{Of: "b"}, false)
	if err == nil && closed != int64(n) {
		t.Errorf("%s: %d are closed", name, closed)
	}
	return last
}

// Of a retry that was begun nothing is left out, either.
func TestRetryOfDamagedRejects(t *testing.T) {
	s := open(t, t.TempDir())
	keepJob(t, s, "a", "done", 0, 10)
	addJob(t, s, "b")
	if n, err := s.BeginRetry(t.Context(), Mend{Of: "a", Job: "b", Rules: func(string) (string, error) { return "", nil }}); err != nil || n != 10 {
		t.Fatalf("%d, %v", n, err)
	}
	if _, err := s.RetryBytes(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.ExecContext(t.Context(), "DELETE FROM rejects WHERE record = (SELECT max(record) FROM rejects)"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RetryBytes(t.Context(), "b"); !errors.Is(err, ErrIncomplete) {
		t.Errorf("%v", err)
	}
}

// What a retry has rejected again, and is damaged, is not closed as loaded.
func TestSettleOfDamagedRejects(t *testing.T) {
	s := open(t, t.TempDir())
	keepJob(t, s, "a", "done", 0, 10)
	addJob(t, s, "b")
	if n, err := s.BeginRetry(t.Context(), Mend{Of: "a", Job: "b", Rules: func(string) (string, error) { return "", nil }}); err != nil || n != 10 {
		t.Fatalf("%d, %v", n, err)
	}
	log, err := s.RejectLog(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(log.Add(t.Context(), []load.Reject{{Record: 3}, {Record: 4}}), log.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateJob(t.Context(), Job{ID: "b", State: "interrupted"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.ExecContext(t.Context(), "DELETE FROM rejects WHERE record = 4 AND id > (SELECT number << 40 FROM jobs WHERE id = 'b')"); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{s.Settle(t.Context(), "b", AllRecords), s.SettleLoaded(t.Context(), "b", 8)} {
		if !errors.Is(err, ErrIncomplete) {
			t.Errorf("%v", err)
		}
	}
	if settled, _, err := s.Begun(t.Context(), "b"); settled || err != nil {
		t.Errorf("it is settled: %v, %v", settled, err)
	}
}

// Rejects that are still coming are not missing, nor those that come when a job goes on.
func TestNothingIsMissing(t *testing.T) {
	s := open(t, t.TempDir())
	keepJob(t, s, "a", "running", 0, 10)
	look := func(want int64) {
		t.Helper()
		page, err := s.Rejects(t.Context(), RejectQuery{Job: "a"})
		if err != nil || page.Total != want || page.Missing != 0 {
			t.Errorf("%+v, %v", page, err)
		}
	}
	look(10)
	if err := s.UpdateJob(t.Context(), Job{ID: "a", State: "interrupted"}); err != nil {
		t.Fatal(err)
	}
	look(10)
	log, err := s.RejectLog(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Add(t.Context(), make([]load.Reject, 5)); err != nil {
		t.Fatal(err)
	}
	look(15)
}
