package load

import (
	"time"

	"linefeed/backend/message"
)

// A Phase says what a load is doing.
type Phase string

// The phases of a load. Writing and committing take turns, and both may have
// to wait.
const (
	PhaseOpening    Phase = "opening"    // looking at the file and the target
	PhaseInferring  Phase = "inferring"  // reading all records for the types of their fields, before they are read again
	PhaseWriting    Phase = "writing"    // reading, converting and writing
	PhaseWaiting    Phase = "waiting"    // for the database: another program has locked it, or it has not answered for long
	PhaseCommitting Phase = "committing" // making rows durable

	// PhaseReconnecting is waiting for the next try after the connection to the
	// database was lost; Progress.Reconnecting says more.
	PhaseReconnecting Phase = "reconnecting"

	// PhaseTakingBack is removing what was committed, after a cancel that wants that.
	PhaseTakingBack Phase = "taking_back"

	PhaseDone Phase = "done"
)

// Counts say what became of the records that were read.
type Counts struct {
	Read     int64 `json:"read"`
	Inserted int64 `json:"inserted"`
	Updated  int64 `json:"updated"`
	Skipped  int64 `json:"skipped"`
	Rejected int64 `json:"rejected"`
}

// Balanced reports whether every record that was read is accounted for.
func (c Counts) Balanced() bool {
	return c.Read == c.Inserted+c.Updated+c.Skipped+c.Rejected
}

// Progress is a snapshot of a load. Its JSON is part of the program's contract.
type Progress struct {
	Phase Phase `json:"phase"`
	// Percent goes from 0 to 100 and never falls; nil where the total is not
	// known. It is 100 only when the last commit is through.
	Percent    *float64 `json:"percent"`
	BytesRead  int64    `json:"bytesRead"`
	BytesTotal int64    `json:"bytesTotal"` // -1 where it is not known
	Counts
	RecordsPerSecond float64 `json:"recordsPerSecond"`
	BytesPerSecond   float64 `json:"bytesPerSecond"`
	// EtaMs is the time left in milliseconds; nil where it is not known.
	EtaMs *int64 `json:"etaMs"`

	Reconnecting *Reconnecting `json:"reconnecting,omitempty"`

	// Waiting is set while a load waits for another one to end before it begins.
	Waiting *Waiting `json:"waiting,omitempty"`
}

// Waiting says which job has to end first, and why.
type Waiting struct {
	Job string `json:"job"` // its ID
	message.Note
}

// Reconnecting says why the connection to the database was lost, and when it is
// tried again.
type Reconnecting struct {
	Reason  string    `json:"reason"`
	Attempt int       `json:"attempt"` // 1 for the first since the last commit
	NextTry time.Time `json:"nextTry"`
}

// MostBeforeDone is the highest percentage before the last commit is through.
const MostBeforeDone = 99.9

// rateWindow is the time over which rates are taken.
const rateWindow = 3 * time.Second

// A progress reports how a load goes. It is used by one goroutine.
type progress struct {
	report  func(Progress) // may be nil
	now     Progress
	before  int64     // bytes that were read in an earlier reading
	records int64     // read in this reading, for the rate
	last    time.Time // of the last report
	rate    rate
}

// newProgress returns the progress of a reading, of total bytes or -1, that
// follows on a reading of before bytes.
func newProgress(total, before int64, report func(Progress)) *progress {
	if total >= 0 {
		total += before
	}
	return &progress{report: report, before: before, now: Progress{BytesRead: before, BytesTotal: total}}
}

// phase reports that a phase begins.
func (p *progress) phase(ph Phase) {
	if p.now.Phase == ph {
		return
	}
	if (ph == PhaseWriting || ph == PhaseInferring) && len(p.rate.samples) == 0 {
		p.rate.add(time.Now(), p.records, p.now.BytesRead)
	}
	p.now.Phase, p.now.Reconnecting = ph, nil
	p.send(time.Now())
}

// reconnecting reports that the connection was lost: rates begin anew.
func (p *progress) reconnecting(why Reconnecting) {
	p.rate = rate{}
	p.now.Phase, p.now.Reconnecting = PhaseReconnecting, &why
	p.send(time.Now())
}

// standStill reports that the load stands still, or starts to move again:
// rates begin anew.
func (p *progress) standStill() {
	p.rate = rate{}
	if p.now.Phase == PhaseCommitting {
		p.now.Phase = PhaseWriting
	}
	p.send(time.Now())
}

// back takes figures that may be lower than the last: rates begin anew.
func (p *progress) back(c Counts) {
	p.rate = rate{}
	p.now.Counts, p.records = c, c.Read
}

// update takes new figures and reports them if it is time to.
func (p *progress) update(c Counts, consumed int64) {
	p.now.Counts = c
	p.advance(c.Read, consumed)
}

// advance takes how much was read, which is counted in nothing yet, and
// reports it if it is time to.
func (p *progress) advance(records, consumed int64) {
	p.records, p.now.BytesRead = records, p.before+consumed
	if now := time.Now(); now.Sub(p.last) >= progressEvery {
		p.send(now)
	}
}

// done reports the end.
func (p *progress) done() {
	if p.now.BytesTotal >= 0 {
		p.now.BytesRead = p.now.BytesTotal
	}
	p.phase(PhaseDone)
}

func (p *progress) send(now time.Time) {
	p.last = now
	if p.report == nil {
		return
	}
	s := p.now
	p.rate.add(now, p.records, s.BytesRead)
	s.RecordsPerSecond, s.BytesPerSecond = p.rate.perSecond()
	if s.BytesTotal >= 0 {
		percent := 100.0
		if s.Phase != PhaseDone {
			percent = 0
			if s.BytesTotal > 0 {
				percent = min(100*float64(s.BytesRead)/float64(s.BytesTotal), MostBeforeDone)
			}
			if s.BytesPerSecond > 0 {
				left := int64(1000 * float64(max(s.BytesTotal-s.BytesRead, 0)) / s.BytesPerSecond)
				s.EtaMs = &left
			}
		}
		s.Percent = &percent
	}
	p.report(s)
}

// leastForRate is how much time a rate has to be taken over to say anything.
const leastForRate = progressEvery / 2

// A rate is taken over the samples of the last rateWindow.
type rate struct{ samples []sample }

type sample struct {
	at             time.Time
	records, bytes int64
}

func (r *rate) add(at time.Time, records, bytes int64) {
	r.samples = append(r.samples, sample{at, records, bytes})
	drop := 0
	for drop < len(r.samples)-2 && at.Sub(r.samples[drop].at) > rateWindow {
		drop++
	}
	r.samples = append(r.samples[:0], r.samples[drop:]...)
}

func (r *rate) perSecond() (records, bytes float64) {
	if len(r.samples) < 2 {
		return 0, 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	seconds := last.at.Sub(first.at).Seconds()
	if seconds < leastForRate.Seconds() {
		return 0, 0 // one batch in no time would be a peak that never was
	}
	return float64(last.records-first.records) / seconds, float64(last.bytes-first.bytes) / seconds
}
