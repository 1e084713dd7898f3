package connection

import (
	"context"
	"errors"
	"os"

	"linefeed/backend/message"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
)

// passwordVariable is the environment variable that has the password of any server.
const passwordVariable = "LINEFEED_PASSWORD"

// Address returns the address that a target stands for: that of a saved connection,
// without a password; any other target is its own.
func (b *Book) Address(ctx context.Context, url string) (string, error) {
	name, ok := target.Saved(url)
	if !ok {
		return url, nil
	}
	c, err := b.named(ctx, name)
	return c.URL, err
}

// Saved reports whether a connection of that name is saved.
func (b *Book) Saved(ctx context.Context, name string) bool {
	_, err := b.named(ctx, name)
	return err == nil
}

// forOther is the context key of what is done for another program.
type forOther struct{}

// ForOther returns a context of what is done for another program, which may name a server
// of its own with a password in the address. That password is not kept with an import: what
// opens the address later, in such a context, tries no other one in its place but one that
// was given for this very login.
func ForOther(ctx context.Context) context.Context { return context.WithValue(ctx, forOther{}, true) }

// Open opens a target, by whatever it is named. Where that holds no password, it is
// the one given in this session, LINEFEED_PASSWORD, the one in the keychain, or what
// PostgreSQL's and MySQL's own programs would use; see [ForOther] for an exception. The
// error may wrap a [*connect.Error], and shows no password.
func (b *Book) Open(ctx context.Context, url string) (target.Target, error) {
	l, err := b.login(ctx, url)
	switch {
	case err != nil:
		return nil, err
	case l == nil:
		return target.Open(ctx, url)
	case ctx.Value(forOther{}) != nil && target.WithoutItsPassword(url) && b.secrets.InSession(l.key) == "":
		return nil, &connect.Error{Failure: connect.Failure{
			Kind: connect.NoPassword, Step: connect.NoPassword.Step(), Note: message.New("password_not_kept", "name_with_password", "address", url),
		}}
	}
	l.find(ctx)
	return target.Open(ctx, l.server.URL())
}

// Unlock asks for the password of a target, where its server wants one that is found
// nowhere, and keeps it in memory. Whatever else keeps the target from being opened
// is for Open to say.
func (b *Book) Unlock(ctx context.Context, url string, ask func(ctx context.Context, s target.Server, again bool) (string, error)) error {
	l, err := b.login(ctx, url)
	if err != nil || l == nil {
		return nil //nolint:nilerr // Open says so
	}
	l.find(ctx)
	if s, err := l.server.Completed(); err != nil || s.Password != "" {
		return nil //nolint:nilerr // Open says so
	}
	for wanted := connect.NoPassword; ; wanted = connect.WrongPassword {
		db, err := target.Open(ctx, l.server.URL())
		if err == nil {
			err = db.Close()
		}
		if err == nil && wanted == connect.WrongPassword { // what was given is right
			_, _ = b.secrets.Set(ctx, l.key, l.server.Password, true) // in memory nothing fails
		}
		if kindOf(err) != wanted {
			return nil
		}
		s, err := l.server.WithoutPassword().Completed()
		if err != nil {
			return err
		}
		password, err := ask(ctx, s.WithoutPassword(), wanted == connect.WrongPassword)
		if err != nil || password == "" {
			return err
		}
		l.server.Password = password
	}
}

func kindOf(err error) connect.Kind {
	var e *connect.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// A login is a server, and where its password may be.
type login struct {
	book   *Book
	server target.Server
	key    string // of the password
	kept   bool   // a password of that key may be in the keychain
}

// login returns the login of a target; nil for one that is no server.
func (b *Book) login(ctx context.Context, url string) (*login, error) {
	l := &login{book: b}
	if name, ok := target.Saved(url); ok {
		c, err := b.named(ctx, name)
		if err != nil {
			return nil, err
		}
		url, l.key, l.kept = c.URL, c.Key, c.Place != ""
	}
	s, ok, err := target.ParseServer(url)
	if err != nil || !ok {
		return nil, err
	}
	if l.server = s; l.key == "" {
		l.key = s.Login()
	}
	return l, nil
}

// find fills in the password, unless the address holds one.
func (l *login) find(ctx context.Context) {
	if l.server.Password != "" {
		return
	}
	if l.server.Password = l.book.secrets.InSession(l.key); l.server.Password != "" {
		return
	}
	if l.server.Password = os.Getenv(passwordVariable); l.server.Password != "" || !l.kept {
		return
	}
	// Without an answer of the keychain, the server says whether it wants a password.
	l.server.Password, _ = l.book.secrets.Get(ctx, l.key)
}

// Give keeps a password for a target in memory, until the program ends.
func (b *Book) Give(ctx context.Context, url, password string) error {
	l, err := b.login(ctx, url)
	switch {
	case err != nil:
		return err
	case l == nil:
		return message.NewError(nil, "connection_of_file", "give_server")
	case password == "":
		b.secrets.Forget(l.key)
		return nil
	}
	_, _ = b.secrets.Set(ctx, l.key, password, true) // in memory nothing fails
	return nil
}
