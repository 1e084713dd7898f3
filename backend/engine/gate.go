package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/job"
	"linefeed/backend/message"
	"linefeed/backend/signin"
	"linefeed/backend/store"
)

// callers verifies the access tokens of users, by the provider of the settings.
type callers struct {
	mu       sync.Mutex
	config   signin.Config
	verifier *signin.Verifier // for config; nil before the first
}

// by returns the verifier for a configuration.
func (c *callers) by(config signin.Config) *signin.Verifier {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.verifier == nil || c.config != config {
		if c.verifier != nil {
			c.verifier.Close()
		}
		c.config, c.verifier = config, signin.NewVerifier(context.Background(), config)
	}
	return c.verifier
}

func (c *callers) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.verifier != nil {
		c.verifier.Close()
	}
}

// caller returns the user whose access token a text is, and what that user may do over the
// local API: import into the databases of the settings, and name no local files.
func (e *Engine) caller(ctx context.Context, token string) (signin.User, access.Scope, error) {
	c, err := e.SigninConfig(ctx)
	if err != nil {
		return signin.User{}, access.Scope{}, err
	}
	if !c.On() {
		return signin.User{}, access.Scope{}, signin.ErrOff
	}
	u, err := e.callers.by(c).Verify(ctx, token)
	if err != nil {
		return signin.User{}, access.Scope{}, err
	}
	if !u.HasRole(c) {
		return signin.User{}, access.Scope{}, signin.ErrNoRole
	}
	targets, err := store.List(c.Targets)
	if err != nil {
		return signin.User{}, access.Scope{}, err
	}
	if len(targets) == 0 {
		targets = []string{access.Connections}
	}
	return u, access.Scope{May: access.Import, Targets: targets}, nil
}

// signinWait is how long the start of an import waits to be told who is signed in: by the
// keychain, and where sign-in is required perhaps by the provider.
const signinWait = 10 * time.Second

var errNoAnswer = errors.New("the sign-in provider does not answer")

// allow says who does what ctx is of, as [job.Runner] asks: the user who has sent an access
// token over the local API, or else the one who is signed in with this program, also for the
// bearers of other tokens. Where sign-in is required, work needs one who has the role.
func (e *Engine) allow(ctx context.Context, work bool) (string, error) {
	if u, ok := signin.CallerOf(ctx); ok { // who was let in with the role
		return u.Who(), nil
	}
	c, err := e.SigninConfig(ctx)
	switch {
	case err != nil && work:
		return "", notAllowed(err)
	case err != nil || !c.On():
		return "", nil // what is no work needs no sign-in
	}
	ctx, cancel := context.WithTimeoutCause(ctx, signinWait, errNoAnswer)
	defer cancel()
	if !work || !c.Required {
		u, ok, err := e.Account.Who(ctx)
		if err != nil || !ok {
			return "", nil // the history then tells the system's user
		}
		return u.Who(), nil
	}
	_, u, err := e.Account.Token(ctx)
	switch {
	case err != nil:
		return "", notAllowed(err)
	case !u.HasRole(c):
		return "", message.NewError(errors.Join(job.ErrNotAllowed, signin.ErrNoRole), "signin_no_role", "ask_for_role", "user", u.Who(), "role", c.Role)
	}
	return u.Who(), nil
}

// notAllowed returns the error that work needs a user who is signed in, and why none is.
func notAllowed(err error) error {
	why := message.Of(err)
	n := message.New("import_needs_user", "sign_in_here", "why", why.Message)
	if !errors.Is(err, signin.ErrNobody) { // signing in would not help
		n = message.New("import_needs_user", "", "why", why.Message).WithText(message.Text{ID: why.HintID, Params: why.Params})
	}
	return &message.Error{Note: n, Err: errors.Join(job.ErrNotAllowed, err)}
}
