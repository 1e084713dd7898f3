package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// What can be wrong with what is to be forgotten, and with a setting.
var (
	ErrActive     = store.ErrActive
	ErrForgotten  = store.ErrForgotten
	ErrNoSetting  = store.ErrNoSetting
	ErrBadSetting = store.ErrBadSetting
	ErrPinned     = store.ErrPinned
)

// SigninTargets is the setting that names the databases of users who sign in.
const SigninTargets = store.SigninTargets

// A Setting is one of the program's own.
type Setting = store.Setting

// ErrMarksLeft is wrapped by the error of a job that is forgotten, but whose marks are
// left in its database, which could not be reached.
var ErrMarksLeft = errors.New("its marks are left in the database")

// forgetWithin is how long it may take to remove the marks of a job that is forgotten.
const forgetWithin = 10 * time.Second

// Forget removes a job with all that is kept of it, wherever that is, also its marks in
// the database that it loaded into. The space of its rejects becomes free in the
// background, or by [Runner.ForgetAll]. The error may wrap [ErrNoJob], or [ErrActive] where the
// job has not ended. One that wraps [ErrMarksLeft] says that the job is forgotten all the
// same. Of a set, it removes all jobs; its error may wrap [ErrNoSet].
func (r *Runner) Forget(ctx context.Context, id string) error {
	if IsSet(id) {
		return r.forgetSet(ctx, id)
	}
	j, err := r.Job(ctx, id)
	if err != nil {
		return err
	}
	if err := r.settleForgotten(ctx, j); err != nil {
		return fmt.Errorf("close what job %s has loaded: %w", id, err)
	}
	table, marked := r.marked(ctx, j)
	if err := r.store.Forget(ctx, id); err != nil { // from here on nobody goes on with it
		return err
	}
	r.hub.Forget(id)
	r.store.RemoveReceived(j.Request.File)
	if !marked {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, forgetWithin)
	defer cancel()
	err = r.removeMarks(ctx, id, j.Request.Target, table)
	if err != nil && j.keepsUndo {
		return message.NewError(errors.Join(ErrMarksLeft, err), "undo_left_by", "drop_undo_table", "job", id, "table", table.Name, "cause", err)
	}
	if err != nil {
		return message.NewError(errors.Join(ErrMarksLeft, err), "marks_left_by", "marks_harmless", "job", id, "table", table.Name, "cause", err)
	}
	return nil
}

// forgetSet removes the jobs of a set, and the set with them.
func (r *Runner) forgetSet(ctx context.Context, id string) error {
	set, err := r.Set(ctx, id)
	switch {
	case err != nil:
		return err
	case set.State.Active():
		return message.NewError(ErrActive, "set_active", "cancel_first", "set", id)
	}
	var left []error
	for _, j := range set.Jobs {
		switch err := r.Forget(ctx, j.ID); {
		case errors.Is(err, ErrMarksLeft):
			left = append(left, err)
		case err != nil && !errors.Is(err, ErrNoJob): // another process may forget it, too
			return err
		}
	}
	return errors.Join(left...)
}

// settleForgotten closes what a retry has loaded whose program was killed before it could do
// that: once it is forgotten, nobody knows.
func (r *Runner) settleForgotten(ctx context.Context, j Job) error {
	if j.Request.Retry == nil || j.State.Active() {
		return nil
	}
	left, err := r.store.Unsettled(ctx, j.Request.Retry.Job)
	if err != nil || !slices.Contains(left, j.ID) {
		return err
	}
	req, err := r.retryOf(ctx, Request{Retry: &Retry{Job: j.Request.Retry.Job}})
	if err != nil {
		return err
	}
	return r.settleOf(ctx, req)
}

// marked returns the table beside which a job may have left marks.
func (r *Runner) marked(ctx context.Context, j Job) (t load.TableName, marked bool) {
	if j.State == Done && !j.Summary.warns(WarnMarksLeft) && !j.keepsUndo {
		return t, false
	}
	e, err := r.earlier(ctx, j.ID)
	if err != nil || e.Plan == nil {
		return t, false
	}
	committed := e.last != nil || j.Request.Retry != nil // which has no checkpoints
	return e.Plan.TableName(), j.keepsUndo || e.Marked && committed
}

// warns reports whether a summary has a warning of that code.
func (s *Summary) warns(code string) bool {
	return s != nil && slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == code })
}

func (r *Runner) removeMarks(ctx context.Context, id, url string, t load.TableName) error {
	dst, err := r.targets.Open(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(dst.Forget(ctx, id, t), forgetUndo(ctx, dst, id, t), dst.Close())
}

// Tidy removes all that is no longer kept, and makes the program's own file smaller.
func (r *Runner) Tidy(ctx context.Context) error { return r.store.Tidy(ctx) }

// Usage is what the program keeps.
type Usage = store.Usage

// Going is what a setting or forgetting would remove of it.
type Going = store.Going

// Usage returns what the program keeps.
func (r *Runner) Usage(ctx context.Context) (Usage, error) { return r.store.Usage(ctx) }

// RemoveDamaged removes a store that was set aside, by its path.
func (r *Runner) RemoveDamaged(ctx context.Context, path string) error {
	return r.store.RemoveDamaged(ctx, path)
}

// Going returns what is forgotten at once when a setting is changed.
func (r *Runner) Going(ctx context.Context, name, value string) (Going, error) {
	return r.store.Going(ctx, name, value)
}

// GoingOlder returns what [Runner.ForgetOlder] forgets.
func (r *Runner) GoingOlder(ctx context.Context, age string) (Going, error) {
	t, err := ago(age)
	if err != nil {
		return Going{}, err
	}
	return r.store.GoingBefore(ctx, t)
}

// ForgetOlder forgets the jobs that ended longer ago than an age such as 30d, or with "" all
// that have ended, as [Runner.ForgetAll] does.
func (r *Runner) ForgetOlder(ctx context.Context, age string) (Forgotten, error) {
	t, err := ago(age)
	if err != nil {
		return Forgotten{}, err
	}
	ids, err := r.store.EndedBefore(ctx, t)
	if err != nil {
		return Forgotten{}, err
	}
	return r.ForgetAll(ctx, ids)
}

// ago returns the time that is an age ago, such as 30d; now for "".
func ago(age string) (time.Time, error) {
	if age == "" {
		return time.Now(), nil
	}
	d, err := ParseAge(age)
	if err != nil || d == 0 {
		return time.Time{}, message.NewError(ErrBadSetting, "age_bad", "age_given", "value", age)
	}
	return time.Now().Add(-d), nil
}

// A Forgotten says what was forgotten.
type Forgotten struct {
	Jobs  int64          `json:"jobs"`
	Freed int64          `json:"freed"`          // bytes of the store
	Left  []message.Note `json:"left,omitempty"` // what could not be removed from databases
}

// ForgetAll forgets jobs as [Runner.Forget] does, and frees their space. One that can't be
// forgotten does not keep the others: the error tells of it.
func (r *Runner) ForgetAll(ctx context.Context, ids []string) (f Forgotten, err error) {
	before, err := r.store.Size(ctx)
	if err != nil {
		return f, err
	}
	var errs []error
	for _, id := range ids {
		err := r.Forget(ctx, id)
		if errors.Is(err, ErrMarksLeft) {
			f.Left = append(f.Left, message.Notes(err)...)
			err = nil
		}
		if errs = append(errs, err); err == nil {
			f.Jobs++
		}
	}
	errs = append(errs, r.store.Tidy(ctx))
	after, err := r.store.Size(ctx)
	f.Freed = max(0, before-after)
	return f, errors.Join(append(errs, err)...)
}

// ParseAge reads an age such as 90d, 12w or 1y; forever is 0.
func ParseAge(text string) (time.Duration, error) { return store.ParseAge(text) }

// A Notice is something about the program itself that its user should know.
type Notice = store.Notice

// Notices returns the notices that were not dismissed, the oldest first.
func (r *Runner) Notices(ctx context.Context) ([]Notice, error) { return r.store.Notices(ctx) }

// FreshNotices returns the notices that no process had before this one.
func (r *Runner) FreshNotices() []Notice { return r.store.FreshNotices() }

// DismissNotice dismisses a notice.
func (r *Runner) DismissNotice(ctx context.Context, id int64) error {
	return r.store.DismissNotice(ctx, id)
}

// Settings returns all settings of the program.
func (r *Runner) Settings(ctx context.Context) ([]Setting, error) { return r.store.Settings(ctx) }

// Setting returns one setting. The error may wrap [ErrNoSetting].
func (r *Runner) Setting(ctx context.Context, name string) (Setting, error) {
	return r.store.Setting(ctx, name)
}

// SetSetting changes a setting, and returns it; the value "default" makes it what it is
// by default. The error may wrap [ErrNoSetting], [ErrBadSetting] or [ErrPinned].
func (r *Runner) SetSetting(ctx context.Context, name, value string) (Setting, error) {
	if name == store.SigninTargets {
		if err := checkTargets(value); err != nil {
			return Setting{}, err
		}
	}
	return r.store.SetSetting(ctx, name, value)
}

// checkTargets holds that the targets in a setting mean the same from every folder, and
// hold no password.
func checkTargets(value string) error {
	all, _ := store.List(value) // the store refuses what can't be read
	for _, t := range all {
		shown := target.Redact(t)
		if whole, err := target.Abs(t); t != "any" && (err != nil || whole != t || shown != t) {
			return message.NewError(ErrBadSetting, "setting_bad", "targets_are", "name", store.SigninTargets, "value", shown)
		}
	}
	return nil
}

// unlessForgotten returns nil for rejects that are no longer kept, for those who can do
// without them.
func unlessForgotten(err error) error {
	if errors.Is(err, store.ErrForgotten) {
		return nil
	}
	return err
}
