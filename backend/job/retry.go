package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// ErrMending is wrapped by the error for rejects that a retry is under way for.
var ErrMending = store.ErrMending

// A Retry says which of the rejects of an earlier job to load, and how they are
// mended. Its JSON is part of the program's contract.
type Retry struct {
	Job string `json:"job"` // whose rejects they are

	// Selection are the open rejects that are meant: all, a group, or single ones.
	store.Selection

	// Rules mend the records. They are added to those of earlier retries in which a
	// record was rejected again, but for those that were for the column in which it was:
	// they did not mend it.
	Rules []mend.Rule `json:"rules,omitempty"`

	// Edits are records with new texts; File is the path of a file of rejects that was
	// mended (see [Runner.WriteRejects]). With either only their records are meant.
	Edits []RetryEdit `json:"edits,omitempty"`
	File  string      `json:"file,omitempty"`

	// Afresh begins with the records' own bytes, without what earlier retries changed.
	Afresh bool `json:"afresh,omitempty"`

	// OnConflict takes the place of the job's own rule.
	OnConflict load.Conflict `json:"onConflict,omitempty"`

	// Unsure says what to take for true of an earlier retry whose program was killed,
	// where the database keeps no marks: its records are "loaded" or still "open". ""
	// refuses to go on.
	Unsure string `json:"unsure,omitempty"`
}

// A RetryEdit is the new text of a rejected record, or its new fields.
type RetryEdit struct {
	ID     int64    `json:"id"` // in the job's log
	Text   string   `json:"text"`
	Fields []string `json:"fields,omitempty"` // in the order of the file's; instead of Text
}

// retryOf completes a request for a retry by the job whose rejects are retried: of
// the rejects of a retry, that is the job that they come from.
func (r *Runner) retryOf(ctx context.Context, req Request) (Request, error) {
	v := *req.Retry
	j, err := r.Job(ctx, v.Job)
	if err == nil && j.Request.Retry != nil {
		j, err = r.Job(ctx, j.Request.Retry.Job)
	}
	if err != nil {
		return req, err
	}
	switch {
	case j.State.Active():
		return req, load.Problem{Note: message.New("retry_active", "wait_for_end", "job", j.ID)}
	case j.Request.Check:
		return req, load.Problem{Note: message.New("retry_of_check", "import_first", "job", j.ID)}
	case checkUnsure(v.Unsure) != nil:
		return req, checkUnsure(v.Unsure)
	case len(v.IDs) > store.MostIDs || len(v.Edits) > store.MostIDs:
		return req, load.Problem{Note: message.New("too_many_ids", "", "most", store.MostIDs)}
	}
	v.Job = j.ID
	req.Retry, req.File = &v, j.Request.File
	req.Target = cmp.Or(req.Target, j.Request.Target)
	req.Plan = load.Plan{Table: j.Request.Plan.Table, Schema: j.Request.Plan.Schema}
	if j.Summary != nil {
		req.Plan.Table = j.Summary.Table
	}
	return req, nil
}

// A retrying is a retry that is under way, or that is tried out.
type retrying struct {
	Retry
	r      *Runner
	kept   kept // of the job whose rejects they are
	head   []byte
	file   *csvfile.File // the mended one, once it is open
	dst    target.Target
	layout load.Layout

	warnings []load.Warning
}

// openRetry opens the target of a retry, and settles how its records are loaded: as
// those of the first job were.
func (r *Runner) openRetry(ctx context.Context, req Request) (t *retrying, err error) {
	t = &retrying{Retry: *req.Retry, r: r}
	if t.kept, t.head, err = r.kept(ctx, t.Job); err != nil {
		return t, err
	}
	if t.kept.Plan == nil {
		return t, load.Problem{Note: message.New("job_keeps_nothing", "import_file_again", "job", t.Job)}
	}
	if t.dst, err = openTarget(ctx, r.targets, req); err != nil {
		return t, err
	}
	like := &likeness{kept: t.kept, job: t.Job}
	plan := like.plan(load.Plan{}, t.kept.Fields)
	plan.Schema, plan.Marks = t.kept.Plan.Schema, t.kept.Plan.Marks
	plan.OnConflict = cmp.Or(t.OnConflict, plan.OnConflict)
	plan.Atomic, plan.Writers = t.kept.Plan.Atomic, 1 // in the order of the records, so that a mark says which are loaded
	if plan.Marks == load.MarksInStore {
		plan.Atomic = true // whoever is asked after a crash says it of all of them
	}
	for _, field := range t.kept.Fields {
		if _, to := plan.Map[field]; !to {
			plan.Map[field] = "" // as it was not
		}
	}
	columns, err := t.dst.Columns(ctx, plan.TableName())
	if err != nil {
		return t, err
	}
	columns = like.guessed(columns)
	mapping, problems := load.Map(plan, t.kept.Fields, columns)
	t.layout = mapping.Layout(columns)
	for _, was := range t.kept.layout().Columns { // what guesses have shown
		for i := range t.layout.Columns {
			if c := &t.layout.Columns[i]; c.Name == was.Name {
				c.Scales, c.Words, c.Fraction = was.Scales, was.Words, was.Fraction
			}
		}
	}
	if len(problems) == 0 {
		problems = mend.Check(t.Rules, t.layout)
	}
	if len(problems) == 0 {
		var told []load.Warning
		problems, told, err = t.dst.Check(ctx, t.layout)
		t.warnings = append(t.warnings, told...)
	}
	return t, errors.Join(err, load.JoinProblems(problems))
}

// marked reports whether the target keeps how far the retry has come.
func (t *retrying) marked() bool { return marksIn(t.dst, t.layout.Plan) }

func (t *retrying) close() error {
	if t.file != nil {
		_ = t.file.Close() // it was only read
	}
	if t.dst == nil {
		return nil
	}
	return t.dst.Close()
}

// retry runs a job that loads rejects of an earlier one.
func (r *Runner) retry(a *active) (s Summary, err error) {
	ctx := a.ctx
	t, err := r.openRetry(ctx, a.req)
	defer func() { err = errors.Join(err, t.close()) }()
	if err != nil {
		return s, err
	}
	defer r.publishWaiting(a, t.dst)()
	settled, goesOn, err := r.store.Begun(ctx, a.job.ID)
	switch {
	case err != nil:
		return s, err
	case settled:
		return s, load.Problem{Note: message.New("retry_settled", "retry_rest", "job", a.job.ID, "of", t.Job)}
	case goesOn && !t.marked():
		return s, load.Problem{Note: message.New("retry_unknown", "say_unsure", "job", a.job.ID, "of", t.Job)}
	case !goesOn:
		if err := t.settleLeft(ctx, t.Unsure); err != nil {
			return s, err
		}
	}
	if err := r.setKept(ctx, a.job.ID, t.kept, t.head); err != nil {
		return s, err
	}
	log, err := r.store.RejectLog(ctx, a.job.ID)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if !goesOn {
		if err := t.begin(ctx, a.job.ID, cmp.Or(a.job.Who, systemUser())); err != nil {
			return s, err
		}
	}
	r.publishWarnings(a, t.warnings)

	src, err := t.source(ctx, r.store.RetryItems(ctx, a.job.ID))
	if err == nil {
		defer src.stop()
		src.size, err = r.store.RetryBytes(ctx, a.job.ID)
	}
	opt := load.Options{
		OnProgress: func(p load.Progress) { r.publishProgress(a, p) },
		Paused:     func() <-chan struct{} { return r.paused(a) },
		OnReject:   func(rejects []load.Reject) error { return r.keepRejects(a, log, rejects) },
		Rewind:     src.rewind,

		OnCommit:    func(load.Checkpoint) error { a.committing = true; return nil },
		OnCommitted: func() { a.committing = false },
	}
	if t.marked() {
		opt.Job = a.job.ID
	}
	if goesOn {
		opt.Earlier = load.Earlier{Rejected: r.store.RejectedRecords(ctx, a.job.ID)}
	}
	var did load.Summary
	if err == nil {
		did, err = load.Run(ctx, src, src, t.dst, t.layout, opt)
	}
	settled, unsettled := t.settle(a, did, goesOn, err)
	err = errors.Join(err, unsettled)
	if settled && opt.Job != "" {
		t.warnings = append(t.warnings, r.forgetMarks(a, t.dst, t.layout.Plan.TableName())...)
	}
	t.warnings = append(t.warnings, did.Untold...)
	if did.Reconnects > 0 {
		t.warnings = append(t.warnings, load.Warning{Code: WarnReconnected, Note: message.New("reconnected", "", "n", did.Reconnects)})
	}
	s.Counts, s.Bytes, s.RolledBack, s.Nulls = did.Counts, did.Bytes, did.RolledBack, did.Signs
	s.Seconds, s.Warnings, s.Of = did.Elapsed.Seconds(), t.warnings, t.Job
	if j, e := r.Job(context.WithoutCancel(ctx), t.Job); e == nil { // otherwise it is left out
		s.Open = j.OpenRejects
	}
	return s, err
}

// settle closes what a retry has loaded. It reports false where the retry can go on, or how
// far it came is not known: then the next one looks at its marks.
func (t *retrying) settle(a *active, did load.Summary, goesOn bool, err error) (settled bool, _ error) {
	ctx, job := context.WithoutCancel(a.ctx), a.job.ID
	loaded := did.Inserted + did.Updated + did.Skipped
	open := a.committing && a.ctx.Err() != nil // it was cancelled in a commit
	var undone *load.UndoneError
	switch {
	case err == nil:
		err = t.r.store.Settle(ctx, job, store.AllRecords)
	case errors.Is(context.Cause(a.ctx), ErrClosed) && t.marked():
		return false, nil
	case open: // it may go through yet
		return false, nil
	case goesOn && loaded == 0: // perhaps it did not come as far as before
		return false, nil
	case errors.As(err, &undone) && undone.Unknown:
		through, known, e := t.reached(ctx, job)
		if e != nil || !known {
			return false, e
		}
		err = t.r.store.Settle(ctx, job, through)
	default:
		err = t.r.store.SettleLoaded(ctx, job, loaded)
	}
	return err == nil, err
}

// settled reports whether a retry is settled, or that is not known.
func (r *Runner) settled(job string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), r.patience())
	defer cancel()
	settled, _, err := r.store.Begun(ctx, job)
	return settled || err != nil
}

// reached returns the record up to which a retry is in the table, by its marks; known
// is false where the database keeps none.
func (t *retrying) reached(ctx context.Context, job string) (through int64, known bool, err error) {
	if !t.marked() {
		return 0, false, nil
	}
	marks, err := t.dst.Marks(ctx, job, t.layout.Plan.TableName())
	for _, m := range marks { // there is one writer
		through = max(through, m.Record)
	}
	return through, err == nil, err
}

// settleLeft settles a retry of the job's rejects whose program was killed between a
// commit and the closing of what it had loaded: the marks in the table say what that
// was.
func (t *retrying) settleLeft(ctx context.Context, unsure string) error {
	r, of, table := t.r, t.Job, t.layout.Plan.TableName()
	left, err := r.store.Unsettled(ctx, of)
	if err != nil {
		return err
	}
	for _, id := range left {
		j, err := r.Job(ctx, id)
		if err != nil {
			return err
		}
		if j.State.Active() {
			return message.NewError(store.ErrMending, "retry_under_way", "wait_for_retry", "job", id)
		}
		through, known, err := t.reached(ctx, id)
		switch {
		case err != nil:
			return err
		case known:
		case unsure == store.StateLoaded:
			through = store.AllRecords
		case unsure == "":
			return load.Problem{Note: message.New("retry_unknown", "say_unsure", "job", id, "of", of)}
		}
		if err := r.store.Settle(ctx, id, through); err != nil {
			return err
		}
		if !t.marked() {
			continue
		}
		_ = t.dst.Forget(ctx, id, table) // its marks are of no more use, and harm nothing
	}
	return nil
}

// settleOf does that for the job that a request for a retry names, if there is such a retry.
func (r *Runner) settleOf(ctx context.Context, req Request) error {
	left, err := r.store.Unsettled(ctx, req.Retry.Job)
	if err != nil || len(left) == 0 {
		return err
	}
	t, err := r.openRetry(ctx, req)
	if err == nil {
		err = t.settleLeft(ctx, "")
	}
	return errors.Join(err, t.close())
}

// Dismiss closes open rejects of a job because a person says so, or with reopen opens
// those again that were dismissed, and returns their number. note says why, for the
// history.
func (r *Runner) Dismiss(ctx context.Context, id string, v Selection, note string, reopen bool) (n int64, err error) {
	who, err := r.who(ctx)
	if err != nil {
		return 0, err
	}
	req, err := r.retryOf(ctx, Request{Retry: &Retry{Job: id, Selection: v}})
	if err != nil {
		return 0, err
	}
	if err := r.settleOf(ctx, req); err != nil {
		return 0, err
	}
	how, err := json.Marshal(struct {
		Selection
		Note string `json:"note,omitempty"`
	}{v, note})
	if err != nil {
		return 0, err
	}
	return r.store.CloseRejects(ctx, store.Mend{Of: req.Retry.Job, Who: who, How: string(how), Selection: v}, reopen)
}

// begin stores which records the retry is of, and who retries them.
func (t *retrying) begin(ctx context.Context, job, who string) error {
	how, err := t.how()
	if err != nil {
		return err
	}
	m := store.Mend{Of: t.Job, Job: job, Who: who, How: how, Selection: t.Selection, Afresh: t.Afresh, Rules: t.added}
	if m.Edits, err = t.edits(ctx); err != nil {
		return err
	}
	_, err = t.r.store.BeginRetry(ctx, m)
	return err
}

// added returns the rules of a record that had others in earlier retries, as JSON.
func (t *retrying) added(earlier string) (string, error) {
	rules, err := parseRules(earlier)
	if err != nil {
		return "", err
	}
	for _, r := range t.Rules { // one that is given again counts as new
		rules = slices.DeleteFunc(rules, func(e mend.Rule) bool { return e.Equal(r) })
	}
	return formatRules(append(rules, t.Rules...))
}
