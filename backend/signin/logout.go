package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"linefeed/backend/message"
)

// Logout signs the user out: here, whatever the provider answers, and at the provider. The
// error wraps [ErrNobody], [ErrNotTold] where the provider could not be asked, or is that of
// a keychain that does not let go.
//
// Keycloak ends the session by its refresh token. For other providers the token is revoked
// (RFC 7009), and open, which may be nil, is given the page that ends the session in the
// browser (OpenID Connect RP-Initiated Logout 1.0).
func (a *Account) Logout(ctx context.Context, open func(url string) error) error {
	c, err := a.config(ctx)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return err
	}
	r, err := a.signOut(ctx, c)
	if errors.Is(err, ErrNobody) {
		return err
	}
	a.tell()
	if r.Refresh == "" {
		return err
	}
	// What a keychain does not let go is then of no use any more.
	if told := a.tellProvider(ctx, c, r.Refresh, open); told != nil {
		told = message.NewError(ErrNotTold, "signin_not_told", "end_session_there", "issuer", c.Issuer, "cause", cause(told))
		err = errors.Join(err, told)
	}
	return err
}

// signOut forgets the sign-in, and returns it.
func (a *Account) signOut(ctx context.Context, c Config) (record, error) {
	end, err := a.begin(ctx)
	if err != nil {
		return record{}, err
	}
	defer end()
	release, err := a.lock(ctx)
	if err != nil {
		return record{}, err
	}
	defer release()
	r, ok, err := a.load(ctx, c)
	if err == nil && !ok {
		a.hold(held{})
		return r, nobody(c)
	}
	return r, errors.Join(err, a.forget(ctx, c))
}

// tellProvider ends the session that a refresh token is of.
func (a *Account) tellProvider(ctx context.Context, c Config, refresh string, open func(url string) error) error {
	p, err := a.find(ctx, c)
	if err != nil {
		return err
	}
	if p.also.EndSession != "" {
		status, err := p.post(ctx, p.also.EndSession, url.Values{"client_id": {c.Client}, "refresh_token": {refresh}})
		if err != nil || status == http.StatusNoContent {
			return err
		}
	}
	if p.also.Revocation != "" {
		form := url.Values{"client_id": {c.Client}, "token": {refresh}, "token_type_hint": {"refresh_token"}}
		switch status, err := p.post(ctx, p.also.Revocation, form); {
		case err != nil:
			return err
		case status != http.StatusOK:
			return fmt.Errorf("it answers %d", status)
		}
	}
	if p.also.EndSession == "" || open == nil {
		if p.also.Revocation == "" {
			return errors.New("it has no way to be told")
		}
		return nil
	}
	page, err := url.Parse(p.also.EndSession)
	if err != nil {
		return err
	}
	q := page.Query()
	q.Set("client_id", c.Client) // and no token: addresses are remembered
	page.RawQuery = q.Encode()
	return open(page.String())
}

// post sends a form, and returns the status of the answer.
func (p *provider) post(ctx context.Context, address string, form url.Values) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
