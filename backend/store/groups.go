package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// A GroupQuery selects a page of the groups of a job's rejects, the largest first.
type GroupQuery struct {
	Job    string `json:"job"`
	Open   bool   `json:"open"`             // only rejects that are open
	Values bool   `json:"values"`           // by value, too
	Code   string `json:"code"`             // only those with this code
	Column string `json:"column"`           // only those in this column
	Find   string `json:"find"`             // only those with this text in their value, ignoring case
	Sample int64  `json:"sample,omitempty"` // only among the first that many of the log; 0 for all
	Offset int64  `json:"offset"`           // the number of groups to skip
	Limit  int    `json:"limit"`            // at most; 0 is 100
}

// A RejectGroup is the number of rejects with the same code, column and value, by
// their latest reason.
type RejectGroup struct {
	Code   load.Code `json:"code"`
	Column string    `json:"column"`
	Value  *string   `json:"value,omitempty"` // only if the groups are by value
	Count  int64     `json:"count"`
	First  int64     `json:"first,omitempty"` // the id of the first of them
}

// A GroupPage is the answer to a GroupQuery.
type GroupPage struct {
	Groups  []RejectGroup `json:"groups"`
	Total   int64         `json:"total"`   // the number of groups
	Rejects int64         `json:"rejects"` // the number of rejects in them

	// Missing is the number of the job's rejects that can't be read, as the store is
	// damaged, and that may be in no group.
	Missing int64 `json:"missing,omitempty"`
}

// RejectGroups returns a page of the groups of a job's rejects. By value, or with a text to
// find, it reads all of the job's rejects, or the sample, about a million in a second;
// otherwise only those about which something was done.
func (s *Store) RejectGroups(ctx context.Context, q GroupQuery) (GroupPage, error) {
	page := GroupPage{Groups: []RejectGroup{}}
	src, err := s.source(ctx, q.Job)
	if err != nil {
		return page, err
	}
	var groups []countedGroup
	known := false
	if !q.Values && q.Find == "" && q.Sample == 0 {
		groups, known, err = s.knownGroups(ctx, src, q)
	}
	if !known && err == nil {
		if page.Missing, err = s.missing(ctx, src); err != nil {
			return page, err
		}
		groups, err = s.tallied(ctx, src, q)
	}
	if err != nil {
		return page, s.reading("group the rejects", err)
	}
	page.Total = int64(len(groups))
	for _, g := range groups {
		page.Rejects += g.count
	}
	at := min(max(q.Offset, 0), page.Total)
	most := cmp.Or(max(q.Limit, 0), 100)
	groups = groups[at:min(page.Total, at+int64(min(most, maxPage)))]
	low, _ := idRange(src.number)
	for _, g := range groups {
		v := RejectGroup{Count: g.count, First: g.id - low}
		var value string
		err := s.db.QueryRowContext(ctx, "SELECT "+src.latest("code")+", "+src.latest(`"column"`)+", "+src.latest("value")+" FROM "+src.from()+" WHERE r.id = ?", g.id).
			Scan(&v.Code, &v.Column, &value)
		if err != nil {
			return page, s.reading("group the rejects", err)
		}
		if q.Values {
			v.Value = &value
		}
		page.Groups = append(page.Groups, v)
	}
	return page, nil
}

// tallied returns the groups of a job's rejects, the largest first, by a look at them all.
func (s *Store) tallied(ctx context.Context, src source, q GroupQuery) ([]countedGroup, error) {
	f := src.filter(Selection{Code: q.Code, Column: q.Column})
	if q.Sample > 0 {
		low, high := idRange(src.number)
		f.args[1] = min(high, low+q.Sample+1)
	}
	if q.Open {
		src.open(&f)
	}
	if q.Find != "" {
		f.and("linefeed_holds(?, "+src.latest("value")+")", findPattern(q.Find))
	}
	by := []string{"r.id", src.latest("code"), src.latest(`"column"`)}
	if q.Values {
		by = append(by, src.latest("value"))
	}
	return s.tally(ctx, strings.Join(by, ", "), src.from(), f)
}

// tally counts rows that have the same texts; the first expression of what is the id of
// each. The most frequent come first.
func (s *Store) tally(ctx context.Context, what, from string, f filter) ([]countedGroup, error) {
	var blob []byte
	err := s.db.QueryRowContext(ctx, "SELECT linefeed_tally("+what+") FROM "+from+" WHERE "+f.sql, f.args...).Scan(&blob)
	return counted(blob), err
}

// A countedGroup is an entry of what linefeed_tally returns.
type countedGroup struct{ id, count int64 }

// counted returns the entries of what linefeed_tally returned, the largest first.
func counted(blob []byte) []countedGroup {
	groups := make([]countedGroup, len(blob)/16)
	for i := range groups {
		groups[i] = countedGroup{int64(binary.NativeEndian.Uint64(blob[16*i:])), int64(binary.NativeEndian.Uint64(blob[16*i+8:]))}
	}
	slices.SortFunc(groups, largerFirst)
	return groups
}

func largerFirst(a, b countedGroup) int {
	return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.id, b.id))
}
