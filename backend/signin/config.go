// Package signin signs the user of the program in with an OpenID Connect provider, and
// tells whose the access tokens of callers are. It is made for Keycloak; others that keep
// to the standards work too.
//
// An [Account] is the user of this program: it signs in by the system's browser
// (authorization code with PKCE, RFC 7636 and RFC 8252) or by a code on another device
// (RFC 8628), and keeps the refresh token in the system's keychain. A [Verifier] checks
// access tokens that others send.
package signin

import (
	"errors"
	"strings"

	"linefeed/backend/message"
)

// The settings of the program that say how to sign in.
const (
	SettingIssuer   = "signin-issuer"
	SettingClient   = "signin-client"
	SettingAudience = "signin-audience"
	SettingRole     = "signin-role"
	SettingTargets  = "signin-targets"
	SettingRequired = "signin-required"
)

// A Config says with which provider to sign in, and what follows from it.
type Config struct {
	// Issuer is the provider's URL, exactly as its tokens tell it in iss: https, or http on
	// this computer. For Keycloak it ends in /realms/NAME.
	Issuer string

	// Client is the ID of the program at the provider, a public client.
	Client string

	// Audience must be among those that an access token of a caller is for (aud). Where it
	// is "", the token must have been issued to Client (azp).
	Audience string

	// Role is what imports need: a role of the realm, or CLIENT:ROLE of a client; "" for
	// any user.
	Role string

	// Targets are the databases that a caller who bears a user's access token may import
	// into, as the settings list them; "" for the saved connections.
	Targets string

	// Required says whether imports need a user who is signed in.
	Required bool
}

// What is wrong where nobody can sign in.
var (
	ErrOff        = errors.New("sign-in is not set up")
	ErrIncomplete = errors.New("sign-in is required and not set up")
)

// On reports whether there is a provider to sign in with.
func (c Config) On() bool { return c.Issuer != "" && c.Client != "" }

// ConfigOf returns the configuration that settings tell, whose values have been checked.
// Where they require a sign-in that is not set up, the error wraps [ErrIncomplete]: what
// needs a user must then not happen.
func ConfigOf(value func(name string) string) (Config, error) {
	c := Config{
		Issuer: value(SettingIssuer), Client: value(SettingClient), Audience: value(SettingAudience),
		Role: value(SettingRole), Targets: value(SettingTargets), Required: value(SettingRequired) != "no",
	}
	if c.Required && !c.On() {
		missing := SettingIssuer
		if c.Issuer != "" {
			missing = SettingClient
		}
		return c, message.NewError(ErrIncomplete, "signin_incomplete", "signin_set_up", "missing", missing)
	}
	return c, nil
}

// check returns an error that wraps [ErrOff] where there is no provider.
func (c Config) check() error {
	if !c.On() {
		return message.NewError(ErrOff, "signin_off", "signin_set_up")
	}
	return nil
}

// role returns the client and the name of the role that imports need. The client is "" for
// a role of the realm. A client's ID may have colons, so the last one parts them.
func (c Config) role() (client, name string) {
	if i := strings.LastIndexByte(c.Role, ':'); i >= 0 {
		return c.Role[:i], c.Role[i+1:]
	}
	return "", c.Role
}
