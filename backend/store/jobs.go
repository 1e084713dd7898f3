package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Job is a stored import. Request and Summary are the JSON of the job package's
// types; Summary is "" until the job has ended.
type Job struct {
	ID       string
	State    string
	File     string
	Request  string
	Created  string // RFC 3339, like the other times
	Started  string // "" until it runs
	Finished string // "" until it has ended
	Summary  string
	Set      string // the ID of the set that it is one of; "" for none; not written by AddJob and UpdateJob
	Closed   int64  // the number of its rejects that are closed; not written by AddJob and UpdateJob
	Forgot   string // when its rejects were removed, which it has outlived; "" if they were not; not written either

	FileLost bool   // its file can't be read again; not written either
	Who      string // the user who started it
	Print    string // the fingerprint of its file, "" if it got no further; not written by AddJob and UpdateJob
	Undoable bool   // what is needed to undo it is kept; not written either
	Undone   string // JSON of what undoing it did, "" if it was not undone; not written either
	Settled  bool   // it retried rejects, and those that it has loaded are closed; not written either

	Progress string // the latest that TellProgress stored of one that has not ended; not written either
	Key      string // by which it is started once, "" for none; not read
	KeyFor   string // the fingerprint of what is started with the key; not read

	Checkpoints // of one that has no summary

	owner string // while it is read
}

// bringUpToDate sets what the store alone does not tell of jobs.
func (s *Store) bringUpToDate(ctx context.Context, jobs []Job) {
	s.noticeOrphans(ctx, jobs)
	for i := range jobs {
		jobs[i].FileLost = s.FileLost(jobs[i].File)
	}
}

// AddJob stores a new job. The error is ErrKeyUsed if there is one of its key.
func (s *Store) AddJob(ctx context.Context, j Job) error {
	var key, what []byte // NULL
	if j.Key != "" {
		key, what = []byte(j.Key), []byte(j.KeyFor)
	}
	err := s.exec(ctx, "INSERT INTO jobs (id, owner, state, file, request, created, who, key, key_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		j.ID, s.owner.id, j.State, j.File, j.Request, j.Created, j.Who, key, what)
	if err != nil {
		if id, _, keyErr := s.KeyedJob(ctx, j.Key); keyErr == nil && id != "" {
			return ErrKeyUsed
		}
		return s.explain("keep job "+j.ID, err)
	}
	s.makeReserve()
	return nil
}

// UpdateJob stores the job's state, times and summary.
func (s *Store) UpdateJob(ctx context.Context, j Job) error {
	err := s.exec(ctx, "UPDATE jobs SET state = ?, started = ?, finished = ?, summary = ? WHERE id = ?",
		j.State, j.Started, j.Finished, j.Summary, j.ID)
	if err != nil {
		return s.explain("keep job "+j.ID, err)
	}
	if j.Finished != "" {
		_ = s.exec(ctx, "DELETE FROM progress WHERE job = (SELECT number FROM jobs WHERE id = ?)", j.ID) // or it goes with the job
		s.tidySoon()
	}
	return nil
}

// RemoveJob deletes a job that never started.
func (s *Store) RemoveJob(ctx context.Context, id string) error {
	if err := s.exec(ctx, "DELETE FROM jobs WHERE id = ?", id); err != nil {
		return s.explain("forget job "+id, err)
	}
	return nil
}

// A Head is what is known about a job's file once it is open.
type Head struct {
	Dialect string // the JSON of the file's dialect, and of what else was settled
	Bytes   []byte // what precedes the first record: a file of rejects begins with them
}

// SetHead stores the head of a job's file.
func (s *Store) SetHead(ctx context.Context, id string, h Head) error {
	if err := s.exec(ctx, "UPDATE jobs SET dialect = ?, header = ? WHERE id = ?", h.Dialect, h.Bytes, id); err != nil {
		return s.explain("keep the header of job "+id, err)
	}
	return nil
}

// Head returns what SetHead stored.
func (s *Store) Head(ctx context.Context, id string) (Head, error) {
	var h Head
	err := s.db.QueryRowContext(ctx, "SELECT dialect, header FROM jobs WHERE id = ?", id).Scan(&h.Dialect, &h.Bytes)
	return h, noJob(id, err)
}

// printOf is the expression of the fingerprint of a job's file.
const printOf = "iif(json_valid(dialect), ifnull(json_extract(dialect, '$.fingerprint'), ''), '')"

const selectJob = `SELECT id, state, file, request, created, started, finished, summary, closed, forgot,
ifnull(last, ''), ifnull(before, ''), ifnull(through, 0), ifnull(complete, 0), owner,
ifnull((SELECT s.id FROM sets s WHERE s.number = set_number), ''),
who, undoable, undone, ` + printOf + `,
iif(` + isActive + `, ifnull((SELECT latest FROM progress p WHERE p.job = number), ''), ''),
iif(instr(request, '"retry":'), EXISTS (SELECT 1 FROM mends m WHERE m.job = jobs.number AND m.through IS NOT NULL), 0)
FROM jobs LEFT JOIN checkpoints ON job = number AND summary = '' `

func scanJob(scan func(...any) error) (j Job, err error) {
	return j, scan(&j.ID, &j.State, &j.File, &j.Request, &j.Created, &j.Started, &j.Finished, &j.Summary, &j.Closed, &j.Forgot, &j.Last, &j.Before, &j.Through, &j.Complete, &j.owner, &j.Set, &j.Who, &j.Undoable, &j.Undone, &j.Print, &j.Progress, &j.Settled)
}

// Job returns one job, or an error that wraps ErrNoJob.
func (s *Store) Job(ctx context.Context, id string) (Job, error) {
	j, err := scanJob(s.db.QueryRowContext(ctx, selectJob+"WHERE id = ?", id).Scan)
	if err != nil {
		return j, noJob(id, err)
	}
	jobs := []Job{j}
	s.bringUpToDate(ctx, jobs)
	return jobs[0], nil
}

// Jobs returns the latest jobs, newest first.
func (s *Store) Jobs(ctx context.Context, limit int) ([]Job, error) {
	rows, err := s.db.QueryContext(ctx, selectJob+"ORDER BY number DESC LIMIT ?", limit)
	if err != nil {
		return nil, s.reading("read the jobs", err)
	}
	jobs, err := scanAll(rows, func(r *sql.Rows) (Job, error) { return scanJob(r.Scan) })
	s.bringUpToDate(ctx, jobs)
	return jobs, err
}

// WatchedJob returns the ID of the latest job whose request has watched, which is a
// hexadecimal number, as its member of that name; "" if there is none.
func (s *Store) WatchedJob(ctx context.Context, watched string) (id string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT id FROM jobs WHERE instr(request, ?) > 0 ORDER BY number DESC LIMIT 1`, `"watched":"`+watched+`"`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the job of a watched file: %w", err)
	}
	return id, nil
}

// RecentFiles returns the paths of the files that the latest jobs were started for,
// newest first, each once.
func (s *Store) RecentFiles(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT file FROM jobs GROUP BY file ORDER BY max(number) DESC LIMIT ?", limit)
	if err != nil {
		return nil, s.reading("read the recent files", err)
	}
	return scanAll(rows, func(r *sql.Rows) (file string, err error) { return file, r.Scan(&file) })
}

// number returns the number of a job.
func (s *Store) number(ctx context.Context, id string) (int64, error) {
	var n int64
	err := s.db.QueryRowContext(ctx, "SELECT number FROM jobs WHERE id = ?", id).Scan(&n)
	return n, noJob(id, err)
}

func noJob(id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("job %q: %w", id, ErrNoJob)
	}
	return err
}
