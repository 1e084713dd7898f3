package store

import (
	"context"
	"database/sql"
)

// The states of rejects.
const (
	StateOpen      = "open"
	StateLoaded    = "loaded"
	StateDismissed = "dismissed"
)

// A Closing says how a reject was closed.
type Closing struct {
	Job  string `json:"job,omitempty"` // that loaded it; empty for a dismissed one
	Who  string `json:"who"`
	Time string `json:"time"`
	How  string `json:"how"` // JSON: what was asked for
}

// setStates sets what has become of rejects, which are adjacent in the job's log.
func (s *Store) setStates(ctx context.Context, src source, rejects []*Reject) error {
	switch {
	case len(rejects) == 0:
		return nil
	case src.retry > 0:
		return s.setOriginals(ctx, src, rejects)
	case src.check:
		return nil
	}
	byID := map[int64]*Reject{}
	low, _ := idRange(src.number)
	for _, r := range rejects {
		r.State = StateOpen
		byID[low+r.ID] = r
	}
	if !src.mended {
		return nil
	}
	rows, err := s.db.QueryContext(ctx, `
		SELECT s.reject, s.closed, m.who, m.time, m.how, ifnull(j.id, ''), p.line, n.id IS NOT NULL, ifnull(k.id, ''),
			ifnull(n."column", ''), ifnull(n.value, ''), ifnull(n.code, ''), ifnull(n.message, ''), ifnull(n.hint, ''),
			ifnull(n.message_id, ''), ifnull(n.hint_id, ''), ifnull(n.params, '')
		FROM reject_states s JOIN mend_items p ON p.id = s.item JOIN mends m ON m.number = p.id >> 40
			LEFT JOIN jobs j ON j.number = m.job LEFT JOIN rejects n ON n.id = p.again LEFT JOIN jobs k ON k.number = n.id >> 40
		WHERE s.reject BETWEEN ? AND ?`, low+rejects[0].ID, low+rejects[len(rejects)-1].ID)
	if err != nil {
		return s.reading("read the states of rejects", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, state int64
		var again bool
		var c Closing
		var v Reason
		var params []byte
		err := rows.Scan(&id, &state, &c.Who, &c.Time, &c.How, &c.Job, &v.MendedLine, &again, &v.Job,
			&v.Column, &v.Value, &v.Code, &v.Message, &v.Hint, &v.MessageID, &v.HintID, &params)
		if err != nil {
			return s.reading("read the states of rejects", err)
		}
		r := byID[id]
		if r == nil {
			continue
		}
		switch state {
		case closedLoaded:
			r.State, r.Closed = StateLoaded, &c
		case closedDismissed:
			r.State, r.Closed = StateDismissed, &c
		}
		if again {
			if len(params) > 0 {
				if err := v.Params.UnmarshalJSON(params); err != nil {
					return err
				}
			}
			v.Hint = v.Hinted(v.Hint)
			r.Latest = &v
		}
	}
	return rows.Err()
}

// setOriginals sets which rejects those of a retry were.
func (s *Store) setOriginals(ctx context.Context, src source, rejects []*Reject) error {
	byRecord := map[int64]*Reject{}
	first, last := rejects[0].Record, rejects[0].Record
	for _, r := range rejects {
		byRecord[r.Record] = r
		first, last = min(first, r.Record), max(last, r.Record)
	}
	low, _ := idRange(src.retry)
	rows, err := s.db.QueryContext(ctx, "SELECT id - ?, reject & ((1 << 40) - 1), line FROM mend_items WHERE id BETWEEN ? AND ?", low, low+first, low+last)
	if err != nil {
		return s.reading("read what was retried", err)
	}
	_, err = scanAll(rows, func(rows *sql.Rows) (struct{}, error) {
		var record, original, line int64
		err := rows.Scan(&record, &original, &line)
		if r := byRecord[record]; r != nil {
			r.Original, r.MendedLine = original, line
		}
		return struct{}{}, err
	})
	return err
}
