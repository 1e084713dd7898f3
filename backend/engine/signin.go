package engine

import (
	"context"

	"linefeed/backend/signin"
)

// SigninConfig returns how to sign in, as the settings are now. The error wraps
// [signin.ErrIncomplete] where they require a sign-in that is not set up.
func (e *Engine) SigninConfig(ctx context.Context) (signin.Config, error) {
	all, err := e.Store.Settings(ctx)
	if err != nil {
		return signin.Config{}, err
	}
	values := map[string]string{}
	for _, v := range all {
		values[v.Name] = v.Value
	}
	return signin.ConfigOf(func(name string) string { return values[name] })
}
