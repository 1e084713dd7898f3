package job

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/files"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// namePart stands for the name of the file in the name of a table.
const namePart = "{name}"

// TableOf returns the name of the table for a file: in a pattern with {name} that of the
// file, without its extensions, and with _ for dots, which would end the name of a schema.
func TableOf(pattern, file string) string {
	return strings.ReplaceAll(pattern, namePart, strings.ReplaceAll(files.Stem(file), ".", "_"))
}

// each returns the requests of a set, one for each file. It is an error if two files
// that are to have a table each would share one.
func (req SetRequest) each() ([]Request, error) {
	if len(req.Files) == 0 {
		return nil, load.Problem{Note: message.New("set_of_none", "")}
	}
	var all []Request
	owner := map[string]string{} // the file of a table
	for _, file := range req.Files {
		one := req.Import
		one.File = file
		if strings.Contains(one.Plan.Table, namePart) {
			one.Plan.Table = TableOf(one.Plan.Table, file)
			name := strings.ToLower(one.Plan.Table)
			if other, taken := owner[name]; taken {
				return nil, load.Problem{Note: message.New("table_of_two", "rename_or_one_table", "file", other, "other", file, "table", one.Plan.Table)}
			}
			owner[name] = file
		}
		all = append(all, one)
	}
	return all, nil
}

// profiledEach completes the request of a set by its profile, and returns those of its files.
func (r *Runner) profiledEach(req *SetRequest) (all []Request, err error) {
	if req.Import, err = Profiled(r.Profiles, req.Import); err != nil {
		return nil, err
	}
	return req.each()
}

// StartSet queues the imports of several files as one set, and returns it as it is queued
// as soon as that is stored. Before that it compares the fields of files that go into one
// table (see [SetRequest.MixedHeaders]). The error may wrap [ErrNotAllowed].
func (r *Runner) StartSet(ctx context.Context, req SetRequest) (Set, error) {
	all, err := r.profiledEach(&req)
	if err != nil {
		return Set{}, err
	}
	who, err := r.whoStarts(ctx, req.Import)
	if err != nil {
		return Set{}, err
	}
	r.takeTarget(ctx, &req.Import)
	for i := range all {
		all[i].Target = req.Import.Target
	}
	if err := r.compareFields(ctx, req, all); err != nil {
		return Set{}, err
	}
	id, now := newSetID(), wireTime(time.Now())
	s := newActiveSet(id, req, all)
	kept, err := req.stored(id, now)
	if err != nil {
		return Set{}, err
	}
	stored, jobs := make([]store.Job, len(all)), make([]Job, len(all))
	for i, one := range all {
		a := newActive(one, who)
		a.job.ID, a.job.Created, a.job.Set = newID(), now, id
		if stored[i], err = a.job.stored(); err != nil {
			return Set{}, err
		}
		jobs[i] = a.job
		s.waiting = append(s.waiting, a)
	}
	err = r.enqueueSet(ctx, s, func(ctx context.Context) error { return r.store.AddSet(ctx, kept, stored) })
	return setFromStore(kept, jobs), err
}

func newActiveSet(id string, req SetRequest, all []Request) *activeSet {
	s := &activeSet{
		id: id, req: req, files: SetFiles{Total: len(all)}, balance: true,
		tables: map[load.TableName]*setTable{}, running: map[*active]struct{}{},
	}
	for _, one := range all {
		name := one.Plan.TableName()
		if s.tables[name] == nil {
			s.tables[name] = &setTable{looking: make(chan struct{}, 1)}
		}
		s.tables[name].files = append(s.tables[name].files, one.File)
	}
	return s
}

// enqueueSet queues those jobs of a set that wait, once keep has stored that.
func (r *Runner) enqueueSet(ctx context.Context, s *activeSet, keep func(context.Context) error) error {
	place := r.place(ctx, s.req.Import)
	for _, a := range s.waiting {
		a.set, a.place = s, place
		a.within(ctx)
		if info, err := os.Stat(a.req.File); err == nil {
			a.size = info.Size()
		}
		s.bytes += a.size
	}
	s.bytes += s.past

	r.mu.Lock()
	if !r.closing.IsZero() {
		r.mu.Unlock()
		return ErrClosed
	}
	r.work.Add(1) // or Close would not wait
	r.mu.Unlock()
	defer r.work.Done()
	if err := keep(ctx); err != nil {
		return err
	}
	most := r.mostAtOnce(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets[s.id] = s
	jobs := append([]*active(nil), s.waiting...)
	for _, a := range jobs {
		r.jobs[a.job.ID] = a
		r.hub.State(a.job.ID, event.State{State: string(Queued), Again: a.takenUp != nil})
		s.files.move("", Queued)
		a.told = Queued
	}
	r.setSetState(s)
	if !r.closing.IsZero() { // in the meantime
		for _, a := range jobs {
			a.cancel(ErrClosed)
			r.drop(a, ErrClosed)
		}
	}
	r.feed(s)
	r.begin(most)
	r.attendNow()
	return nil
}

// TakeUpSet queues those jobs of a set again that have not reached their end, as the same
// set: each goes on after what it has committed, and those that never began begin. It
// returns the set as it is queued as soon as that is stored. The error may wrap
// [ErrNotAllowed].
func (r *Runner) TakeUpSet(ctx context.Context, id string, how TakeUp) (Set, error) {
	if err := checkUnsure(how.Unsure); err != nil {
		return Set{}, err
	}
	set, err := r.Set(ctx, id)
	switch {
	case err != nil:
		return Set{}, err
	case set.Problem != "":
		return Set{}, errors.New(set.Problem)
	case set.State.Active():
		return Set{}, message.NewError(nil, "set_not_ended", "", "set", id)
	case !set.Resumable:
		return Set{}, message.NewError(ErrNotActive, "set_has_ended", "", "set", id, "state", string(set.State))
	}
	if _, err := r.whoWorks(ctx); err != nil {
		return Set{}, err
	}
	all := make([]Request, len(set.Jobs))
	for i, j := range set.Jobs {
		all[i] = j.Request
	}
	s := newActiveSet(id, set.Request, all)
	s.again = true
	for i := range set.Jobs {
		s.takeBack(&set.Jobs[i], &how)
	}
	kept, err := set.Request.stored(id, set.Created)
	if err != nil {
		return Set{}, err
	}
	err = r.enqueueSet(ctx, s, func(ctx context.Context) error {
		ids := make([]string, len(s.waiting))
		for i, a := range s.waiting {
			ids[i] = a.job.ID
		}
		err := r.store.TakeUpSet(ctx, id, ids)
		if errors.Is(err, store.ErrTaken) {
			err = message.NewError(err, "set_not_ended", "", "set", id)
		}
		return err
	})
	return setFromStore(kept, set.Jobs), err
}

// takeBack takes a job of a set that is taken up: as one that is to go on, which is queued
// again, or as what it has come to.
func (s *activeSet) takeBack(j *Job, how *TakeUp) {
	if v := j.Summary; v != nil && v.Inserted+v.Updated > 0 || v != nil && v.Created {
		if t := s.tables[j.Request.Plan.TableName()]; t.made == "" {
			t.made = j.ID
		}
	}
	if j.Resumable {
		j.State, j.Finished, j.Summary, j.Resumable = Queued, "", nil, false
		a := newActive(j.Request, j.Who)
		a.job, a.takenUp = *j, how
		s.waiting = append(s.waiting, a)
		return
	}
	s.files.move("", j.State)
	if v := j.Summary; v != nil {
		s.ended.add(v)
		s.balance = s.balance && v.Balanced
		s.past += v.Bytes
	}
}
