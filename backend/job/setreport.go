package job

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"linefeed/backend/message"
	"linefeed/backend/store"
)

// A SetReject is a reject of one of the jobs of a set. Its JSON is part of the program's
// contract.
type SetReject struct {
	File string `json:"file"` // the path of the job's file
	Job  string `json:"job"`
	Reject
}

// setParts returns the jobs of a set whose rejects are kept, in the order of their files. It
// is an error, before anything is written, if some of their rejects can't be read.
func (r *Runner) setParts(ctx context.Context, id string) ([]Job, error) {
	set, err := r.Set(ctx, id)
	if err != nil {
		return nil, err
	}
	var gone error
	jobs := slices.DeleteFunc(set.Jobs, func(j Job) bool {
		of := r.store.Complete(ctx, j.ID)
		forgotten := errors.Is(of, ErrForgotten)
		if gone = cmp.Or(gone, of); !forgotten {
			err = cmp.Or(err, of)
		}
		return forgotten
	})
	if err == nil && len(jobs) == 0 { // of all of them
		err = gone
	}
	return jobs, err
}

// EachSetReject yields the rejects of the jobs of a set, or with open those alone that are
// open. Those that are no longer kept are left out, unless none are.
func (r *Runner) EachSetReject(ctx context.Context, id string, open bool) iter.Seq2[SetReject, error] {
	return func(yield func(SetReject, error) bool) {
		jobs, err := r.setParts(ctx, id)
		if err != nil {
			yield(SetReject{}, err)
			return
		}
		for _, j := range jobs {
			for v, err := range r.store.SomeRejects(ctx, j.ID, open) {
				if !yield(SetReject{j.Request.File, j.ID, v.Reject}, err) || err != nil {
					return
				}
			}
		}
	}
}

// A setReportLine is a line of the error report of a set. Its columns are part of the
// program's contract.
type setReportLine struct {
	File string `csv:"file"`
	Job  string `csv:"job"`
	ReportLine
}

// writeSetReport writes the error report of a set, as [Runner.WriteReport] does.
func (r *Runner) writeSetReport(ctx context.Context, id string, open bool, w io.Writer, spell message.Speller) error {
	var out *lines[setReportLine]
	begin := func() (err error) {
		if out == nil {
			out, err = newLines[setReportLine](w)
		}
		return err
	}
	for v, err := range r.EachSetReject(ctx, id, open) {
		if err == nil {
			err = begin() // when it is known that nothing is missing
		}
		if err == nil {
			err = out.add(setReportLine{safeCell(v.File), v.Job, newReportLine(v.Reject, spell)})
		}
		if err != nil {
			return err
		}
	}
	if err := begin(); err != nil {
		return err
	}
	return out.flush()
}

// writeSetPage writes the error report of a set as a page of HTML: a part for each file that
// has rejects, and a word for each whose rejects are no longer kept.
func (r *Runner) writeSetPage(ctx context.Context, id string, open bool, w io.Writer, spell message.Speller) error {
	jobs, err := r.setParts(ctx, id)
	if err != nil {
		return err
	}
	set, err := r.Set(ctx, id)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := pageHead.Execute(out, pageTitle{fmt.Sprintf("set %s of %d files", id, len(set.Jobs)), open}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for _, j := range set.Jobs {
		if j.RejectsForgotten == "" {
			continue
		}
		if err := partGone.Execute(out, reportPart{Job: j}); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	for _, j := range jobs {
		some, err := r.hasRejects(ctx, j.ID, open)
		if err == nil && some {
			err = r.writePart(ctx, j, open, out, spell)
		}
		if err != nil {
			return err
		}
	}
	if _, err := out.WriteString(pageEnd); err != nil {
		return err
	}
	return out.Flush()
}

func (r *Runner) hasRejects(ctx context.Context, id string, open bool) (bool, error) {
	page, err := r.store.Rejects(ctx, store.RejectQuery{Job: id, Open: open, Limit: 1})
	return page.Total > 0, err
}

// SaveSetRejects saves, for each file of a set that has rejects, or with open rejects that are
// open, the file of its rejects and their reasons into a folder, which is made if it is not
// there: each is mended, and loaded by a retry of its job. It returns their paths by the jobs,
// in the order of the files. No file that is there is written over.
func (r *Runner) SaveSetRejects(ctx context.Context, id string, open bool, folder string, spell message.Speller) (saved []SavedRejects, err error) {
	jobs, err := r.setParts(ctx, id)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, j := range jobs {
		some, err := r.hasRejects(ctx, j.ID, open)
		if err != nil {
			return nil, err
		}
		if !some {
			continue
		}
		path := filepath.Join(folder, rejectsName(j, taken))
		for _, there := range []string{path, ReasonsPath(path)} {
			if _, err := os.Lstat(there); !errors.Is(err, os.ErrNotExist) {
				return nil, message.NewError(os.ErrExist, "saved_there", "choose_folder", "path", there)
			}
		}
		saved = append(saved, SavedRejects{j.ID, path})
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for _, s := range saved {
		if err := r.SaveSomeRejects(ctx, s.Job, open, s.Path, spell); err != nil {
			return nil, err
		}
	}
	return saved, nil
}

// A SavedRejects says where the file of a job's rejects was saved.
type SavedRejects struct{ Job, Path string }

// setRejectGroups returns the rejects of a set by code and column, the largest group first.
func (r *Runner) setRejectGroups(ctx context.Context, q GroupQuery) (page GroupPage, err error) {
	jobs, err := r.setParts(ctx, q.Job)
	if err != nil {
		return page, err
	}
	at := map[store.GroupName]int{}
	var all []store.RejectGroup
	for _, j := range jobs {
		one := q
		one.Job, one.Offset, one.Limit = j.ID, 0, store.MostIDs
		of, err := r.store.RejectGroups(ctx, one)
		if err != nil {
			return page, err
		}
		for _, g := range of.Groups {
			name := store.GroupName{Code: g.Code, Column: g.Column}
			i, known := at[name]
			if !known {
				i = len(all)
				at[name] = i
				all = append(all, store.RejectGroup{Code: g.Code, Column: g.Column})
			}
			all[i].Count += g.Count
			page.Rejects += g.Count
		}
	}
	slices.SortStableFunc(all, func(a, b store.RejectGroup) int { return cmp.Compare(b.Count, a.Count) })
	page.Total = int64(len(all))
	from := min(max(q.Offset, 0), page.Total)
	page.Groups = append([]store.RejectGroup{}, all[from:min(page.Total, from+int64(cmp.Or(max(q.Limit, 0), 100)))]...)
	return page, nil
}
