package connect

import (
	"crypto/x509"
	"errors"
	"strings"

	"linefeed/backend/message"
)

// New returns the [*Error] of a kind, for what a server's own error says. cause may
// be nil for kinds that need none.
func New(k Kind, s Server, cause error) error {
	return &Error{Failure{k, k.Step(), note(k, s, cause)}, cause}
}

// note returns the words of a kind.
func note(k Kind, s Server, cause error) message.Note {
	at, product := s.Address, s.Product()
	switch k {
	case UnknownHost:
		return message.New("host_unknown", "check_host", "host", s.Host())
	case Unreachable:
		return message.New("host_unreachable", "check_network", "host", s.Host())
	case ClosedPort:
		if strings.HasPrefix(at, "/") || strings.HasPrefix(at, "@") {
			return message.New("socket_missing", "check_socket", "path", at, "product", product)
		}
		return message.New("port_closed", "check_port", "address", at, "product", product)
	case NoAnswer:
		return message.New("server_silent", "check_firewall", "address", at)
	case NotThisServer:
		return message.New("not_this_server", "check_what_listens", "address", at, "product", product)
	case Cut:
		return message.New("connection_cut", "check_server_log", "address", at)
	case NoTLS:
		return message.New("server_without_tls", "turn_tls_on", "address", at, "parameter", s.plain())
	case NeedsTLS:
		return message.New("server_needs_tls", "use_tls", "address", at, "parameter", s.encrypted(), "cause", text(cause))
	case UnknownAuthority:
		return message.New("authority_unknown", "name_authority", "host", s.Host(), "parameter", s.authority(), "lower", s.unverified())
	case WrongName:
		return message.New("certificate_of_other", "use_its_name", "host", s.Host(), "names", names(cause), "lower", s.unverified())
	case Expired:
		return message.New("certificate_expired", "renew_certificate", "host", s.Host())
	case TLSFailed:
		return message.New("tls_failed", "check_tls", "host", s.Host(), "cause", text(cause))
	}
	return ownNote(k, s, cause)
}

// ownNote returns the words of a kind that a server itself tells.
func ownNote(k Kind, s Server, cause error) message.Note {
	at, user := s.Address, s.User
	switch k {
	case NoPassword:
		if s.Kind != "mysql" {
			return message.New("password_wanted", "give_password_postgres", "address", at, "user", user)
		}
		return message.New("password_wanted", "give_password", "address", at, "user", user, "product", s.Product())
	case WrongPassword:
		if s.Plain {
			return message.New("password_wrong", "check_password_and_tls", "address", at, "user", user, "parameter", s.encrypted())
		}
		return message.New("password_wrong", "check_password", "address", at, "user", user)
	case NoLogin:
		return message.New("login_refused", "have_login_allowed", "address", at, "user", user, "cause", text(cause))
	case NoDatabase:
		return message.New("database_missing", "choose_database", "address", at, "database", s.Database)
	case NoRight:
		return message.New("right_missing", "have_right_granted", "user", user, "cause", text(cause))
	case TooMany:
		return message.New("connections_used_up", "wait_for_connection", "address", at)
	case NotReady:
		return message.New("server_not_ready", "wait_for_server", "address", at, "cause", text(cause))
	case ReadOnly:
		return message.New("server_read_only", "use_primary", "address", at)
	case TooOld:
		return message.New("server_too_old", "use_newer", "address", at, "cause", text(cause))
	}
	return message.New("server_refuses", "", "address", at, "cause", text(cause))
}

func text(cause error) string {
	if cause == nil {
		return ""
	}
	return cause.Error()
}

// names returns the names that a certificate is for.
func names(err error) []string {
	var other x509.HostnameError
	if !errors.As(err, &other) || other.Certificate == nil {
		return nil
	}
	c := other.Certificate
	all := c.DNSNames
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 && c.Subject.CommonName != "" {
		all = []string{c.Subject.CommonName}
	}
	return all
}
