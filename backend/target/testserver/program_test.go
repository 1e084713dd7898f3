package testserver

import (
	"os"
	"strings"
	"testing"
)

// A program's servers: one can be used, tells its processor time, and leaves nothing behind.
func TestProgram(t *testing.T) {
	for name, begin := range map[string]func(...Option) (*Server, error){"postgres": StartPostgres, "mysql": StartMariaDB} {
		t.Run(name, func(t *testing.T) {
			s, err := begin()
			need(t, err)
			db, err := s.Open("")
			if err != nil {
				t.Fatal(err)
			}
			var n int
			before := s.CPU()
			for range 30 {
				if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM information_schema.columns").Scan(&n); err != nil || n == 0 {
					t.Fatalf("%d columns, %v", n, err)
				}
			}
			during := s.CPU()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			after := s.CPU()
			if before <= 0 || during <= before || after < during {
				t.Errorf("processor time %s before, %s during, %s after", before, during, after)
			}
			if u := s.URL(s.Host(), "x"); !strings.HasPrefix(u, name+"://"+s.Admin()+":"+s.Password+"@127.0.0.1:") || !strings.HasSuffix(u, "/x") {
				t.Errorf("URL %s", u)
			}
			if err := s.End(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(s.folder.path); !os.IsNotExist(err) {
				t.Errorf("the folder is still there: %v", err)
			}
			if s.CPU() != 0 {
				t.Errorf("%s of processor time after the end", s.CPU())
			}
		})
	}
	if Missing(nil) || !Missing(errMissing("it")) {
		t.Error("what is missing")
	}
}
