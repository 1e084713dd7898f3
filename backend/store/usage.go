package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linefeed/backend/spool"
)

// A Usage says what the program keeps. Its JSON is part of the program's contract.
type Usage struct {
	Path     string    `json:"path"`     // of the store
	Size     int64     `json:"size"`     // bytes of the store
	Received int64     `json:"received"` // bytes of the received files beside it
	Jobs     int64     `json:"jobs"`     // in the history
	Rejects  int64     `json:"rejects"`  // that are kept of them
	Damaged  []Damaged `json:"damaged"`  // the stores that were set aside, the latest first
}

// A Damaged is a store that was set aside.
type Damaged struct {
	Path string `json:"path"`
	Time string `json:"time"` // of setting it aside; RFC 3339
	Size int64  `json:"size"` // bytes, with the files that belong to it
}

// A Going says what is forgotten: jobs with all that is kept of them, and rejects of others.
type Going struct {
	Jobs    int64 `json:"jobs"`
	Rejects int64 `json:"rejects"` // of these jobs and of others
	Bytes   int64 `json:"bytes"`   // about what that frees
}

// Usage returns what the program keeps.
func (s *Store) Usage(ctx context.Context) (u Usage, err error) {
	u.Path = s.path
	if u.Size, err = s.Size(ctx); err != nil {
		return u, s.reading("read the size of the store", err)
	}
	if u.Received, err = s.receivedSize(); err != nil {
		return u, err
	}
	const kept = "SELECT count(*), ifnull(sum(" + keptRejects + "), 0) FROM jobs"
	if err := s.db.QueryRowContext(ctx, kept).Scan(&u.Jobs, &u.Rejects); err != nil {
		return u, s.reading("read the jobs", err)
	}
	u.Damaged, err = s.damaged()
	return u, err
}

func (s *Store) receivedSize() (n int64, err error) {
	files, err := spool.Kept(s.SpoolDir())
	for _, f := range files {
		n += f.Size
	}
	return n, err
}

// Going returns what is forgotten at once when a setting is changed. The error may wrap
// ErrNoSetting or ErrBadSetting.
func (s *Store) Going(ctx context.Context, name, value string) (Going, error) {
	k, err := findSetting(name)
	if err != nil {
		return Going{}, err
	}
	if value == "default" {
		value = k.Default
	}
	if err := k.refuse(value); err != nil {
		return Going{}, err
	}
	all, err := s.Settings(ctx)
	if err != nil {
		return Going{}, err
	}
	all[slices.IndexFunc(all, func(v Setting) bool { return v.Name == name })].Value = value
	keep, err := retentionOf(all, time.Now())
	if err != nil {
		return Going{}, err
	}
	return s.going(ctx, keep)
}

// GoingBefore returns what is forgotten with the jobs that ended before a time.
func (s *Store) GoingBefore(ctx context.Context, t time.Time) (Going, error) {
	return s.going(ctx, retention{jobsSince: t.UTC().Format(TimeFormat)})
}

// Of a job: the number of its rejects that are kept, and about the bytes of its own row.
const (
	keptRejects = "iif(forgot = '', ifnull((SELECT sum(count) FROM reject_counts WHERE job = jobs.number), 0), 0)"
	ownBytes    = "length(file) + length(request) + length(summary) + length(dialect) + ifnull(length(header), 0) + 200"
)

// going returns what [Store.Tidy] forgets when that is kept.
func (s *Store) going(ctx context.Context, keep retention) (g Going, err error) {
	content, err := s.contentSize(ctx)
	if err != nil {
		return g, s.reading("read the size of the store", err)
	}
	received, err := s.receivedSize()
	if err != nil {
		return g, err
	}
	rows, err := s.db.QueryContext(ctx, `
		SELECT `+endedAt+`, NOT `+isActive+` AND NOT `+isRetried+`, NOT `+isLatest+`, `+isResumable+`, `+keptRejects+`, `+ownBytes+`
		FROM jobs ORDER BY number`)
	if err != nil {
		return g, s.reading("read the jobs", err)
	}
	type kept struct {
		ended                  string
		over, logGoes, resumes bool
		rejects, bytes         int64
	}
	jobs, err := scanAll(rows, func(r *sql.Rows) (j kept, err error) {
		return j, r.Scan(&j.ended, &j.over, &j.logGoes, &j.resumes, &j.rejects, &j.bytes)
	})
	if err != nil {
		return g, s.reading("read the jobs", err)
	}
	var rejects, own int64
	for _, j := range jobs {
		rejects, own = rejects+j.rejects, own+j.bytes
	}
	each := max(0, content-own) / max(1, rejects) // bytes of a reject
	before := func(j kept, since string) bool { return since != "" && "1" <= j.ended && j.ended <= since }
	var stay []kept
	for _, j := range jobs {
		switch {
		case j.over && before(j, keep.jobsSince):
			g.Jobs, g.Rejects, g.Bytes = g.Jobs+1, g.Rejects+j.rejects, g.Bytes+j.bytes+j.rejects*each
		case j.over && j.logGoes && before(j, keep.rejectsSince):
			g.Rejects, g.Bytes = g.Rejects+j.rejects, g.Bytes+j.rejects*each
		case j.over && j.logGoes && before(j, keep.sizeSince) && !j.resumes:
			stay = append(stay, j)
		}
	}
	for _, j := range stay {
		if keep.size == 0 || content+received-g.Bytes <= keep.size {
			break
		}
		g.Rejects, g.Bytes = g.Rejects+j.rejects, g.Bytes+j.rejects*each
	}
	return g, nil
}

// companions are what the names of the files end in that belong to a store.
var companions = []string{"", "-wal", "-shm", "-journal"}

// damaged returns the stores that were set aside, the latest first.
func (s *Store) damaged() ([]Damaged, error) {
	files, err := beside(s.path, asideInfix)
	if err != nil {
		return nil, err
	}
	all := []Damaged{}
	for _, path := range files {
		if slices.ContainsFunc(companions[1:], func(end string) bool { return strings.HasSuffix(path, end) }) {
			continue
		}
		d := Damaged{Path: path}
		if t, err := time.Parse(asideTime, strings.TrimPrefix(filepath.Base(path), filepath.Base(s.path)+asideInfix)); err == nil {
			d.Time = t.Format(TimeFormat)
		}
		for _, end := range companions {
			if info, err := os.Stat(path + end); err == nil {
				d.Size += info.Size()
			}
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Damaged) int { return strings.Compare(b.Path, a.Path) })
	return all, nil
}

// RemoveDamaged removes a store that was set aside, and the notice of it. One that is not
// there is removed.
func (s *Store) RemoveDamaged(ctx context.Context, path string) error {
	all, err := s.damaged()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(d Damaged) bool { return d.Path == path }) {
		return nil
	}
	var errs []error
	for _, end := range companions {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		if err := s.exec(ctx, "UPDATE notices SET dismissed = 1 WHERE subject = ?", path); err != nil {
			errs = append(errs, s.explain("dismiss a notice", err))
		}
	}
	return errors.Join(errs...)
}
