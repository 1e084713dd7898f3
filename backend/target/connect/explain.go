package connect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// Windows has numbers of its own for what it says of sockets.
const (
	wsaNetUnreachable  = syscall.Errno(10051)
	wsaConnReset       = syscall.Errno(10054)
	wsaTimedOut        = syscall.Errno(10060)
	wsaConnRefused     = syscall.Errno(10061)
	wsaHostUnreachable = syscall.Errno(10065)
)

// Explain returns the [*Error] of what went wrong on the network, or in TLS, on the
// way to a server; nil where err is neither, or says that somebody ended the attempt.
func Explain(err error, s Server) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	if k := kindOf(err); k != "" {
		return New(k, s, err)
	}
	return nil
}

// Broken returns the [*Error] of an error on a connection that was in use: that it
// was cut, unless it says more.
func Broken(err error, s Server) error {
	switch k := kindOf(err); k {
	case "", NotThisServer, Other:
		return New(Cut, s, err)
	default:
		return New(k, s, err)
	}
}

func kindOf(err error) Kind {
	var known *Error
	if errors.As(err, &known) {
		return known.Kind
	}
	var name *net.DNSError
	var header tls.RecordHeaderError
	is := func(targets ...error) bool {
		for _, e := range targets {
			if errors.Is(err, e) {
				return true
			}
		}
		return false
	}
	switch k := certificateKind(err); {
	case k != "":
		return k
	case errors.As(err, &name):
		return UnknownHost
	case is(syscall.ECONNREFUSED, wsaConnRefused), socketMissing(err):
		return ClosedPort
	case is(syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaNetUnreachable, wsaHostUnreachable):
		return Unreachable
	case is(context.DeadlineExceeded, os.ErrDeadlineExceeded, syscall.ETIMEDOUT, wsaTimedOut), timedOut(err):
		return NoAnswer
	case errors.As(err, &header), is(io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, wsaConnReset):
		return NotThisServer
	}
	return ""
}

// certificateKind returns the kind of an error of TLS, "" for another error.
func certificateKind(err error) Kind {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		unproved  *tls.CertificateVerificationError
		alert     tls.AlertError
		roots     x509.SystemRootsError
	)
	switch {
	case errors.As(err, &authority), errors.As(err, &roots):
		return UnknownAuthority
	case errors.As(err, &name):
		return WrongName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Expired
	case errors.As(err, &invalid), errors.As(err, &unproved), errors.As(err, &alert), strings.Contains(err.Error(), "remote error: tls:"):
		return TLSFailed
	}
	return ""
}

// socketMissing reports whether a socket can't be opened as it has no file.
func socketMissing(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Net == "unix" && errors.Is(err, fs.ErrNotExist)
}

func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
