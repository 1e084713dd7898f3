package testserver

import (
	"testing"
	"time"
)

func TestGalera(t *testing.T) {
	began := time.Now()
	c := Galera(t, 3)
	t.Logf("three nodes were ready in %s", time.Since(began).Round(time.Millisecond))
	d := c.Database(t)
	d[0].Exec(t, "CREATE TABLE people (id integer PRIMARY KEY); INSERT INTO people VALUES (1)")
	for i := range c.Nodes {
		await(t, "the row", func() bool { return d[i].Query(t, "SELECT count(*) FROM people")[0][0] == "1" })
	}
	c.Nodes[0].Kill(t)
	began = time.Now()
	c.Nodes[1].synced(t, 2)
	t.Logf("a node was given up after %s", time.Since(began).Round(time.Millisecond))
	d[1].Exec(t, "INSERT INTO people VALUES (2)")
	await(t, "the second row", func() bool { return d[2].Query(t, "SELECT count(*) FROM people")[0][0] == "2" })
}
