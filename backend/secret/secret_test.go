package secret

import (
	"context"
	"errors"
	"testing"

	"github.com/zalando/go-keyring"
)

// withKeychain gives the test a keychain of its own.
func withKeychain(t *testing.T) {
	t.Helper()
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
}

func wantKept(t *testing.T, k *Keeper, want string) {
	t.Helper()
	if got, err := k.Get(t.Context(), "shop"); err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestKeychain(t *testing.T) {
	withKeychain(t)
	k := New()
	wantKept(t, k, "")
	if place, why := k.Set(t.Context(), "shop", "s3cret", false); place != Keychain || why != nil {
		t.Fatalf("%s, %v", place, why)
	}
	wantKept(t, New(), "s3cret") // another process
	if place, why := k.Set(t.Context(), "shop", "n3w", true); place != Session || why != nil {
		t.Fatalf("%s, %v", place, why)
	}
	wantKept(t, k, "n3w")
	wantKept(t, New(), "s3cret")
	if place, why := k.Set(t.Context(), "shop", "th1rd", false); place != Keychain || why != nil || k.InSession("shop") != "" {
		t.Fatalf("%s, %v, and %q stays in memory", place, why, k.InSession("shop"))
	}
	wantKept(t, k, "th1rd")
	for range 2 {
		if err := k.Delete(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
		wantKept(t, k, "")
	}
	if place, why := k.Set(t.Context(), "shop", "n3w", true); place != Session || why != nil {
		t.Fatalf("%s, %v", place, why)
	}
	k.Forget("shop")
	wantKept(t, k, "")
}

// Without a keychain a password is in memory alone.
func TestNoKeychain(t *testing.T) {
	withKeychain(t)
	k := New()
	if place, why := k.Set(t.Context(), "shop", "s3cret", false); place != Keychain {
		t.Fatalf("%s, %v", place, why)
	}
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	if _, err := k.Get(t.Context(), "shop"); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("%v", err)
	}
	if place, why := k.Set(t.Context(), "shop", "s3cret", false); place != Session || !errors.Is(why, ErrNoKeychain) {
		t.Errorf("%s, %v", place, why)
	}
	wantKept(t, k, "s3cret")
	if err := k.Delete(t.Context(), "shop"); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("%v", err)
	}
	broken := errors.New("locked")
	t.Setenv("LINEFEED_KEYCHAIN", "")
	keyring.MockInitWithError(broken)
	if place, why := k.Set(t.Context(), "shop", "s3cret", false); place != Session || !errors.Is(why, broken) {
		t.Errorf("%s, %v", place, why)
	}
}

// A keychain that does not answer holds nobody up.
func TestSilentKeychain(t *testing.T) {
	withKeychain(t)
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan struct{})
	t.Cleanup(func() { close(waits) })
	err := inKeychain(ctx, func() error { cancel(); <-waits; return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
