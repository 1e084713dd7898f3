package job

import (
	"encoding/json"
	"fmt"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// Files of a set go into one table of a server side by side, once the first has made it.
func TestSetSideBySide(t *testing.T) {
	d := testserver.Postgres(t).Database(t)
	b := newBench(t)
	req := SetRequest{AtOnce: 3, Import: Request{Target: d.URL(), Plan: load.Plan{Table: "t", Create: true}}}
	for i := range 5 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), renumbered(rows(100_000, 0), i*1_000_000)))
	}
	set := b.startSet(req)
	most := 0
	for e := range b.events.Events(t.Context()) {
		var p SetProgress
		if e.Job != set.ID || json.Unmarshal(e.Data, &p) != nil {
			continue
		}
		if most = max(most, p.Files.Running); e.Kind == event.KindState && p.Read > 0 || p.Phase == load.PhaseDone {
			break
		}
	}
	set = b.endOf(set)
	b.want(set, SetFiles{Done: 5}, load.Counts{Read: 500_000, Inserted: 500_000})
	if got := fmt.Sprint(d.Query(t, "SELECT count(*), count(DISTINCT id) FROM t")); got != "[[500000 500000]]" {
		t.Error(got)
	}
	if most < 2 || most > 3 {
		t.Errorf("%d ran at once", most)
	}
}
