package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Rows says what becomes of the rows that a cancelled job has committed; "" is KeepRows.
type Rows string

// What may become of them.
const (
	KeepRows     Rows = "keep"
	TakeBackRows Rows = "take-back"
)

// ParseRows returns the Rows that a text names.
func ParseRows(text string) (Rows, error) {
	switch rows := Rows(text); rows {
	case "", KeepRows, TakeBackRows:
		return rows, nil
	}
	return "", message.NewError(nil, "rows_unknown", "", "rows", text, "allowed", []string{string(KeepRows), string(TakeBackRows)})
}

// errTakeBack is the cause when a person cancels a job and wants its rows back.
var errTakeBack = fmt.Errorf("%w", errCancelled)

// A TakingBack says whether the rows that a job has committed can be taken back, and
// how, or why not. Its JSON is part of the program's contract.
type TakingBack struct {
	Possible bool `json:"possible"`
	message.Note
}

// Asks reports whether it makes a difference: some rows are kept otherwise.
func (t TakingBack) Asks() bool {
	return t.MessageID == "takes_back_undo" || t.MessageID == "takes_back_table"
}

// ErrNotTakenBack says that rows can't be taken back: the job goes on.
var ErrNotTakenBack = errors.New("the rows can't be taken back")

// A way is how rows are taken back.
type way int

const (
	noWay     way = iota
	byNothing     // none are committed before the end
	byTable       // the job has made its table, which is removed
	byUndo        // what is needed to undo it is kept
)

// wayBack returns how the rows of a plan can be taken back, as it was settled; nil if it
// is not yet.
func wayBack(j Job, p *load.Plan) (way, message.Note) {
	switch {
	case j.Request.Check:
		return byNothing, message.New("takes_back_check", "")
	case j.Request.Retry != nil:
		return noWay, message.New("takes_back_retry", "keep_rows")
	case p == nil:
		return byNothing, message.New("takes_back_nothing", "")
	case p.Atomic:
		return byNothing, message.New("takes_back_atomic", "")
	case p.Undo:
		return byUndo, message.New("takes_back_undo", "", "table", p.Table)
	case p.Create && j.Set == "":
		return byTable, message.New("takes_back_table", "", "table", p.Table)
	}
	return noWay, message.New("takes_back_not", "keep_rows", "table", p.Table)
}

// TakingBack says whether the rows of a job, here or in another process, can be taken
// back when it is cancelled.
func (r *Runner) TakingBack(ctx context.Context, id string) (TakingBack, error) {
	if IsSet(id) {
		return TakingBack{false, message.New("takes_back_set", "keep_rows")}, nil
	}
	j, err := r.Job(ctx, id)
	if err != nil {
		return TakingBack{}, err
	}
	k, _, err := r.kept(ctx, id)
	if err != nil {
		return TakingBack{}, err
	}
	way, note := wayBack(j, k.Plan)
	return TakingBack{way != noWay, note}, nil
}

// mayTakeBack returns an error if the rows of a job can't be taken back.
func (r *Runner) mayTakeBack(ctx context.Context, id string) error {
	t, err := r.TakingBack(ctx, id)
	if err == nil && !t.Possible {
		err = &message.Error{Note: t.Note, Err: ErrNotTakenBack}
	}
	return err
}

// takeBackFor is how long it may take to take rows back.
const takeBackFor = 5 * time.Minute

// Codes of warnings about rows that were to be taken back.
const (
	WarnNotTakenBack  = "not_taken_back"
	WarnPartTakenBack = "part_taken_back"
)

// takeBack takes back what a job has committed, if it was cancelled with that wish, and
// corrects what it did.
func (r *Runner) takeBack(a *active, p *prepared, l load.Layout, did *load.Summary) []load.Warning {
	if context.Cause(a.ctx) != errTakeBack || did.Inserted+did.Updated == 0 { //nolint:errorlint // itself
		return nil
	}
	r.publishProgress(a, load.Progress{Phase: load.PhaseTakingBack, BytesTotal: -1, Counts: did.Counts})
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), takeBackFor)
	defer cancel()
	removed, restored, warnings, err := r.takeBackBy(ctx, p, a.job, l, *did)
	if err != nil {
		return []load.Warning{{Code: WarnNotTakenBack, Note: message.New("not_taken_back", "rows_stay", "cause", err)}}
	}
	removed, restored = min(removed, did.Inserted), min(restored, did.Updated)
	did.Inserted -= removed
	did.Updated -= restored
	did.RolledBack += removed + restored
	// What is left of it can't go on: if it is taken up, it begins anew.
	_ = r.brieflyKeep(a, func(ctx context.Context, id, _ string) error { return r.store.RemoveCheckpoints(ctx, id) })
	return warnings
}

// notGoneOn returns the summary of a job that was taken up and stopped before it went
// on: what it had committed is there still.
func (r *Runner) notGoneOn(a *active, e *earlier) (s Summary) {
	if s.Counts = e.sure(); context.Cause(a.ctx) == errTakeBack && s.Inserted+s.Updated > 0 { //nolint:errorlint // itself
		s.Warnings = []load.Warning{{Code: WarnNotTakenBack, Note: message.New("not_gone_on", "cancel_later")}}
	}
	return s
}

// dropped returns the summary of a job that was stopped while it was queued.
func (r *Runner) dropped(a *active) Summary {
	if a.takenUp == nil {
		return Summary{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.patience())
	defer cancel()
	e, err := r.earlier(ctx, a.job.ID)
	if err != nil {
		return Summary{}
	}
	return r.notGoneOn(a, e)
}

// takeBackBy takes back rows in the way that a plan allows, and returns how many were
// removed, and got back what they held before.
func (r *Runner) takeBackBy(ctx context.Context, p *prepared, j Job, l load.Layout, did load.Summary) (removed, restored int64, _ []load.Warning, err error) {
	table := l.Plan.TableName()
	way, note := wayBack(j, &l.Plan)
	undoer, can := p.dst.(load.Undoer)
	switch {
	case way == byUndo && can:
		done, err := undoer.Undo(ctx, j.ID, table, false)
		if err != nil {
			return 0, 0, nil, err
		}
		r.removeUndo(ctx, undoer, j.ID, table)
		if done.Whole() {
			return did.Inserted, did.Updated, done.Warnings, nil
		}
		part := load.Warning{Code: WarnPartTakenBack, Note: message.New("part_taken_back", "", "left", done.Changed+done.Referred+done.Refused, "table", table.Name)}
		return done.Removed, done.Restored, append(done.Warnings, part), nil
	case way == byTable, way == byUndo && l.Plan.Create && j.Set == "": // what undoes it may not be kept everywhere
		err := p.dst.Unmake(ctx, j.ID, table, did.Inserted)
		return did.Inserted, did.Updated, nil, err
	}
	return 0, 0, nil, &message.Error{Note: note}
}
