package store

import (
	"context"
	"database/sql"
	"time"
)

// SetUndoable notes whether what is needed to undo a job is kept in its target.
func (s *Store) SetUndoable(ctx context.Context, id string, is bool) error {
	if err := s.exec(ctx, "UPDATE jobs SET undoable = ? WHERE id = ?", is, id); err != nil {
		return s.explain("keep whether job "+id+" can be undone", err)
	}
	return nil
}

// SetUndone notes what undoing a job did, as JSON. It can't be taken up then. What was
// needed for that may still be kept in its target.
func (s *Store) SetUndone(ctx context.Context, id, undone string) error {
	if err := s.exec(ctx, "UPDATE jobs SET undone = ? WHERE id = ?", undone, id); err != nil {
		return s.explain("keep that job "+id+" was undone", err)
	}
	return nil
}

// UndoableTooLong returns the jobs of which what is needed to undo them was kept for as
// long as the setting [KeepUndo] says, or is of no more use: they were undone.
func (s *Store) UndoableTooLong(ctx context.Context, now time.Time) ([]Job, error) {
	setting, err := s.Setting(ctx, KeepUndo)
	if err != nil {
		return nil, err
	}
	age, err := ParseAge(setting.Value)
	if err != nil {
		return nil, err
	}
	before := "" // none
	if age > 0 {
		before = now.Add(-age).UTC().Format(TimeFormat)
	}
	rows, err := s.db.QueryContext(ctx, selectJob+"WHERE undoable AND NOT "+isActive+" AND ("+endedAt+" < ? OR undone <> '') ORDER BY number", before)
	if err != nil {
		return nil, s.reading("read the jobs", err)
	}
	return scanAll(rows, func(r *sql.Rows) (Job, error) { return scanJob(r.Scan) })
}
