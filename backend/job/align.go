package job

import (
	"bytes"
	"slices"
	"sort"
)

// mostCompared is the number of bytes of a record by which its likeness to others is
// measured.
const mostCompared = 4 << 10

// An aligner finds which records of one list are in another, mended or not, by their
// order, their hashes, and where these differ by the likeness of their texts.
type aligner struct {
	a, b        []uint64 // the hashes of their texts
	left, right func(i int) ([]byte, error)
}

// align returns for each record of a the index of the one of b that it is, -1 for
// none. The indexes rise.
func (l *aligner) align() ([]int, error) {
	to := make([]int, len(l.a))
	for i := range to {
		to[i] = -1
	}
	i, j := 0, 0
	for _, anchor := range append(l.anchors(), [2]int{len(l.a), len(l.b)}) {
		if err := l.between(to, i, anchor[0], j, anchor[1]); err != nil {
			return nil, err
		}
		if i, j = anchor[0]+1, anchor[1]+1; anchor[0] < len(l.a) {
			to[anchor[0]] = anchor[1]
		}
	}
	return to, nil
}

// anchors returns pairs of equal records that are the only ones of their text in
// both lists: as many as are in the same order in both.
func (l *aligner) anchors() [][2]int {
	type place struct{ a, b, countA, countB int }
	places := make(map[uint64]*place, len(l.a))
	for i, h := range l.a {
		if p := places[h]; p != nil {
			p.countA++
		} else {
			places[h] = &place{a: i, countA: 1}
		}
	}
	for j, h := range l.b {
		if p := places[h]; p != nil {
			p.b = j
			p.countB++
		}
	}
	// The longest rising run of places in b, by patience sorting.
	var pairs [][2]int
	var before, ends []int // indexes into pairs
	for i, h := range l.a {
		p := places[h]
		if p.a != i || p.countA != 1 || p.countB != 1 {
			continue
		}
		at := sort.Search(len(ends), func(k int) bool { return pairs[ends[k]][1] >= p.b })
		previous := -1
		if at > 0 {
			previous = ends[at-1]
		}
		pairs, before = append(pairs, [2]int{i, p.b}), append(before, previous)
		if at == len(ends) {
			ends = append(ends, 0)
		}
		ends[at] = len(pairs) - 1
	}
	var run [][2]int
	if len(ends) > 0 {
		for k := ends[len(ends)-1]; k >= 0; k = before[k] {
			run = append(run, pairs[k])
		}
	}
	slices.Reverse(run)
	return run
}

// between aligns a[i:n] with b[j:m].
func (l *aligner) between(to []int, i, n, j, m int) error {
	for i < n && j < m && l.a[i] == l.b[j] {
		to[i] = j
		i, j = i+1, j+1
	}
	for i < n && j < m && l.a[n-1] == l.b[m-1] {
		n, m = n-1, m-1
		to[n] = m
	}
	if n-i == m-j { // all of them were changed, none is gone
		for ; i < n; i, j = i+1, j+1 {
			to[i] = j
		}
		return nil
	}
	for i < n && j < m {
		w, v := min(n-i, alignAtOnce), min(m-j, alignAtOnce)
		pairs, err := l.likeliest(i, i+w, j, j+v)
		if err != nil {
			return err
		}
		if w < n-i || v < m-j { // what comes after them may fit better to the last ones
			pairs = pairs[:(len(pairs)+1)/2]
		}
		if len(pairs) == 0 {
			i, j = i+w/2+1, j+v/2+1
			continue
		}
		for _, p := range pairs {
			to[p[0]] = p[1]
		}
		last := pairs[len(pairs)-1]
		i, j = last[0]+1, last[1]+1
	}
	return nil
}

const (
	// alignAtOnce is the number of records that are compared with as many others.
	alignAtOnce = 300
	// leastLikeness is how like a mended record is to itself.
	leastLikeness = 0.2
)

// likeliest returns the pairs of a[i:n] and b[j:m] in order whose likeness in all is
// the greatest.
func (l *aligner) likeliest(i, n, j, m int) ([][2]int, error) {
	lefts, rights := make([][]byte, n-i), make([][]byte, m-j)
	var err error
	for k := range lefts {
		if lefts[k], err = l.left(i + k); err != nil {
			return nil, err
		}
	}
	for k := range rights {
		if rights[k], err = l.right(j + k); err != nil {
			return nil, err
		}
	}
	wide := len(rights) + 1
	best := make([]float32, (len(lefts)+1)*wide) // of lefts[x:] and rights[y:]
	alike := make([]float32, len(lefts)*len(rights))
	for x := len(lefts) - 1; x >= 0; x-- {
		for y := len(rights) - 1; y >= 0; y-- {
			v := likenessOf(lefts[x], rights[y])
			alike[x*len(rights)+y] = v
			b := max(best[(x+1)*wide+y], best[x*wide+y+1])
			if v >= leastLikeness {
				b = max(b, v+best[(x+1)*wide+y+1])
			}
			best[x*wide+y] = b
		}
	}
	var pairs [][2]int
	for x, y := 0, 0; x < len(lefts) && y < len(rights); {
		v := alike[x*len(rights)+y]
		switch b := best[x*wide+y]; {
		case v >= leastLikeness && b == v+best[(x+1)*wide+y+1]:
			pairs = append(pairs, [2]int{i + x, j + y})
			x, y = x+1, y+1
		case b == best[(x+1)*wide+y]:
			x++
		default:
			y++
		}
	}
	return pairs, nil
}

// likenessOf returns how much of two texts is equal at their beginnings and their
// ends, from 0 to 1.
func likenessOf(a, b []byte) float32 {
	a, b = bytes.TrimRight(a, "\r\n"), bytes.TrimRight(b, "\r\n")
	longest, shortest := max(len(a), len(b)), min(len(a), len(b))
	if longest == 0 {
		return 1
	}
	n := 0
	for n < shortest && a[n] == b[n] {
		n++
	}
	k := 0
	for k < shortest-n && a[len(a)-1-k] == b[len(b)-1-k] {
		k++
	}
	return float32(n+k) / float32(longest)
}
