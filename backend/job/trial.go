package job

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// A Trial says what a retry would do. Its JSON is part of the program's contract.
type Trial struct {
	Open  int64 `json:"open"`  // the open rejects that the retry is of
	Tried int64 `json:"tried"` // of these
	Pass  int64 `json:"pass"`  // that would be loaded
	Fail  int64 `json:"fail"`  // that would be rejected again
	Part  bool  `json:"part"`  // not all were tried in the time: Pass and Fail are at least that many

	Reasons  []RejectCount  `json:"reasons"`  // of those that fail, the most frequent first
	Passing  []TrialRecord  `json:"passing"`  // the first of those that pass
	Failing  []TrialRecord  `json:"failing"`  // the first of those that fail
	Warnings []load.Warning `json:"warnings"` // what only the retry can tell, and what is left out
	Seconds  float64        `json:"seconds"`
}

// A TrialRecord is a record that was tried.
type TrialRecord struct {
	ID   int64  `json:"id"`   // of the reject
	Line int64  `json:"line"` // in the first file
	Text string `json:"text"` // the record as it is read, before rules; at most the first 1 KiB of it

	MendedLine int64 `json:"mendedLine,omitempty"` // in the mended file

	Reason  *store.Reason `json:"reason,omitempty"`  // why it fails
	Changes []Change      `json:"changes,omitempty"` // by rules, of one that passes
}

// A Change is what rules make of a value.
type Change struct {
	Column string  `json:"column"`
	Before string  `json:"before"` // in the file
	After  *string `json:"after"`  // as it is loaded; nil is NULL
}

const (
	trialFor      = 1100 * time.Millisecond // so that the window has its answer within two seconds
	trialRecords  = 20                      // of each kind that are shown
	trialText     = 1 << 10
	trialLookedAt = 1000 // for those that pass
)

// TryRetry tries out a retry, and writes nothing: the values are converted, and where
// the database can be asked it is. It takes a few seconds at most, and tries what it
// can in these.
func (r *Runner) TryRetry(ctx context.Context, v Retry) (Trial, error) {
	started := time.Now()
	trial := Trial{Reasons: []RejectCount{}, Passing: []TrialRecord{}, Failing: []TrialRecord{}, Warnings: []load.Warning{}}
	req, err := r.retryOf(ctx, Request{Retry: &v})
	if err != nil {
		return trial, err
	}
	t, err := r.openRetry(ctx, req)
	defer t.close() // nothing was written
	if err != nil {
		return trial, err
	}
	if err := t.settleLeft(ctx, t.Unsure); err != nil {
		return trial, err
	}
	items, added, err := t.triedItems(ctx, &trial)
	if err != nil {
		return trial, err
	}
	src, err := t.source(ctx, items)
	if err != nil {
		return trial, err
	}
	defer src.stop()
	src.rules = added
	w := watcher{encoding: t.kept.Encoding, tried: map[int64]TrialRecord{}, reasons: map[RejectCount]int64{}}
	src.seen = w.see
	w.watch(t)
	src.around = w.around
	within, cancel := context.WithTimeout(ctx, max(trialFor-time.Since(started), trialFor/3))
	defer cancel()
	did, err := load.Run(within, src, src, t.dst, t.layout, load.Options{Check: true, OnReject: w.reject})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		trial.Part, err = true, nil
	}
	if err != nil {
		return trial, err
	}
	trial.Pass, trial.Fail = did.Inserted+did.Updated+did.Skipped, did.Rejected
	trial.Tried = trial.Pass + trial.Fail
	w.tell(&trial)
	trial.Warnings = append(append(trial.Warnings, t.warnings...), did.Untold...)
	trial.Seconds = time.Since(started).Seconds()
	return trial, nil
}

// triedItems returns what is tried, and the rules for it.
func (t *retrying) triedItems(ctx context.Context, trial *Trial) (items iter.Seq2[store.RetryItem, error], rules func(int64) (string, error), err error) {
	edits, err := t.edits(ctx)
	if err != nil {
		return nil, nil, err
	}
	rules = func(id int64) (string, error) {
		earlier := ""
		if !t.Afresh {
			if earlier, err = t.r.store.Rules(ctx, id); err != nil {
				return "", err
			}
		}
		return t.added(earlier)
	}
	if edits != nil {
		var known []store.Edit
		for e, err := range edits {
			if err != nil {
				return nil, nil, err
			}
			known = append(known, e)
		}
		trial.Open = int64(len(known))
		return t.r.store.EditedItems(ctx, t.Job, listed(known)), rules, nil
	}
	open, partial, err := t.r.store.CountOpen(ctx, t.Job, t.Selection)
	if trial.Open = open - partial; partial > 0 {
		trial.Warnings = append(trial.Warnings, tooLargeLeft(partial))
	}
	return t.r.store.OpenItems(ctx, t.Job, t.Selection, t.Afresh), rules, err
}

// WarnTooLarge is the code of a warning that rejects can't be retried because only a
// part of them is stored.
const WarnTooLarge = "too_large"

func tooLargeLeft(n int64) load.Warning {
	return load.Warning{Code: WarnTooLarge, Note: message.New("too_large_left", "import_too_large", "n", n)}
}

// A watcher notes what becomes of the first records that are tried. see and reject
// are called by different goroutines.
type watcher struct {
	encoding string

	mu      sync.Mutex
	tried   map[int64]TrialRecord // the first ones, by record
	failing []TrialRecord
	reasons map[RejectCount]int64

	watched []watched
	changes map[int64][]Change // of the first records, by record
}

// watched is a column that a rule names.
type watched struct {
	name          string
	column, field int // in the layout
	boolean       bool
}

// watch notes which columns the rules of a retry name.
func (w *watcher) watch(t *retrying) {
	w.changes = map[int64][]Change{}
	for i, c := range t.layout.Columns {
		if slices.ContainsFunc(t.Rules, func(r mend.Rule) bool { return r.Column == c.Name }) {
			w.watched = append(w.watched, watched{c.Name, i, t.layout.Index[i], c.Type == load.Boolean})
		}
	}
}

// around converts a block, and notes what became of the values of its first records.
func (w *watcher) around(b *load.Block, convert func()) {
	n := 0
	if len(w.changes) < trialLookedAt && len(w.watched) > 0 {
		n = min(len(b.Rows), trialLookedAt-len(w.changes))
	}
	for i, row := range b.Rows[:n] {
		changes := make([]Change, len(w.watched))
		for k, c := range w.watched {
			f := b.Fields[i*b.Width+c.field]
			changes[k] = Change{Column: c.name, Before: string(b.Arena[f.Start:min(f.End, f.Start+trialText)])}
		}
		w.changes[row.Number] = changes
	}
	convert()
	if n == 0 {
		return
	}
	for i, row := range b.Rows {
		for k := range w.changes[row.Number] {
			of := w.watched[k]
			if cell := b.Row(i)[of.column]; cell.Kind != load.CellNull {
				text := strings.ToValidUTF8(string(b.Text(cell)), "\uFFFD")
				if of.boolean && cell.Kind == load.CellInt {
					text = strconv.FormatBool(cell.Int() != 0)
				}
				w.changes[row.Number][k].After = &text
			}
		}
	}
}

func (w *watcher) see(i store.RetryItem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tried) < trialLookedAt {
		w.tried[i.Record] = TrialRecord{
			ID: i.Reject, Line: i.Line, MendedLine: i.Mended,
			Text: csvfile.Decode(i.Raw[:min(len(i.Raw), trialText)], w.encoding),
		}
	}
}

func (w *watcher) reject(rejects []load.Reject) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range rejects {
		v := &rejects[i]
		w.reasons[RejectCount{Code: v.Code, Column: v.Column}]++
		record, known := w.tried[v.Record]
		delete(w.tried, v.Record)
		if !known || len(w.failing) == trialRecords {
			continue
		}
		record.Reason = &store.Reason{Column: v.Column, Value: store.Value(v), Code: v.Code, Message: v.Message, Hint: v.Hint, Origin: v.Origin}
		w.failing = append(w.failing, record)
	}
	return nil
}

// tell tells what was noted. What was seen and not tried does not pass.
func (w *watcher) tell(trial *Trial) {
	for reason, n := range w.reasons {
		reason.Count = n
		trial.Reasons = append(trial.Reasons, reason)
	}
	slices.SortFunc(trial.Reasons, func(a, b RejectCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Column, b.Column))
	})
	trial.Failing = append(trial.Failing, w.failing...)
	for number, record := range w.tried {
		for _, c := range w.changes[number] {
			if c.After == nil || *c.After != c.Before {
				record.Changes = append(record.Changes, c)
			}
		}
		trial.Passing = append(trial.Passing, record)
	}
	slices.SortFunc(trial.Passing, func(a, b TrialRecord) int { return int(a.ID - b.ID) })
	trial.Passing = trial.Passing[:min(int64(len(trial.Passing)), trialRecords, trial.Pass)]
}
