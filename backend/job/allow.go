package job

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/user"
)

// ErrNotAllowed says that somebody may not import: see [Runner.Allow].
var ErrNotAllowed = errors.New("this is not allowed")

// Allowed returns nil if whoever ctx is of may import now, and otherwise an error that
// wraps [ErrNotAllowed].
func (r *Runner) Allowed(ctx context.Context) error {
	_, err := r.whoWorks(ctx)
	return err
}

// whoStarts returns who starts what is requested, if that is allowed. Checks write
// nothing, and are for everybody.
func (r *Runner) whoStarts(ctx context.Context, req Request) (string, error) {
	if req.Check {
		return r.who(ctx)
	}
	return r.whoWorks(ctx)
}

// who returns who does something that writes into no target.
func (r *Runner) who(ctx context.Context) (string, error) { return r.whoIs(ctx, false) }

// whoWorks returns who does something that writes into a target, if that is allowed.
func (r *Runner) whoWorks(ctx context.Context) (string, error) { return r.whoIs(ctx, true) }

func (r *Runner) whoIs(ctx context.Context, work bool) (who string, err error) {
	if r.Allow != nil {
		if who, err = r.Allow(ctx, work); err != nil {
			return "", err
		}
	}
	return cmp.Or(who, systemUser()), nil
}

// systemUser returns the name of the system's user.
func systemUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}
