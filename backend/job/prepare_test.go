package job

import (
	"context"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
)

// A countedTarget counts how often columns are looked up.
type countedTarget struct {
	target.Target
	lookUps int
}

func (c *countedTarget) Columns(ctx context.Context, table load.TableName) ([]load.Column, error) {
	c.lookUps++
	return c.Target.Columns(ctx, table)
}

// The table is looked up once, also where types of all records settle the plan
// again.
func TestTableIsLookedUpOnce(t *testing.T) {
	for about, create := range map[string]bool{"a new table": true, "a table": false} {
		b := newBench(t)
		req := Request{File: b.file("in.csv", lateIn("24", "soon")), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: create}}
		if !create {
			b.execute(req.Target, "CREATE TABLE t (n INTEGER, v INTEGER)")
		}
		p := &prepared{req: req, targets: URLs{}}
		if err := p.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		counted := &countedTarget{Target: p.dst}
		p.dst = counted
		if err := p.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, l, err := p.settle(t.Context(), p.guesses, false)
		if err != nil || len(s.Problems) > 0 || s.Create != create || l.Columns[1].Type != load.Integer {
			t.Errorf("%s: %+v, %v", about, s, err)
		}
		types := newTypes(p, load.Options{}, s, l)
		if err := types.inferAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if text := types.layout.Columns[1].Type == load.Text; text != create {
			t.Errorf("%s: the column is %v", about, types.layout.Columns[1].Type)
		}
		if counted.lookUps != 1 {
			t.Errorf("%s: it was looked up %d times", about, counted.lookUps)
		}
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}
}
