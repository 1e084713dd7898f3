package profile

import (
	"cmp"
	"slices"

	"linefeed/backend/load"
)

// A Match says how well a profile fits a file, and how the file's header differs. Its JSON
// is part of the program's contract.
type Match struct {
	Name  string  `json:"name"`
	Match float64 `json:"match"` // how much of both headers is the same: 1 for all of it

	Gone    []string      `json:"gone,omitempty"`    // fields that are not in the file
	Added   []string      `json:"added,omitempty"`   // fields of the file that the profile does not know
	Moved   []string      `json:"moved,omitempty"`   // fields that stand elsewhere among the others
	Renamed []load.Rename `json:"renamed,omitempty"` // are the same, but for case, blanks, hyphens, dots and underscores
	Likely  []load.Rename `json:"likely,omitempty"`  // added ones that may be those that are gone
}

// MatchTo returns how well p, of that name, fits a file with these fields.
func (p Profile) MatchTo(name string, fields []string) Match {
	m := load.MatchHeaders(p.Known(), fields)
	d := m.Diff()
	return Match{name, m.Share(), d.Gone, d.Added, d.Moved, d.Renamed, d.Likely}
}

// A profile is offered for a file if that much of both headers is the same, and at least
// that many fields are, or all.
const (
	leastShare  = 0.5
	leastCommon = 2
)

// mostOffered is the number of profiles that are offered.
const mostOffered = 5

// Offer returns the profiles for a file with these fields, the best first, of those that
// may says may be offered; nil for all. Those that can't be read are left out, and so are
// those of files without a header.
func (b *Book) Offer(fields []string, may func(Profile) bool) []Match {
	names, err := b.names()
	if err != nil {
		return nil
	}
	var all []Match
	for _, name := range names {
		p, err := b.Get(name)
		if err != nil || p.headerless() || may != nil && !may(p) {
			continue
		}
		m := load.MatchHeaders(p.Known(), fields)
		if share := m.Share(); share == 1 || share >= leastShare && m.Common() >= leastCommon {
			all = append(all, p.MatchTo(name, fields))
		}
	}
	slices.SortStableFunc(all, func(a, b Match) int { return cmp.Compare(b.Match, a.Match) })
	return all[:min(len(all), mostOffered)]
}
