package mysql

import (
	"fmt"
	"strconv"
	"strings"

	"linefeed/backend/target/connect"
)

// A server is what is to be known of a server.
type server struct {
	version      string // as it says
	major, minor int
	maria        bool // MariaDB, else MySQL or what acts like it
	tidb         bool
	galera       bool
	local        bool // takes LOAD DATA LOCAL
	packet       int  // max_allowed_packet, bytes
	statements   bool // its log holds statements, which rules out READ COMMITTED
	readOnly     bool
	plain        bool // in tests: it is to be treated as one that tells no rows
	undoesAll    bool // where a lock is waited for too long, the whole transaction is undone
}

// The oldest versions: those with window functions and enforced checks are newer, and
// not needed; what is needed is utf8mb4 with keys of 3072 bytes, and strict mode.
const (
	leastMaria = 10_02
	leastMySQL = 5_07
)

// questions are what is asked of the server first.
func (d *DB) questions() string {
	text := "; SELECT VERSION(), @@max_allowed_packet; SHOW VARIABLES WHERE Variable_name IN " +
		"('local_infile', 'wsrep_on', 'wsrep_load_data_splitting', 'binlog_format', 'log_bin', 'read_only', 'innodb_rollback_on_timeout')"
	if d.config.Database != "" {
		text += "; " + askForMarks(d.config.Database)
	}
	return text
}

// learn reads the answers.
func (d *DB) learn(all []result) error {
	if len(all) < 2 || len(all[0]) != 1 {
		return connect.New(connect.NotThisServer, d.about(), nil)
	}
	s := readVersion(str(all[0][0][0]))
	s.packet = int(num(all[0][0][1]))
	variables := map[string]string{}
	for _, row := range all[1] {
		variables[strings.ToLower(str(row[0]))] = strings.ToUpper(str(row[1]))
	}
	on := func(name string) bool { return variables[name] == "ON" || variables[name] == "1" }
	s.galera = on("wsrep_on")
	splits := s.galera && on("wsrep_load_data_splitting") // into transactions that are committed by themselves
	s.local = on("local_infile") && !splits && !d.config.NoLocal
	s.statements = on("log_bin") && variables["binlog_format"] == "STATEMENT"
	s.readOnly = on("read_only")
	s.undoesAll = on("innodb_rollback_on_timeout")
	least := leastMySQL
	if s.maria {
		least = leastMaria
	}
	if s.major*100+s.minor < least {
		return connect.New(connect.TooOld, d.about(), fmt.Errorf("it is %s", s.product()))
	}
	d.server = s
	d.marks = true
	if d.config.Database != "" && len(all) >= 4 {
		d.marks = mayKeepMarks(d.config.Database, all[2], all[3])
	}
	return nil
}

var numbers = pattern(`(\d+)\.(\d+)(?:\.\d+)?`)

// readVersion reads what VERSION() says, such as 10.11.19-MariaDB-0+deb12u1, 8.0.36 or
// 8.0.11-TiDB-v7.5.0.
func readVersion(text string) server {
	s := server{version: text, maria: strings.Contains(text, "MariaDB"), tidb: strings.Contains(text, "TiDB")}
	if s.maria {
		text = strings.TrimPrefix(text, "5.5.5-") // of old replication protocols
	}
	if m := numbers().FindStringSubmatch(text); m != nil {
		s.major, _ = strconv.Atoi(m[1])
		s.minor, _ = strconv.Atoi(m[2])
		s.version = m[0]
	}
	if _, after, ok := strings.Cut(text, "TiDB-"); ok {
		s.version = after
	}
	return s
}

// product returns the name of the server with its version.
func (s server) product() string {
	switch {
	case s.tidb:
		return "TiDB " + s.version
	case s.maria && s.galera:
		return "MariaDB " + s.version + " (Galera)"
	case s.maria:
		return "MariaDB " + s.version
	case s.galera:
		return "MySQL " + s.version + " (Galera)"
	}
	return "MySQL " + s.version
}

// atLeast reports whether the version is that or newer.
func (s server) atLeast(major, minor int) bool {
	return s.major > major || s.major == major && s.minor >= minor
}

// rowNumbers reports whether warnings and errors know the number of their row.
func (s server) rowNumbers() bool { return s.maria && s.atLeast(10, 7) && !s.plain }

// isolation is how writers' transactions are isolated: fewer gaps between keys are
// locked than by default, and a lookup sees what others have committed. It is "" where
// the server's log rules it out.
func (s server) isolation() string {
	if s.statements || s.tidb {
		return ""
	}
	return "; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
}

// marksTable holds how far loads came, in the schema of their tables.
const marksTable = "linefeed_marks"

// askForMarks asks whether there is a table of marks in a schema, and for the rights.
func askForMarks(schema string) string {
	return "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = " + literal(schema) + " AND TABLE_NAME = '" + marksTable + "'; SHOW GRANTS"
}

// mayKeepMarks reports whether a table of marks is in a schema, or may be made there,
// as far as the answers say.
func mayKeepMarks(schema string, there, grants result) bool {
	return len(there) > 0 || may(grants, "CREATE", schema, marksTable)
}

// writable returns an error if the server takes no writes.
func (d *DB) writable() error {
	if d.server.readOnly && !d.server.galera {
		return connect.New(connect.ReadOnly, d.about(), nil)
	}
	return nil
}
