package job

import (
	"context"
	"io/fs"
	"os"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// openFile opens the request's file, which has to begin with what begins says.
// Opening and reading it end when ctx is done. Each reader rewinds it first.
func openFile(ctx context.Context, req Request, begins csvfile.Print) (*csvfile.File, error) {
	if err := refuseOwn(ctx, message.New("own_opened", "choose_file", "path", req.File), req.File); err != nil {
		return nil, err
	}
	opt := req.options()
	opt.Begins = begins
	return csvfile.OpenContext(ctx, req.File, req.Dialect, opt)
}

// openTarget opens the request's target; nil for a check without one.
func openTarget(ctx context.Context, targets Targets, req Request) (target.Target, error) {
	if req.Target == "" && req.Check {
		return nil, nil
	}
	address, err := targets.Address(ctx, req.Target)
	if err != nil {
		return nil, err
	}
	path := target.Path(address)
	if err := refuseOwn(ctx, message.New("own_loaded", "choose_file", "path", path), path); err != nil {
		return nil, err
	}
	mode, ok := await(ctx, func() fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			return 0 // opening it returns a better error
		}
		return info.Mode()
	})
	if !ok {
		return nil, context.Cause(ctx)
	}
	if path != "" && mode&(fs.ModeDevice|fs.ModeCharDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		return nil, load.Problem{Note: message.New("target_is_device", "give_file", "path", path)}
	}
	return targets.Open(ctx, req.Target)
}

// refuseOwn returns the note as an error if path is the program's own store.
func refuseOwn(ctx context.Context, note message.Note, path string) error {
	own, ok := await(ctx, func() bool { return store.Owns(path) })
	switch {
	case !ok:
		return context.Cause(ctx)
	case own:
		return load.Problem{Note: note}
	}
	return nil
}

// await returns what f returns, unless ctx is done first: then it abandons f,
// which may be stuck on a file in a folder that can no longer be reached, and
// which ends by itself.
func await[T any](ctx context.Context, f func() T) (v T, ok bool) {
	answer := make(chan T, 1)
	go func() { answer <- f() }()
	select {
	case v = <-answer:
		return v, true
	case <-ctx.Done():
		return v, false
	}
}

// WarnLeftBehind is the code of the warning that a system call for the file of a
// stopped job never returned.
const WarnLeftBehind = "left_behind"

// afterClose warns if a system call for the closed file did not return. file is
// nil if it was never open.
func (s *Summary) afterClose(file *csvfile.File) {
	if file != nil && file.LeftBehind() {
		s.warnLeftBehind()
	}
}

func (s *Summary) warnLeftBehind() {
	if slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == WarnLeftBehind }) {
		return
	}
	s.Warnings = append(s.Warnings, load.Warning{Code: WarnLeftBehind, Note: message.New("left_behind", "check_folder")})
}
