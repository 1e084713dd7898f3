package connection

import (
	neturl "net/url"
	"slices"
	"strings"

	"linefeed/backend/message"
	"linefeed/backend/target"
)

// A Form is the address of a server as the fields of a form.
type Form struct {
	Kind     string `json:"kind"`     // [target.PostgreSQL] or [target.MySQL]
	Hosts    string `json:"hosts"`    // host or host:port, [::1]:5432; several with commas; or a socket, in PostgreSQL its folder
	Port     string `json:"port"`     // of those without; "" is the usual one
	Database string `json:"database"` //
	User     string `json:"user"`     //
	Password bool   `json:"password"` // the address holds one, which the form does not
	TLS      string `json:"tls"`      // how the server is verified: see tlsModes
	CA       string `json:"ca"`       // the path of the authority's certificate; "" for the system's authorities
	Rest     string `json:"rest"`     // the other settings, as they stand in the address
}

// tlsModes are the values of Form.TLS, and what they are in the addresses of both
// kinds; "" stands for verify where the server is on another machine.
var tlsModes = []struct{ form, postgres, mysql string }{
	{"verify", "verify-full", "VERIFY_IDENTITY"},
	{"ca", "verify-ca", "VERIFY_CA"}, // but not the name in the certificate
	{"require", "require", "REQUIRED"},
	{"prefer", "prefer", "PREFERRED"},
	{"off", "disable", "DISABLED"},
}

// The settings of TLS, and of its authority.
var (
	modeNames      = []string{"sslmode", "ssl-mode"}
	authorityNames = []string{"sslrootcert", "ssl-ca"}
)

// FormOf takes the address of a server apart.
func FormOf(url string) (Form, error) {
	s, ok, err := target.ParseServer(url)
	if err != nil {
		return Form{}, err
	}
	if !ok {
		return Form{}, message.NewError(nil, "connection_of_file", "give_server")
	}
	f := Form{Kind: s.Kind, Database: s.Database, User: s.User, Password: s.Password != ""}
	if len(s.Hosts) == 1 {
		f.Hosts, f.Port = target.Host{Name: s.Hosts[0].Name}.String(), s.Hosts[0].Port
	} else {
		var hosts []string
		for _, h := range s.Hosts {
			hosts = append(hosts, h.String())
		}
		f.Hosts = strings.Join(hosts, ",")
	}
	mode := s.Setting(modeNames...)
	for _, m := range tlsModes {
		if is := strings.ReplaceAll(strings.ToUpper(mode), "-", "_"); strings.EqualFold(mode, m.postgres) || is == m.mysql {
			f.TLS = m.form
			s = s.Without(modeNames...)
		}
	}
	f.CA = s.Setting(authorityNames...)
	s = s.Without(authorityNames...)
	var rest []string
	for _, x := range s.Settings {
		rest = append(rest, neturl.QueryEscape(x.Name)+"="+neturl.QueryEscape(x.Value))
	}
	f.Rest = strings.Join(rest, "&")
	return f, nil
}

// URL returns the address that the fields make, without a password.
func (f Form) URL() (string, error) {
	rest := strings.Trim(f.Rest, "&? ")
	if f.Hosts = strings.TrimSpace(f.Hosts); strings.HasPrefix(f.Hosts, "/") { // a socket
		rest = "host=" + neturl.QueryEscape(f.Hosts) + "&" + rest
		f.Hosts = ""
	} else if strings.ContainsAny(f.Hosts, "@/?#") {
		return "", message.NewError(nil, "server_address", "encode_address")
	}
	s, ok, err := target.ParseServer(f.Kind + "://" + strings.ReplaceAll(f.Hosts, " ", "") + "/?" + rest)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", message.NewError(nil, "connection_of_file", "give_server")
	}
	s.User, s.Database, s.Password = strings.TrimSpace(f.User), f.Database, ""
	if port := strings.TrimSpace(f.Port); port != "" && len(s.Hosts) == 0 {
		s.Hosts = []target.Host{{Port: port}}
	} else if port != "" {
		for i := range s.Hosts {
			if s.Hosts[i].Port == "" {
				s.Hosts[i].Port = port
			}
		}
	}
	if i := slices.IndexFunc(tlsModes, func(m struct{ form, postgres, mysql string }) bool { return m.form == f.TLS }); i >= 0 {
		s = s.With(f.name(modeNames), f.value(tlsModes[i].postgres, tlsModes[i].mysql))
	}
	if ca := strings.TrimSpace(f.CA); ca != "" {
		s = s.With(f.name(authorityNames), ca)
	}
	url := s.URL()
	if _, _, err := target.ParseServer(url); err != nil { // such as for what is no port
		return "", err
	}
	return url, nil
}

func (f Form) name(both []string) string { return f.value(both[0], both[1]) }

func (f Form) value(postgres, mysql string) string {
	if f.Kind == target.MySQL {
		return mysql
	}
	return postgres
}
