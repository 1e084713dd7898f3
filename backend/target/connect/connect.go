// Package connect tells why a database server can't be reached or used. It has one
// classification, and its words, for all databases: each driver package says what
// the errors of its own server mean, and the package itself knows those of the
// network and of TLS.
package connect

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Kind is a reason why a server can't be reached or used. Kinds are part of the
// program's contract: they are never renamed.
type Kind string

// The kinds, in the order in which they can come to light.
const (
	UnknownHost      Kind = "unknown_host"      // no host has that name, or it can't be looked up
	Unreachable      Kind = "unreachable"       // no route leads there
	ClosedPort       Kind = "closed_port"       // nothing listens there
	NoAnswer         Kind = "no_answer"         // nothing answered in time
	NotThisServer    Kind = "not_this_server"   // what answers does not speak the protocol
	NoTLS            Kind = "no_tls"            // TLS is wanted, and the server has none
	NeedsTLS         Kind = "needs_tls"         // the server takes this login only with TLS
	UnknownAuthority Kind = "unknown_authority" // of the server's certificate
	WrongName        Kind = "wrong_name"        // the certificate is for another host
	Expired          Kind = "expired"           // the certificate, or not valid yet
	TLSFailed        Kind = "tls_failed"        // for another reason
	NoPassword       Kind = "no_password"       // the server asks for one, and none was given
	WrongPassword    Kind = "wrong_password"    // or there is no such user
	NoLogin          Kind = "no_login"          // this user may not log in from here
	NoDatabase       Kind = "no_database"       // there is none of that name
	NoRight          Kind = "no_right"          // to use the database
	TooMany          Kind = "too_many"          // connections
	NotReady         Kind = "not_ready"         // the server starts or stops
	ReadOnly         Kind = "read_only"         // a replica, or a database that takes no writes
	TooOld           Kind = "too_old"           // the server's version
	Cut              Kind = "cut"               // the connection, while it was in use
	Other            Kind = "other"             // as the server says
)

// A Step is a part of connecting, as a test of a connection tells of them.
type Step string

// The steps, in their order.
const (
	StepHost     Step = "host" // its name is known
	StepPort     Step = "port" // something listens there
	StepTLS      Step = "tls"
	StepLogin    Step = "login"
	StepDatabase Step = "database"
	StepRights   Step = "rights"
	StepTable    Step = "table"
)

// Steps are all steps, in their order.
var Steps = []Step{StepHost, StepPort, StepTLS, StepLogin, StepDatabase, StepRights, StepTable}

// Step returns the step at which an error of the kind comes to light.
func (k Kind) Step() Step {
	switch k {
	case UnknownHost:
		return StepHost
	case Unreachable, ClosedPort, NoAnswer, NotThisServer, TooMany, NotReady, Cut:
		return StepPort // what comes later has not been tried
	case NoTLS, NeedsTLS, UnknownAuthority, WrongName, Expired, TLSFailed:
		return StepTLS
	case NoPassword, WrongPassword, NoLogin:
		return StepLogin
	case ReadOnly:
		return StepRights
	}
	return StepDatabase
}

// A Failure is why a server can't be reached or used, as JSON has it.
type Failure struct {
	Kind Kind `json:"kind" ts_type:"string"`
	Step Step `json:"step" ts_type:"string"`
	message.Note
}

// An Error is a Failure as an error, with its cause, which the note tells where it
// says more than the kind.
type Error struct {
	Failure
	Err error
}

func (e *Error) Error() string { return e.Note.String() }

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether what keeps a server from being used may pass, as it does for a
// server that starts again: a load that is under way waits for that (load.ErrLost).
func (e *Error) Is(target error) bool { return target == load.ErrLost && e.passes() }

// passes reports whether what keeps a server from being used may pass by itself.
func (e *Error) passes() bool {
	switch e.Kind {
	case Unreachable, ClosedPort, NoAnswer, NotThisServer, TooMany, NotReady, Cut:
		return true
	case UnknownHost: // where the network is down, its name can't be looked up
		var name *net.DNSError
		return errors.As(e.Err, &name) && !name.IsNotFound
	}
	return false
}

// A Server is what messages tell of a server. It holds no password.
type Server struct {
	Kind     string // "postgres" or "mysql"
	Address  string // host:port, or the path of a socket; several with commas
	User     string
	Database string
	Plain    bool // the connection is not encrypted, though it could be
}

// Host returns the server's host, or its hosts.
func (s Server) Host() string {
	var all []string
	for address := range strings.SplitSeq(s.Address, ",") {
		if host := hostOf(address); !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	return strings.Join(all, ", ")
}

func hostOf(host string) string {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
		return host
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.Trim(host, "[]")
}

// Product is how the server is called.
func (s Server) Product() string {
	if s.Kind == "mysql" {
		return "MySQL or MariaDB"
	}
	return "PostgreSQL"
}

// authority is the parameter that names the certificate of an authority.
func (s Server) authority() string {
	if s.Kind == "mysql" {
		return "ssl-ca=FILE"
	}
	return "sslrootcert=FILE"
}

// unverified is the parameter by which the server's certificate is not verified, and
// plain the one by which there is no TLS.
func (s Server) unverified() string {
	if s.Kind == "mysql" {
		return "ssl-mode=REQUIRED"
	}
	return "sslmode=require"
}

// encrypted is the parameter by which there is TLS, and over a network the server's
// certificate is verified.
func (s Server) encrypted() string {
	switch {
	case Loopback(s.Host()): // not several
		return s.unverified()
	case s.Kind == "mysql":
		return "ssl-mode=VERIFY_IDENTITY"
	}
	return "sslmode=verify-full"
}

func (s Server) plain() string {
	if s.Kind == "mysql" {
		return "ssl-mode=DISABLED"
	}
	return "sslmode=disable"
}

// Loopback reports whether a host is this machine, by its name or address: what is
// sent there leaves it by no network. So does what goes to a socket, which has a path.
func Loopback(host string) bool {
	switch {
	case host == "", strings.HasPrefix(host, "/"), strings.HasPrefix(host, "@"):
		return true
	case strings.EqualFold(strings.TrimSuffix(host, "."), "localhost"):
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}
