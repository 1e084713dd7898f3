package store

import (
	"fmt"
	"strings"
	"testing"
)

func TestJobQuery(t *testing.T) {
	s := open(t, t.TempDir())
	for i, j := range []Job{
		{State: "done", File: "/data/Prices.csv", Request: `{"target":"/db/shop.db","plan":{"table":"prices"}}`, Who: "ann"},
		{State: "failed", File: "/data/café.csv", Request: `{"target":"postgres://host/shop","plan":{"table":"Menu"}}`, Who: "bob"},
		{State: "done", File: "/data/x.csv", Request: `{"target":"/db/other.db","preset":"articles"}`, Summary: `{"table":"articles"}`},
		{State: "done", File: "/data/y.csv", Request: `{"plan":{"table":"Ämter"}}`},
		{State: "done", File: "/data/damaged.csv", Request: `{"target`, Summary: `{`},
	} {
		j.ID, j.Created = fmt.Sprintf("job%d", i), fmt.Sprintf("2026-03-0%dT12:00:00.000Z", i+1)
		if err := s.AddJob(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateJob(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetHead(t.Context(), "job0", Head{Dialect: `{"fingerprint":"12-abc"}`}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetUndone(t.Context(), "job2", "{}"); err != nil {
		t.Fatal(err)
	}
	many := make([]Job, 1000)
	for i := range many {
		many[i] = Job{ID: fmt.Sprintf("of%d", i), State: "done", File: "/data/shop.csv", Request: "{}"}
	}
	if err := s.AddSet(t.Context(), Set{ID: "set-a", Request: "{}"}, many); err != nil {
		t.Fatal(err)
	}
	if jobs, more, err := s.FindJobs(t.Context(), JobQuery{Limit: 1000, Bytes: 1 << 30}); err != nil || len(jobs) != 1000 || !more {
		t.Errorf("%d, %v, %v", len(jobs), more, err)
	}
	for _, tt := range []struct {
		q    JobQuery
		want string
	}{
		{JobQuery{}, "job4 job3 job2 job1 job0"},
		{JobQuery{Search: "prices"}, "job0"},
		{JobQuery{Search: "CAFÉ"}, "job1"},
		{JobQuery{Search: "shop"}, "job1 job0"},
		{JobQuery{Search: "Bob"}, "job1"},
		{JobQuery{Search: "12-abc"}, "job0"},
		{JobQuery{Search: "job4"}, "job4"},
		{JobQuery{Search: "articles"}, "job2"},
		{JobQuery{Search: "nothing"}, ""},
		{JobQuery{Table: "menu"}, "job1"},
		{JobQuery{Table: "men"}, ""},
		{JobQuery{Table: "Ämter"}, "job3"},
		{JobQuery{Target: "shop"}, "job1 job0"},
		{JobQuery{State: "failed"}, "job1"},
		{JobQuery{State: StateUndone}, "job2"},
		{JobQuery{Since: "2026-03-02T12:00:00Z"}, "job4 job3 job2 job1"},
		{JobQuery{Since: "2026-03-02T14:30:00+02:00", Target: "shop"}, ""},
		{JobQuery{Search: "shop", Before: "job1"}, "job0"},
	} {
		tt.q.Limit, tt.q.Bytes, tt.q.Alone = 10, 1<<20, true // those of the set below are none
		jobs, more, err := s.FindJobs(t.Context(), tt.q)
		if err != nil || more || ids(jobs) != tt.want {
			t.Errorf("%+v: %s, %v, %v, want %s", tt.q, ids(jobs), more, err, tt.want)
		}
	}
	if _, _, err := s.FindJobs(t.Context(), JobQuery{Since: "yesterday", Limit: 1, Bytes: 1}); err == nil || !strings.Contains(err.Error(), "since") {
		t.Errorf("since yesterday: %v", err)
	}
}
