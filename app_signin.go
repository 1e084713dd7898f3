package main

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/engine"
)

// SignedIn returns who is signed in, as the provider told last.
func (a *App) SignedIn() (engine.SignedIn, error) {
	return call(a, func(e *engine.Engine) (engine.SignedIn, error) { return e.SignedIn(a.ctx) })
}

// SignIn signs a user in by the system's browser, and returns once that has happened, failed
// or been stopped. The event signin-changed tells the page of each change.
func (a *App) SignIn() (engine.SignedIn, error) {
	return call(a, func(e *engine.Engine) (engine.SignedIn, error) { return e.SignIn(a.ctx, a.openBrowser) })
}

// StopSignIn ends the SignIn that is under way.
func (a *App) StopSignIn() error {
	return a.do(func(e *engine.Engine) error { e.StopSignIn(); return nil })
}

// SignOut signs the user out.
func (a *App) SignOut() (engine.SignedIn, error) {
	return call(a, func(e *engine.Engine) (engine.SignedIn, error) { return e.SignOut(a.ctx, a.openBrowser) })
}

// openBrowser opens a page in the system's browser. That it could does not say that a person
// sees it: the event signin-page has its address.
func (a *App) openBrowser(url string) error {
	runtime.EventsEmit(a.ctx, "signin-page", url)
	return engine.OpenBrowser(url)
}

// forwardSignin tells the page that who is signed in has changed, until the engine is closed.
func (a *App) forwardSignin() {
	for range a.engine.SigninChanges() {
		runtime.EventsEmit(a.ctx, "signin-changed")
	}
}
