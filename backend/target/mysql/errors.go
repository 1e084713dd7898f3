package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// lostNumbers are the server's errors after which what was not committed is undone, or
// the connection of no use, but another one may be.
var lostNumbers = map[uint16]string{
	1213: "deadlock, or Galera's certification failed",
	1047: "a node that is not part of its cluster",
	1053: "shutdown",
	1180: "the commit failed on another node",
	1290: "read-only after a failover",
	1792: "read-only transaction",
	1836: "read-only",
	1317: "interrupted",
	1927: "connection killed",
	1152: "aborted", 1158: "network", 1159: "network", 1160: "network", 1161: "network", 1184: "aborted",
	2006: "gone", 2013: "lost",
	3101: "group replication undid it",
	4031: "disconnected for inactivity",
	1020: "changed since it was read",
	8002: "TiDB: write conflict", 8022: "TiDB: commit failed", 8028: "TiDB: schema changed", 9007: "TiDB: write conflict",
	9001: "TiDB: no answer", 9002: "TiKV: no answer", 9003: "TiKV is busy", 9005: "TiKV: region is unavailable",
}

const errLockWait = 1205

// number returns the number of a server's error, 0 for another.
func number(err error) uint16 {
	var e *mysql.MySQLError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

// isLost reports whether an error is due to a lost connection, or to a transaction that
// was undone for the sake of another.
func isLost(err error) bool {
	if n := number(err); n != 0 {
		return lostNumbers[n] != "" || n == errLockWait
	}
	var netErr net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, mysql.ErrBusyBuffer) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, mysql.ErrPktSync) || errors.Is(err, mysql.ErrPktSyncMul) || errors.Is(err, mysql.ErrMalformPkt) || errors.As(err, &netErr)
}

// asSaid returns what the server said, if it did.
func asSaid(err error) (said, bool) {
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return said{}, false
	}
	return said{number: e.Number, state: string(e.SQLState[:]), message: e.Message, row: -1}, true
}

// explain wraps an error with the operation and, where that is known, with what can be
// done about it. What was broken off because ctx is done returns the error of ctx.
func (d *DB) explain(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	return d.explainAt(ctx, op, d.about().Address, err)
}

// explainAt explains an error of a connection to an address.
func (d *DB) explainAt(ctx context.Context, op, address string, err error) error {
	if cause := ctx.Err(); cause != nil && (isLost(err) || errors.Is(err, cause)) {
		return cause
	}
	var known *connect.Error
	told := errors.As(err, &known)
	if isLost(err) || told && known.Kind == connect.NotReady {
		return fmt.Errorf("%s: %w", op, load.Lost(message.NewError(err, "connection_lost", "", "address", address, "cause", causeOf(err))))
	}
	if told || errors.Is(err, load.ErrNoTable) {
		return err // which says it all
	}
	if explained := d.advise(address, err); explained != nil {
		return fmt.Errorf("%s: %w", op, explained)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// causeOf returns what went wrong, in words that say more than the driver's.
func causeOf(err error) string {
	var e *mysql.MySQLError
	switch {
	case errors.As(err, &e):
		return e.Message
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, io.EOF):
		return message.New("connection_broken", "").Message
	}
	return err.Error()
}

// advise returns an error with what can be done about it, nil where that is not known.
func (d *DB) advise(address string, err error) error {
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Number {
	case 1044, 1142, 1143, 1227, 1370, 1410:
		return message.NewError(err, "right_missing", "have_right_granted", "user", d.config.User, "cause", e.Message)
	case 1021, 1114, 3:
		return message.NewError(err, "server_out_of", "free_at_server", "cause", e.Message)
	case 1146, 1054, 1136, 1412, 1932:
		return message.NewError(err, "table_changed", "start_again", "cause", e.Message)
	case 1290, 1836:
		return message.NewError(err, "server_read_only", "use_primary", "address", address)
	}
	return nil
}
