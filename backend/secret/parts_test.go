package secret

import (
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

// A value of any length comes back whole, and leaves no item behind.
func TestLongValues(t *testing.T) {
	withKeychain(t)
	k := New()
	long := func(n int) string { return strings.Repeat("0123456789", n/10) + strings.Repeat("x", n%10) }
	for _, value := range []string{
		long(most), long(most + 1), long(3 * most), "short", long(5*most + 7), long(2*most + 1), partsMark + "a:1:x", long(most + 2), "s",
	} {
		if place, err := k.Set(t.Context(), "shop", value, false); place != Keychain || err != nil {
			t.Fatalf("%d bytes: %s, %v", len(value), place, err)
		}
		wantKept(t, New(), value)
		items := 0
		for _, generation := range []string{"a", "b"} {
			for i := range 9 {
				if part, err := keyring.Get(service, partKey("shop", generation, i)); err == nil {
					items++
					if len(part) > most {
						t.Errorf("a part of %d bytes", len(part))
					}
				}
			}
		}
		want := (len(value) + most - 1) / most
		if want == 1 && !strings.HasPrefix(value, partsMark) {
			want = 0
		}
		if items != want {
			t.Errorf("%d bytes: %d items, want %d", len(value), items, want)
		}
	}
	if _, err := k.Set(t.Context(), "shop", long(3*most), false); err != nil {
		t.Fatal(err)
	}
	if err := k.Delete(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	wantKept(t, k, "")
	if _, err := keyring.Get(service, partKey("shop", "a", 0)); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("a part is left: %v", err)
	}
}

// A value whose place is taken, or that is removed, while it is read is the new one.
func TestLongValueIsReplaced(t *testing.T) {
	withKeychain(t)
	long := strings.Repeat("v", 2*most)
	for name, tt := range map[string]struct {
		change func() error
		want   string
		err    error
	}{
		"by a long one":  {func() error { return set("shop", long+"new") }, long + "new", nil},
		"by a short one": {func() error { return set("shop", "new") }, "new", nil},
		"by none":        {func() error { return remove("shop") }, "", keyring.ErrNotFound},
	} {
		if err := set("shop", long); err != nil {
			t.Fatal(err)
		}
		reads := 0
		got, err := get(func(service, item string) (string, error) {
			text, err := keyring.Get(service, item)
			if reads++; reads == 1 { // the parts come next
				err = errors.Join(err, tt.change())
			}
			return text, err
		}, "shop")
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// A value whose parts are not those that it was split into is told, and replaced.
func TestDamagedParts(t *testing.T) {
	withKeychain(t)
	k := New()
	value := strings.Repeat("v", 2*most)
	for name, damage := range map[string]func() error{
		"lost":    func() error { return keyring.Delete(service, partKey("shop", "a", 1)) },
		"changed": func() error { return keyring.Set(service, partKey("shop", "a", 1), "other") },
		"head":    func() error { return keyring.Set(service, "shop", partsMark+"a:x") },
		"number":  func() error { return keyring.Set(service, "shop", partsMark+"a:99999999:x") },
	} {
		if err := k.Delete(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Set(t.Context(), "shop", value, false); err != nil {
			t.Fatal(err)
		}
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Get(t.Context(), "shop"); !errors.Is(err, errParts) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if place, err := k.Set(t.Context(), "shop", "new", false); place != Keychain || err != nil {
			t.Errorf("%s: %s, %v", name, place, err)
		}
		wantKept(t, k, "new")
	}
}
