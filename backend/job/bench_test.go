package job

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/store"
)

// BenchmarkTrial tries out a rule for a million rejects, and says how many of them were
// tried in the time that there is.
func BenchmarkTrial(b *testing.B) {
	dir, ctx := b.TempDir(), b.Context()
	st, err := store.Open(ctx, filepath.Join(dir, "home"), filepath.Join(dir, "run"))
	if err != nil {
		b.Fatal(err)
	}
	r := NewRunner(st, event.New(), URLs{})
	defer func() {
		r.Close()
		_ = st.Close()
	}()
	target := filepath.Join(dir, "shop.db")
	db, err := sql.Open("sqlite3", target)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE sales (id INTEGER PRIMARY KEY, name TEXT, price DECIMAL(10,2), day DATE, note TEXT)"); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	const many = 1_000_000
	var text bytes.Buffer
	text.WriteString("id,name,price,day,note\n")
	for i := range many {
		fmt.Fprintf(&text, "%d,the name of a thing,%s,2026-03-01,%0*d\n", i, [...]string{"N/A", `"12,50"`, "n.a."}[i%3], 60, i)
	}
	file := filepath.Join(dir, "sales.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	text = bytes.Buffer{}
	j, err := r.Start(ctx, Request{File: file, Target: target, Plan: load.Plan{Table: "sales", Decimal: "."}})
	if err != nil {
		b.Fatal(err)
	}
	if s, err := r.Wait(ctx, j.ID); err != nil || s.Rejected != many {
		b.Fatalf("%d rejected, %v", s.Rejected, err)
	}
	tried := int64(0)
	for b.Loop() {
		v := Retry{Job: j.ID, Selection: Selection{Groups: []store.GroupName{{Code: load.CodeNotANumber, Column: "price"}}}, Rules: []mend.Rule{{Column: "price", Op: "format", Value: "1234,56", Refused: load.CodeNotANumber}}}
		trial, err := r.TryRetry(ctx, v)
		if err != nil || trial.Open != many {
			b.Fatalf("%+v, %v", trial, err)
		}
		tried += trial.Tried
	}
	b.ReportMetric(float64(tried)/float64(b.N), "records/op")
}
