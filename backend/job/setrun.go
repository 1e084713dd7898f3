package job

import (
	"slices"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/value"
)

// The jobs of a set go through the queue of all jobs: the set puts the next ones into it
// as earlier ones end, so that no more than it wants run side by side. Where a table is
// to be made, one job makes it, and the others into that table follow once its first rows
// are in it. What a set has come to is not stored: it follows from its jobs.

// An activeSet is a set with jobs that have not ended. Its fields are guarded by
// Runner.mu.
type activeSet struct {
	id  string
	req SetRequest

	waiting []*active // those that are not in the queue yet, in their order
	begun   int       // the number of those that are, or run
	held    bool      // none begins: the set is paused
	again   bool      // it was started before
	tables  map[load.TableName]*setTable

	files   SetFiles
	ended   SetSummary           // what those did that have ended
	balance bool                 // of all of these
	running map[*active]struct{} // those that have begun

	bytes    int64 // of all files
	past     int64 // of those that have ended
	toLook   int64 // that are read once more, for the types of new tables
	looked   int64
	state    State
	progress *SetProgress
	began    time.Time // of the first job
	from     setPoint  // what was there then
}

// A setTable is a table that files of the set are loaded into.
type setTable struct {
	files  []string // all of them
	made   string   // the ID of a job that has rows in it; "" while it is yet to be made
	making *active  // the job that is making it; nil for none

	// What a check has found in its files; nil where none has looked yet.
	looking chan struct{} // holds a token while one looks
	fields  union
	guesses []value.Guess
}

// setPoint is how far a set is.
type setPoint struct{ bytes, read int64 }

// SetProgress is how far a set is: the figures of a load, over all files.
type SetProgress struct {
	load.Progress
	Files SetFiles `json:"files"`
}

// tableOf returns the table that a job of the set is for.
func (s *activeSet) tableOf(a *active) *setTable { return s.tables[a.req.Plan.TableName()] }

// makes reports whether a job may make its table.
func (req Request) makes() bool {
	return !req.Check && (req.Plan.Create || req.Preset != "" || req.Profile != "")
}

// feed puts the next jobs of a set into the queue. Runner.mu is held.
func (r *Runner) feed(s *activeSet) {
	for s.begun < s.req.atOnce() && !s.held && r.closing.IsZero() {
		i := slices.IndexFunc(s.waiting, func(a *active) bool {
			t := s.tableOf(a)
			return !a.req.makes() || t.made != "" || t.making == nil
		})
		if i < 0 {
			return
		}
		a := s.waiting[i]
		s.waiting = slices.Delete(s.waiting, i, i+1)
		a.fed = true
		s.begun++
		if t := s.tableOf(a); a.req.makes() && t.made == "" {
			t.making = a
		}
		r.queue = append(r.queue, a)
	}
}

// madeTable notes that a job has rows in its table, so that the others of its set may
// begin.
func (r *Runner) madeTable(a *active) {
	if a.set == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t := a.set.tableOf(a)
	if t.made != "" {
		return
	}
	t.made, t.making = a.job.ID, nil
	r.feed(a.set)
	r.begin(r.atOnce)
}

// leaveSet takes a job that has ended out of its set. Runner.mu is held.
func (r *Runner) leaveSet(a *active, did *Summary) {
	s := a.set
	if s == nil {
		return
	}
	if a.fed {
		s.begun--
	}
	delete(s.running, a)
	t := s.tableOf(a)
	if did.Created && t.made == "" {
		t.made = a.job.ID
	}
	if t.making == a {
		t.making = nil
	}
	s.ended.add(did)
	s.balance = s.balance && did.Balanced
	if did.State == Done || did.State == Failed {
		s.past += a.size
	}
	r.feed(s)
	r.tellSet(a)
	r.begin(r.atOnce)
}

// drop takes a job out of those that wait, and reports whether it was one of them.
func (s *activeSet) drop(a *active) bool {
	i := slices.Index(s.waiting, a)
	if i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	return i >= 0
}

// tellSet publishes what the state of a job means for its set. Runner.mu is held.
func (r *Runner) tellSet(a *active) {
	s := a.set
	if s == nil || a.told == a.job.State {
		return
	}
	s.files.move(a.told, a.job.State)
	a.told = a.job.State
	if a.told == Running {
		s.running[a] = struct{}{}
		if s.began.IsZero() {
			s.began, s.from = time.Now(), setPoint{s.past, s.ended.Read}
		}
	}
	r.setSetProgress(s)
	r.setSetState(s)
}

// setSetState publishes the state of a set where it is another one. Runner.mu is held.
func (r *Runner) setSetState(s *activeSet) {
	was := s.state
	s.state = s.files.state()
	if s.held && s.state.Active() && s.files.Running == 0 {
		s.state = Paused
	}
	if s.state == was {
		return
	}
	told := event.State{State: string(s.state), Again: s.again}
	if !s.state.Active() {
		sum := s.ended
		sum.Set, sum.State, sum.Files, sum.Balanced = s.id, s.state, s.files, s.balance
		told.Summary, told.Ended = sum, true
		delete(r.sets, s.id)
	}
	r.hub.State(s.id, told)
}

// setSetProgress publishes the progress of a set. Runner.mu is held.
func (r *Runner) setSetProgress(s *activeSet) {
	p := SetProgress{Progress: load.Progress{Phase: load.PhaseWriting, Counts: s.ended.Counts}, Files: s.files}
	now := s.past
	for a := range s.running {
		of := a.progress
		if of == nil {
			continue
		}
		p.Counts = sum(p.Counts, of.Counts)
		if of.Percent != nil {
			now += int64(*of.Percent / 100 * float64(a.size))
		}
		if len(s.running) == 1 {
			p.Phase, p.Reconnecting = of.Phase, of.Reconnecting
		}
	}
	now += s.looked
	p.BytesRead, p.BytesTotal = now, s.bytes+s.toLook
	percent := 0.0
	switch {
	case s.files.state() == Done:
		percent, p.Phase = 100, load.PhaseDone
	case p.BytesTotal > 0:
		percent = min(100*float64(now)/float64(p.BytesTotal), load.MostBeforeDone)
	}
	if last := s.progress; last != nil {
		percent = max(percent, *last.Percent)
	}
	p.Percent = &percent
	if took := time.Since(s.began).Seconds(); !s.began.IsZero() && took > 0 {
		p.BytesPerSecond = float64(now-s.from.bytes) / took
		p.RecordsPerSecond = float64(p.Read-s.from.read) / took
		if p.BytesPerSecond > 0 && p.Phase != load.PhaseDone {
			left := int64(1000 * float64(p.BytesTotal-now) / p.BytesPerSecond)
			p.EtaMs = &left
		}
	}
	s.progress = &p
	r.hub.Progress(s.id, p)
}

// mayBegin reports whether a job of the queue may run now. Runner.mu is held.
func (r *Runner) mayBegin(a *active) bool {
	most := r.atOnce
	if s := a.set; s != nil {
		if s.held {
			return false
		}
		most = max(most, s.req.AtOnce)
	}
	return r.running() < most && !r.taken(a)
}

// sharesPlace reports whether two jobs are of one set that loads side by side into a
// server.
func sharesPlace(a, b *active) bool {
	return a.set != nil && a.set == b.set && target.Path(a.place) == ""
}
