package mysql

import "testing"

// Over a network the server is verified, unless somebody says otherwise.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		address  string
		mode     TLSMode
		want     TLSMode
		insecure bool
	}{
		{"127.0.0.1:3306", "", Disabled, false},
		{"localhost:3306", "", Disabled, false},
		{"/run/mysqld/mysqld.sock", VerifyIdentity, Disabled, false},
		{"localhost:3306", VerifyIdentity, VerifyIdentity, false},
		{"db.example:3306", "", VerifyIdentity, false},
		{"db.example:3306", VerifyCA, VerifyCA, false},
		{"db.example:3306", Required, Required, true},
		{"db.example:3306", Preferred, Preferred, true},
		{"db.example:3306", Disabled, Disabled, true},
	} {
		config := Config{Addresses: []string{c.address}, TLS: c.mode}
		if got := config.mode(c.address); got != c.want || config.insecure() != c.insecure {
			t.Errorf("%s with %q: %s, insecure %v", c.address, c.mode, got, config.insecure())
		}
		if secure, err := config.tls(c.address); err != nil || (secure == nil) != (c.want == Disabled) {
			t.Errorf("%s with %q: %v, %v", c.address, c.mode, secure, err)
		}
	}
	both := Config{Addresses: []string{"localhost:3306", "db.example:3306"}, TLS: Required}
	if !both.insecure() {
		t.Error("of two addresses one is on another machine")
	}
	for _, setting := range [][2]string{{"ssl-mode", "verify-ca"}, {"SSL_MODE", "DISABLED"}, {"connect-timeout", "3s"}, {"local-infile", "0"}, {"ssl-ca", "/x"}} {
		if err := new(Config).Set(setting[0], setting[1]); err != nil {
			t.Errorf("%v: %v", setting, err)
		}
	}
}
