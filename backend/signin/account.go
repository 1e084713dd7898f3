package signin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"linefeed/backend/message"
	"linefeed/backend/secret"
)

// What becomes of a sign-in.
var (
	ErrNobody  = errors.New("nobody is signed in")
	ErrEnded   = errors.New("the sign-in has ended") // at the provider; wraps ErrNobody
	ErrNotTold = errors.New("the provider does not know of the sign-out")
)

// Secrets keep what nobody else may know, as [secret.Keeper] does.
type Secrets interface {
	Set(ctx context.Context, key, value string, sessionOnly bool) (secret.Place, error)
	Get(ctx context.Context, key string) (string, error)
	Delete(ctx context.Context, key string) error
	InSession(key string) string
	Forget(key string)
}

// An Account is the user of this program. Its methods may be called concurrently, also by
// several processes: what one of them signs in, refreshes or signs out holds for all.
//
// The refresh token is in the system's keychain with who it is of, or, where there is no
// keychain, in memory until the program ends. Access tokens are in memory alone.
type Account struct {
	// Lock returns once no other process refreshes, signs in or signs out, and until
	// release is called. Nil where there is no other.
	Lock func(ctx context.Context) (release func(), err error)

	// Home is the folder of the program's own files: each has a sign-in of its own. "" where
	// there is but one.
	Home string

	// OnChange is called when another user is signed in, or none any more; nil for nobody.
	OnChange func()

	config  func(ctx context.Context) (Config, error)
	secrets Secrets
	client  *http.Client
	within  time.Duration // how long a user may take
	now     func() time.Time

	turn chan struct{} // holds one while somebody refreshes, signs in or signs out

	mu       sync.Mutex
	held     held
	provider *provider // as it was found last
}

// A record is what is kept of a sign-in.
type record struct {
	ID      string `json:"id"` // of the sign-in
	Refresh string `json:"refresh,omitempty"`
	User    User   `json:"user"`
}

// held is an access token.
type held struct {
	key    string // under which its sign-in is kept
	id     string // of its sign-in
	access string
	user   User          // with the token's expiry
	early  time.Duration // how long before its end another one is asked for
}

// fresh reports whether the token is good for a while.
func (h held) fresh(now time.Time) bool { return h.user.Expiry.Sub(now) > h.early }

// good reports whether the token is good at all.
func (h held) good(now time.Time) bool { return h.access != "" && now.Before(h.user.Expiry) }

// New returns the account of the user who signs in as config says.
func New(secrets Secrets, config func(ctx context.Context) (Config, error)) *Account {
	return &Account{config: config, secrets: secrets, client: newHTTPClient(), within: loginWithin, now: time.Now, turn: make(chan struct{}, 1)}
}

// key is under what name the keychain has the sign-in.
func (a *Account) key(c Config) string {
	key := fmt.Sprintf("sign-in of %s at %s", c.Client, c.Issuer)
	if a.Home != "" {
		key += " for " + a.Home
	}
	return key
}

// closeWithin is how long Close waits: for an answer of the provider, and the keychain.
const closeWithin = providerTimeout + 5*time.Second

// Close waits for a refresh, a sign-in or a sign-out that is under way: a refresh token that
// was used is lost without the next one. It gives up after some time.
func (a *Account) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	if end, err := a.begin(ctx); err == nil {
		end()
	}
}

// Who returns the user who is signed in, as the provider told of them last. It asks the
// keychain, and not the provider: [Account.Token] does.
func (a *Account) Who(ctx context.Context) (User, bool, error) {
	c, err := a.config(ctx)
	if err != nil || !c.On() {
		return User{}, false, err
	}
	r, ok, err := a.load(ctx, c)
	return r.User, ok, err
}

// Token returns an access token of the user and whose it is. It is refreshed if need be.
// The error wraps [ErrOff], [ErrNobody], [ErrEnded] where the provider says so, or
// [ErrProvider], with which nothing is lost.
func (a *Account) Token(ctx context.Context) (string, User, error) {
	c, err := a.config(ctx)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return "", User{}, err
	}
	h, changed, err := a.token(ctx, c)
	if changed {
		a.tell()
	}
	return h.access, h.user, err
}

func (a *Account) token(ctx context.Context, c Config) (_ held, changed bool, err error) {
	end, err := a.begin(ctx)
	if err != nil {
		return held{}, false, err
	}
	defer end()
	h := a.holding()
	r, ok, err := a.load(ctx, c)
	switch {
	case err != nil && h.good(a.now()) && h.key == a.key(c):
		return h, false, nil // the keychain may be locked for now
	case err != nil:
		return held{}, false, err
	case !ok:
		a.hold(held{})
		return held{}, h.id != "", nobody(c)
	case h.id == r.ID && h.fresh(a.now()):
		return h, false, nil
	}
	other := h.id != "" && h.id != r.ID // that another process has signed in
	if other {
		h = held{}
	}
	fresh, changed, err := a.refresh(ctx, c)
	changed = changed || other
	if err != nil && !errors.Is(err, ErrNobody) && h.good(a.now()) {
		return h, changed, nil // the provider may be down for now
	}
	return fresh, changed, err
}

// refresh changes the refresh token for an access token and the next refresh token, while
// no other process does.
func (a *Account) refresh(ctx context.Context, c Config) (_ held, changed bool, err error) {
	release, err := a.lock(ctx)
	if err != nil {
		return held{}, false, err
	}
	defer release()
	r, ok, err := a.load(ctx, c) // another process may have been quicker
	if err != nil {
		return held{}, false, err
	}
	if !ok {
		a.hold(held{})
		return held{}, true, nobody(c)
	}
	if r.Refresh == "" {
		return held{}, true, errors.Join(a.forget(ctx, c), ended(c, "it gave no refresh token"))
	}
	p, err := a.find(ctx, c)
	if err != nil {
		return held{}, false, err
	}
	// From here on nobody's impatience counts: the refresh token is good for one use.
	ctx = context.WithoutCancel(ctx)
	tok, err := p.oauth("").TokenSource(p.with(ctx), &oauth2.Token{RefreshToken: r.Refresh}).Token()
	if isRefusal(err, "invalid_grant") {
		return held{}, true, errors.Join(a.forget(ctx, c), ended(c, cause(err)))
	}
	if err != nil {
		a.keep(nil) // it may have moved
		return held{}, false, unusable(ctx, c, err)
	}
	r.Refresh = tok.RefreshToken
	u, err := p.identifyAgain(ctx, tok, r.User)
	if errors.Is(err, errOther) {
		return held{}, true, errors.Join(a.forget(ctx, c), ended(c, cause(err)))
	}
	if err != nil {
		a.save(ctx, c, r)
		return held{}, false, unusable(ctx, c, err)
	}
	changed = !sameUser(u, r.User)
	r.User = u
	h := heldOf(a.key(c), r.ID, tok, u)
	a.hold(h)
	a.save(ctx, c, r)
	return h, changed, nil
}

// accept keeps what the provider answered to a sign-in.
func (a *Account) accept(ctx context.Context, p *provider, tok *oauth2.Token, nonce string) (User, error) {
	u, err := p.identify(ctx, tok, nonce)
	if err != nil {
		return User{}, unusable(ctx, p.config, err)
	}
	end, err := a.begin(ctx)
	if err != nil {
		return User{}, err
	}
	defer a.tell()
	defer end()
	release, err := a.lock(ctx)
	if err != nil {
		return User{}, err
	}
	defer release()
	r := record{ID: rand.Text(), Refresh: tok.RefreshToken, User: u}
	h := heldOf(a.key(p.config), r.ID, tok, u)
	a.hold(h)
	a.save(ctx, p.config, r)
	if r.Refresh == "" { // nor is who was signed in before any more
		_ = a.secrets.Delete(context.WithoutCancel(ctx), a.key(p.config))
	}
	return h.user, nil
}

// heldOf returns an access token with the user whom it is of.
func heldOf(key, id string, tok *oauth2.Token, u User) held {
	u.Expiry = tok.Expiry
	if u.Expiry.IsZero() { // expires_in is only recommended
		u.Expiry = time.Now().Add(time.Minute)
	}
	return held{key, id, tok.AccessToken, u, min(30*time.Second, time.Until(u.Expiry)/4)}
}

// find returns the provider, which is asked for its addresses where they are not known.
func (a *Account) find(ctx context.Context, c Config) (*provider, error) {
	a.mu.Lock()
	p := a.provider
	a.mu.Unlock()
	if p != nil && p.config.Issuer == c.Issuer && p.config.Client == c.Client {
		return p, nil
	}
	p, err := discover(ctx, c, a.client)
	if err != nil {
		return nil, err
	}
	a.keep(p)
	return p, nil
}

// keep remembers the provider; nil has it asked for its addresses again.
func (a *Account) keep(p *provider) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.provider = p
}

// load returns the sign-in that is kept. Without a keychain there is none but that of this
// process.
func (a *Account) load(ctx context.Context, c Config) (r record, ok bool, err error) {
	text, err := a.secrets.Get(ctx, a.key(c))
	if errors.Is(err, secret.ErrNoKeychain) {
		return r, false, nil
	}
	if err != nil || text == "" {
		return r, false, err
	}
	// What this program has not written is no sign-in.
	ok = json.Unmarshal([]byte(text), &r) == nil && r.ID != "" && r.User.Issuer == c.Issuer
	return r, ok, nil
}

// save keeps a sign-in, in memory where the keychain does not take it: Kept tells. One
// without a refresh token is of no use to other processes.
func (a *Account) save(ctx context.Context, c Config, r record) {
	text, _ := json.Marshal(r) // of texts alone, which can't fail
	_, _ = a.secrets.Set(context.WithoutCancel(ctx), a.key(c), string(text), r.Refresh == "")
}

// forget removes a sign-in. The error is that of a keychain in which it stays.
func (a *Account) forget(ctx context.Context, c Config) error {
	a.hold(held{})
	a.secrets.Forget(a.key(c))
	if err := a.secrets.Delete(ctx, a.key(c)); err != nil && !errors.Is(err, secret.ErrNoKeychain) {
		return message.NewError(err, "signin_stays", "remove_from_keychain", "key", a.key(c), "cause", err.Error())
	}
	return nil
}

// Kept reports whether the sign-in outlasts this process: it is in the keychain.
func (a *Account) Kept(ctx context.Context) bool {
	c, err := a.config(ctx)
	return err == nil && a.secrets.InSession(a.key(c)) == ""
}

func (a *Account) holding() held {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held
}

func (a *Account) hold(h held) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held = h
}

// begin returns once no other goroutine refreshes, signs in or signs out, and until end is
// called.
func (a *Account) begin(ctx context.Context) (end func(), err error) {
	select {
	case a.turn <- struct{}{}:
		return func() { <-a.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (a *Account) lock(ctx context.Context) (release func(), err error) {
	if a.Lock == nil {
		return func() {}, nil
	}
	return a.Lock(ctx)
}

func (a *Account) tell() {
	if a.OnChange != nil {
		a.OnChange()
	}
}

func sameUser(a, b User) bool {
	return a.Subject == b.Subject && a.Name == b.Name && a.Email == b.Email && slices.Equal(a.Realm, b.Realm) &&
		maps.EqualFunc(a.Clients, b.Clients, slices.Equal)
}

func nobody(c Config) error {
	return message.NewError(ErrNobody, "signin_nobody", "sign_in", "issuer", c.Issuer)
}

func ended(c Config, why string) error {
	return message.NewError(errors.Join(ErrEnded, ErrNobody), "signin_ended", "sign_in_again", "issuer", c.Issuer, "cause", why)
}
