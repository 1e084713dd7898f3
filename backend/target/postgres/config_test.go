package postgres

import "testing"

// Only who verifies the server over a network is not warned.
func TestInsecure(t *testing.T) {
	for _, v := range []string{"PGHOST", "PGSSLMODE", "PGSSLROOTCERT", "PGSERVICE"} {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", t.TempDir())
	for url, want := range map[string]bool{
		"postgres://db.example/d?sslmode=verify-full":        false,
		"postgres://db.example/d?sslmode=verify-ca":          false,
		"postgres://db.example/d?sslmode=require":            true,
		"postgres://db.example/d?sslmode=prefer":             true,
		"postgres://db.example/d?sslmode=disable":            true,
		"postgres://localhost/d?sslmode=disable":             false,
		"postgres://127.0.0.1,db.example/d?sslmode=disable":  true,
		"postgres:///d?host=/run/postgresql&sslmode=disable": false,
	} {
		c, err := ParseURL(url)
		if err != nil || c.insecure != want {
			t.Errorf("%s: %v, %v", url, c.insecure, err)
		}
	}
}
