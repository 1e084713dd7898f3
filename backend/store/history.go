package store

import (
	"context"
	"fmt"
	"time"
)

// A JobQuery asks for jobs, or for a page of them. What is left empty does not narrow
// it. Its JSON is part of the program's contract.
type JobQuery struct {
	Search string `json:"search,omitempty"` // a text in the file, table, target, user, fingerprint or ID, ignoring case
	Table  string `json:"table,omitempty"`  // the name of the table, ignoring case
	Target string `json:"target,omitempty"` // a text in the target, ignoring case
	State  string `json:"state,omitempty"`  // the state; "undone" for those that were
	Since  string `json:"since,omitempty"`  // those that were started then or later; RFC 3339

	Alone bool `json:"alone,omitempty"` // those that are of no set of files

	Before string `json:"before,omitempty"` // those that are older than the job with this ID
	Limit  int    `json:"limit,omitempty"`  // the most jobs of the page
	Bytes  int    `json:"-"`                // no more once they take that many bytes of memory
}

// StateUndone is what a query asks for as the state of jobs that were undone.
const StateUndone = "undone"

// Of a job, by JSON that may be damaged: the table and the target.
const (
	tableOf = `coalesce(iif(json_valid(summary), nullif(json_extract(summary, '$.table'), ''), NULL),
		iif(json_valid(request), json_extract(request, '$.plan.table'), NULL), '')`
	targetOf = "iif(json_valid(request), ifnull(json_extract(request, '$.target'), ''), '')"
)

func (q *JobQuery) narrow(f *filter) error {
	if q.Alone {
		f.and("set_number IS NULL")
	}
	if q.Search != "" {
		f.and("linefeed_holds(?, file, "+tableOf+", "+targetOf+", who, "+printOf+", id)", findPattern(q.Search))
	}
	if q.Table != "" {
		f.and(tableOf+" = ? COLLATE NOCASE", q.Table)
	}
	if q.Target != "" {
		f.and("linefeed_holds(?, "+targetOf+")", findPattern(q.Target))
	}
	switch q.State {
	case "":
	case StateUndone:
		f.and("undone <> ''")
	default:
		f.and("state = ?", q.State)
	}
	if q.Since != "" {
		t, err := time.Parse(time.RFC3339, q.Since)
		if err != nil {
			return fmt.Errorf("jobs since: %w", err)
		}
		f.and("created >= ?", t.UTC().Format(TimeFormat))
	}
	return nil
}

// FindJobs returns the jobs that a query asks for, newest first, and reports whether
// there are more.
func (s *Store) FindJobs(ctx context.Context, q JobQuery) (jobs []Job, more bool, err error) {
	f := filter{sql: "true"}
	if q.Before != "" {
		number, err := s.number(ctx, q.Before)
		if err != nil {
			return nil, false, err
		}
		f.and("number < ?", number)
	}
	if err := q.narrow(&f); err != nil {
		return nil, false, err
	}
	rows, err := s.db.QueryContext(ctx, selectJob+"WHERE "+f.sql+" ORDER BY number DESC LIMIT ?", append(f.args, q.Limit+1)...)
	if err != nil {
		return nil, false, s.reading("read the jobs", err)
	}
	defer rows.Close()
	defer func() { s.bringUpToDate(ctx, jobs) }()
	for rows.Next() {
		if len(jobs) == q.Limit || q.Bytes <= 0 {
			return jobs, true, nil
		}
		j, err := scanJob(rows.Scan)
		if err != nil {
			return nil, false, s.reading("read the jobs", err)
		}
		jobs = append(jobs, j)
		q.Bytes -= len(j.File) + len(j.Request) + len(j.Summary)
	}
	if err := rows.Err(); err != nil {
		return nil, false, s.reading("read the jobs", err)
	}
	return jobs, false, nil
}
