package csvfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/charset"
	"linefeed/backend/message"
)

// layout decides what is above and below the records. The rows of best are those
// of the head after the lines skipped already; skipped is their number.
func (det *detector) layout(best *candidate, skipped int64, sep bool) {
	text := det.texts.head
	top := det.top(text, best)
	switch n := int(best.lineOf(top) - 1); {
	case det.d.SkipLines != nil:
		det.given("skipLines", fmt.Sprint(*det.d.SkipLines))
	case sep && n <= 1:
		det.number("skipLines", &det.d.SkipLines, 1, 1, "the first line names the delimiter")
	case best.fields == 0 && det.texts.whole && bytes.ContainsAny(text, " \t"):
		det.number("skipLines", &det.d.SkipLines, int(charset.CountLines(text)), 0.95, "all lines are blank")
	case n <= 0 || top >= len(best.rows):
		det.number("skipLines", &det.d.SkipLines, int(skipped), 0.95, "the first record is on the first line")
	default:
		det.number("skipLines", &det.d.SkipLines, n, 0.85, "%s above the first record with %s", standLines(n), count(best.fields, "field"))
		det.warn(Warning{Code: WarnPreamble, Line: 1, Note: message.New("lines_above", "", "n", n)})
	}
	det.header(text, best, top)
	det.records(text, best, top)
	det.footer(best)
	det.tables(text, best, top)
	det.lineEnds(text, best.rows)
	if det.texts.whole && best.good-*det.d.HeaderRows <= 0 && !det.holdsRows(text, best, top) {
		det.noRecords(best)
	}
}

// holdsRows reports whether there are rows between the header, which begins at
// row top, and the footer: good records or bad ones.
func (det *detector) holdsRows(text []byte, best *candidate, top int) bool {
	i := best.firstRow(top)
	for range *det.d.HeaderRows {
		i = best.nextRow(i)
	}
	return i < len(best.rows) && best.rows[i].line <= charset.CountLines(text)-int64(*det.d.FooterLines)
}

// noRecords warns that the file has no records.
func (det *detector) noRecords(best *candidate) {
	note := message.New("only_header", "")
	if best.fields == 0 {
		note = message.New("only_blank", "")
		if len(det.texts.head) == 0 {
			note = message.New("only_mark", "")
		}
	}
	det.warn(Warning{Code: WarnNoRecords, Note: note})
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

// cellsOf returns the values of row i.
func (c *candidate) cellsOf(text []byte, i int) []string { return c.values(text, c.rows[i]) }

func (c *candidate) values(text []byte, r row) []string {
	var s shape
	b := text[r.start:r.end]
	if c.grammar.parse(b, true, &s) != parsed {
		return c.grammar.pieces(b[:charset.LineEnd(b, true)])
	}
	list := make([]string, len(s.fields))
	for j := range list {
		list[j] = string(s.field(b, j))
	}
	return list
}

// filled returns the number of cells that are not blank.
func filled(cells []string) int {
	n := 0
	for _, s := range cells {
		if strings.TrimSpace(s) != "" {
			n++
		}
	}
	return n
}

// namesSome reports whether the cells that are not empty may be names.
func namesSome(cells []string) bool {
	some := slices.DeleteFunc(slices.Clone(cells), func(s string) bool { return strings.TrimSpace(s) == "" })
	return nameRow(some)
}

// firstRow returns the index of the first row from i on that is not blank.
func (c *candidate) firstRow(i int) int {
	for i < len(c.rows) && c.rows[i].blank {
		i++
	}
	return i
}

func (c *candidate) nextRow(i int) int { return c.firstRow(i + 1) }

// lineEnds records how records end.
func (det *detector) lineEnds(text []byte, rows []row) {
	crlf, lf, cr := 0, 0, 0
	for _, r := range rows {
		switch b := text[r.start:r.end]; {
		case bytes.HasSuffix(b, []byte("\r\n")):
			crlf++
		case bytes.HasSuffix(b, []byte("\n")):
			lf++
		case bytes.HasSuffix(b, []byte("\r")):
			cr++
		}
	}
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
		det.warn(Warning{Code: WarnLineEnds, Note: message.New("line_ends", "all_end", "n", kinds[0].n, "end", kinds[0].name, "m", kinds[1].n, "other", kinds[1].name)})
	}
}
