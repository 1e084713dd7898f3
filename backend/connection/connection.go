// Package connection keeps targets on servers under a name, finds their passwords,
// opens them, and tells step by step what is right with a connection and what is not.
package connection

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/message"
	"linefeed/backend/secret"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// A Connection is a saved target.
type Connection struct {
	Name     string       `json:"name"`
	URL      string       `json:"url"`                       // without a password
	Kind     string       `json:"kind"`                      // [target.PostgreSQL] or [target.MySQL]
	Password secret.Place `json:"password" ts_type:"string"` // where the password is: "" for none, keychain, session (in memory, until the program ends)
	// Insecure says that its user has the server not verified, or the connection not
	// encrypted, though it is on another machine.
	Insecure bool `json:"insecure,omitempty"`
	// Reason says, once it has been saved, why its password is not in the keychain.
	Reason string `json:"reason,omitempty"`
}

// What can be wrong with the name of a connection.
var (
	ErrNoConnection = store.ErrNoConnection
	ErrNameTaken    = store.ErrNameTaken
)

// A Draft is a connection as a person fills it in.
type Draft struct {
	Name     string  `json:"name"`
	URL      string  `json:"url"`                // a password in it is taken out, and kept as Password is
	Was      string  `json:"was,omitempty"`      // the name of the saved one that it replaces; "" for a new one
	Password *string `json:"password,omitempty"` // nil leaves what is kept as it is; "" forgets it
	Session  bool    `json:"session,omitempty"`  // keep the password in memory alone
}

// A Book has the saved connections and their passwords. It is safe for concurrent
// use.
type Book struct {
	store   *store.Store
	secrets *secret.Keeper
}

// New returns the book of the connections in st.
func New(st *store.Store) *Book { return &Book{store: st, secrets: secret.New()} }

// List returns the saved connections, by name.
func (b *Book) List(ctx context.Context) ([]Connection, error) {
	kept, err := b.store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Connection, len(kept))
	for i, k := range kept {
		all[i] = b.fromStore(k)
	}
	return all, nil
}

func (b *Book) fromStore(k store.Connection) Connection {
	c := Connection{Name: k.Name, URL: target.Redact(k.URL), Password: secret.Place(k.Place)}
	if b.secrets.InSession(k.Key) != "" {
		c.Password = secret.Session
	}
	if s, ok, _ := target.ParseServer(k.URL); ok {
		c.Kind, c.Insecure = s.Kind, s.Lowered()
	}
	return c
}

// Save saves a connection.
func (b *Book) Save(ctx context.Context, d Draft) (Connection, error) {
	s, err := d.server()
	if err != nil {
		return Connection{}, err
	}
	if err := checkName(d.Name); err != nil {
		return Connection{}, err
	}
	kept := store.Connection{Key: d.Name + " " + strings.ToLower(rand.Text()[:8])}
	if d.Was != "" {
		if kept, err = b.named(ctx, d.Was); err != nil {
			return Connection{}, err
		}
	}
	password := d.Password
	if password == nil && s.Password != "" {
		password = &s.Password
	}
	kept.Name, kept.URL = d.Name, s.WithoutPassword().URL()
	if kept.URL, err = target.Abs(kept.URL); err != nil {
		return Connection{}, err
	}
	if err := b.store.SaveConnection(ctx, d.Was, kept); err != nil {
		return Connection{}, explained(d, err)
	}
	if password == nil {
		return b.fromStore(kept), nil
	}
	why, err := b.keep(ctx, &kept, *password, d.Session)
	c := b.fromStore(kept)
	if why != nil {
		c.Reason = why.Error()
	}
	return c, err
}

// keep keeps, or forgets, the password of a connection that is saved. why says why
// it is not in the keychain.
func (b *Book) keep(ctx context.Context, c *store.Connection, password string, session bool) (why, err error) {
	place, was := secret.Nowhere, secret.Place(c.Place)
	if b.secrets.Forget(c.Key); password != "" {
		place, why = b.secrets.Set(ctx, c.Key, password, session)
	}
	if place != secret.Keychain {
		place = secret.Nowhere // what is in memory is not in the store
		if was == secret.Keychain {
			err = b.secrets.Delete(ctx, c.Key)
		}
		if err != nil {
			err = message.NewError(err, "old_password_stays", "remove_password", "name", c.Name, "key", c.Key, "cause", err)
		}
	}
	c.Place = string(place)
	return why, errors.Join(err, b.store.SaveConnection(ctx, c.Name, *c))
}

// Remove removes a connection, and its password.
func (b *Book) Remove(ctx context.Context, name string) error {
	kept, err := b.named(ctx, name)
	if err != nil {
		return err
	}
	if err := b.store.RemoveConnection(ctx, name); err != nil {
		return err
	}
	b.secrets.Forget(kept.Key)
	if secret.Place(kept.Place) != secret.Keychain {
		return nil
	}
	if err := b.secrets.Delete(ctx, kept.Key); err != nil {
		return message.NewError(err, "password_stays", "remove_password", "name", name, "key", kept.Key, "cause", err)
	}
	return nil
}

// named returns the saved connection of a name.
func (b *Book) named(ctx context.Context, name string) (store.Connection, error) {
	c, err := b.store.Connection(ctx, name)
	if errors.Is(err, store.ErrNoConnection) {
		return c, target.NoConnection(name, err)
	}
	return c, err
}

// server returns the server of a draft, which holds no secret but its password.
func (d Draft) server() (target.Server, error) {
	s, ok, err := target.ParseServer(d.URL)
	switch {
	case err != nil:
		return s, err
	case !ok:
		return s, message.NewError(nil, "connection_of_file", "give_server")
	}
	if name := s.SecretSetting(); name != "" {
		return s, message.NewError(nil, "secret_in_address", "leave_secret_out", "name", name)
	}
	return s, nil
}

// mostName is the number of characters of the longest name.
const mostName = 100

// checkName refuses what can't be written as connection:NAME.
func checkName(name string) error {
	switch {
	case name == "":
		return message.NewError(nil, "connection_without_name", "")
	case target.IsURL(name):
		// It may hold a password, and would be kept and shown as it stands.
		return message.NewError(nil, "connection_name_address", "name_before_address")
	case name != strings.TrimSpace(name), strings.ContainsFunc(name, unicode.IsControl), !utf8.ValidString(name), utf8.RuneCountInString(name) > mostName:
		return message.NewError(nil, "connection_name_bad", "connection_name_is", "name", name, "most", mostName)
	}
	return nil
}

// explained returns the words of what a name is refused for.
func explained(d Draft, err error) error {
	switch {
	case errors.Is(err, store.ErrNameTaken):
		return message.NewError(err, "connection_name_taken", "other_name", "name", d.Name)
	case errors.Is(err, store.ErrNoConnection):
		return target.NoConnection(d.Was, err)
	}
	return err
}
