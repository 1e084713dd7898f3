package csvfile

import (
	"bytes"
	"regexp"
	"sync"
)

// datetimes matches dates and times as they occur in text, those of mail too: a
// delimiter within one does not divide a record.
var datetimes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]+\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?( ?[ap]m\b)?( ?[-+]\d{2}:?\d{2})?` +
		`|\b\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[ap]m\b)?` +
		`|\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +\d{1,2}\.? +\pL{3,9}\.? +\d{4}( +\d{1,2}:\d{2}(:\d{2})?( +([-+]\d{4}|[a-z]{3,4}\b))?)?` +
		`|\b(mon|tue|wed|thu|fri|sat|sun)[a-z]* +(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* +\d{1,2} +\d{1,2}:\d{2}:\d{2}( +[a-z]{3,4})?( +\d{4})?` +
		`|\b\d{1,2}\.? +(jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\pL{0,6}\.?,? +\d{4}( +\d{1,2}:\d{2}(:\d{2})?)?` +
		`|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? +\d{1,2}, +\d{4}` +
		`|\b(hh?:mm(:ss)?|[hm]{1,2}:[ms]{1,2})\b`)
})

// lookWithinDatetimes looks for the delimiter within dates and times, once for
// each candidate: it is slow, so only the one about to be chosen is asked. It
// reports whether the score has fallen.
func (c *candidate) lookWithinDatetimes(text []byte) bool {
	if c.looked || c.fields < 2 {
		return false
	}
	c.looked = true
	spaced := c.delim[0] == ',' && 5*bytes.Count(text, []byte(", ")) > 2*bytes.Count(text, []byte(","))
	if !spaced && !isWeak(c.delim) {
		return false
	}
	share := c.withinDatetimes(text)
	if share <= 0.4 {
		return false
	}
	c.within = share
	c.score *= 1 - 0.7*share
	return true
}

// withinDatetimes returns the share of the delimiters in the records that are
// within dates and times: 0 to 1.
func (c *candidate) withinDatetimes(text []byte) float64 {
	const rows = 30
	all, within, n := 0, 0, 0
	delim := []byte(c.delim)
	for i := c.first; i <= c.last && n < rows; i++ {
		r := c.rows[i]
		if r.bad || r.blank || r.fields != c.fields {
			continue
		}
		n++
		b := text[r.start:min(r.end, r.start+300)]
		all += bytes.Count(b, delim)
		for _, m := range datetimes().FindAllIndex(b, -1) {
			within += bytes.Count(b[m[0]:m[1]], delim)
		}
	}
	if all == 0 {
		return 0
	}
	return float64(within) / float64(all)
}
