package store

import (
	"context"
	"slices"

	"linefeed/backend/load"
)

// A reasonCount says how many rejects have a reason as their latest.
type reasonCount struct {
	count   int64
	first   int64 // the id of one of them; 0 if it is not known
	partial int64 // those of which only a part of the record is stored
}

func (c *reasonCount) add(n, id int64, partial bool) {
	if c.count += n; c.first == 0 || id < c.first && id > 0 {
		c.first = id
	}
	if partial {
		c.partial += n
	}
}

// byReason counts a job's rejects by their latest reasons, or with open those that are
// open. It looks only at those about which something was done: all were counted when they
// were added.
func (s *Store) byReason(ctx context.Context, src source, open bool) (map[GroupName]*reasonCount, error) {
	low, high := idRange(src.number)
	counts := map[GroupName]*reasonCount{}
	of := func(g GroupName) *reasonCount {
		if counts[g] == nil {
			counts[g] = &reasonCount{}
		}
		return counts[g]
	}
	rows, err := s.db.QueryContext(ctx, `SELECT code, "column", count, first FROM reject_counts WHERE job = ?`, src.number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g GroupName
		var n, first int64
		if err := rows.Scan(&g.Code, &g.Column, &n, &first); err != nil {
			return nil, err
		}
		if first > 0 {
			first += low
		}
		of(g).add(n, first, g.Code == load.CodeRecordTooLarge)
	}
	if err := rows.Err(); err != nil || !src.mended {
		return counts, err
	}

	const (
		what = `r.code, r."column", ifnull(n.code, r.code), ifnull(n."column", r."column"), s.closed = 0, ` + isWhole
		from = `reject_states s JOIN rejects r ON r.id = s.reject JOIN mend_items p ON p.id = s.item LEFT JOIN rejects n ON n.id = p.again`
	)
	mended, err := s.tally(ctx, "s.reject, "+what, from, filter{"s.reject > ? AND s.reject < ?", []any{low, high}})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(mended, func(a, b countedGroup) int { return int(a.id - b.id) })
	for _, m := range mended {
		var was, is GroupName
		var isOpen, whole bool
		err := s.db.QueryRowContext(ctx, "SELECT "+what+" FROM "+from+" WHERE s.reject = ?", m.id).Scan(&was.Code, &was.Column, &is.Code, &is.Column, &isOpen, &whole)
		if err != nil {
			return nil, err
		}
		c := of(was)
		if c.count -= m.count; was.Code == load.CodeRecordTooLarge {
			c.partial -= m.count
		}
		if isOpen || !open {
			of(is).add(m.count, m.id, !whole)
		}
	}
	return counts, nil
}

// knownGroups returns the groups that a query by reason asks for, the largest first. known
// is false where an older version counted, which did not note the first of each reason.
func (s *Store) knownGroups(ctx context.Context, src source, q GroupQuery) (groups []countedGroup, known bool, err error) {
	counts, err := s.byReason(ctx, src, q.Open)
	if err != nil {
		return nil, false, err
	}
	for g, c := range counts {
		if c.count == 0 || q.Code != "" && q.Code != string(g.Code) || q.Column != "" && q.Column != g.Column {
			continue
		}
		if c.first == 0 {
			return nil, false, nil
		}
		if src.mended {
			if c.first, err = s.firstOf(ctx, src, g, c.first, q.Open); err != nil {
				return nil, false, err
			}
		}
		groups = append(groups, countedGroup{c.first, c.count})
	}
	slices.SortFunc(groups, largerFirst)
	return groups, true, nil
}

// firstOf returns the id of the first reject from one on whose latest reason is that.
func (s *Store) firstOf(ctx context.Context, src source, g GroupName, from int64, open bool) (id int64, err error) {
	f := src.filter(Selection{Groups: []GroupName{g}})
	f.args[0] = from - 1
	if open {
		src.open(&f)
	}
	err = s.db.QueryRowContext(ctx, "SELECT r.id FROM "+src.from()+" WHERE "+f.sql+" ORDER BY r.id LIMIT 1", f.args...).Scan(&id)
	return id, err
}
