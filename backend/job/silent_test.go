package job

import (
	"errors"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// A cancel is over within two seconds, also of a load whose server does not answer any
// more, whatever it was doing.
func TestCancelAtASilentServer(t *testing.T) {
	for name, server := range map[string]*testserver.Server{"postgresql": testserver.Postgres(t), "mariadb": testserver.MariaDB(t)} {
		for about, plan := range map[string]load.Plan{"usual": {}, "atomic": {Atomic: true}, "create": {Create: true, Columns: idAndName()}} {
			t.Run(name+" "+about, func(t *testing.T) {
				b := newBench(t)
				d := server.Database(t)
				plan.Table = "t"
				if !plan.Create {
					d.Exec(t, "CREATE TABLE t (id INTEGER, name VARCHAR(100))")
				}
				proxy := server.Behind(t)
				j := b.start(Request{File: b.file("in.csv", rows(halfRows, 100)), Target: d.URLAt(proxy.Addr), Plan: plan})
				b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
				proxy.Stall()
				began := time.Now()
				if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
					t.Fatal(err)
				}
				s, err := b.runner.Wait(t.Context(), j.ID)
				took := time.Since(began)
				if !errors.Is(err, errCancelled) || s.State != Cancelled || took > 2*time.Second {
					t.Errorf("%v: %+v, %v", took, s, err)
				}
			})
		}
	}
}
