// Package secret keeps passwords and tokens in the system's keychain, or, where there is
// none, in memory until the program ends. Nothing is written into a file of the program's
// own. What is too long for one item of a keychain is split over several.
package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"linefeed/backend/message"
)

// A Place is where a password is kept.
type Place string

// The places.
const (
	Nowhere  Place = ""
	Keychain Place = "keychain" // the system's
	Session  Place = "session"  // the memory of this process, until it ends
)

// service is the name under which the keychain shows the passwords.
const service = "Linefeed"

// patience is how long to wait for the keychain, which may ask its user to unlock it.
const patience = 2 * time.Minute

// A Keeper keeps passwords by a key. It is safe for concurrent use.
type Keeper struct {
	mu      sync.Mutex
	session map[string]string
}

// New returns a keeper that has nothing in memory.
func New() *Keeper { return &Keeper{session: map[string]string{}} }

// Set keeps a password in the keychain, and returns where it is then: in memory
// where there is no keychain, which why says, or where sessionOnly is set.
func (k *Keeper) Set(ctx context.Context, key, password string, sessionOnly bool) (place Place, why error) {
	if !sessionOnly {
		if why = inKeychain(ctx, func() error { return set(key, password) }); why == nil {
			k.Forget(key)
			return Keychain, nil
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session[key] = password
	return Session, why
}

// Forget removes a password from memory.
func (k *Keeper) Forget(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.session, key)
}

// InSession returns the password that is in memory; "" if there is none.
func (k *Keeper) InSession(key string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session[key]
}

// Get returns a password, from memory before the keychain; "" if there is none. The
// error is that of a keychain that does not answer.
func (k *Keeper) Get(ctx context.Context, key string) (string, error) {
	if password := k.InSession(key); password != "" {
		return password, nil
	}
	answer := make(chan string, 1)
	err := inKeychain(ctx, func() error {
		password, err := get(keyring.Get, key)
		answer <- password
		return err
	})
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return <-answer, nil
}

// Delete removes a password from the keychain. It is no error if there is none.
func (k *Keeper) Delete(ctx context.Context, key string) error {
	err := inKeychain(ctx, func() error { return remove(key) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// ErrNoKeychain says that there is no keychain.
var ErrNoKeychain error = message.NewError(nil, "no_keychain", "")

// Available returns why there is no keychain; nil where there seems to be one.
func Available() error {
	if os.Getenv("LINEFEED_KEYCHAIN") == "none" || !present() {
		return ErrNoKeychain
	}
	return nil
}

// inKeychain runs f, which may wait for the keychain's user. It returns when ctx is
// done, and leaves f to end by itself.
func inKeychain(ctx context.Context, f func() error) error {
	if err := Available(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, message.NewError(nil, "keychain_silent", ""))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("keychain: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("keychain: %w", context.Cause(ctx))
	}
}
