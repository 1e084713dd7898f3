package main

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/access"
	"linefeed/backend/engine"
)

// AllowOrigin lets pages of an origin call the local API, and returns all such origins.
func (a *App) AllowOrigin(origin string) ([]string, error) {
	return call(a, func(e *engine.Engine) ([]string, error) { return e.Access.Allow(a.ctx, origin) })
}

// DisallowOrigin lets pages of an origin call no longer, and returns those that still may.
func (a *App) DisallowOrigin(origin string) ([]string, error) {
	return call(a, func(e *engine.Engine) ([]string, error) { return e.Access.Disallow(a.ctx, origin) })
}

// Tokens lists the tokens for other programs and pages, by name.
func (a *App) Tokens() ([]access.Token, error) {
	return call(a, func(e *engine.Engine) ([]access.Token, error) { return e.Access.List(a.ctx) })
}

// NewToken is a token that was just made, with its secret, which is not kept.
type NewToken struct {
	access.Token
	Secret string `json:"token"`
}

// MakeToken makes a token that lasts as long as said: 30d, another number of d, w or y, or
// forever.
func (a *App) MakeToken(name string, scope access.Scope, lasts string) (NewToken, error) {
	return call(a, func(e *engine.Engine) (NewToken, error) {
		life, err := access.ParseLife(lasts)
		if err != nil {
			return NewToken{}, err
		}
		secret, t, err := e.Access.Add(a.ctx, name, scope, life)
		return NewToken{t, secret}, err
	})
}

// RevokeToken removes a token: what it has open ends within a moment.
func (a *App) RevokeToken(name string) error {
	return a.do(func(e *engine.Engine) error { return e.Access.Remove(a.ctx, name) })
}

// ChooseTokenFolder asks for a folder whose files a token may name, or with databases for
// one of SQLite files; "" if the dialog was dismissed.
func (a *App) ChooseTokenFolder(databases bool) (string, error) {
	title := "Choose a folder whose files may be named"
	if databases {
		title = "Choose a folder of SQLite files"
	}
	return runtime.OpenDirectoryDialog(a.ctx, runtime.OpenDialogOptions{Title: title, CanCreateDirectories: databases})
}
