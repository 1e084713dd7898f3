package main

import (
	"linefeed/backend/engine"
	"linefeed/backend/job"
)

// Notices lists what happened to the program itself, until it is dismissed.
func (a *App) Notices() ([]job.Notice, error) {
	return call(a, func(e *engine.Engine) ([]job.Notice, error) { return e.Runner.Notices(a.ctx) })
}

// DismissNotice dismisses a notice.
func (a *App) DismissNotice(id int64) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.DismissNotice(a.ctx, id) })
}

// Settings lists the settings of the program.
func (a *App) Settings() ([]job.Setting, error) {
	return call(a, func(e *engine.Engine) ([]job.Setting, error) { return e.Runner.Settings(a.ctx) })
}

// SetSetting changes a setting of the program, and returns it.
func (a *App) SetSetting(name, value string) (job.Setting, error) {
	return call(a, func(e *engine.Engine) (job.Setting, error) { return e.Runner.SetSetting(a.ctx, name, value) })
}

// Tidy forgets what is not kept by the settings any longer, and returns once its space is
// free.
func (a *App) Tidy() error {
	return a.do(func(e *engine.Engine) error { return e.Runner.Tidy(a.ctx) })
}

// Usage returns what the program keeps.
func (a *App) Usage() (job.Usage, error) {
	return call(a, func(e *engine.Engine) (job.Usage, error) { return e.Runner.Usage(a.ctx) })
}

// Going returns what is forgotten at once when a setting is changed.
func (a *App) Going(name, value string) (job.Going, error) {
	return call(a, func(e *engine.Engine) (job.Going, error) { return e.Runner.Going(a.ctx, name, value) })
}

// GoingOlder returns what ForgetOlder forgets.
func (a *App) GoingOlder(age string) (job.Going, error) {
	return call(a, func(e *engine.Engine) (job.Going, error) { return e.Runner.GoingOlder(a.ctx, age) })
}

// ForgetOlder forgets the jobs that ended longer ago than an age such as 30d, or with ""
// all that have ended.
func (a *App) ForgetOlder(age string) (job.Forgotten, error) {
	return call(a, func(e *engine.Engine) (job.Forgotten, error) { return e.Runner.ForgetOlder(a.ctx, age) })
}

// RemoveDamaged removes a damaged store that was set aside, by its path.
func (a *App) RemoveDamaged(path string) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.RemoveDamaged(a.ctx, path) })
}

// Version returns the version of the program, and where to look for a newer one.
func (a *App) Version() engine.Build { return engine.BuildInfo() }

// Diagnostics returns what to send with the report of a fault.
func (a *App) Diagnostics() (string, error) {
	return call(a, func(e *engine.Engine) (string, error) { return e.Diagnostics(a.ctx), nil })
}
