package postgres

import (
	"errors"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"linefeed/backend/load"
)

// A server that ends in a commit, for whatever reason, leaves open whether that took place.
func TestUnclearCommit(t *testing.T) {
	for _, tt := range []struct {
		severity, code string
		unclear        bool
	}{
		{"PANIC", "53100", true}, // no room for the log
		{"PANIC", "58030", true}, // the log can't be synced
		{"FATAL", "57P01", true},
		{"FATAL", "53100", true},
		{"FATAL", "XX000", true},
		{"ERROR", "40003", true},
		{"ERROR", "23503", false}, // a deferred foreign key
	} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- refuseCommit(l, tt.severity, tt.code) }()
		config, err := ParseURL("postgres://u:p@" + l.Addr().String() + "/d?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pgconn.ConnectConfig(t.Context(), &config.conn.Config)
		if err != nil {
			t.Fatal(err)
		}
		w := &writer{loading: &loading{db: &DB{config: config}, table: &table{name: load.TableName{Name: "items"}}}, conn: conn, set: true, began: true}
		if err := w.Commit(t.Context(), load.Mark{}); err == nil || errors.Is(err, load.ErrLost) != tt.unclear {
			t.Errorf("%s %s: %v", tt.severity, tt.code, err)
		}
		if err := errors.Join(w.Close(), <-served, l.Close()); err != nil {
			t.Error(err)
		}
	}
}

// refuseCommit is a server that answers the first statement by an error.
func refuseCommit(l net.Listener, severity, code string) error {
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close()
	s := pgproto3.NewBackend(c, c)
	if _, err := s.ReceiveStartupMessage(); err != nil {
		return err
	}
	s.Send(&pgproto3.AuthenticationOk{})
	s.Send(&pgproto3.BackendKeyData{SecretKey: []byte{1, 2, 3, 4}})
	s.Send(&pgproto3.ReadyForQuery{TxStatus: 'T'})
	if err := s.Flush(); err != nil {
		return err
	}
	if _, err := s.Receive(); err != nil {
		return err
	}
	s.Send(&pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: code, Message: "it can't go on"})
	if severity == "ERROR" {
		s.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	}
	return s.Flush()
}
