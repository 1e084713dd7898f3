package testserver

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Cluster is a MariaDB Galera cluster for one test: whichever node is asked, the data is the same.
type Cluster struct {
	Nodes []*Server
}

// A galeraNode is a MariaDB that is a node of a cluster.
type galeraNode struct {
	mariaDB
	library string
	number  int
	ports   []int  // of each node two: for the others, and for what it missed
	data    string // the data folder of a node of the cluster to be, to begin with; "" to make one
	states  string // the file by which a node that is there tells one that joins its state
}

// joinScript is what a server runs where a node joins, on both sides, to copy the data. All nodes begin with
// the data of the first, and join before it changes, so that the cluster has only to send them what came since.
const joinScript = `#!/bin/sh
states=%s
role= gtid=
while [ $# -gt 0 ]; do
	case $1 in
	--role) role=$2 ;;
	--gtid) gtid=$2 ;;
	esac
	shift
done
case $role in
donor)
	echo "$gtid" >$states.new
	mv $states.new $states
	echo "done $gtid"
	;;
joiner)
	rm -f $states
	echo "ready 127.0.0.1:1"
	n=0
	until [ -s $states ] || [ $((n += 1)) -eq 1200 ]; do sleep .05; done
	echo "$(cat $states) 0"
	;;
esac
`

func (g galeraNode) init(s *Server) error {
	programs := filepath.Join(s.folder.path, "bin") // in the server's path
	if err := os.Mkdir(programs, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(programs, "wsrep_sst_join"), fmt.Appendf(nil, joinScript, g.states), 0o755); err != nil {
		return err
	}
	if g.data == "" {
		return g.mariaDB.init(s)
	}
	return output(s.folder.path, []string{"cp", "-a", g.data, "data"})
}

func (g galeraNode) command(s *Server) []string {
	cluster := "gcomm://"
	args := g.mariaDB.command(s)
	if g.number == 0 {
		args = append(args, "--wsrep-new-cluster")
	} else {
		for i := range g.number {
			cluster += address(g.ports[2*i]) + ","
		}
	}
	return append(args,
		"--wsrep-on=ON", "--wsrep-provider="+g.library, "--wsrep-cluster-address="+strings.TrimSuffix(cluster, ","),
		"--wsrep-node-address=127.0.0.1", "--wsrep-sst-method=join", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
		"--wsrep-provider-options="+strings.Join([]string{
			"gmcast.listen_addr=tcp://" + address(g.ports[2*g.number]), "ist.recv_addr=" + address(g.ports[2*g.number+1]),
			"gcache.size=32M",
			"evs.keepalive_period=PT0.2S", "evs.inactive_check_period=PT0.2S", // a node is given up in a second, and not in five
			"evs.suspect_timeout=PT1S", "evs.inactive_timeout=PT3S", "evs.install_timeout=PT3S",
		}, ";"))
}

// Galera starts a cluster of n nodes, which ends with the test. A node may be killed; it must not be started again.
func Galera(t testing.TB, n int) *Cluster {
	t.Helper()
	first := galeraNode{}
	for _, path := range []string{"/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so", "/usr/lib/libgalera_smm.so"} {
		if _, err := os.Stat(path); err == nil {
			first.library = path
			break
		}
	}
	if first.library == "" {
		need(t, errMissing("Galera"))
	}
	for range 2 * n {
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		first.ports = append(first.ports, port)
	}
	shared, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.remove(); err != nil {
			t.Error(err)
		}
	})
	first.states = filepath.Join(shared.path, "state")
	password := rand.Text()
	c := &Cluster{}
	for i := range n {
		find := func() (kind, error) {
			k, err := findMariaDB()
			if err != nil {
				return nil, err
			}
			node := first
			node.mariaDB, node.number = k.(mariaDB), i
			return node, nil
		}
		node := own(t, find, []Option{func(s *Server) { s.Password = password }})
		if i == 0 { // with what makes a node of it
			node.synced(t, 1)
			node.Stop(t)
			first.data = filepath.Join(shared.path, "data")
			if err := output(shared.path, []string{"cp", "-a", filepath.Join(node.folder.path, "data"), first.data}); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(first.data, "galera.cache")); err != nil {
				t.Fatal(err)
			}
			node.Start(t)
		}
		c.Nodes = append(c.Nodes, node)
		node.synced(t, i+1)
	}
	return c
}

// synced waits until a node takes part in a cluster of n nodes.
func (s *Server) synced(t testing.TB, n int) {
	t.Helper()
	db, err := s.kind.open(s, s.admin(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		var state, size string
		err := db.QueryRowContext(ctx, "SELECT (SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_local_state_comment'), "+
			"(SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_cluster_size')").Scan(&state, &size)
		if state == "Synced" && size == fmt.Sprint(n) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the node is %s in a cluster of %s, not Synced in one of %d: %v: %s", state, size, n, err, s.proc.log())
		case <-tick.C:
		}
	}
}

// Database makes an empty database, and returns it as each node has it.
func (c *Cluster) Database(t testing.TB) []*Database {
	t.Helper()
	name := newName()
	c.Nodes[0].administer(t, "CREATE DATABASE "+name)
	var all []*Database
	for _, node := range c.Nodes {
		all = append(all, node.database(t, name))
	}
	return all
}

// Hosts returns the addresses of the nodes, separated by commas.
func (c *Cluster) Hosts() string {
	var hosts []string
	for _, node := range c.Nodes {
		hosts = append(hosts, node.Host())
	}
	return strings.Join(hosts, ",")
}
