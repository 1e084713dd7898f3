package postgres_test

import (
	"testing"

	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

func TestFaults(t *testing.T) {
	targettest.RunFaults(t, targettest.Servers{Shared: testserver.Postgres, Own: testserver.OwnPostgres, Plain: "?sslmode=disable"})
}

func TestFaults18(t *testing.T) {
	targettest.RunFaults(t, targettest.Servers{Shared: testserver.Postgres18, Own: testserver.OwnPostgres18, Plain: "?sslmode=disable"})
}
