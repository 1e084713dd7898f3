package csvfile

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"linefeed/backend/charset"
	"linefeed/backend/message"
)

// footerWords match the beginning of a line below a table.
var footerWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\W*(total|totals|totaal|totale|sum|suma|soma|somme|summe|gesamt|quelle|fuente|fonte|bron|nota|hinweis|anmerkung|erstellt|stand:|subtotal|end of|eof|\(?\d+ (rows?|records?|lines?)|rows?:|records?:|count|source|generated|created|exported|printed|page|note|copyright|©|---|===|\*\*\*)`)
})

// footer decides how many lines at the end are a footer.
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
	det.warn(Warning{Code: WarnFooter, Note: message.New("lines_below", "", "n", n)})
}

// A footer is looked for in the last footerLines lines and footerMost bytes.
const (
	footerLines = 20
	footerMost  = 64 << 10
)

// footerOf returns the number of physical lines of the footer in text, which is
// the end of the file.
func (c *candidate) footerOf(text []byte) int {
	end := *c
	end.parse(text, true)
	return footerIn(text, end.rows, &end)
}

// footerIn returns the number of physical lines after the last record of the
// text, or 0 if they may be broken records.
func footerIn(text []byte, rows []row, best *candidate) int {
	if best.fields < 2 {
		return 0
	}
	cols := fullColumns(text, rows, best)
	last := len(rows) - 1
	for last >= 0 && (rows[last].bad || rows[last].blank || rows[last].fields != best.fields || padded(text, rows[last], best, cols)) {
		last--
	}
	if last < 0 || len(rows)-last > footerLines || tableIn(text, &candidate{grammar: best.grammar, rows: rows}, last+1, len(rows)) >= 0 {
		return 0
	}
	foot, blank := false, false
	from := 0 // the row before the footer
	for i := last + 1; i < len(rows); i++ {
		r := rows[i]
		b := bytes.TrimRight(text[r.start:r.end], "\r\n")
		switch {
		case r.blank:
			blank = true
		case r.bad:
			return 0
		case blank || foot || footerWords().Match(b) || r.fields == best.fields && unlike(best.values(text, r), cols):
			if r.fields != 1 && r.fields != best.fields && !onlyFirst(b, best) && !unlike(best.values(text, r), cols) && !(blank && aside(best.values(text, r), cols)) {
				return 0
			}
			foot = true
		case r.fields == best.fields:
			last, from = i, i // not a footer then, but a record with few values
		default:
			return 0
		}
	}
	if !foot {
		return 0
	}
	return int(charset.CountLines(text[rows[max(last, from)].end:]))
}

// fullColumns returns the columns of the records with values in most of their
// fields, without the first one, which may be the header.
func fullColumns(text []byte, rows []row, best *candidate) []column {
	cols := make([]column, best.fields)
	n := -1
	for _, r := range rows[max(0, len(rows)-cellRows):] {
		if r.bad || r.blank || r.fields != best.fields {
			continue
		}
		cells := best.values(text, r)
		if 2*filled(cells) <= best.fields {
			continue
		}
		if n++; n == 0 {
			continue
		}
		for j, s := range cells {
			cols[j].add(s)
		}
	}
	if n < 2 {
		return nil
	}
	for j := range cols {
		cols[j].finish(n)
	}
	return cols
}

// padded reports whether a row of the usual number of fields may be a line of the
// footer padded with delimiters: most of its fields are empty, some of them in
// columns that are never empty.
func padded(text []byte, r row, best *candidate, cols []column) bool {
	if cols == nil || best.fields < 3 {
		return false
	}
	cells := best.values(text, r)
	if strings.TrimSpace(cells[0]) == "" || 2*filled(cells) > best.fields {
		return false
	}
	always, missing := 0, 0
	for j := range cols {
		if cols[j].filled == cols[j].rows {
			always++
			if strings.TrimSpace(cells[j]) == "" {
				missing++
			}
		}
	}
	return missing > 0 && 2*missing >= always-1
}

// unlike reports whether the first cell is a text in a column of another kind.
func unlike(cells []string, cols []column) bool {
	if len(cols) == 0 || !cols[0].typed() {
		return false
	}
	kind := kindOf([]byte(cells[0]))
	return kind == cellText || kind == cellCode
}

// aside reports whether there are at most half as many cells as in a record, and
// none of them is of the kind of its column, where columns have kinds.
func aside(cells []string, cols []column) bool {
	agree, _ := likeness(cells, cols)
	typed := 0
	for j := range cols {
		if cols[j].typed() {
			typed++
		}
	}
	return agree == 0 && typed > 0 && 2*len(cells) <= len(cols)
}

// onlyFirst reports whether every field of the line but the first is empty.
func onlyFirst(line []byte, best *candidate) bool {
	i := bytes.Index(line, []byte(best.delim))
	return i > 0 && len(bytes.Trim(line[i:], best.delim+` "`)) == 0
}
