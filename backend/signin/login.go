package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"linefeed/backend/message"
)

// Why nobody was signed in, beside [ErrProvider] and [ErrRefused].
var (
	ErrDenied   = errors.New("the user did not agree")
	ErrTimeout  = errors.New("nobody signed in in time")
	ErrNoDevice = errors.New("the provider has no sign-in on another device")
)

// loginWithin is how long a user may take in the browser.
const loginWithin = 10 * time.Minute

// Login signs a user in by the system's browser (OpenID Connect Core 1.0, section 3.1, with
// PKCE by S256 and the practices of RFC 8252 and RFC 9700): open is given the provider's
// page and does not wait for the browser. Login returns when the provider has answered, open
// fails, ctx is done, or ten minutes have passed. Nothing listens after that.
func (a *Account) Login(ctx context.Context, open func(url string) error) (_ User, err error) {
	p, err := a.ready(ctx)
	if err != nil {
		return User{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, a.within, message.NewError(ErrTimeout, "signin_timeout", "sign_in_again"))
	defer cancel()
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	answers, err := listen(state)
	if err != nil {
		return User{}, message.NewError(err, "signin_no_listener", "use_device", "cause", err.Error())
	}
	defer func() { answers.close(err) }()
	conf := p.oauth(answers.redirect())
	if err := open(conf.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))); err != nil {
		return User{}, message.NewError(err, "signin_no_browser", "use_device", "cause", err.Error())
	}
	answer, err := answers.wait(ctx)
	if err != nil {
		return User{}, err
	}
	code, err := p.code(answer)
	if err != nil {
		return User{}, err
	}
	tok, err := conf.Exchange(p.with(ctx), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return User{}, p.refused(ctx, err)
	}
	return a.accept(ctx, p, tok, nonce)
}

// ready returns the provider to sign in with.
func (a *Account) ready(ctx context.Context) (*provider, error) {
	c, err := a.config(ctx)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, err
	}
	return a.find(ctx, c)
}

// code returns the code of an answer (RFC 6749, section 4.1.2). The answer must be this
// provider's own, where it says whose it is (RFC 9207).
func (p *provider) code(answer url.Values) (string, error) {
	if iss := answer.Get("iss"); iss != p.config.Issuer && (iss != "" || p.also.TellsIss) {
		return "", message.NewError(ErrProvider, "signin_provider", "check_issuer", "issuer", p.config.Issuer, "cause", "another provider has answered")
	}
	if code := answer.Get("error"); code != "" {
		return "", p.refusal(code, answer.Get("error_description"))
	}
	if len(answer["code"]) != 1 || answer.Get("code") == "" {
		return "", message.NewError(ErrProvider, "signin_provider", "check_issuer", "issuer", p.config.Issuer, "cause", "its answer has no code")
	}
	return answer.Get("code"), nil
}

// refused returns why a token was not given.
func (p *provider) refused(ctx context.Context, err error) error {
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) && refusal.ErrorCode != "" {
		return p.refusal(refusal.ErrorCode, refusal.ErrorDescription)
	}
	return unusable(ctx, p.config, err)
}

func (p *provider) refusal(code, description string) error {
	switch code {
	case "access_denied":
		return message.NewError(ErrDenied, "signin_denied", "sign_in_again", "issuer", p.config.Issuer)
	case "expired_token":
		return message.NewError(ErrTimeout, "signin_timeout", "sign_in_again")
	}
	return message.NewError(ErrRefused, "signin_refused", "check_client", "issuer", p.config.Issuer, "cause", refusalText(code, description), "client", p.config.Client)
}

// A DeviceCode is what a user enters on another device to sign in here.
type DeviceCode struct {
	URL      string    // the page to open there
	Code     string    // what it asks for
	Complete string    // a page that knows the code; "" for none
	Expiry   time.Time // until when
}

// LoginByDevice signs a user in by a browser on any device (RFC 8628): show is given what
// is to be done there. It returns as [Account.Login] does, or when the code has expired.
func (a *Account) LoginByDevice(ctx context.Context, show func(DeviceCode)) (User, error) {
	p, err := a.ready(ctx)
	if err != nil {
		return User{}, err
	}
	conf := p.oauth("")
	if conf.Endpoint.DeviceAuthURL == "" {
		return User{}, message.NewError(ErrNoDevice, "signin_no_device", "use_browser", "issuer", p.config.Issuer)
	}
	verifier := oauth2.GenerateVerifier() // Keycloak asks for it where a client must use PKCE
	code, err := deviceAuth(p.with(ctx), conf, verifier)
	if err != nil {
		return User{}, p.refused(ctx, err)
	}
	shown := DeviceCode{code.VerificationURI, plain(code.UserCode), code.VerificationURIComplete, code.Expiry}
	if !isSafe(shown.URL) || shown.Complete != "" && !isSafe(shown.Complete) || shown.Code == "" {
		return User{}, unusable(ctx, p.config, errors.New("it names no page that can be opened"))
	}
	show(shown)
	until, cancel := context.WithTimeoutCause(ctx, a.within, message.NewError(ErrTimeout, "signin_timeout", "sign_in_again"))
	defer cancel()
	for {
		tok, err := conf.DeviceAccessToken(p.with(until), code, oauth2.VerifierOption(verifier))
		var refusal *oauth2.RetrieveError
		switch {
		case err == nil:
			return a.accept(until, p, tok, "")
		case errors.As(err, &refusal) && !outOfOrder(refusal) || until.Err() != nil:
			return User{}, p.refused(until, err)
		case !code.Expiry.IsZero() && time.Now().After(code.Expiry):
			return User{}, p.refusal("expired_token", "")
		}
		// The provider can't be reached for now; the code is good for a while.
	}
}

// outOfOrder reports whether a refusal is that of a provider, or of what stands before it,
// that does not work for now.
func outOfOrder(refusal *oauth2.RetrieveError) bool {
	return refusal.ErrorCode == "" && refusal.Response != nil && refusal.Response.StatusCode >= 500
}

// deviceAuth asks for a code.
func deviceAuth(ctx context.Context, conf *oauth2.Config, verifier string) (code *oauth2.DeviceAuthResponse, err error) {
	defer func() {
		if recover() != nil { // so oauth2 takes an answer that is null
			err = errors.New("its answer is not understood")
		}
	}()
	return conf.DeviceAuth(ctx, oauth2.S256ChallengeOption(verifier))
}
