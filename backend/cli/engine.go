package cli

import (
	"context"

	"linefeed/backend/engine"
)

// withEngine runs do with an engine, and closes it afterwards.
func withEngine(ctx context.Context, do func(*engine.Engine) error) error {
	e, err := engine.Open(ctx)
	if err != nil {
		return err
	}
	err = do(e)
	if closeErr := e.Close(); err == nil {
		err = closeErr
	}
	return err
}
