package job

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// Codes of warnings about marks that are kept in the store.
const (
	// WarnMarksInStore says that they are, and what is promised less for it.
	WarnMarksInStore = "marks_in_store"
	// WarnInDoubt says of which records it is not known whether they are in the table, or what
	// was taken for true of them.
	WarnInDoubt = "in_doubt"
)

// markFor is how long it may take to store the mark of a job that has no other.
const markFor = 30 * time.Second

// marksIn reports whether a target keeps the marks of a plan.
func marksIn(dst target.Target, p load.Plan) bool {
	return p.Marks != load.MarksInStore && dst.Place().Marks
}

// settleMarks settles where the marks of a plan are kept, and says what is promised less
// for it.
func settleMarks(p *load.Plan) ([]load.Problem, []load.Warning) {
	var note message.Note
	switch {
	case p.Marks == "", p.Marks == load.MarksInTarget:
		return nil, nil
	case p.Marks != load.MarksInStore:
		note = message.New("marks_unknown", "one_of", "value", string(p.Marks), "allowed", []string{string(load.MarksInTarget), string(load.MarksInStore)})
	case p.Undo:
		note = message.New("marks_and_undo", "marks_or_undo")
	case p.Writers > 1: // of the last commits some may be in the table, and some not
		note = message.New("marks_and_writers", "marks_or_writers", "n", p.Writers)
	default:
		p.Writers = 1
		return nil, []load.Warning{{Code: WarnMarksInStore, Note: message.New("marks_in_store", "may_ask_unsure")}}
	}
	return []load.Problem{{Note: note}}, nil
}

// A doubt is a range of records of which it is not known whether they are in the table:
// the program was killed, or the answer of the database did not come, when they were
// committed. All of them are, or none.
type doubt struct {
	after   load.Position // the last record before it
	through load.Position // its own last record
}

// doubt returns up to where all that is in the table is known to be there, and what is in
// doubt after that; nil for nothing.
func (e *earlier) doubt() (sure *checkpoint, in *doubt) {
	if e.through || e.last == nil || e.last.Inserted+e.last.Updated+e.last.Skipped == e.loaded() { // or it was a commit of no rows
		return e.last, nil
	}
	in = &doubt{after: e.begins(), through: e.last.Position}
	if e.before != nil {
		in.after = e.before.Position
	}
	return e.before, in
}

// begins returns the last record before those of the job: 0 unless it loads only what was
// added to its file. The line of that is not known.
func (e *earlier) begins() (p load.Position) {
	if e.After != nil {
		p.Record = e.After.Records
	}
	return p
}

// takeUpStored goes on with a job after the mark in the store.
func (p *prepared) takeUpStored(ctx context.Context, r *Runner, a *active) error {
	e, table := p.earlier, p.earlier.Plan.TableName()
	columns, err := p.dst.Columns(ctx, table)
	there := err == nil
	sure, in := e.doubt()
	switch {
	case err != nil && !errors.Is(err, load.ErrNoTable):
		return err
	case !there && e.loaded() > 0:
		return load.Problem{Note: message.New("marked_table_gone", "load_anew", "job", a.job.ID, "table", table.Name)}
	case !there, e.last == nil && !e.Plan.Create: // nothing of it is in the table
		p.earlier = nil
		return r.clearEarlier(ctx, a.job.ID)
	}
	from := load.Mark{Writers: 1, Record: e.begins().Record} // also in a table that was made, and nothing more
	if sure != nil {
		from = sure.mark()
	}
	loaded := false
	if in != nil {
		warning, isLoaded, err := e.settleDoubt(a, *in, columns)
		if err != nil {
			return err
		}
		if loaded = isLoaded; loaded {
			from = e.last.mark()
		}
		e.Warnings = append(slices.Clone(e.Warnings), warning)
	}
	p.marks = []load.Mark{from}
	if err := p.goOn(ctx, a, p.marks); err != nil || in == nil {
		return err
	}
	if err := r.store.SettleCheckpoint(ctx, a.job.ID, loaded); err != nil {
		return err
	}
	return r.keepWarnings(ctx, a.job.ID, e.Warnings)
}

// settleDoubt decides whether records that are in doubt count as loaded: by what a person
// says, or by the plan's rule for keys that are there, which makes it no matter.
func (e *earlier) settleDoubt(a *active, in doubt, columns []load.Column) (_ load.Warning, loaded bool, err error) {
	id, table := a.job.ID, e.Plan.Table
	from, to, after, line := in.after.Record+1, in.through.Record, in.after.Line, in.through.Line
	w := load.Warning{Code: WarnInDoubt}
	switch {
	case a.takenUp.Unsure == store.StateLoaded:
		w.Note = message.New("doubt_loaded", "", "job", id, "from", from, "to", to, "after", after, "line", line, "table", table)
		return w, true, nil
	case a.takenUp.Unsure == store.StateOpen:
		w.Note = message.New("doubt_open", "", "job", id, "from", from, "to", to, "after", after, "line", line, "table", table)
		return w, false, nil
	case keyTells(*e.Plan, e.Columns, columns):
		w.Note = message.New("doubt_by_key", "", "job", id, "from", from, "to", to, "after", after, "line", line, "table", table)
		return w, false, nil
	}
	return w, false, load.Problem{Note: message.New("doubt", "settle_doubt", "job", id, "from", from, "to", to, "after", after, "line", line, "table", table)}
}

// keyTells reports whether records can be loaded once more without being there twice: each
// of them has a key, by which the row that is there is found.
func keyTells(p load.Plan, written, table []load.Column) bool {
	switch p.OnConflict {
	case load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace:
	default:
		return false
	}
	key := p.Key
	if len(key) == 0 {
		for _, c := range table {
			if c.PrimaryKey {
				key = append(key, c.Name)
			}
		}
	}
	for _, name := range key {
		same := func(c load.Column) bool { return strings.EqualFold(c.Name, name) }
		i := slices.IndexFunc(table, same)
		if i < 0 || table[i].Nullable || table[i].HasDefault || !slices.ContainsFunc(written, same) {
			return false // a record may have none, or be given a new one
		}
	}
	return len(key) > 0
}

// mark returns the checkpoint as a mark.
func (c *checkpoint) mark() load.Mark {
	return load.Mark{
		Writers: 1, Record: c.Record, Line: c.Line, Offset: c.Offset,
		Inserted: c.Inserted, Updated: c.Updated, Skipped: c.Skipped,
	}
}

// keepWarnings stores what is told of a job that is taken up.
func (r *Runner) keepWarnings(ctx context.Context, id string, warnings []load.Warning) error {
	k, head, err := r.kept(ctx, id)
	if err != nil {
		return err
	}
	k.Warnings = warnings
	return r.setKept(ctx, id, k, head)
}

// dropUncommitted notes that the commit failed whose mark was stored ahead of it. Where
// it may have gone through, it stays in doubt.
func (r *Runner) dropUncommitted(a *active, err error) {
	var undone *load.UndoneError
	if !a.committing || a.ctx.Err() != nil || errors.Is(err, load.ErrLost) || errors.As(err, &undone) && undone.Unknown {
		return
	}
	_ = r.brieflyKeep(a, func(ctx context.Context, id, _ string) error { return r.store.SettleCheckpoint(ctx, id, false) }) // else it is asked for
}

// inDoubt warns of the records of which it is not known whether they are in the table.
func (r *Runner) inDoubt(a *active) []load.Warning {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), checkpointFor)
	defer cancel()
	e, err := r.earlier(ctx, a.job.ID)
	if err != nil || e.Plan == nil { // resuming it tells
		return nil
	}
	_, in := e.doubt()
	if in == nil {
		return nil
	}
	return []load.Warning{{Code: WarnInDoubt, Note: message.New("doubt", "settle_doubt", "job", a.job.ID,
		"from", in.after.Record+1, "to", in.through.Record, "after", in.after.Line, "line", in.through.Line, "table", e.Plan.Table)}}
}
