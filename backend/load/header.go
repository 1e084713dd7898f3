package load

// A HeaderDiff says how the fields of a file differ from those of an earlier one. Its
// JSON is part of the program's contract.
type HeaderDiff struct {
	Moved   []string `json:"moved,omitempty"`   // stand elsewhere among the others
	Added   []string `json:"added,omitempty"`   // are new
	Gone    []string `json:"gone,omitempty"`    // are not there any more
	Renamed []Rename `json:"renamed,omitempty"` // are the same, but for case, blanks, hyphens, dots and underscores

	// Likely are fields that are added and may be those that are gone: their names are
	// nearly the same, or they stand between the same neighbours.
	Likely []Rename `json:"likely,omitempty"`
}

// A Rename is a field that has another name than before.
type Rename struct {
	Was string `json:"was"`
	Is  string `json:"is"`
}

// A HeaderMatch says which fields of a file are those of an earlier one.
type HeaderMatch struct {
	was, is []string
	now     []int // for each earlier field the index of the present one, or -1
	before  []int // for each present field the index of the earlier one, or -1
}

// MatchHeaders finds the fields of an earlier file, was, among those of another one, by
// their names: those that are equal first, then those that are more and more loosely
// alike, as [Map] does.
func MatchHeaders(was, is []string) HeaderMatch {
	m := HeaderMatch{was: was, is: is, now: none(len(was)), before: none(len(is))}
	for likeness := range likenesses {
		free := map[string][]int{} // present fields, by what they are alike in
		for i, name := range is {
			if key := nameKey(name, likeness); m.before[i] < 0 && key != "" {
				free[key] = append(free[key], i)
			}
		}
		for i, name := range was {
			key := nameKey(name, likeness)
			if m.now[i] >= 0 || len(free[key]) == 0 {
				continue
			}
			m.now[i] = free[key][0]
			m.before[m.now[i]] = i
			free[key] = free[key][1:]
		}
	}
	return m
}

func none(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = -1
	}
	return all
}

// Now returns the index of the earlier field i among the present ones, -1 if it is gone.
func (m HeaderMatch) Now(i int) int { return m.now[i] }

// Share returns how much of both headers is the same: from 0, for nothing, to 1.
func (m HeaderMatch) Share() float64 {
	if len(m.was) == 0 || len(m.is) == 0 {
		return 0
	}
	return float64(m.Common()) / float64(max(len(m.was), len(m.is)))
}

// Common returns the number of fields that are in both headers.
func (m HeaderMatch) Common() (n int) {
	for _, i := range m.now {
		if i >= 0 {
			n++
		}
	}
	return n
}

// Diff says how the headers differ.
func (m HeaderMatch) Diff() (d HeaderDiff) {
	stays := m.inOrder()
	for i, name := range m.is {
		switch was := m.before[i]; {
		case was < 0:
			d.Added = append(d.Added, name)
			continue
		case m.was[was] != name:
			d.Renamed = append(d.Renamed, Rename{m.was[was], name})
		}
		if !stays[i] {
			d.Moved = append(d.Moved, name)
		}
	}
	taken := make([]bool, len(m.is))
	for i, name := range m.was {
		if m.now[i] >= 0 {
			continue
		}
		d.Gone = append(d.Gone, name)
		if k := m.likely(i, taken); k >= 0 {
			taken[k] = true
			d.Likely = append(d.Likely, Rename{name, m.is[k]})
		}
	}
	return d
}

// likely returns the index of the added field that the earlier field i, which is gone,
// may have become; -1 for none.
func (m HeaderMatch) likely(i int, taken []bool) int {
	if len(m.was)*len(m.is) > mostCompared {
		return -1
	}
	name, between := words(m.was[i]), -1
	for k := range m.is {
		if m.before[k] >= 0 || taken[k] {
			continue
		}
		if near(name, words(m.is[k])) {
			return k
		}
		if between < 0 && m.follows(i-1, k-1) && m.follows(i+1, k+1) && len(m.is) > 1 {
			between = k
		}
	}
	return between
}

// follows reports whether the earlier field i is the present field k, or both headers
// have ended.
func (m HeaderMatch) follows(i, k int) bool {
	endWas, endIs := i < 0 || i >= len(m.was), k < 0 || k >= len(m.is)
	if endWas || endIs {
		return endWas == endIs
	}
	return m.now[i] == k
}

// inOrder returns which present fields have kept their order: as many as possible.
func (m HeaderMatch) inOrder() []bool {
	// The longest growing subsequence of the earlier places, by patience sorting.
	var tops []int // of each pile the present field on top
	below := none(len(m.is))
	for i, place := range m.before {
		if place < 0 {
			continue
		}
		low, high := 0, len(tops)
		for low < high {
			if mid := (low + high) / 2; m.before[tops[mid]] < place {
				low = mid + 1
			} else {
				high = mid
			}
		}
		if low > 0 {
			below[i] = tops[low-1]
		}
		if low == len(tops) {
			tops = append(tops, i)
		} else {
			tops[low] = i
		}
	}
	stays := make([]bool, len(m.is))
	if len(tops) > 0 {
		for i := tops[len(tops)-1]; i >= 0; i = below[i] {
			stays[i] = true
		}
	}
	return stays
}
