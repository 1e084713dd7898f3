package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/message"
	"linefeed/backend/store"
)

// A Token is one that a person has made. Its secret is not kept, only a hash of it. Its
// JSON is part of the program's contract.
type Token struct {
	Name string `json:"name"`
	Scope
	Created string `json:"created"`           // RFC 3339
	Expires string `json:"expires,omitempty"` // RFC 3339; "" for never
	Used    string `json:"used,omitempty"`    // when it was used last, to a minute, RFC 3339; "" for never
}

// What can be wrong with a token.
var (
	ErrNoToken   = store.ErrNoToken
	ErrNameTaken = store.ErrTokenTaken
	ErrName      = errors.New("no name for a token")
	ErrLife      = errors.New("no lifetime of a token")
)

// UsualLife is how long a token is good for where nobody says otherwise.
const UsualLife = "30d"

// ParseLife reads how long a token is good for: an age such as 30d, 12w or 1y, and 0 for
// forever. The error wraps ErrLife.
func ParseLife(text string) (time.Duration, error) {
	lasts, err := store.ParseAge(text)
	if err != nil {
		return 0, message.NewError(ErrLife, "token_life", "token_life_is", "value", text)
	}
	return lasts, nil
}

// A Book has the tokens, and the origins of the pages that may call. It is safe for
// concurrent use.
type Book struct {
	store *store.Store

	mu    sync.Mutex
	noted map[string]time.Time // when the use of a token was kept last, by its hash
}

// New returns the book of what a store allows.
func New(st *store.Store) *Book { return &Book{store: st, noted: map[string]time.Time{}} }

const (
	maxName = 100 // characters

	noteEvery = time.Minute            // how often the use of a token is kept
	noteWait  = 100 * time.Millisecond // how long a use may take to be kept
)

// Add makes a token that is good for as long as lasts, or until it is removed where that
// is 0. It returns the secret, which is not kept: 256 bits, as base64url. Errors wrap
// ErrName, ErrScope and ErrNameTaken.
func (b *Book) Add(ctx context.Context, name string, scope Scope, lasts time.Duration) (secret string, t Token, err error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return "", t, message.NewError(ErrName, "token_name_bad", "token_name_is", "name", name)
	}
	if scope, err = scope.Check(); err != nil {
		return "", t, err
	}
	bytes := make([]byte, 32)
	rand.Read(bytes)
	secret = base64.RawURLEncoding.EncodeToString(bytes)
	now := time.Now()
	t = Token{Name: name, Scope: scope, Created: stamp(now)}
	if lasts > 0 {
		t.Expires = stamp(now.Add(lasts))
	}
	text, err := json.Marshal(scope)
	if err != nil {
		return "", t, err
	}
	err = b.store.AddToken(ctx, store.Token{Name: name, Hash: hash(secret), Scope: string(text), Created: t.Created, Expires: t.Expires})
	if errors.Is(err, ErrNameTaken) {
		err = message.NewError(err, "token_taken", "token_other_name", "name", name)
	}
	return secret, t, err
}

// List returns the tokens, by name, with those that have expired.
func (b *Book) List(ctx context.Context) ([]Token, error) {
	kept, err := b.store.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Token, 0, len(kept))
	for _, k := range kept {
		t, err := read(k)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// Remove revokes a token. The error may wrap ErrNoToken.
func (b *Book) Remove(ctx context.Context, name string) error {
	err := b.store.RemoveToken(ctx, name)
	if errors.Is(err, ErrNoToken) {
		return message.NewError(err, "token_none", "", "name", name)
	}
	return err
}

// Find returns the token with a secret, unless there is none, it has expired or it was
// revoked: then the error wraps ErrNoToken. Whether a secret is right is told by its hash,
// so that the time it takes says nothing about a secret.
func (b *Book) Find(ctx context.Context, secret string) (Token, error) {
	k, err := b.store.Token(ctx, hash(secret))
	if err != nil {
		return Token{}, err
	}
	t, err := read(k)
	if err == nil && t.expired(time.Now()) {
		err = ErrNoToken
	}
	if err == nil {
		b.note(ctx, k.Hash)
	}
	return t, err
}

// note keeps that a token is used, unless that was kept a moment ago.
func (b *Book) note(ctx context.Context, hash string) {
	now := time.Now()
	b.mu.Lock()
	due := now.Sub(b.noted[hash]) >= noteEvery
	if due {
		b.noted[hash] = now
	}
	b.mu.Unlock()
	if due {
		_ = b.store.TokenUsed(ctx, hash, stamp(now), noteWait) // a caller is answered without it, too
	}
}

// Origins returns the origins of the pages that may call, by the program's settings.
func (b *Book) Origins(ctx context.Context) ([]string, error) {
	v, err := b.store.Setting(ctx, store.AllowedOrigins)
	return strings.Fields(v.Value), err
}

// Allow lets pages of an origin call, and returns all origins. The error says why a text is
// none that a browser sends.
func (b *Book) Allow(ctx context.Context, origin string) ([]string, error) {
	origin = strings.TrimSpace(origin)
	if err := store.CheckOrigin(origin); err != nil {
		return nil, err
	}
	return b.setOrigins(ctx, func(all []string) []string {
		if slices.Contains(all, origin) {
			return all
		}
		return append(all, origin)
	})
}

// Disallow lets pages of an origin call no longer, and returns those that still may.
func (b *Book) Disallow(ctx context.Context, origin string) ([]string, error) {
	return b.setOrigins(ctx, func(all []string) []string {
		return slices.DeleteFunc(all, func(o string) bool { return o == origin })
	})
}

func (b *Book) setOrigins(ctx context.Context, change func(all []string) []string) ([]string, error) {
	v, err := b.store.ChangeSetting(ctx, store.AllowedOrigins, func(value string) string {
		return strings.Join(change(strings.Fields(value)), " ")
	})
	return strings.Fields(v.Value), err
}

// IsOrigin reports whether a text is the origin of a page as its browser sends it:
// scheme://host, or scheme://host:port (RFC 6454, section 6.2).
func IsOrigin(text string) bool { return store.IsOrigin(text) }

func (t Token) expired(now time.Time) bool {
	end, ok := t.End()
	return ok && !now.Before(end)
}

// End returns when the token expires, if it does.
func (t Token) End() (end time.Time, ok bool) {
	if t.Expires == "" {
		return end, false
	}
	end, err := time.Parse(time.RFC3339, t.Expires)
	return end, err == nil
}

// read returns a token as it was kept. One whose lifetime or scope is damaged is none.
func read(k store.Token) (Token, error) {
	t := Token{Name: k.Name, Created: k.Created, Expires: k.Expires, Used: k.Used}
	err := json.Unmarshal([]byte(k.Scope), &t.Scope)
	if _, known := t.End(); err == nil && k.Expires != "" && !known {
		err = fmt.Errorf("it expires at %q", k.Expires)
	}
	if err != nil {
		return t, fmt.Errorf("token %q is damaged: %w", k.Name, err)
	}
	return t, nil
}

// hash returns the hash by which a secret is kept. A secret has 256 random bits, so that
// a fast hash will do.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func stamp(t time.Time) string { return t.UTC().Format(store.TimeFormat) }
