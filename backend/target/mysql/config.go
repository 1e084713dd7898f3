package mysql

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// A Config says which server to connect to, and how. Its zero values are usable:
// they stand for a server on this machine.
type Config struct {
	// Addresses are host:port, or the path of a socket. They are tried in order.
	Addresses []string
	User      string
	Password  string
	Database  string

	// TLS is how the connection is secured: "" is VerifyIdentity, except on this
	// machine, where it is Disabled.
	TLS TLSMode
	CA  string // the file of the certificates of authorities; "" is those of the system
	// Cert and Key are the files of the client's own certificate, if it has one.
	Cert, Key string

	// ConnectTimeout is how long an address may take to answer; 0 is 10 seconds.
	ConnectTimeout time.Duration

	// NoLocal keeps LOAD DATA LOCAL from being used.
	NoLocal bool
}

// A TLSMode is a value of ssl-mode, as MySQL's own clients have it.
type TLSMode string

// The modes.
const (
	Disabled       TLSMode = "DISABLED"
	Preferred      TLSMode = "PREFERRED" // where the server has it
	Required       TLSMode = "REQUIRED"  // but whose certificate it is is not looked at
	VerifyCA       TLSMode = "VERIFY_CA" // signed by an authority, whatever its name
	VerifyIdentity TLSMode = "VERIFY_IDENTITY"
)

// Set sets what a setting of an address says: ssl-mode, ssl-ca, ssl-cert, ssl-key,
// connect-timeout or local-infile.
func (c *Config) Set(name, value string) error {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "ssl-mode":
		switch mode := TLSMode(strings.ToUpper(strings.ReplaceAll(value, "-", "_"))); mode {
		case Disabled, Preferred, Required, VerifyCA, VerifyIdentity:
			c.TLS = mode
			return nil
		}
	case "ssl-ca":
		c.CA = value
		return nil
	case "ssl-cert":
		c.Cert = value
		return nil
	case "ssl-key":
		c.Key = value
		return nil
	case "local-infile":
		if value == "0" || value == "1" {
			c.NoLocal = value == "0"
			return nil
		}
	case "connect-timeout":
		if d, err := time.ParseDuration(value); err == nil && d > 0 {
			c.ConnectTimeout = d
			return nil
		}
	default:
		return fmt.Errorf("open target: %w", message.NewError(nil, "unknown_option", "settings_of_mysql", "name", name))
	}
	return fmt.Errorf("open target: %w", message.NewError(nil, "bad_option", "settings_of_mysql", "name", name, "value", value))
}

// mode returns how the connection to an address is secured.
func (c *Config) mode(address string) TLSMode {
	switch {
	case isSocket(address):
		return Disabled
	case c.TLS != "":
		return c.TLS
	case connect.Loopback(hostOf(address)):
		return Disabled
	}
	return VerifyIdentity
}

// insecure reports whether there is an address on another machine to which the
// connection is not encrypted, or the server not verified.
func (c *Config) insecure() bool {
	for _, a := range c.Addresses {
		switch c.mode(a) {
		case VerifyIdentity, VerifyCA:
		default:
			if !connect.Loopback(hostOf(a)) {
				return true
			}
		}
	}
	return false
}

func isSocket(address string) bool {
	return strings.HasPrefix(address, "/") || strings.HasPrefix(address, "@")
}

func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// tls returns the settings of TLS for an address, nil for none.
func (c *Config) tls(address string) (*tls.Config, error) {
	mode := c.mode(address)
	if mode == Disabled {
		return nil, nil
	}
	t := &tls.Config{ServerName: hostOf(address), MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, message.NewError(err, "no_certificate_file", "check_path", "cause", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, message.NewError(nil, "no_certificates", "check_path", "path", c.CA)
		}
	}
	if c.Cert != "" {
		own, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, message.NewError(err, "no_certificate_file", "check_path", "cause", err)
		}
		t.Certificates = []tls.Certificate{own}
	}
	switch mode {
	case Required, Preferred:
		t.InsecureSkipVerify = true
	case VerifyCA:
		t.InsecureSkipVerify = true // by the library, whose check is one of the name too
		t.VerifyConnection = func(s tls.ConnectionState) error {
			o := x509.VerifyOptions{Roots: t.RootCAs, Intermediates: x509.NewCertPool()}
			for _, cert := range s.PeerCertificates[1:] {
				o.Intermediates.AddCert(cert)
			}
			_, err := s.PeerCertificates[0].Verify(o)
			return err
		}
	}
	return t, nil
}
