package csvfile

import (
	"fmt"
	"math"
	"strings"

	"linefeed/backend/load"
)

// headerEvidence weighs whether cells name the columns below them: they do if it
// is above 0.
func headerEvidence(cells []string, cols []column) (float64, string) {
	sum := 0.3 // most files have one
	var pro, con []string
	weigh := func(s string, e float64) {
		sum += e
		switch {
		case e >= 0.3:
			pro = append(pro, s)
		case e <= -0.3:
			con = append(con, s)
		}
	}
	across := inSeries(cells, 0.8, cols)
	seen := map[string]bool{}
	empty := 0
	for j, s := range cells {
		if j >= len(cols) {
			break
		}
		c := &cols[j]
		s = trimName(s)
		if s == "" {
			switch empty++; {
			case j == 0 && c.counts():
				sum += 1.5 // a column of row numbers has no name
				empty--
			case c.typed() && j > 0:
				sum -= 0.3
			}
			continue
		}
		if seen[s] {
			sum -= 0.5
		}
		seen[s] = true
		if !across[j] {
			weigh(s, cellEvidence(s, c))
		}
		if isNameLike(s) && !c.nameLike() {
			weigh(s, 0.6)
		}
	}
	names, usual := strongest(cells, cols)
	for _, s := range names {
		weigh(cells[s.at[0]], s.strength)
	}
	for _, s := range usual {
		weigh(cells[s.at[0]], -0.8)
	}
	sum += farEvidence(cells, cols, across)
	if empty > 0 && sum > 0 {
		sum *= 0.8
	}
	if sum > 0 {
		if len(pro) > 0 {
			return sum, fmt.Sprintf("names, because %q is no value like those below it", pro[0])
		}
		return sum, "the first row differs from those below it"
	}
	if len(con) > 0 {
		return sum, fmt.Sprintf("no names, because %q is a value like those below it", con[0])
	}
	return sum, "the first row is like those below it"
}

// cellEvidence weighs whether s is the name of the column below it.
func cellEvidence(s string, c *column) float64 {
	kind := kindOf([]byte(s))
	value := kind == cellNumber || kind == cellDatetime || kind == cellWord
	switch {
	case c.filled == 0 && value:
		return -0.8
	case c.filled == 0:
		return 0
	case c.typed() && !value:
		return 1
	case c.typed() && kind == cellWord && c.kind != cellWord:
		if load.IsUsualNullSign([]byte(s)) {
			return -0.3
		}
		return 0.8 // yes or n above numbers
	case c.kind == cellWord && kind == cellWord && !c.values[s]:
		return -0.2 // of other words
	case c.typed() && kind == c.kind:
		if v, ok := plainNumber(s); ok && v != math.Trunc(v) && c.whole && c.numbers == c.filled && c.numbers >= 3 {
			return 0 // a fraction above whole numbers
		}
		return -1.3
	case c.typed():
		return 0.5 // a number above dates, or a date above numbers
	case c.values[s] && len(c.values) == 1:
		return -0.7
	case c.values[s]:
		return -1
	}
	return textEvidence(s, kind, c)
}

// textEvidence weighs a cell above a column of text.
func textEvidence(s string, kind cellKind, c *column) float64 {
	e := 0.0
	switch {
	case kind == cellNumber || kind == cellDatetime:
		if c.kinds[kind] == 0 && c.filled >= 3 {
			return -0.2
		}
		return -0.6
	case c.kind == cellCode && kind == cellText:
		e += 0.7
	case c.kind == cellCode && kind == cellCode:
		e -= 0.3
	}
	switch {
	case c.same > 0 && c.filled >= 5 && c.same != len(s):
		e += 0.5
	case c.same > 0 && c.filled >= 3 && c.same != len(s):
		e += 0.15
	case c.same > 0 && c.filled >= 5 && !c.unlike(s):
		e -= 0.3
	}
	if c.shaped(s) {
		e -= 0.8
	}
	words := len(strings.Fields(s))
	if words > 1 && strings.ContainsAny(s[len(s)-1:], ".!;,") {
		e -= 0.4 // a sentence
	}
	switch {
	case strings.ContainsAny(s, "@") || len(s) > 60:
		e -= 0.6
	case c.filled >= 3 && len(s) > c.longest && words > 4:
		e -= 0.6 // names are shorter than values
	case c.average > 25 && len(s) < 20:
		e += 0.4
	case c.filled >= 5 && words == 1 && c.blanks*5 >= c.filled*4:
		e += 0.3
	}
	switch {
	case c.unlike(s):
		e += 0.4
	case c.filled >= 5 && styleOf(s) == styleCamel && c.styles[styleCamel]*2 > c.filled:
		e -= 0.3
	}
	if strings.Contains(s, "_") && !strings.Contains(s, " ") {
		e += 0.3
	}
	if c.filled >= 10 && len(c.values)*4 < c.filled {
		e += 0.4 // the same few values again and again, and this is not one of them
	}
	return e
}

// strongest returns the series across the row that the rows below lack, and those
// that they have too.
func strongest(cells []string, cols []column) (names, usual []series) {
	if len(cols) == 0 || cols[0].rows == 0 {
		return nil, nil
	}
	for _, s := range seriesAcross(cells) {
		most, filled, years, inside := 0, 0, 0, 0
		for _, j := range s.at {
			if j >= len(cols) {
				break
			}
			have := 0 // rows with a series as long
			for _, n := range cols[j].across[s.sort][s.class():] {
				have += n
			}
			most = max(most, have)
			if v, ok := plainNumber(cells[j]); ok && !isYear(v) && cols[j].kind == cellNumber && (v == math.Trunc(v) || !cols[j].whole) && v >= cols[j].least && v <= cols[j].most && (!padsZero(cells[j]) || cols[j].zeros()) {
				inside++
			}
			filled += cols[j].filled
			years += cols[j].years
		}
		if 5*most > cols[0].rows || 2*years > filled {
			usual = append(usual, s)
			continue
		}
		if 2*inside > len(s.at) && s.strength < 2.5 {
			s.strength *= 0.4 // values like those below, which rise by coincidence
		}
		names = append(names, s)
	}
	return names, usual
}

// padsZero reports whether a number begins with a redundant zero.
func padsZero(s string) bool {
	return len(s) > 1 && s[0] == '0' && '0' <= s[1] && s[1] <= '9'
}

// inSeries reports for each cell whether it is part of a series of at least that
// strength which the rows below lack. Without cols there are no such rows.
func inSeries(cells []string, strength float64, cols []column) []bool {
	in := make([]bool, len(cells))
	list := seriesAcross(cells)
	if cols != nil {
		list, _ = strongest(cells, cols)
	}
	for _, s := range list {
		for _, j := range s.at {
			in[j] = s.strength >= strength
		}
	}
	return in
}

// farEvidence weighs numbers that are far from all values below them. If all
// numbers of the row are, that is no coincidence.
func farEvidence(cells []string, cols []column, across []bool) float64 {
	far, near := 0, 0
	for j, s := range cells {
		switch {
		case j >= len(cols) || cols[j].kind != cellNumber || kindOf([]byte(s)) != cellNumber:
		case cols[j].far(s):
			if !across[j] {
				far++
			}
		case !across[j]:
			near++
		}
	}
	switch {
	case near > 0:
		return 0
	case far >= 3:
		return 1.3*float64(far) + min(2, 0.4*float64(far)) // cancels what counted against names, and more
	}
	return 0.8 * float64(far)
}
