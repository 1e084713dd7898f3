package job

import (
	"context"
	"fmt"
	"os"
	"slices"

	"linefeed/backend/load"
)

// A SetFile is a file of a set that is yet to be started.
type SetFile struct {
	File  string `json:"file"`
	Size  int64  `json:"size"`  // bytes; 0 where that is not known
	Table string `json:"table"` // that it goes into

	// Differs says how its fields differ from those of the first file that goes into the
	// same table; nil where they don't, but for their order.
	Differs *load.Problem `json:"differs,omitempty"`

	// Error says why its header can't be read; "" if it can.
	Error string `json:"error,omitempty"`
}

// LookAtSet returns what is known of the files of a set before it is started, in their
// order. It reads their headers, and changes nothing. It is an error if two files that are
// to have a table each would share one.
func (r *Runner) LookAtSet(ctx context.Context, req SetRequest) ([]SetFile, error) {
	all, err := r.profiledEach(&req)
	if err != nil {
		return nil, err
	}
	list, h := make([]SetFile, len(all)), headers{}
	for i, one := range all {
		f := &list[i]
		f.File, f.Table = one.File, one.Plan.Table
		if info, err := os.Stat(one.File); err == nil && info.Mode().IsRegular() {
			f.Size = info.Size()
		}
		fields, err := headerOf(ctx, one)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			f.Error = err.Error()
		case fields != nil:
			f.Differs = h.differs(one, fields)
		}
	}
	return list, nil
}

// SettleSet fits one of the files of a set to its table, as [Runner.Settle] does, and
// changes neither.
func (r *Runner) SettleSet(ctx context.Context, req SetRequest, file string) (Settled, error) {
	all, err := r.profiledEach(&req)
	if err != nil {
		return Settled{}, err
	}
	i := slices.IndexFunc(all, func(one Request) bool { return one.File == file })
	if i < 0 {
		return Settled{}, fmt.Errorf("%s is no file of the set", file)
	}
	return r.Settle(ctx, all[i])
}
