package targettest

import (
	"strings"
	"testing"

	"linefeed/backend/target/testserver"
)

// RunCluster loads into a cluster of three nodes, of which the one that is written to is
// killed, and checks that the load goes on through another one, and that each record is loaded once.
func RunCluster(t *testing.T, cluster func(t testing.TB, nodes int) *testserver.Cluster, plain string) {
	for name, kill := range map[string]func(im *imported, node *testserver.Server){
		"within a transaction": func(im *imported, node *testserver.Server) {
			im.before = func(block int) bool {
				if block == 8 {
					node.Kill(im.t)
				}
				return block == 3
			}
		},
		"at a commit": func(im *imported, node *testserver.Server) {
			im.before = func(block int) bool {
				if block == 8 {
					go node.Kill(im.t) // the load does not wait for it
				}
				return block == 3 || block >= 8
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t, 3)
			nodes := c.Database(t)
			im := newImport(t, nodes[0], 3000)
			im.url = nodes[0].URLAt(c.Hosts()) + plain
			im.source.same = true
			im.plan.Writers = 2
			for _, node := range nodes {
				await(t, "the table on each node", func() bool {
					return node.Query(t, "SELECT count(*) FROM information_schema.tables WHERE table_name = '"+im.plan.Table+"'")[0][0] == "1"
				})
			}
			im.open()
			if p := im.target.Place(); !strings.HasPrefix(p.Server, nodes[0].Host()) || !strings.HasSuffix(p.Product, "(Galera)") {
				t.Fatalf("the target is %+v", p)
			}
			kill(im, nodes[0].Server)
			sum, err := im.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := im.source.expect("")
			if sum.Counts != want.Counts {
				t.Errorf("counts %+v, want %+v", sum.Counts, want.Counts)
			}
			if sum.Reconnects == 0 || len(im.waits) == 0 {
				t.Errorf("went on %d times, told of %d", sum.Reconnects, len(im.waits))
			}
			for _, im.db = range nodes[1:] {
				await(t, "the last row on each node", func() bool { return len(im.rows()) == len(want.rows) })
				im.checkTable(want.rows)
			}
			im.told()
		})
	}
}
