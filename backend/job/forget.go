package job

import (
	"context"
	"errors"
	"time"

	"linefeed/backend/store"
)

// What can be wrong with what is to be forgotten, and with a setting.
var (
	ErrActive     = store.ErrActive
	ErrForgotten  = store.ErrForgotten
	ErrNoSetting  = store.ErrNoSetting
	ErrBadSetting = store.ErrBadSetting
)

// A Setting is one of the program's own.
type Setting = store.Setting

// Forget removes a job with all that is kept of it, wherever that is. The space of its
// rejects becomes free in the background, or by [Runner.Tidy]. The error may wrap
// [ErrNoJob], or [ErrActive] where the job has not ended.
func (r *Runner) Forget(ctx context.Context, id string) error {
	return r.store.Forget(ctx, id)
}

// EndedBefore returns the IDs of the jobs that ended before a time, the oldest first.
func (r *Runner) EndedBefore(ctx context.Context, t time.Time) ([]string, error) {
	return r.store.EndedBefore(ctx, t)
}

// Tidy removes all that is no longer kept, and makes the program's own file smaller.
func (r *Runner) Tidy(ctx context.Context) error { return r.store.Tidy(ctx) }

// StoreSize returns the size of the program's own file in bytes.
func (r *Runner) StoreSize(ctx context.Context) (int64, error) { return r.store.Size(ctx) }

// ParseAge reads an age such as 90d, 12w or 1y; forever is 0.
func ParseAge(text string) (time.Duration, error) { return store.ParseAge(text) }

// Settings returns all settings of the program.
func (r *Runner) Settings(ctx context.Context) ([]Setting, error) { return r.store.Settings(ctx) }

// Setting returns one setting. The error may wrap [ErrNoSetting].
func (r *Runner) Setting(ctx context.Context, name string) (Setting, error) {
	return r.store.Setting(ctx, name)
}

// SetSetting changes a setting, and returns it; the value "default" makes it what it is
// by default. The error may wrap [ErrNoSetting] or [ErrBadSetting].
func (r *Runner) SetSetting(ctx context.Context, name, value string) (Setting, error) {
	return r.store.SetSetting(ctx, name, value)
}

// unlessForgotten returns nil for rejects that are no longer kept, for those who can do
// without them.
func unlessForgotten(err error) error {
	if errors.Is(err, store.ErrForgotten) {
		return nil
	}
	return err
}
