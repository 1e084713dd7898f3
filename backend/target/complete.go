package target

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"linefeed/backend/message"
)

// Completed returns the address with what it leaves to the environment and to files
// of the user's, and with how TLS is to be used. Of PostgreSQL it leaves out what
// the driver finds by itself: PGUSER, PGPASSWORD, ~/.pgpass, PGSERVICE and the like.
func (s Server) Completed() (Server, error) {
	if s.Kind == MySQL {
		s = s.withClientFile(readClientFile(clientFile()))
		return s.withMySQLMode()
	}
	return s.withPostgresMode()
}

// verified are the modes of TLS in which the server's certificate is verified, with
// or without the name in it, as PostgreSQL and MySQL call them.
var verified = []string{"verify-full", "verify-ca", "verify-identity"}

// postgresModes are the modes of TLS as PostgreSQL's own programs call them.
var postgresModes = []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}

// withPostgresMode has the server verified by its certificate where nobody says
// otherwise and the way to it leads over a network.
func (s Server) withPostgresMode() (Server, error) {
	if s.Setting("ssl") == "true" { // as other programs write it, and it is no less
		s = s.Without("ssl")
	}
	service := s.service()
	s = s.withPostgresHosts(service)
	s.User = cmp.Or(s.User, service["user"], os.Getenv("PGUSER"))
	if s.User == "" {
		s.User = systemUser()
	}
	s = s.withoutLoosePasswordFile(service)
	mode := s.Setting("sslmode")
	switch {
	case mode != "":
		if !slices.Contains(postgresModes, plainName(mode)) {
			return s, fmt.Errorf("open target: %w", message.NewError(nil, "ssl_mode_unknown", "sslmode_is", "mode", mode, "modes", postgresModes))
		}
		return s.Without("sslmode").With("sslmode", plainName(mode)), nil // the driver knows no other spelling
	case s.Setting("ssl") == "" && os.Getenv("PGSSLMODE") == "" && service["sslmode"] == "" && !s.Loopback():
		return s.With("sslmode", "verify-full"), nil
	}
	return s, nil
}

// withoutLoosePasswordFile keeps the driver from taking the password from a file that
// others can read or write, as PostgreSQL's own programs do.
func (s Server) withoutLoosePasswordFile(service map[string]string) Server {
	path := cmp.Or(s.Setting("passfile"), service["passfile"], os.Getenv("PGPASSFILE"))
	if home, err := os.UserHomeDir(); path == "" && err == nil {
		path = filepath.Join(home, ".pgpass")
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode()&0o077 != 0 {
		return s.Without("passfile").With("passfile", os.DevNull)
	}
	return s
}

// withPostgresHosts fills in the hosts that the service or the environment names.
func (s Server) withPostgresHosts(service map[string]string) Server {
	if len(s.Hosts) > 0 {
		return s
	}
	names, ports := os.Getenv("PGHOST"), os.Getenv("PGPORT")
	if h := service["host"]; h != "" {
		names = h
	}
	if p := service["port"]; p != "" {
		ports = p
	}
	if names == "" {
		return s
	}
	with := s
	if with.replaceHosts(strings.Split(names, ","), strings.FieldsFunc(ports, func(r rune) bool { return r == ',' })) != nil {
		_ = with.replaceHosts(strings.Split(names, ","), nil) // the driver says what is wrong with the ports
	}
	return with
}

// service returns the settings of PostgreSQL's service file that the address or the
// environment names; nil for none. That there is no such service is for the driver
// to say.
func (s Server) service() map[string]string {
	name, path := s.Setting("service"), s.Setting("servicefile")
	if name == "" {
		name = os.Getenv("PGSERVICE")
	}
	if path == "" {
		path = os.Getenv("PGSERVICEFILE")
	}
	if home, err := os.UserHomeDir(); path == "" && err == nil {
		path = filepath.Join(home, ".pg_service.conf")
	}
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return readSections(string(text))[name]
}

// mysqlModes are the modes of TLS as MySQL's own programs call them.
var mysqlModes = map[string]string{
	"disabled": "DISABLED", "preferred": "PREFERRED", "required": "REQUIRED", "verify-ca": "VERIFY_CA", "verify-identity": "VERIFY_IDENTITY",
	"disable": "DISABLED", "allow": "PREFERRED", "prefer": "PREFERRED", "require": "REQUIRED", "verify-full": "VERIFY_IDENTITY",
}

// withMySQLMode has the server verified by its certificate where nobody says
// otherwise and the way to it leads over a network. ssl-mode may be given by the
// words of PostgreSQL.
func (s Server) withMySQLMode() (Server, error) {
	given := s.Setting("ssl-mode", "sslmode")
	mode, known := mysqlModes[plainName(given)]
	switch {
	case given == "" && s.Loopback():
		return s, nil
	case given == "":
		mode = "VERIFY_IDENTITY"
	case !known:
		return s, fmt.Errorf("open target: %w", message.NewError(nil, "ssl_mode_unknown", "ssl_mode_is", "mode", given))
	}
	return s.Without("ssl-mode", "sslmode").With("ssl-mode", mode), nil
}

// Lowered reports whether the address itself has the server not verified by its
// certificate, though the way to it leads over a network.
func (s Server) Lowered() bool {
	mode := plainName(s.Setting("ssl-mode", "sslmode"))
	return !s.Loopback() && mode != "" && !slices.Contains(verified, mode)
}

// withClientFile fills in what the address leaves out from [client] of an option
// file, and from the environment. The password there is for the user and host there.
func (s Server) withClientFile(file map[string]string) Server {
	if password := os.Getenv("MYSQL_PWD"); s.Password == "" && password != "" {
		s.Password = password
	}
	here := len(s.Hosts) == 0 || file["host"] == "" && file["socket"] == ""
	mine := s.User == "" || file["user"] == "" || s.User == file["user"]
	if s.Password == "" && mine && (here || slices.ContainsFunc(s.Hosts, func(h Host) bool { return strings.EqualFold(h.Name, file["host"]) })) {
		s.Password = file["password"]
	}
	s.User = cmp.Or(s.User, file["user"])
	if s.User == "" {
		s.User = systemUser()
	}
	if len(s.Hosts) == 0 {
		switch host, socket := file["host"], file["socket"]; {
		case socket != "" && (host == "" || host == "localhost"):
			s.Hosts = []Host{{Name: socket}}
		case host != "":
			s.Hosts = []Host{{Name: host}}
		default:
			s.Hosts = []Host{{Name: "localhost"}}
		}
	}
	s.Hosts = slices.Clone(s.Hosts)
	for i, h := range s.Hosts {
		if h.Port == "" && !strings.HasPrefix(h.Name, "/") {
			s.Hosts[i].Port = file["port"]
		}
	}
	for _, name := range []string{"ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"} {
		if v := file[name]; v != "" && s.Setting(name) == "" && (name != "ssl-mode" || s.Setting("sslmode") == "") {
			s = s.With(name, v)
		}
	}
	return s
}

// systemUser returns the name by which the user is logged in to this machine.
func systemUser() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // without Windows' domain
}
