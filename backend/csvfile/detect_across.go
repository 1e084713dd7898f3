package csvfile

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A series is cells across a row that names often form: rising numbers, years,
// letters, or the same word with a number.
type series struct {
	at       []int   // its fields
	strength float64 // evidence for names, if the rows below have no such series
	sort     int     // one of the sorts below
}

// A term is a cell that can be part of a series: a value and the text around it.
type term struct {
	before, after string
	value         float64
	letter        bool
}

// termOf makes a term of a cell.
func termOf(s string) (term, bool) {
	s = trimName(s)
	if isLetter(s) {
		before := "a"
		if s[0] < 'a' {
			before = "A"
		}
		return term{before, "", float64(s[0]), true}, true
	}
	if v, ok := plainNumber(s); ok {
		return term{value: v}, true
	}
	// The first number among letters. What follows may be another that goes with
	// it, as in 2019/20, or the same word.
	i := strings.IndexAny(s, "0123456789")
	if i < 0 || len(s) > 30 {
		return term{}, false
	}
	j := i
	for j < len(s) && '0' <= s[j] && s[j] <= '9' {
		j++
	}
	if j-i > 9 {
		return term{}, false
	}
	v, err := strconv.Atoi(s[i:j])
	if err != nil {
		return term{}, false
	}
	after := strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' {
			return '0'
		}
		return c
	}, s[j:])
	return term{before: s[:i], after: after, value: float64(v)}, true
}

// The sorts of series.
const (
	sortLetters = iota
	sortMixed   // numbers among letters
	sortYears
	sortSteps // numbers with the same step
	sortRising
	sorts
)

// seriesAcross returns the series of a row, which share no field. Empty cells do
// not interrupt a series.
func seriesAcross(cells []string) []series {
	var list []series
	var at []int
	var terms []term
	end := func() {
		if strength, sort := judgeSeries(terms); strength > 0 {
			list = append(list, series{slices.Clone(at), strength, sort})
		}
		at, terms = at[:0], terms[:0]
	}
	for j, s := range cells {
		if s == "" {
			continue
		}
		t, ok := termOf(s)
		if !ok {
			end()
			continue
		}
		if n := len(terms); n > 0 {
			last := terms[n-1]
			up := n == 1 || (terms[1].value > terms[0].value) == (t.value > last.value)
			if last.before != t.before || last.after != t.after || last.letter != t.letter || last.value == t.value || !up {
				end() // the last term does not begin another series
			}
		}
		at, terms = append(at, j), append(terms, t)
	}
	end()
	return list
}

// judgeSeries returns how much the terms, which go all up or all down, look like
// names, and of which sort they are.
func judgeSeries(terms []term) (strength float64, sort int) {
	n := len(terms)
	if n < 2 {
		return 0, 0
	}
	steady, years, whole := true, true, true
	step := terms[1].value - terms[0].value
	for i, t := range terms {
		whole = whole && t.value == math.Trunc(t.value)
		years = years && isYear(t.value)
		if i > 0 && t.value-terms[i-1].value != step {
			steady = false
		}
	}
	by := func(list ...float64) float64 { return list[min(n-2, len(list)-1)] }
	first := terms[0]
	switch plain := first.before == "" && first.after == ""; {
	case first.letter && steady && step == 1:
		return by(0.4, 1.2, 2), sortLetters
	case first.letter:
		return 0, sortLetters
	case !plain && steady:
		return by(0.6, 1.5, 2), sortMixed
	case !plain:
		return by(0, 0.5, 0.8, 1), sortMixed
	case years:
		return by(1, 1.8, 2.5), sortYears
	case steady && step == 1 && (first.value == 0 || first.value == 1):
		return by(0.4, 1.5, 2.5, 3), sortSteps
	case steady && whole:
		return by(0, 0.3, 1.5, 2), sortSteps
	}
	return by(0, 0, 0.4, 1, 1.5), sortRising
}

// class is the length of a series, for comparison: short ones of rising numbers
// are often a coincidence.
func (s *series) class() int {
	n := len(s.at)
	if s.sort == sortRising {
		n -= 2
	}
	return min(max(0, n-2), 2)
}
