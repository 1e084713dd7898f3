package postgres

import (
	"regexp"
	"strings"
)

// A family is a kind of database that speaks PostgreSQL's protocol.
type family int

const (
	postgreSQL family = iota // and what is built into it, such as Citus
	cockroach
	yugabyte
)

func familyOf(version string) family {
	switch {
	case strings.Contains(version, "CockroachDB"):
		return cockroach
	case strings.Contains(version, "-YB-"), strings.Contains(version, "Yugabyte"):
		return yugabyte
	}
	return postgreSQL
}

var versionOf = regexp.MustCompile(`^(PostgreSQL|CockroachDB \w+|EnterpriseDB) v?([0-9.]+(?:-YB-[0-9.]+)?)`)

// product returns the name of a server and its version, from what it says itself.
func product(version string) string {
	m := versionOf.FindStringSubmatch(version)
	switch {
	case m == nil:
		name, _, _ := strings.Cut(version, " (")
		name, _, _ = strings.Cut(name, ",")
		return name
	case strings.HasPrefix(m[1], "CockroachDB"):
		return "CockroachDB " + m[2]
	case strings.Contains(m[2], "-YB-"):
		_, own, _ := strings.Cut(m[2], "-YB-")
		return "YugabyteDB " + own
	}
	return m[1] + " " + m[2]
}
