package signin

import (
	"cmp"
	"slices"
	"time"
)

// A User is somebody whom the provider has signed in.
type User struct {
	Subject string // the provider's own name for the user, which never changes
	Issuer  string
	Name    string // for people
	Email   string // "" where it is not told

	Realm   []string            // roles of the realm (realm_access)
	Clients map[string][]string // roles by client (resource_access)

	Expiry time.Time // of the token that tells all this
}

// HasRole reports whether the user has the role that imports need.
func (u User) HasRole(c Config) bool {
	if c.Role == "" {
		return true
	}
	client, name := c.role()
	if client == "" {
		return slices.Contains(u.Realm, name)
	}
	return slices.Contains(u.Clients[client], name)
}

// roles are the claims of a token that tell roles, as Keycloak writes them.
type roles struct {
	Names []string `json:"roles"`
}

// claims are those of an ID token or an access token that tell who the user is.
type claims struct {
	Subject           string           `json:"sub"`
	Issuer            string           `json:"iss"`
	PreferredUsername string           `json:"preferred_username"`
	Email             string           `json:"email"`
	Realm             roles            `json:"realm_access"`
	Resources         map[string]roles `json:"resource_access"`
}

// user returns the user whom the claims tell of. Their token is valid until expiry.
func (c claims) user(expiry time.Time) User {
	u := User{
		Subject: c.Subject, Issuer: c.Issuer, Name: cmp.Or(c.PreferredUsername, c.Email, c.Subject), Email: c.Email,
		Realm: c.Realm.Names, Clients: map[string][]string{}, Expiry: expiry,
	}
	for client, r := range c.Resources {
		u.Clients[client] = r.Names
	}
	return u
}
