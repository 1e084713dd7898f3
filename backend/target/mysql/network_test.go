package mysql_test

import (
	"testing"

	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

func TestFaults(t *testing.T) {
	targettest.RunFaults(t, targettest.Servers{Shared: testserver.MariaDB, Own: testserver.OwnMariaDB})
}

func TestCluster(t *testing.T) { targettest.RunCluster(t, testserver.Galera, "") }
