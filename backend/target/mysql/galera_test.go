package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

// A load into a cluster goes on through another node when its own is killed: each
// record is there once.
func TestGalera(t *testing.T) {
	cluster := testserver.Galera(t, 3)
	d := on(t, cluster.Nodes[2])
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20))")
	var hosts []string
	for _, n := range cluster.Nodes {
		hosts = append(hosts, n.Host())
	}
	db := openURL(t, d.URLAt(strings.Join(hosts, ",")))
	if p := db.Place(); !strings.HasSuffix(p.Product, "(Galera)") {
		t.Errorf("it is %s", p.Product)
	}
	l := layout(t, db, load.Plan{Table: "t"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const batches, size = 30, 500
	losses, killed := 0, false
	run := func() error {
		ld, err := db.Prepare(ctx, "job", l)
		if err != nil {
			return err
		}
		defer ld.Close()
		if ld.Pace().Commit > 16<<20 {
			t.Errorf("commits of %d bytes", ld.Pace().Commit)
		}
		m := load.Mark{Writers: 1}
		if marks := ld.Marks(); len(marks) == 1 {
			m = marks[0]
		}
		w, err := ld.Writer(ctx, 0)
		if err != nil {
			return err
		}
		defer w.Close()
		for m.Record < batches*size {
			var rows [][]any
			for i := range size {
				rows = append(rows, row(int(m.Record)+i, "value"))
			}
			if m.Record == 10*size && !killed {
				killed = true
				cluster.Nodes[0].Kill(t)
			}
			res, err := w.Write(ctx, targettest.Batch(rows...))
			if err != nil {
				return err
			}
			m.Record += size
			m.Inserted += res.Inserted
			if len(res.Refused) > 0 {
				t.Errorf("refused: %+v", res.Refused[0])
			}
			if err := w.Commit(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		err := run()
		if err == nil {
			break
		}
		if !errors.Is(err, load.ErrLost) || ctx.Err() != nil {
			t.Fatalf("after %d losses: %v", losses, err)
		}
		losses++
		time.Sleep(100 * time.Millisecond) // as the pipeline does
	}
	if losses == 0 {
		t.Error("the node was killed, and nothing was lost")
	}
	d.Exec(t, "SET SESSION wsrep_sync_wait = 1")
	if got := fmt.Sprint(d.Query(t, "SELECT count(*), min(id), max(id) FROM t")); got != fmt.Sprintf("[[%d 0 %d]]", batches*size, batches*size-1) {
		t.Errorf("the table has %s", got)
	}
}
