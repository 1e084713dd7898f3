package signin

import (
	"context"
	"errors"
	"net/url"
)

// ErrNoRole says that a user lacks the role that imports need.
var ErrNoRole = errors.New("the user lacks the role that imports need")

// callerKey is the context key of a caller.
type callerKey struct{}

// WithCaller returns a context of what a user does who has sent an access token.
func WithCaller(ctx context.Context, u User) context.Context {
	return context.WithValue(ctx, callerKey{}, u)
}

// CallerOf returns the user who has sent an access token for what ctx is the context of. ok
// is false where nobody has: then it is the user of this program.
func CallerOf(ctx context.Context) (u User, ok bool) {
	u, ok = ctx.Value(callerKey{}).(User)
	return u, ok
}

// Who returns the user as the history tells of them: the name, by whatever the provider has
// it, and where it is a name. No user of the system is called so.
func (u User) Who() string {
	host := u.Issuer
	if at, err := url.Parse(u.Issuer); err == nil && at.Host != "" {
		host = at.Host
	}
	return plain(u.Name) + " (" + plain(host) + ")"
}
