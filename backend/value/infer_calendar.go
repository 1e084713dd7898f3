package value

import (
	"bytes"
	"fmt"
	"strings"
)

// A calendar is the years and days that dates with years of two digits turn
// out to have in one way of reading them. In the wrong one the years are the
// days of the month, all over the first third of the century, and the days
// are some few years.
type calendar struct {
	years [100]bool // from firstShortYear on
	days  [32]bool

	dates, late int64 // how many there are, and of days from the 13th on
	padded      bool  // one has a zero before the day or the month
}

// clear reports whether dates in which points stand are no codes of three numbers
// such as 1.6.20: zeros stand before days and months, or there are days enough
// that would be no months.
func (c *calendar) clear() bool { return c.padded || c.late > 0 && c.late*4 >= c.dates }

// firstShortYear is the first year that two digits can mean.
const firstShortYear = 1969

func (c *calendar) add(m *datetime, text []byte) {
	c.dates++
	if m.day > 12 {
		c.late++
	}
	c.padded = c.padded || text[0] == '0' || bytes.Contains(text, []byte(".0"))
	c.years[m.year-firstShortYear] = true
	c.days[m.day] = true
}

// span returns the first and the last year, and how many there are.
func (c *calendar) span() (first, last, n int) {
	for i, seen := range c.years {
		if !seen {
			continue
		}
		if n == 0 {
			first = firstShortYear + i
		}
		last = firstShortYear + i
		n++
	}
	return first, last, n
}

// regular reports whether all days are such as monthly figures have: the
// first, the middle or the end of the month.
func (c *calendar) regular() bool {
	for day, seen := range c.days {
		if seen && day != 1 && day != 15 && day < 28 {
			return false
		}
	}
	return true
}

const (
	fewYears  = 5  // of the right reading, at most
	manyYears = 20 // of the wrong one, at least

	// enoughDates is among how many dates all days of the month are seen.
	enoughDates = 20
)

// likelier says why the field's dates are to be read by c rather than by
// other, which can read them all as well; "" where nothing speaks for that.
func (w *fieldWatch) likelier(c, other *candidate) string {
	why := w.sparser(c, other)
	if why == "" || w.sparser(other, c) != "" {
		return ""
	}
	return why
}

func (w *fieldWatch) sparser(c, other *candidate) string {
	if c.calendar == nil || other.calendar == nil || w.values < enoughDates {
		return ""
	}
	first, last, n := c.calendar.span()
	wrongFirst, wrongLast, wrong := other.calendar.span()
	spread := n <= fewYears && wrong >= manyYears && !other.calendar.regular()
	// Dates with points hardly ever have the year first.
	future := strings.HasPrefix(c.skeleton, "#.#.#") && other.order == yearFirst && last <= w.forms.thisYear+1 && wrongLast > w.forms.thisYear+1
	if !spread && !future {
		return ""
	}
	return fmt.Sprintf("%s because the years are then %s, and %s otherwise", c.order, years(first, last), years(wrongFirst, wrongLast))
}

func years(first, last int) string {
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d to %d", first, last)
}
