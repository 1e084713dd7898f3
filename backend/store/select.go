package store

import (
	"context"
	"fmt"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Selection says which of a job's rejects are meant, by their latest reason. The
// zero value means all.
type Selection struct {
	Code   string  `json:"code,omitempty"`   // only those with this code
	Column string  `json:"column,omitempty"` // only those in this column
	Value  *string `json:"value,omitempty"`  // only those with exactly this value, as rejects show it
	IDs    []int64 `json:"ids,omitempty"`    // only these

	Groups []GroupName `json:"groups,omitempty"` // only those of one of these groups
}

// A GroupName is what the rejects of a group have in common.
type GroupName struct {
	Code   load.Code `json:"code"`
	Column string    `json:"column"` // empty for none
}

// MostIDs is the number of ids that a selection may name.
const MostIDs = 10_000

// The latest reason of a reject is its own, or that of the last retry in which it
// was rejected again.
const (
	plainFrom  = "rejects r"
	mendedFrom = `rejects r LEFT JOIN reject_states s ON s.reject = r.id
	LEFT JOIN mend_items p ON p.id = s.item LEFT JOIN rejects n ON n.id = p.again`

	isOpen = "ifnull(s.closed, 0) = 0"
)

// A source is the rejects of a job, to select from.
type source struct {
	number int64  // of the job
	mended bool   // something was done about some of them
	active bool   // it has not ended
	check  bool   // of a job that loads nothing
	retry  int64  // the number of the mend that the job is; 0 for none
	forgot string // when they were removed
}

// source returns the rejects of a job. The error may wrap ErrNoJob, or ErrForgotten
// where they are no longer kept.
func (s *Store) source(ctx context.Context, job string) (src source, err error) {
	err = s.db.QueryRowContext(ctx, `
		SELECT number, EXISTS (SELECT 1 FROM mends WHERE origin = jobs.number), ifnull((SELECT m.number FROM mends m WHERE m.job = jobs.number), 0),
			iif(json_valid(request), ifnull(json_extract(request, '$.check'), 0), 0), forgot, state IN ('queued', 'running', 'paused') FROM jobs WHERE id = ?`, job).
		Scan(&src.number, &src.mended, &src.retry, &src.check, &src.forgot, &src.active)
	if err == nil && src.forgot != "" {
		day, _, _ := strings.Cut(src.forgot, "T")
		err = message.NewError(ErrForgotten, "rejects_forgotten", "keep_rejects_longer", "job", job, "day", day)
	}
	return src, noJob(job, err)
}

func (src source) from() string {
	if src.mended {
		return mendedFrom
	}
	return plainFrom
}

// latest returns the expression of a column of the latest reason.
func (src source) latest(column string) string {
	if src.mended {
		return fmt.Sprintf("ifnull(n.%s, r.%[1]s)", column)
	}
	return "r." + column
}

// A filter is a condition with its arguments.
type filter struct {
	sql  string
	args []any
}

func (f *filter) and(sql string, args ...any) {
	f.sql, f.args = f.sql+" AND "+sql, append(f.args, args...)
}

// filter returns the condition of the job's rejects in a selection.
func (src source) filter(v Selection) filter {
	low, high := idRange(src.number)
	f := filter{"r.id > ? AND r.id < ?", []any{low, high}}
	if v.Code != "" {
		f.and(src.latest("code")+" = ?", v.Code)
	}
	if v.Column != "" {
		f.and(src.latest(`"column"`)+" = ?", v.Column)
	}
	if v.Value != nil {
		f.and(src.latest("value")+" = ?", *v.Value)
	}
	if len(v.Groups) > 0 {
		one := "+" + src.latest("code") + " = ? AND +" + src.latest(`"column"`) + " = ?" // without indexes: in the order of the log
		f.sql += " AND (" + one + strings.Repeat(" OR "+one, len(v.Groups)-1) + ")"
		for _, g := range v.Groups {
			f.args = append(f.args, g.Code, g.Column)
		}
	}
	if len(v.IDs) > 0 {
		f.sql += " AND r.id IN (" + strings.TrimSuffix(strings.Repeat("?,", len(v.IDs)), ",") + ")"
		for _, id := range v.IDs {
			f.args = append(f.args, low+id)
		}
	}
	return f
}

// open narrows a filter to the rejects that are open.
func (src source) open(f *filter) {
	if src.mended {
		f.and(isOpen)
	}
}

// find narrows a filter to the rejects with a text in value, message or column, or
// on that line.
func (src source) find(f *filter, text string) {
	if text != "" {
		f.and("(linefeed_holds(?, "+src.latest("value")+", "+src.latest("message")+", "+src.latest(`"column"`)+") OR r.line = ?)", findPattern(text), text)
	}
}
