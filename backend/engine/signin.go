package engine

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"linefeed/backend/lockfile"
	"linefeed/backend/message"
	"linefeed/backend/signin"
)

// SigninConfig returns how to sign in, as the settings are now. The error wraps
// [signin.ErrIncomplete] where they require a sign-in that is not set up.
func (e *Engine) SigninConfig(ctx context.Context) (signin.Config, error) {
	all, err := e.Store.Settings(ctx)
	if err != nil {
		return signin.Config{}, err
	}
	values := map[string]string{}
	for _, v := range all {
		values[v.Name] = v.Value
	}
	return signin.ConfigOf(func(name string) string { return values[name] })
}

// SignedIn says who is signed in. Its JSON is part of the program's contract.
type SignedIn struct {
	On       bool `json:"on"`       // there is a provider to sign in with
	Required bool `json:"required"` // imports need a user
	SignedIn bool `json:"signedIn"`

	Issuer  string `json:"issuer,omitempty"`
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Subject string `json:"subject,omitempty"` // the provider's own name for the user
	Role    string `json:"role,omitempty"`    // what imports need; "" for any user
	HasRole bool   `json:"hasRole"`
	Kept    bool   `json:"kept"` // in the system's keychain; else it ends with this program

	Notice *message.Note `json:"notice,omitempty"` // what the user should know
}

// SignedIn returns who is signed in, as the provider told last.
func (e *Engine) SignedIn(ctx context.Context) (SignedIn, error) {
	c, err := e.SigninConfig(ctx)
	if err != nil && !errors.Is(err, signin.ErrIncomplete) {
		return SignedIn{}, err
	}
	s := SignedIn{On: c.On(), Required: c.Required, Issuer: c.Issuer, Role: c.Role}
	if err != nil || !c.On() {
		s.Notice = noticeOf(err)
		return s, nil
	}
	u, ok, err := e.Account.Who(ctx)
	if err != nil {
		return s, err
	}
	if s.SignedIn = ok; ok {
		s.Name, s.Email, s.Subject, s.HasRole, s.Kept = u.Name, u.Email, u.Subject, u.HasRole(c), e.Account.Kept(ctx)
	}
	return s, nil
}

// CheckSignedIn returns who is signed in, and asks the provider whether that still holds. A
// provider that can't be asked is told in a notice.
func (e *Engine) CheckSignedIn(ctx context.Context) (SignedIn, error) {
	_, _, asked := e.Account.Token(ctx)
	if ctx.Err() != nil {
		return SignedIn{}, context.Cause(ctx)
	}
	s, err := e.SignedIn(ctx)
	if err == nil && s.Notice == nil && (s.SignedIn || errors.Is(asked, signin.ErrEnded)) {
		s.Notice = noticeOf(asked)
	}
	return s, err
}

// SignIn signs a user in by the browser, which open opens. It answers only the latest
// question: an earlier one that is under way ends with an error.
func (e *Engine) SignIn(ctx context.Context, open func(url string) error) (SignedIn, error) {
	ctx, cancel := e.instead(ctx, &e.stopSign)
	defer cancel()
	if _, err := e.Account.Login(ctx, open); err != nil {
		return SignedIn{}, err
	}
	return e.SignedIn(ctx)
}

// SignInByDevice signs a user in by a code on another device, which show shows. It answers
// as [Engine.SignIn] does.
func (e *Engine) SignInByDevice(ctx context.Context, show func(signin.DeviceCode)) (SignedIn, error) {
	ctx, cancel := e.instead(ctx, &e.stopSign)
	defer cancel()
	if _, err := e.Account.LoginByDevice(ctx, show); err != nil {
		return SignedIn{}, err
	}
	return e.SignedIn(ctx)
}

// StopSignIn ends the SignIn that is under way, if one is.
func (e *Engine) StopSignIn() {
	_, cancel := e.instead(context.Background(), &e.stopSign)
	cancel()
}

// SignOut signs the user out. Where the provider could not be told, a notice says so. open
// opens the provider's page, where it needs the browser; nil for none.
func (e *Engine) SignOut(ctx context.Context, open func(url string) error) (SignedIn, error) {
	err := e.Account.Logout(ctx, open)
	notTold := errors.Is(err, signin.ErrNotTold) && len(message.Notes(err)) == 1 // and nothing else
	if err != nil && !notTold && !errors.Is(err, signin.ErrNobody) {
		return SignedIn{}, err
	}
	s, whoErr := e.SignedIn(ctx)
	if notTold {
		s.Notice = noticeOf(err)
	}
	return s, whoErr
}

// SigninChanges receives when who is signed in has changed. It is closed with the engine.
func (e *Engine) SigninChanges() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.signed
}

func (e *Engine) signinChanged() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.signed != nil {
		signal(e.signed)
	}
}

// closeSignin ends the SignIn that is under way, and tells of no change from now on.
func (e *Engine) closeSignin() {
	e.StopSignIn()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.signed != nil {
		close(e.signed)
		e.signed = nil
	}
}

// noticeOf returns what an error tells; nil for none.
func noticeOf(err error) *message.Note {
	if err == nil {
		return nil
	}
	if notes := message.Notes(err); len(notes) > 0 {
		return &notes[0]
	}
	note := message.Foreign(err.Error())
	return &note
}

// lockPause is how often a lock is tried that another process holds.
const lockPause = 20 * time.Millisecond

// lockSignin waits until no other process changes the sign-in. The lock is in the home: the
// other folder is another one for processes outside a desktop session, the keychain is not.
func (e *Engine) lockSignin(ctx context.Context) (release func(), err error) {
	for {
		lock, err := lockfile.Hold(filepath.Join(e.home, "signin"+lockfile.Suffix))
		switch {
		case err == nil:
			return func() { _ = lock.Release() }, nil // the end of the process frees it, too
		case !errors.Is(err, lockfile.ErrHeld):
			return nil, err
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
