package store

import (
	"errors"
	"fmt"
	"testing"
)

func TestConnections(t *testing.T) {
	s := open(t, t.TempDir())
	all := func(want string) {
		t.Helper()
		c, err := s.Connections(t.Context())
		if got := fmt.Sprint(c); err != nil || got != want {
			t.Errorf("there are %s, %v, want %s", got, err, want)
		}
	}
	all("[]")
	shop, lab := Connection{"shop", "postgres://db/shop", "k1", "keychain"}, Connection{"Lab", "mysql://db/lab", "k2", ""}
	for _, c := range []Connection{shop, lab} {
		if err := s.SaveConnection(t.Context(), "", c); err != nil {
			t.Fatal(err)
		}
	}
	all("[{Lab mysql://db/lab k2 } {shop postgres://db/shop k1 keychain}]")
	if c, err := s.Connection(t.Context(), "LAB"); err != nil || c != lab {
		t.Errorf("%+v, %v", c, err)
	}
	for was, c := range map[string]Connection{"": {Name: "SHOP"}, "lab": {Name: "Shop"}} {
		if err := s.SaveConnection(t.Context(), was, c); !errors.Is(err, ErrNameTaken) {
			t.Errorf("%q as %s: %v", was, c.Name, err)
		}
	}
	if err := s.SaveConnection(t.Context(), "none", Connection{Name: "x"}); !errors.Is(err, ErrNoConnection) {
		t.Errorf("%v", err)
	}
	lab.Name, lab.URL = "lab", "mysql://db2/lab"
	if err := s.SaveConnection(t.Context(), "Lab", lab); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveConnection(t.Context(), "Shop"); err != nil {
		t.Fatal(err)
	}
	all("[{lab mysql://db2/lab k2 }]")
	if err := s.RemoveConnection(t.Context(), "shop"); !errors.Is(err, ErrNoConnection) {
		t.Errorf("%v", err)
	}
	if _, err := s.Connection(t.Context(), "shop"); !errors.Is(err, ErrNoConnection) {
		t.Errorf("%v", err)
	}
}
