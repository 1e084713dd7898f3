package value

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
)

// A locale writes numbers.
type locale struct{ point, group string }

var locales = []locale{
	{".", ""}, {",", ""}, {".", ","}, {",", "."}, {",", " "}, {",", "\u00a0"}, {",", "\u202f"}, {".", " "}, {".", "'"}, {".", "’"}, {",", "'"},
}

// write writes a canonical number.
func (l locale) write(canonical string) string {
	sign := ""
	if canonical[0] == '-' {
		sign, canonical = "-", canonical[1:]
	}
	whole, fraction, has := strings.Cut(canonical, ".")
	if l.group != "" {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + l.group + whole[i:]
		}
	}
	if has {
		return sign + whole + l.point + fraction
	}
	return sign + whole
}

// writtenColumn returns values as some program of some country would write
// them, and what they mean.
func writtenColumn(r *rand.Rand) (about string, texts, meanings []string) {
	n := 1 + r.IntN(200)
	put := func(text, meaning string) {
		texts, meanings = append(texts, text), append(meanings, meaning)
	}
	l := locales[r.IntN(len(locales))]
	start := time.Date(1970+r.IntN(60), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	span := []int{3, 40, 400, 10000}[r.IntN(4)]
	moment := func() time.Time {
		return start.AddDate(0, 0, r.IntN(span)).Add(time.Duration(r.IntN(86400)) * time.Second)
	}
	switch r.IntN(5) {
	case 0:
		about = fmt.Sprintf("integers with %q", l.group)
		most := []int{9, 1000, 100_000, 1 << 40}[r.IntN(4)]
		for range n {
			v := strconv.Itoa(r.IntN(most) - r.IntN(2)*r.IntN(most))
			put(l.write(v), v)
		}
	case 1:
		scale := 1 + r.IntN(4)
		about = fmt.Sprintf("decimals of %d with %q and %q", scale, l.group, l.point)
		most := []float64{1, 100, 10_000, 1e9}[r.IntN(4)]
		for range n {
			v := strconv.FormatFloat(r.Float64()*most, 'f', scale, 64)
			put(l.write(v), v)
		}
	case 2:
		unit := []string{"€", "$", "CHF", "kr"}[r.IntN(4)]
		about = fmt.Sprintf("amounts in %s with %q and %q", unit, l.group, l.point)
		for range n {
			v := strconv.FormatFloat(r.Float64()*20_000, 'f', 2, 64)
			put(l.write(v)+" "+unit, v)
		}
	case 3:
		layout := []string{"2006-01-02", "02.01.2006", "2.1.2006", "01/02/2006", "1/2/2006", "02/01/2006", "2/1/06", "02-01-2006", "2006/01/02",
			"02-Jan-2006", "2 January 2006", "Jan 2, 2006", "Mon, 02 Jan 2006", "02.01.06", "06/01/02"}[r.IntN(15)]
		about = "dates as " + layout
		for range n {
			v := moment()
			put(v.Format(layout), v.Format("2006-01-02"))
		}
	default:
		layout := []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "02.01.2006 15:04", "1/2/2006 3:04 PM", "02/01/2006 15:04:05",
			"2006/01/02 15:04", "02 Jan 2006 15:04:05"}[r.IntN(7)]
		about = "timestamps as " + layout
		for range n {
			v := moment()
			if !strings.Contains(layout, "05") {
				v = v.Truncate(time.Minute)
			}
			put(v.Format(layout), v.Format("2006-01-02 15:04:05"))
		}
	}
	return about, texts, meanings
}

// TestInferRoundTrip writes columns as the world does, and checks that what is
// inferred from them reads each value as what it meant, or asks; never that it
// reads one as something else.
func TestInferRoundTrip(t *testing.T) {
	const columns = 3000
	decided, asked, text := 0, 0, 0
	for seed := range uint64(columns) {
		about, texts, meanings := writtenColumn(rand.New(rand.NewPCG(seed, 1)))
		g := watched(t, "f", load.Plan{}, texts...)
		switch {
		case len(g.Ambiguous) > 0:
			asked++
			right := false
			for _, c := range g.Ambiguous {
				g.Column.Type, g.Column.Format = c.Type, c.Format
				right = right || misread(t, g.Column, texts, meanings) == ""
			}
			if !right {
				t.Errorf("seed %d, %s: none of %v is right; %s", seed, about, g.Ambiguous, g.Evidence)
			}
		case g.Column.Type == load.Text:
			text++
			if !strings.Contains(g.Evidence, "phone") {
				t.Errorf("seed %d, %s: %q: %s", seed, about, texts[0], g.Evidence)
			}
		default:
			decided++
			if wrong := misread(t, g.Column, texts, meanings); wrong != "" {
				t.Errorf("seed %d, %s: %s; %s", seed, about, wrong, g.Evidence)
			}
		}
	}
	t.Logf("%d decided, %d asked, %d text", decided, asked, text)
	if decided < columns*8/10 {
		t.Errorf("only %d of %d columns were decided", decided, columns)
	}
}

// misread says which value the column reads as something else than it means.
func misread(t *testing.T, c load.Column, texts, meanings []string) string {
	t.Helper()
	v, err := newConversion(c, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		arena, f := arenaWith(text)
		arena, cell, flt := v.convert(arena, f)
		if flt != nil {
			return fmt.Sprintf("%q is refused: %s", text, flt.Message)
		}
		if got := cellText(arena, cell); got != meanings[i] {
			return fmt.Sprintf("%q is read as %s, and means %s", text, got, meanings[i])
		}
	}
	return ""
}
