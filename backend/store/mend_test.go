package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// faulty returns n rejects, the first of record 1: prices and titles in turn, with
// few values.
func faulty(n, first int) []load.Reject {
	all := make([]load.Reject, n)
	for i := range all {
		k := first + i
		all[i] = load.Reject{
			Record: int64(k), Line: int64(k + 1), EndLine: int64(k + 1),
			Column: []string{"price", "title"}[k%2], Code: []load.Code{load.CodeNotANumber, load.CodeTooLong}[k%2],
			Value: fmt.Sprint("value ", k%4/2), Raw: fmt.Appendf(nil, "raw %d\n", k),
		}
	}
	return all
}

// newJob adds a job with rejects.
func newJob(t testing.TB, s *Store, id string, rejects []load.Reject) {
	t.Helper()
	if err := s.AddJob(t.Context(), Job{ID: id, State: "running", File: "f", Request: "{}"}); err != nil {
		t.Fatal(err)
	}
	logTo(t, s, id, rejects)
}

func logTo(t testing.TB, s *Store, id string, rejects []load.Reject) {
	t.Helper()
	log, err := s.RejectLog(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Add(t.Context(), rejects); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func items(t *testing.T, all iter.Seq2[RetryItem, error]) (list []string) {
	t.Helper()
	for i, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%d:%d:%d:%d:%q:%d", i.Reject, i.Record, i.Line, i.Mended, i.Raw, i.Rules))
	}
	return list
}

// more adds a rule to rules.
func more(rules string, op int) string {
	if rules == "" {
		return fmt.Sprintf(`[{"op":%d}]`, op)
	}
	return fmt.Sprintf(`%s,{"op":%d}]`, strings.TrimSuffix(rules, "]"), op)
}

// begin begins the retry of some rejects of job a by a job.
func begin(t *testing.T, s *Store, m Mend) {
	t.Helper()
	newJob(t, s, m.Job, nil)
	m.Of, m.Who, m.How = "a", "ann", "{}"
	if _, err := s.BeginRetry(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func states(t *testing.T, s *Store) (all []string) {
	t.Helper()
	for r, err := range s.AllRejects(t.Context(), "a") {
		if err != nil {
			t.Fatal(err)
		}
		state := r.State
		if r.Closed != nil {
			state += " " + r.Closed.Job
		}
		if r.Latest != nil {
			state += " again " + r.Latest.Job + " " + r.Latest.Value
		}
		all = append(all, state)
	}
	return all
}

func TestRetryIsSettled(t *testing.T) {
	s := open(t, t.TempDir())
	newJob(t, s, "a", faulty(6, 1))

	begin(t, s, Mend{Job: "b", Selection: Selection{Code: "not_a_number"}, Rules: func(e string) (string, error) { return more(e, 1), nil }})
	if got := items(t, s.RetryItems(t.Context(), "b")); !slices.Equal(got, []string{`2:2:3:0:"raw 2\n":1`, `4:4:5:0:"raw 4\n":1`, `6:6:7:0:"raw 6\n":1`}) {
		t.Error(got)
	}
	if _, err := s.BeginRetry(t.Context(), Mend{Of: "a", Job: "a"}); !errors.Is(err, ErrMending) {
		t.Errorf("a second retry: %v", err)
	}
	if _, err := s.CloseRejects(t.Context(), Mend{Of: "a"}, false); !errors.Is(err, ErrMending) {
		t.Errorf("a dismissal meanwhile: %v", err)
	}
	if under, err := s.Unsettled(t.Context(), "a"); err != nil || !slices.Equal(under, []string{"b"}) {
		t.Error(under, err)
	}
	// Record 2 is loaded, 4 is rejected again, 6 was not reached.
	again := faulty(1, 4)
	again[0].Value, again[0].Column, again[0].Code = "new", "day", load.CodeNotADate
	logTo(t, s, "b", again)
	for range 2 { // the second time nothing happens
		if err := s.Settle(t.Context(), "b", 5); err != nil {
			t.Fatal(err)
		}
	}
	if got := states(t, s); !slices.Equal(got, []string{"open", "loaded b", "open", "open again b new", "open", "open"}) {
		t.Error(got)
	}
	if j, err := s.Job(t.Context(), "a"); err != nil || j.Closed != 1 {
		t.Error(j, err)
	}
	page, err := s.Rejects(t.Context(), RejectQuery{Job: "b"})
	if err != nil || len(page.Rejects) != 1 || page.Rejects[0].Original != 4 || page.Rejects[0].State != "" {
		t.Errorf("%+v, %v", page, err)
	}
	// The latest reason is what selects and groups.
	if n, _, err := s.CountOpen(t.Context(), "a", Selection{Column: "day"}); err != nil || n != 1 {
		t.Error(n, err)
	}
	groups, err := s.RejectGroups(t.Context(), GroupQuery{Job: "a", Open: true})
	if err != nil || groups.Total != 3 || groups.Rejects != 5 || !reflect.DeepEqual(groups.Groups[0], RejectGroup{Code: "too_long", Column: "title", Count: 3, First: 1}) {
		t.Errorf("%+v, %v", groups, err)
	}

	// What was edited stays so, and rules add up.
	begin(t, s, Mend{Job: "c", Edits: func(yield func(Edit, error) bool) {
		_ = yield(Edit{Reject: 4, Raw: []byte("new 4\n"), Line: 17}, nil) && yield(Edit{Reject: 2, Raw: []byte("closed")}, nil) && yield(Edit{Reject: 3}, nil)
	}, Rules: func(e string) (string, error) { return more(e, 2), nil }})
	if got := items(t, s.RetryItems(t.Context(), "c")); !slices.Equal(got, []string{`3:3:4:0:"raw 3\n":2`, `4:4:5:17:"new 4\n":2`}) {
		t.Error(got)
	}
	logTo(t, s, "c", faulty(1, 4))
	if err := s.Settle(t.Context(), "c", 100); err != nil {
		t.Fatal(err)
	}
	begin(t, s, Mend{Job: "d", Rules: func(e string) (string, error) { return more(e, 3), nil }})
	if got := items(t, s.RetryItems(t.Context(), "d")); !slices.Equal(got, []string{`1:1:2:0:"raw 1\n":3`, `4:4:5:0:"new 4\n":4`, `5:5:6:0:"raw 5\n":3`, `6:6:7:0:"raw 6\n":3`}) {
		t.Error(got)
	}
	if rules, err := s.Rules(t.Context(), 4); err != nil || rules != `[{"op":2},{"op":3}]` {
		t.Error(rules, err)
	}
	if err := s.Settle(t.Context(), "d", 0); err != nil { // nothing of it is in the table
		t.Fatal(err)
	}
	if got := states(t, s); !slices.Equal(got, []string{"open", "loaded b", "loaded c", "open again c value 0", "open", "open"}) {
		t.Error(got)
	}
	deeds, err := s.History(t.Context(), "a", 4)
	if err != nil || len(deeds) != 2 || deeds[0].Outcome != "rejected" || deeds[0].Reason.Value != "new" || deeds[1].Reason.MendedLine != 17 || !deeds[1].Mended || deeds[0].Who != "ann" {
		t.Errorf("%+v, %v", deeds, err)
	}
}

func TestDismissedRejects(t *testing.T) {
	s := open(t, t.TempDir())
	newJob(t, s, "a", faulty(4, 1))
	value := "value 1"
	if n, err := s.CloseRejects(t.Context(), Mend{Of: "a", Who: "ann", How: "{}", Selection: Selection{Value: &value}}, false); err != nil || n != 2 {
		t.Error(n, err)
	}
	if got := states(t, s); !slices.Equal(got, []string{"open", "dismissed ", "dismissed ", "open"}) {
		t.Error(got)
	}
	page, err := s.Rejects(t.Context(), RejectQuery{Job: "a", Open: true})
	if err != nil || page.Total != 2 || len(page.Rejects) != 2 || page.Rejects[1].ID != 4 {
		t.Errorf("%+v, %v", page, err)
	}
	if n, err := s.CloseRejects(t.Context(), Mend{Of: "a", Who: "bob", How: "{}", Selection: Selection{IDs: []int64{2, 4}}}, true); err != nil || n != 1 {
		t.Error(n, err)
	}
	if got := states(t, s); !slices.Equal(got, []string{"open", "open", "dismissed ", "open"}) {
		t.Error(got)
	}
	if j, err := s.Job(t.Context(), "a"); err != nil || j.Closed != 1 {
		t.Error(j, err)
	}
	deeds, err := s.History(t.Context(), "a", 2)
	if err != nil || len(deeds) != 2 || deeds[0].What != MendDismiss || deeds[1].What != MendReopen || deeds[1].Who != "bob" {
		t.Errorf("%+v, %v", deeds, err)
	}
}

// Groups are what grouping in Go finds, also if all values differ.
func TestGroups(t *testing.T) {
	s := open(t, t.TempDir())
	var all []load.Reject
	want := map[string]int64{}
	for i := range 5000 {
		r := faulty(1, i+1)[0]
		if i%3 == 0 {
			r.Value = fmt.Sprint("x", i)
		}
		want[string(r.Code)+"|"+r.Column+"|"+r.Value]++
		all = append(all, r)
	}
	newJob(t, s, "a", all)
	got := map[string]int64{}
	for offset := int64(0); ; offset += 700 {
		page, err := s.RejectGroups(t.Context(), GroupQuery{Job: "a", Values: true, Offset: offset, Limit: 700})
		if err != nil || page.Total != int64(len(want)) || page.Rejects != 5000 {
			t.Fatalf("%d groups of %d rejects: %v", page.Total, page.Rejects, err)
		}
		if len(page.Groups) == 0 {
			break
		}
		for i, g := range page.Groups {
			got[string(g.Code)+"|"+g.Column+"|"+*g.Value] += g.Count
			if i > 0 && g.Count > page.Groups[i-1].Count {
				t.Errorf("group %d is larger than the one before", i)
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d groups, want %d", len(got), len(want))
	}
	page, err := s.RejectGroups(t.Context(), GroupQuery{Job: "a", Values: true, Sample: 7})
	if err != nil || page.Rejects != 7 {
		t.Errorf("of the first 7: %+v, %v", page, err)
	}
	page, err = s.RejectGroups(t.Context(), GroupQuery{Job: "a", Values: true, Column: "price", Find: "X33"})
	if err != nil || page.Total == 0 || page.Total == int64(len(want)) {
		t.Errorf("%+v, %v", page, err)
	}
}

// The groups by reason are the same with a look at what was mended alone as with one at
// all rejects.
func TestGroupsByReason(t *testing.T) {
	s := open(t, t.TempDir())
	all := faulty(40, 1)
	all[4].Code, all[7].Code = load.CodeRecordTooLarge, load.CodeRecordTooLarge
	newJob(t, s, "a", all)
	same := func(when string) {
		t.Helper()
		src, err := s.source(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []GroupQuery{{}, {Open: true}, {Code: "not_a_number"}, {Open: true, Column: "title"}, {Open: true, Code: "not_a_date"}, {Code: "none"}} {
			want, err := s.tallied(t.Context(), src, q)
			if err != nil {
				t.Fatal(err)
			}
			got, known, err := s.knownGroups(t.Context(), src, q)
			if err != nil || !known || !slices.Equal(got, want) {
				t.Errorf("%s, %+v: %v, %v, %v, want %v", when, q, got, known, err, want)
			}
		}
		for _, v := range []Selection{{}, {Column: "price"}, {Groups: []GroupName{{load.CodeRecordTooLarge, "price"}, {load.CodeNotADate, "day"}}}} {
			f := src.filter(v)
			src.open(&f)
			var open, partial int64
			err := s.db.QueryRow("SELECT count(*), count(*) FILTER (WHERE NOT "+isWhole+") FROM "+mendedFrom+" WHERE "+f.sql, f.args...).Scan(&open, &partial)
			if n, m, e := s.CountOpen(t.Context(), "a", v); n != open || m != partial || err != nil || e != nil {
				t.Errorf("%s, %+v: %d and %d in part, %v, want %d and %d, %v", when, v, n, m, e, open, partial, err)
			}
		}
	}
	same("at first")
	begin(t, s, Mend{Job: "b", Selection: Selection{Column: "price"}, Rules: func(string) (string, error) { return "", nil }})
	again := []load.Reject{all[1], all[9]}
	again[0].Column, again[0].Code = "day", load.CodeNotADate
	logTo(t, s, "b", again)
	if err := s.Settle(t.Context(), "b", 20); err != nil { // of what comes after, nothing is known
		t.Fatal(err)
	}
	same("after a retry")
	if _, err := s.CloseRejects(t.Context(), Mend{Of: "a", How: "{}", Selection: Selection{IDs: []int64{1, 2, 3, 8}}}, false); err != nil {
		t.Fatal(err)
	}
	same("with dismissed ones")
	if _, err := s.CloseRejects(t.Context(), Mend{Of: "a", How: "{}", Selection: Selection{IDs: []int64{2, 3}}}, true); err != nil {
		t.Fatal(err)
	}
	same("with some of them opened again")
}

// BenchmarkGroups groups a million rejects, half of whose values differ.
func BenchmarkGroups(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const many = 1_000_000
	newJob(b, s, "a", nil)
	log, err := s.RejectLog(b.Context(), "a")
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; n < many; n += 1000 {
		all := faulty(1000, n+1)
		for i := range all {
			if all[i].Raw = append(all[i].Raw, make([]byte, 120)...); i%2 == 0 {
				all[i].Value = fmt.Sprint("value ", n+i)
			}
		}
		if err := log.Add(context.Background(), all); err != nil {
			b.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    GroupQuery
	}{
		{"reasons", GroupQuery{Job: "a"}}, {"values", GroupQuery{Job: "a", Values: true}},
		{"of one group", GroupQuery{Job: "a", Values: true, Code: "too_long", Column: "title"}}, {"found", GroupQuery{Job: "a", Values: true, Find: "99"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.RejectGroups(b.Context(), c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("dismissed", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.CloseRejects(b.Context(), Mend{Of: "a", How: "{}"}, false); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if _, err := s.CloseRejects(b.Context(), Mend{Of: "a", How: "{}"}, true); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	b.Run("values of open ones", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.RejectGroups(b.Context(), GroupQuery{Job: "a", Values: true, Open: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The rejects of a job about which nothing was done are counted without a look at them,
// and as many as with one.
func TestCountOpen(t *testing.T) {
	s := open(t, t.TempDir())
	rejects := faulty(40, 1)
	rejects[3].Code = load.CodeRecordTooLarge
	newJob(t, s, "a", rejects)
	src, err := s.source(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	code, column := rejects[0].Code, rejects[0].Column
	for _, v := range []Selection{
		{}, {Code: string(code)}, {Column: column}, {Code: string(code), Column: column}, {Code: "none"},
		{Code: string(load.CodeRecordTooLarge)}, {Groups: []GroupName{{code, column}, {load.CodeRecordTooLarge, rejects[3].Column}}},
	} {
		f := src.filter(v)
		var want int64
		if err := s.db.QueryRow("SELECT count(*) FROM rejects r WHERE "+f.sql, f.args...).Scan(&want); err != nil {
			t.Fatal(err)
		}
		n, partial, err := s.CountOpen(t.Context(), "a", v)
		tooLarge := len(v.Groups) > 0 || v.Code == string(load.CodeRecordTooLarge) || v.Code == "" && (v.Column == "" || v.Column == rejects[3].Column)
		if err != nil || n != want || (partial == 1) != tooLarge {
			t.Errorf("%+v: %d, %d, %v, want %d", v, n, partial, err, want)
		}
	}
}

// What a retry has rejected again is not told to be loaded once that retry is forgotten.
func TestHistoryAfterARetryIsForgotten(t *testing.T) {
	s := open(t, t.TempDir())
	newJob(t, s, "a", faulty(2, 1))
	begin(t, s, Mend{Job: "b"})
	logTo(t, s, "b", faulty(1, 2))
	if err := s.Settle(t.Context(), "b", AllRecords); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateJob(t.Context(), Job{ID: "b", State: "done", Finished: today}); err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	for reject, want := range map[int64]string{1: "loaded", 2: "rejected"} {
		if h, err := s.History(t.Context(), "a", reject); err != nil || len(h) != 1 || h[0].Outcome != want || h[0].Reason != nil {
			t.Errorf("%+v, %v, want %s", h, err, want)
		}
	}
}
