package target

import (
	"fmt"
	"net"
	"net/netip"
	neturl "net/url"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// The kinds of databases on servers, as their addresses begin.
const (
	PostgreSQL = "postgres"
	MySQL      = "mysql" // MariaDB too
)

// serverKinds are the kinds of servers by the schemes of their addresses.
var serverKinds = map[string]string{"postgres": PostgreSQL, "postgresql": PostgreSQL, "mysql": MySQL, "mariadb": MySQL}

// usualPorts are the ports at which servers listen unless they are told otherwise.
var usualPorts = map[string]string{PostgreSQL: "5432", MySQL: "3306"}

// A Server is the address of a database on a server, taken apart:
//
//	postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?NAME=VALUE&NAME=VALUE
//
// What is left out is "".
type Server struct {
	Kind     string
	User     string
	Password string
	Hosts    []Host // none where the environment names the server
	Database string
	Settings []Setting // what follows the ?, without what is above
}

// A Host is one of a server's machines.
type Host struct {
	Name string // or address; a path is that of a socket, in PostgreSQL of its folder
	Port string
}

// A Setting is a setting of a server's address.
type Setting struct{ Name, Value string }

// ParseServer takes the address of a server apart. ok is false for what is the
// address of none: a path, or another kind. An error shows no password.
func ParseServer(url string) (s Server, ok bool, err error) {
	a, err := parse(url)
	if err != nil || a.server == nil {
		return Server{}, false, err
	}
	return *a.server, true, nil
}

var errAddress = fmt.Errorf("open target: %w", message.NewError(nil, "server_address", "encode_address"))

// parseServer parses what follows the scheme of a server's address.
func parseServer(kind, rest string) (*Server, error) {
	s := &Server{Kind: kind}
	rest, query, _ := strings.Cut(strings.TrimRight(rest, copied+">"), "?")
	authority, database, _ := strings.Cut(rest, "/")
	if strings.ContainsRune(rest+query, '#') || strings.Contains(database, "/") {
		return nil, errAddress
	}
	hosts := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		if password == hidden { // of an address that was shown
			password = ""
		}
		var errs [2]error
		s.User, errs[0] = neturl.PathUnescape(user)
		s.Password, errs[1] = neturl.PathUnescape(password)
		if errs != [2]error{} {
			return nil, errAddress
		}
		hosts = authority[at+1:]
	}
	var err error
	if s.Database, err = neturl.PathUnescape(database); err != nil {
		return nil, errAddress
	}
	if s.Hosts, err = parseHosts(hosts); err != nil {
		return nil, err
	}
	if err := s.readSettings(query); err != nil {
		return nil, err
	}
	return s, nil
}

// parseHosts parses hosts with their ports, between commas.
func parseHosts(list string) (hosts []Host, err error) {
	if list == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(list, ",") {
		h, err := parseHost(one)
		if err != nil {
			return nil, err
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

func parseHost(text string) (h Host, err error) {
	if rest, ok := strings.CutPrefix(text, "["); ok { // IPv6
		name, port, ok := strings.Cut(rest, "]")
		if _, err := netip.ParseAddr(name); err != nil || !ok || port != "" && port[0] != ':' {
			return h, errAddress
		}
		h.Name, h.Port = name, strings.TrimPrefix(port, ":")
	} else {
		h.Name, h.Port, _ = strings.Cut(text, ":")
		if h.Name, err = neturl.PathUnescape(h.Name); err != nil {
			return h, errAddress
		}
	}
	return h, h.check()
}

// check refuses what is no host, and no port: perhaps a part of a password.
func (h Host) check() error {
	if !strings.HasPrefix(h.Name, "/") && strings.ContainsAny(h.Name, "@/ \t\r\n") || strings.ContainsRune(h.Name, 0) {
		return errAddress
	}
	if len(h.Port) > 5 || strings.Trim(h.Port, "0123456789") != "" {
		return errAddress
	}
	return nil
}

// readSettings reads the settings. Those that are parts of the address replace
// what stands before them, as they do for PostgreSQL's own programs.
func (s *Server) readSettings(query string) error {
	var names, ports []string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := neturl.QueryUnescape(name)
		if err != nil {
			return errAddress
		}
		if value, err = neturl.QueryUnescape(value); err != nil || strings.ContainsRune(value, 0) {
			return errAddress
		}
		switch strings.ToLower(name) {
		case "user":
			s.User = value
		case "password":
			if s.Password = value; pair == name+"="+hidden {
				s.Password = ""
			}
		case "dbname", "database":
			s.Database = value
		case "host":
			names = strings.Split(value, ",")
		case "port":
			ports = strings.Split(value, ",")
		case "socket":
			names, ports = []string{value}, nil
		default:
			s.Settings = append(s.Settings, Setting{name, value})
		}
	}
	return s.replaceHosts(names, ports)
}

func (s *Server) replaceHosts(names, ports []string) error {
	if names != nil {
		s.Hosts = nil
		for _, name := range names {
			s.Hosts = append(s.Hosts, Host{Name: strings.Trim(name, "[]")})
		}
	}
	if len(ports) == 0 {
		return nil
	}
	if len(s.Hosts) == 0 {
		s.Hosts = []Host{{}}
	}
	if len(ports) > 1 && len(ports) != len(s.Hosts) {
		return errAddress
	}
	for i := range s.Hosts {
		s.Hosts[i].Port = ports[min(i, len(ports)-1)]
		if err := s.Hosts[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// Setting returns the value of the setting that has one of some names, "" if there
// is none. Case does not matter, nor whether - or _ stands between words.
func (s Server) Setting(names ...string) string {
	if i := s.settingIndex(names); i >= 0 {
		return s.Settings[i].Value
	}
	return ""
}

func (s Server) settingIndex(names []string) int {
	return slices.IndexFunc(s.Settings, func(x Setting) bool {
		return slices.ContainsFunc(names, func(name string) bool { return plainName(name) == plainName(x.Name) })
	})
}

func plainName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

// With returns s with another value of a setting.
func (s Server) With(name, value string) Server {
	s.Settings = slices.Clone(s.Settings)
	if i := s.settingIndex([]string{name}); i >= 0 {
		s.Settings[i].Value = value
	} else {
		s.Settings = append(s.Settings, Setting{name, value})
	}
	return s
}

// Without returns s without a setting of any of some names.
func (s Server) Without(names ...string) Server {
	s.Settings = slices.Clone(s.Settings)
	for i := s.settingIndex(names); i >= 0; i = s.settingIndex(names) {
		s.Settings = slices.Delete(s.Settings, i, i+1)
	}
	return s
}

// WithoutPassword returns s without its password.
func (s Server) WithoutPassword() Server {
	s.Password = ""
	return s
}

// SecretSetting returns the name of a setting that seems to hold a secret, "" if
// there is none.
func (s Server) SecretSetting() string {
	for _, x := range s.Settings {
		if secretName().MatchString(x.Name) && !slices.Contains(files, plainName(x.Name)) && x.Value != "" {
			return x.Name
		}
	}
	return ""
}

// Login names the user and the servers, which share a password whatever the
// database.
func (s Server) Login() string { return s.Kind + " " + s.User + "@" + strings.Join(s.places(), ",") }

// files are the settings that name files.
var files = []string{"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile", "servicefile", "ssl-ca", "ssl-cert", "ssl-key"}

// SelfContained reports whether the address of a server says by itself how to connect to
// it: it has a password, and names no file and no service of this computer. Whoever makes
// up another address can have a server of their own told what is kept here for others,
// such as a password of the environment or of ~/.pgpass.
func (s Server) SelfContained() bool {
	return s.Password != "" && !slices.ContainsFunc(s.Settings, func(x Setting) bool {
		return x.Value != "" && (slices.Contains(files, plainName(x.Name)) || plainName(x.Name) == "service")
	})
}

// withFullPaths returns s with full paths of the files that it names, and whether
// they were not full before.
func (s Server) withFullPaths() (_ Server, changed bool, err error) {
	for _, x := range s.Settings {
		if !slices.Contains(files, plainName(x.Name)) ||
			x.Value == "" || x.Value == "system" || filepath.IsAbs(x.Value) {
			continue
		}
		path, err := filepath.Abs(x.Value)
		if err != nil {
			return s, false, fmt.Errorf("open target: %w", err)
		}
		s, changed = s.With(x.Name, path), true
	}
	return s, changed, nil
}

// URL returns the address, with the password if there is one.
func (s Server) URL() string {
	var b strings.Builder
	b.WriteString(s.Kind + "://")
	switch {
	case s.Password != "":
		b.WriteString(neturl.UserPassword(s.User, s.Password).String() + "@")
	case s.User != "":
		b.WriteString(neturl.User(s.User).String() + "@")
	}
	hosts, settings := s.hostsAs()
	b.WriteString(hosts)
	if s.Database != "" || len(settings) > 0 {
		b.WriteString("/" + strings.ReplaceAll(neturl.PathEscape(s.Database), "@", "%40"))
	}
	for i, x := range settings {
		b.WriteString(string("?&"[min(i, 1)]) + neturl.QueryEscape(x.Name) + "=" + neturl.QueryEscape(x.Value))
	}
	return b.String()
}

// hostsAs returns the hosts as they stand before the database, and the settings
// that follow it: with the hosts among them where they can't stand there.
func (s Server) hostsAs() (hosts string, settings []Setting) {
	var names, ports, both []string
	apart := false
	for _, h := range s.Hosts {
		names, ports = append(names, h.Name), append(ports, h.Port)
		both = append(both, h.String())
		six := strings.Contains(h.Name, ":")
		apart = apart || strings.HasPrefix(h.Name, "/") || h.Name == "" || six && len(s.Hosts) > 1
	}
	switch {
	case !apart:
		return strings.Join(both, ","), s.Settings
	case s.Kind == MySQL && len(names) == 1 && names[0] != "":
		return "", append([]Setting{{"socket", names[0]}}, s.Settings...)
	}
	at := []Setting{{"host", strings.Join(names, ",")}}
	if strings.Join(names, "") == "" {
		at = nil
	}
	if strings.Join(ports, "") != "" {
		at = append(at, Setting{"port", strings.Join(ports, ",")})
	}
	return "", append(at, s.Settings...)
}

// String returns the host and the port, if it has one, as they stand in an address.
func (h Host) String() string {
	name := h.Name
	if strings.Contains(name, ":") && !strings.HasPrefix(name, "/") {
		name = "[" + name + "]"
	}
	if h.Port != "" {
		name += ":" + h.Port
	}
	return name
}

// Address returns where the host listens, as connections are made: a path is that
// of a socket.
func (s Server) Address(h Host) string {
	if h.Port == "" {
		h.Port = usualPorts[s.Kind]
	}
	switch {
	case strings.HasPrefix(h.Name, "/") && s.Kind == PostgreSQL:
		return h.Name + "/.s.PGSQL." + h.Port
	case strings.HasPrefix(h.Name, "/"):
		return h.Name
	}
	return net.JoinHostPort(h.Name, h.Port)
}

// Loopback reports whether the server is this machine.
func (s Server) Loopback() bool {
	return !slices.ContainsFunc(s.Hosts, func(h Host) bool { return !connect.Loopback(h.Name) })
}

// same reports whether two addresses are of the same database, as far as they tell.
func (s Server) same(other Server) bool {
	return s.Kind == other.Kind && s.database() == other.database() && slices.Equal(s.places(), other.places())
}

func (s Server) database() string {
	if s.Database == "" && s.Kind == PostgreSQL {
		return s.User
	}
	return s.Database
}

// places returns the addresses of the hosts, sorted; this machine has one name.
func (s Server) places() (all []string) {
	for _, h := range s.Hosts {
		if connect.Loopback(h.Name) && !strings.HasPrefix(h.Name, "/") {
			h.Name = "localhost"
		}
		all = append(all, strings.ToLower(s.Address(h)))
	}
	if len(all) == 0 {
		all = []string{s.Address(Host{Name: "localhost"})}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
