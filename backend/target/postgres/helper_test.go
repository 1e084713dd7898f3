package postgres_test

import (
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/targettest"
)

// begin begins a load of one writer into the named columns of a table.
func begin(t *testing.T, tg target.Target, p load.Plan, columns ...string) load.Writer {
	t.Helper()
	w, err := targettest.Begin(t.Context(), tg, layout(p, columns...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func layout(p load.Plan, columns ...string) load.Layout {
	l := load.Layout{Plan: p, Fields: columns, Make: p.Columns}
	for i, name := range columns {
		l.Columns = append(l.Columns, load.Column{Name: name})
		l.Index = append(l.Index, i)
	}
	return l
}

func batch(rows ...[]any) *load.Batch { return targettest.Batch(rows...) }
