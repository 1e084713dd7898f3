package cli

import (
	"context"

	"linefeed/backend/engine"
)

// withEngine runs do with an engine, and closes it afterwards. It tells what became of
// the program's own files.
func (p *program) withEngine(ctx context.Context, do func(*engine.Engine) error) error {
	return withEngine(ctx, func(e *engine.Engine) error {
		p.err.printNotices(e)
		return do(e)
	})
}

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

// printNotices warns of what happened to the program's own files as the engine was
// opened.
func (s *screen) printNotices(e *engine.Engine) {
	for _, n := range e.Runner.FreshNotices() {
		s.printf("linefeed: %s %s\n", s.amber("warning:"), visible(n.Spelled(flag).String()))
	}
}
