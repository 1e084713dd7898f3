package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// explain returns what an error of the driver or the server means. It is the
// context's own when that is done, a problem stays one, and what the server undid
// for the sake of others is lost (load.ErrLost).
func (d *DB) explain(ctx context.Context, doing string, err error) error {
	var p load.Problem
	var told *connect.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &p), errors.As(err, &told), errors.Is(err, load.ErrNoTable), errors.Is(err, load.ErrNoUndo), errors.Is(err, load.ErrLost):
		return err
	}
	var pg *pgconn.PgError
	if lost := isLost(err); lost && !errors.As(err, &pg) {
		return load.Lost(fmt.Errorf("%s: %w", doing, connect.Broken(err, d.server())))
	} else if lost {
		return load.Lost(fmt.Errorf("%s: %w", doing, d.told(err)))
	}
	return fmt.Errorf("%s: %w", doing, d.told(err))
}

// told returns an error with the words for it, and its own where there are none.
func (d *DB) told(err error) error {
	server := d.server()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if known := connect.Explain(err, server); known != nil {
			return known
		}
		if s := err.Error(); strings.Contains(s, "server refused TLS connection") {
			if d.config.triesPlain() { // and what answered then is no PostgreSQL
				return connect.New(connect.NotThisServer, server, err)
			}
			return connect.New(connect.NoTLS, server, err)
		}
		return connect.New(connect.Other, server, err)
	}
	said := errors.New(pg.Message)
	switch code := pg.Code; {
	case code == "28P01" && d.config.conn.Password == "":
		return connect.New(connect.NoPassword, server, pg)
	case code == "28P01":
		return connect.New(connect.WrongPassword, server, pg)
	case strings.HasPrefix(code, "28"):
		if strings.Contains(pg.Message, "no encryption") || strings.Contains(pg.Message, "SSL off") {
			return connect.New(connect.NeedsTLS, server, said)
		}
		return connect.New(connect.NoLogin, server, said)
	case code == "3D000":
		return connect.New(connect.NoDatabase, server, pg)
	case code == "53300", code == "53400":
		return connect.New(connect.TooMany, server, pg)
	case code == "57P03", code == "57P01", code == "57P02", code == "57P05":
		return connect.New(connect.NotReady, server, said)
	case code == "25006":
		return connect.New(connect.ReadOnly, server, pg)
	case code == "42501":
		return connect.New(connect.NoRight, server, said)
	case code == "53100", strings.HasPrefix(code, "58"), code == "53200":
		return message.NewError(pg, "server_out_of", "free_at_server", "cause", pg.Message)
	case code == "42P01", code == "42703", code == "42804", code == "0A000":
		return message.NewError(pg, "table_changed", "start_again", "cause", pg.Message)
	}
	return message.NewError(pg, "server_says", "", "cause", sentence(pg))
}

// sentence is what the server says of an error, in one line.
func sentence(pg *pgconn.PgError) string {
	said := pg.Message
	if pg.Detail != "" {
		said += " (" + strings.TrimSuffix(strings.ReplaceAll(pg.Detail, "\n", " "), ".") + ")"
	}
	return said
}

// isLost reports whether an error ended the transaction, but not for what it did:
// the connection was cut, the server ended, or it chose another transaction.
func isLost(err error) bool {
	var pg *pgconn.PgError
	var refused *pgconn.ConnectError
	if !errors.As(err, &pg) {
		// What could not be connected to in the first place is not lost.
		return !errors.As(err, &refused) && !errors.Is(err, context.Canceled)
	}
	switch pg.Code {
	case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04":
		return true
	}
	return strings.HasPrefix(pg.Code, "40") || strings.HasPrefix(pg.Code, "08")
}
