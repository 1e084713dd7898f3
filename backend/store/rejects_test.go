package store

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// distinct returns n rejects of which no two neighbours have anything in common,
// but for some that share their time, message and hint, as most rejects do.
func distinct(n int) []load.Reject {
	all := make([]load.Reject, n)
	for i := range all {
		shared := i - i%3
		all[i] = load.Reject{
			Time: time.Date(2026, 1, 2, 3, 4, shared%60, 0, time.UTC), Record: int64(10 * i), Line: int64(100 * i), EndLine: int64(100*i + i%4),
			Column: fmt.Sprint("column ", i), Value: fmt.Sprint("value ", i), Code: load.Code(fmt.Sprint("code_", i)),
			Note: message.Note{Message: fmt.Sprint("message ", shared), Hint: fmt.Sprint("hint ", i/2)}, Raw: fmt.Appendf(nil, "raw %d\n", i),
		}
	}
	return all
}

// stored returns what the store is to give back for rejects, the first of which
// has the given id.
func stored(rejects []load.Reject, first int64) []StoredReject {
	var all []StoredReject
	for i, r := range rejects {
		all = append(all, StoredReject{Raw: r.Raw, Reject: Reject{
			ID: first + int64(i), Time: r.Time.UTC().Format(TimeFormat), Record: r.Record, Line: r.Line, EndLine: r.EndLine,
			Column: r.Column, Value: r.Value, Code: r.Code, Message: r.Message, Hint: r.Hint, State: StateOpen,
		}})
	}
	return all
}

func checkRejects(t *testing.T, s *Store, job string, want []StoredReject) {
	t.Helper()
	n := 0
	for r, err := range s.AllRejects(t.Context(), job) {
		if err != nil {
			t.Fatal(err)
		}
		if n < len(want) && (!reflect.DeepEqual(r.Reject, want[n].Reject) || string(r.Raw) != string(want[n].Raw)) {
			t.Errorf("job %s: stored\n%+v, want\n%+v", job, r, want[n])
		}
		n++
	}
	page, err := s.Rejects(t.Context(), RejectQuery{Job: job, Limit: maxPage})
	if err != nil || n != len(want) || len(page.Rejects) != n || page.Total != int64(n) {
		t.Errorf("job %s: %d rejects in all, %d of %d on the page, want %d: %v", job, n, len(page.Rejects), page.Total, len(want), err)
	}
	for i, r := range page.Rejects {
		if i < len(want) && !reflect.DeepEqual(r, want[i].Reject) {
			t.Errorf("job %s: the page has\n%+v, want\n%+v", job, r, want[i].Reject)
		}
	}
}

func rejectLog(t *testing.T, s *Store, job string) *RejectLog {
	t.Helper()
	log, err := s.RejectLog(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// Each reject of a batch comes back with everything that is its own, and a log
// that is opened again goes on after what it holds.
func TestRejectsKeepWhatIsTheirOwn(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "job")
	all := distinct(30)
	all[7].Value, all[8].Raw = "a\xffb", nil
	for _, part := range [][]load.Reject{all[:20], all[20:21], all[21:]} {
		if err := rejectLog(t, s, "job").Add(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	all[7].Value = "a\uFFFDb"
	checkRejects(t, s, "job", stored(all, 1))
}

// Clearing a log takes away the rejects of its job and their counts, and nothing
// of another job's.
func TestClearRejects(t *testing.T) {
	s := open(t, t.TempDir())
	all := distinct(9)
	logs := map[string]*RejectLog{}
	for _, job := range []string{"before", "job", "after"} {
		addJob(t, s, job)
		logs[job] = rejectLog(t, s, job)
		if err := logs[job].Add(t.Context(), all[:3]); err != nil {
			t.Fatal(err)
		}
	}
	if err := logs["job"].Clear(t.Context()); err != nil || logs["job"].Count() != 0 {
		t.Fatalf("%d rejects are left, %v", logs["job"].Count(), err)
	}
	checkRejects(t, s, "job", nil)
	if err := logs["job"].Add(t.Context(), all[3:]); err != nil {
		t.Fatal(err)
	}
	checkRejects(t, s, "job", stored(all[3:], 1))
	for job, want := range map[string][]load.Reject{"before": all[:3], "job": all[3:], "after": all[:3]} {
		if job != "job" {
			checkRejects(t, s, job, stored(want, 1))
		}
		counts, err := s.RejectCounts(t.Context(), job)
		if err != nil || len(counts) != len(want) {
			t.Errorf("job %s has the counts %v, want those of %d rejects: %v", job, counts, len(want), err)
		}
		for _, r := range want {
			if !slices.Contains(counts, RejectCount{Code: r.Code, Column: r.Column, Count: 1}) {
				t.Errorf("job %s has the counts %v, and none of %s in %s", job, counts, r.Code, r.Column)
			}
		}
	}
}

// A batch that can't be added leaves nothing behind, and the log goes on to be of
// use.
func TestAddIsUndone(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "job")
	log := rejectLog(t, s, "job")
	all := distinct(6)
	if err := log.Add(t.Context(), all[:2]); err != nil {
		t.Fatal(err)
	}
	// A row with the id of the third reject is in the way.
	low, _ := idRange(1)
	if _, err := s.writer.ExecContext(t.Context(), "INSERT INTO rejects (id, time, record, line, end_line, \"column\", value, code, message, hint, raw) SELECT ?, time, record, line, end_line, \"column\", value, code, message, hint, raw FROM rejects LIMIT 1", low+4); err != nil {
		t.Fatal(err)
	}
	if err := log.Add(t.Context(), all[2:4]); err == nil {
		t.Error("a reject whose id is taken was added")
	}
	if _, err := s.writer.ExecContext(t.Context(), "DELETE FROM rejects WHERE id = ?", low+4); err != nil {
		t.Fatal(err)
	}
	if err := log.Add(t.Context(), all[4:]); err != nil || log.Count() != 4 {
		t.Errorf("the log counts %d, %v", log.Count(), err)
	}
	checkRejects(t, s, "job", stored(append(all[:2:2], all[4:]...), 1))
	if counts, err := s.RejectCounts(t.Context(), "job"); err != nil || len(counts) != 4 {
		t.Errorf("%v, %v", counts, err)
	}
}

// A page ends at its bytes, however many rejects it may hold.
func TestPageEndsAtItsBytes(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "job")
	if err := rejectLog(t, s, "job").Add(t.Context(), distinct(20)); err != nil {
		t.Fatal(err)
	}
	page, err := s.Rejects(t.Context(), RejectQuery{Job: "job", MaxBytes: 100})
	if n := len(page.Rejects); err != nil || n < 2 || n > 5 || page.Total != 20 {
		t.Errorf("%d of %d rejects, %v", n, page.Total, err)
	}
	if page, err = s.Rejects(t.Context(), RejectQuery{Job: "job", MaxBytes: 1}); err != nil || len(page.Rejects) != 1 {
		t.Errorf("a page of less than one reject has %d, %v", len(page.Rejects), err)
	}
}
