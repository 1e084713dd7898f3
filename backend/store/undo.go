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

// SetUndone notes what undoing a job did, as JSON. It can't be taken up then.
func (s *Store) SetUndone(ctx context.Context, id, undone string) error {
	if err := s.exec(ctx, "UPDATE jobs SET undoable = 0, undone = ? WHERE id = ?", undone, id); err != nil {
		return s.explain("keep that job "+id+" was undone", err)
	}
	return nil
}

// UndoableTooLong returns the jobs of which what is needed to undo them was kept for as
// long as the setting [KeepUndo] says.
func (s *Store) UndoableTooLong(ctx context.Context, now time.Time) ([]Job, error) {
	setting, err := s.Setting(ctx, KeepUndo)
	if err != nil {
		return nil, err
	}
	age, err := ParseAge(setting.Value)
	if err != nil || age == 0 {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, selectJob+"WHERE undoable AND NOT "+isActive+" AND "+endedAt+" < ? ORDER BY number",
		now.Add(-age).UTC().Format(TimeFormat))
	if err != nil {
		return nil, s.reading("read the jobs", err)
	}
	return scanAll(rows, func(r *sql.Rows) (Job, error) { return scanJob(r.Scan) })
}
