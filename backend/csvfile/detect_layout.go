package csvfile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
)

// layout decides what stands above and below the records. The rows of best are
// those of the head behind the lines that are skipped already, skipped of them.
func (det *detector) layout(best *candidate, skipped int64, sep bool) {
	text := det.texts.head
	top := det.top(text, best)
	switch n := int(best.lineOf(top) - 1); {
	case det.d.SkipLines != nil:
		det.given("skipLines", fmt.Sprint(*det.d.SkipLines))
	case sep && n <= 1:
		det.number("skipLines", &det.d.SkipLines, 1, 1, "the first line names the delimiter")
	case best.fields == 0 && det.texts.whole && bytes.ContainsAny(text, " \t"):
		det.number("skipLines", &det.d.SkipLines, int(countLines(text)), 0.95, "all lines are blank")
	case n <= 0 || top >= len(best.rows):
		det.number("skipLines", &det.d.SkipLines, int(skipped), 0.95, "the first record is on the first line")
	default:
		det.number("skipLines", &det.d.SkipLines, n, 0.85, "%s above the first record with %s", standLines(n), count(best.fields, "field"))
		det.warn(Warning{Code: WarnPreamble, Line: 1, Message: notLoaded(n, "above")})
	}
	det.header(text, best, top)
	det.footer(best)
	det.tables(text, best, top)
	det.lineEnds(text)
	if det.texts.whole && best.good-*det.d.HeaderRows <= 0 {
		det.noRecords(best)
	}
}

// noRecords warns that the file holds none.
func (det *detector) noRecords(best *candidate) {
	w := Warning{Code: WarnNoRecords, Message: "there are no records after the header"}
	if best.fields == 0 {
		w.Message = "there are no records: nothing but blank lines"
		if len(det.texts.head) == 0 {
			w.Message = "there are no records: nothing but a byte order mark"
		}
	}
	det.warn(w)
}

// lineOf returns the physical line of row i.
func (c *candidate) lineOf(i int) int64 {
	if i < len(c.rows) {
		return c.rows[i].line
	}
	return 1
}

func standLines(n int) string {
	if n == 1 {
		return "1 line stands"
	}
	return fmt.Sprintf("%d lines stand", n)
}

// notLoaded says that n lines are no records.
func notLoaded(n int, where string) string {
	return fmt.Sprintf("%s %s the records, not loaded", count(n, "line"), where)
}

// cellsOf returns the values of row i.
func (c *candidate) cellsOf(text []byte, i int) []string { return c.values(text, c.rows[i]) }

func (c *candidate) values(text []byte, r row) []string {
	var s shape
	b := text[r.start:r.end]
	if c.grammar.parse(b, true, &s) != parsed {
		return nil
	}
	list := make([]string, len(s.fields))
	for j := range list {
		list[j] = string(s.field(b, j))
	}
	return list
}

// filled returns how many of the cells are not empty.
func filled(cells []string) int {
	n := 0
	for _, s := range cells {
		if s != "" {
			n++
		}
	}
	return n
}

// firstRow returns the index of the first row from i on that is not blank.
func (c *candidate) firstRow(i int) int {
	for i < len(c.rows) && c.rows[i].blank {
		i++
	}
	return i
}

func (c *candidate) nextRow(i int) int { return c.firstRow(i + 1) }

// footerWords are how lines begin that stand below a table.
var footerWords = regexp.MustCompile(`(?i)^\W*(total|totals|sum|summe|gesamt|subtotal|end of|eof|\(?\d+ (rows?|records?|lines?)|rows?:|records?:|count|source|generated|created|exported|printed|page|note|copyright|©|---|===|\*\*\*)`)

// footer decides how many lines at the end are no records.
func (det *detector) footer(best *candidate) {
	if det.d.FooterLines != nil {
		det.number("footerLines", &det.d.FooterLines, 0, 1, "")
		return
	}
	n := 0
	switch {
	case det.texts.whole:
		n = footerIn(det.texts.head, best.rows, best)
	case det.texts.end:
		n = best.footerOf(det.texts.parts[len(det.texts.parts)-1])
	case best.fields < 2:
	default:
		det.tail = (&candidate{delim: best.delim, grammar: best.grammar, fields: best.fields}).footerOf
		det.found("footerLines", "0", 0.5, "the end is not there to be looked at; lines like those of a footer are passed over when it is reached")
		return
	}
	if n == 0 {
		det.number("footerLines", &det.d.FooterLines, 0, 0.95, "the last lines are records")
		return
	}
	det.number("footerLines", &det.d.FooterLines, n, 0.8, "%s below the last record with %s", standLines(n), count(best.fields, "field"))
	det.warn(Warning{Code: WarnFooter, Message: notLoaded(n, "below")})
}

// footerLines is how many lines at most are looked at for a footer, and
// footerMost how many bytes.
const (
	footerLines = 20
	footerMost  = 64 << 10
)

// footerOf returns how many physical lines of the text, which is the end of the
// file, are the footer.
func (c *candidate) footerOf(text []byte) int {
	end := *c
	end.parse(text, true)
	return footerIn(text, end.rows, &end)
}

// footerIn returns how many physical lines there are behind the last record of
// the text, if they are no records that went wrong.
func footerIn(text []byte, rows []row, best *candidate) int {
	if best.fields < 2 {
		return 0
	}
	last := len(rows) - 1
	for last >= 0 && (rows[last].bad || rows[last].blank || rows[last].fields != best.fields) {
		last--
	}
	if last < 0 || len(rows)-last > footerLines {
		return 0
	}
	foot := false
	blank := false
	for _, r := range rows[last+1:] {
		b := bytes.TrimRight(text[r.start:r.end], "\r\n")
		switch {
		case r.blank:
			blank = true
		case r.bad || r.fields != 1 && !onlyFirst(b, best):
			return 0
		case blank || foot || footerWords.Match(b):
			foot = true
		default:
			return 0
		}
	}
	if !foot {
		return 0
	}
	return int(countLines(text[rows[last].end:]))
}

// onlyFirst reports whether all fields of the line but the first are empty.
func onlyFirst(line []byte, best *candidate) bool {
	i := bytes.Index(line, []byte(best.delim))
	return i > 0 && len(bytes.Trim(line[i:], best.delim+` "`)) == 0
}

// lineEnds notes how lines end.
func (det *detector) lineEnds(text []byte) {
	crlf := bytes.Count(text, []byte("\r\n"))
	lf := bytes.Count(text, []byte("\n")) - crlf
	cr := bytes.Count(text, []byte("\r")) - crlf
	kinds := []struct {
		name string
		n    int
	}{{"LF", lf}, {"CRLF", crlf}, {"CR", cr}}
	slices.SortStableFunc(kinds, func(a, b struct {
		name string
		n    int
	}) int {
		return b.n - a.n
	})
	all := lf + crlf + cr
	if all == 0 {
		det.found("lineEnd", "LF", 0.5, "there is only one line")
		return
	}
	det.found("lineEnd", kinds[0].name, float64(kinds[0].n)/float64(all), "%d of %s end with it", kinds[0].n, count(all, "line"))
	if kinds[0].n < all && *det.d.HeaderRows >= 0 {
		det.warn(Warning{Code: WarnLineEnds, Message: fmt.Sprintf("lines end in different ways: %d with %s, %d with %s", kinds[0].n, kinds[0].name, kinds[1].n, kinds[1].name), Hint: "LF, CRLF and CR all end a record outside of quotes"})
	}
}
