package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

// A printer prints the events of one job as they come.
type printer interface {
	print(e *event.Event)
	end() // called after the last event
}

// eventLines prints every event as a line of JSON: the data that the local API sends,
// preceded by the event's kind.
type eventLines struct{ s *screen }

func (p eventLines) print(e *event.Event) {
	p.s.printf(`{"event":%q,%s`+"\n", e.Kind, e.Data[1:])
}

func (eventLines) end() {}

// A livePrinter shows people the course of an import: the rejects as they come, and on a
// terminal a progress bar below them, otherwise a line now and then.
type livePrinter struct {
	s   *screen
	job string
	of  string // what stands before each progress; "" for nothing

	name, named string // of the file, where there are several: of this line, and of the last

	bar *progressbar.ProgressBar // on a terminal, from the first progress on

	room   int       // the number of rejects that may be shown now
	filled time.Time // when room last grew
	hidden int64     // rejects not shown since the last one shown
	lined  time.Time // when the last line of progress was printed
	stood  bool      // the last progress said that the load waits
	tries  int       // the attempt to reconnect that was printed last
}

// People read rejects more slowly than listeners do: beyond these limits rejects are only
// counted. All of them are in the store.
const (
	rejectBurst     = 40
	rejectsASecond  = 10
	progressLineGap = time.Second
)

func newLivePrinter(s *screen, job string) *livePrinter {
	now := time.Now()
	return &livePrinter{s: s, job: job, room: rejectBurst, filled: now, lined: now}
}

func (p *livePrinter) print(e *event.Event) {
	switch e.Kind {
	case event.KindProgress:
		var v load.Progress
		if json.Unmarshal(e.Data, &v) == nil {
			p.progress(v)
		}
	case event.KindReject:
		var v struct {
			Rejects []job.Reject `json:"rejects"`
			More    int64        `json:"more"`
		}
		if json.Unmarshal(e.Data, &v) == nil {
			p.rejects(v.Rejects, v.More)
		}
	case event.KindState:
		var v struct {
			State    job.State      `json:"state"`
			Warnings []load.Warning `json:"warnings"`
		}
		if json.Unmarshal(e.Data, &v) != nil {
			return
		}
		for _, w := range spelledWarnings(v.Warnings) {
			p.line(p.s.amber(visible(warning(w.Line, w.Message, w.Hint))))
		}
		if v.State == job.Paused {
			p.line(p.s.amber("paused"))
		}
	case event.KindGap: // the next progress makes up for it
	}
}

func (p *livePrinter) end() {
	if p.hidden > 0 {
		p.line(p.s.dim(fmt.Sprintf("… and %s more: linefeed rejects %s --format csv", count(p.hidden), p.job)))
		p.hidden = 0
	}
	p.clear()
}

// line prints a line above the bar, under the name of the file where there are several.
func (p *livePrinter) line(text string) {
	p.clear()
	if p.name != p.named {
		p.named = p.name
		p.s.println(p.s.dim(visible(p.name) + ":"))
	}
	p.s.println(text)
}

func (p *livePrinter) clear() {
	if p.bar != nil {
		_ = p.bar.Clear() // the error can't be reported
	}
}

func (p *livePrinter) progress(v load.Progress) {
	if !p.s.terminal {
		tries := 0
		if v.Reconnecting != nil {
			tries = v.Reconnecting.Attempt
		}
		stands := v.Phase == load.PhaseWaiting && !p.stood || tries > 0 && tries != p.tries
		p.stood, p.tries = v.Phase == load.PhaseWaiting, tries
		if time.Since(p.lined) >= progressLineGap || v.Phase == load.PhaseDone || stands {
			p.lined = time.Now()
			p.s.println(strings.TrimPrefix(p.of+gap, gap) + progressLine(v))
		}
		return
	}
	if p.bar == nil {
		p.bar = newBar(p.s, v.Percent != nil)
	}
	told := rates(v)
	if p.of != "" {
		told = append([]string{p.of}, told...)
	}
	p.bar.Describe(strings.Join(told, " · ")) // draws, unless the bar is complete
	if v.Percent != nil {
		_ = p.bar.Set64(int64(*v.Percent * barSteps / 100))
	}
}

// barSteps is the resolution of the bar.
const barSteps = 1000

// newBar returns a bar for a terminal, of known or unknown length. Describe draws it.
func newBar(s *screen, known bool) *progressbar.ProgressBar {
	steps := int64(-1)
	if known {
		steps = barSteps
	}
	return progressbar.NewOptions64(steps,
		progressbar.OptionSetWriter(s.file),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░"}),
		progressbar.OptionSetWidth(32),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetSpinnerChangeInterval(0), // otherwise it draws from its own goroutine
		progressbar.OptionShowDescriptionAtLineEnd(),
	)
}

// rates formats the speed of the import and the time left.
func rates(v load.Progress) []string {
	switch {
	case v.Phase == load.PhaseWaiting:
		return []string{waitingFor(v)}
	case v.Reconnecting != nil:
		return []string{reconnecting(v.Reconnecting)}
	case v.Phase == load.PhaseOpening, v.Phase == load.PhaseCommitting, v.Phase == load.PhaseTakingBack:
		return []string{words(string(v.Phase))}
	case v.RecordsPerSecond == 0:
		return nil
	}
	parts := []string{
		count(int64(math.Round(v.RecordsPerSecond))) + " records/s",
		size(int64(v.BytesPerSecond)) + "/s",
	}
	if v.Phase == load.PhaseInferring {
		parts = append([]string{inferring}, parts...)
	}
	if v.EtaMs != nil {
		parts = append(parts, clock((*v.EtaMs+999)/1000)+" left")
	}
	if v.Rejected > 0 {
		parts = append(parts, count(v.Rejected)+" rejected")
	}
	return parts
}

// waitingFor says what a load that can't proceed waits for.
func waitingFor(v load.Progress) string {
	if v.Waiting != nil {
		return "waiting: " + visible(v.Waiting.Message)
	}
	return "waiting for the database: another program has locked it, or it is slow to answer"
}

// reconnecting says that the connection was lost, why, and when it is tried again.
func reconnecting(r *load.Reconnecting) string {
	again := "now"
	if left := time.Until(r.NextTry); left > 0 {
		again = fmt.Sprintf("in %.1f s", left.Seconds())
	}
	return fmt.Sprintf("reconnecting: %s; try %d %s", r.Reason, r.Attempt, again)
}

// inferring is printed while a check infers the types.
const inferring = "inferring the types"

// progressLine formats progress as a log line.
func progressLine(v load.Progress) string {
	switch {
	case v.Phase == load.PhaseWaiting:
		return waitingFor(v)
	case v.Reconnecting != nil:
		return reconnecting(v.Reconnecting)
	}
	var parts []string
	if v.Percent != nil {
		parts = append(parts, fmt.Sprintf("%5.1f %%", math.Floor(*v.Percent*10)/10))
	}
	if v.Phase == load.PhaseInferring {
		parts = append(parts, inferring)
	} else {
		parts = append(parts, "read "+count(v.Read))
	}
	if v.Rejected > 0 {
		parts = append(parts, "rejected "+count(v.Rejected))
	}
	if v.RecordsPerSecond > 0 {
		parts = append(parts, count(int64(math.Round(v.RecordsPerSecond)))+" records/s")
	}
	if v.EtaMs != nil && (v.Phase == load.PhaseWriting || v.Phase == load.PhaseInferring) {
		parts = append(parts, clock((*v.EtaMs+999)/1000)+" left")
	}
	return strings.Join(parts, gap)
}

func (p *livePrinter) rejects(rejects []job.Reject, more int64) {
	if d := time.Since(p.filled); d >= time.Second/rejectsASecond {
		p.room = min(rejectBurst, p.room+int(d/(time.Second/rejectsASecond)))
		p.filled = time.Now()
	}
	for i := range rejects {
		if p.room == 0 {
			p.hidden++
			continue
		}
		p.room--
		if p.hidden > 0 {
			p.line(p.s.dim("… " + count(p.hidden) + " more"))
			p.hidden = 0
		}
		p.line(p.rejectLine(spelledReject(rejects[i])))
	}
	p.hidden += more
}

// rejectLine formats a reject:
// 12:04:11.302  line 48,112  price "12,5O": not a number (a letter O for a zero?)
func (p *livePrinter) rejectLine(r job.Reject) string {
	var b strings.Builder
	b.WriteString(p.s.dim(localTime(r.Time, "15:04:05.000")))
	b.WriteString(gap + pad("line "+lineOf(r), 12) + gap)
	switch value := cut(visible(r.Value), p.valueWidth()); {
	case r.Column != "" && value != "":
		b.WriteString(visible(r.Column) + ` "` + value + `": `)
	case r.Column != "":
		b.WriteString(visible(r.Column) + ": ")
	}
	b.WriteString(p.s.red(visible(r.Message)))
	if r.Hint != "" {
		b.WriteString(p.s.dim(" (" + visible(r.Hint) + ")"))
	}
	return b.String()
}

// valueWidth returns the width to which a value is cut, so that the reason after it is
// visible too.
func (p *livePrinter) valueWidth() int {
	const most, least = 40, 12
	if w := p.s.width(); w > 0 {
		return min(most, max(least, w/5))
	}
	return most
}
