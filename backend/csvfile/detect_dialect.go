package csvfile

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A row is a record of the sample under one candidate dialect.
type row struct {
	start, end    int // in the text
	line, endLine int64
	fields        int
	bad, blank    bool
}

// A candidate is a delimiter, a quote and an escape, and how well the sample
// fits them.
type candidate struct {
	delim, quote, escape string
	grammar              *grammar

	rows    []row
	fields  int     // in most records
	good    int     // records that have as many
	body    int     // records from the first of these to the last
	first   int     // index of the first of these
	last    int     // and of the last
	cells   float64 // 0 to 1: how much the values look like values
	moments float64 // 0 to 1: how many of them are dates or times
	score   float64
	quoted  int // fields in quotes
	escapes int // quotes that are escaped in them
}

// share is how many of the records in the body have the usual number of fields.
func (c *candidate) share() float64 {
	if c.body == 0 {
		return 0
	}
	return float64(c.good) / float64(c.body)
}

// scored is how much of the head each candidate is tried on, and cellRows how
// many rows of it have their cells looked at.
const (
	scored   = 64 << 10
	cellRows = 200
)

// layoutAndDialect decides all that is about text.
func (det *detector) layoutAndDialect() {
	text := det.texts.head
	sep := sepLine(text)
	body := text
	skip := 0
	switch {
	case det.d.SkipLines != nil:
		for range *det.d.SkipLines {
			n := lineEnd(body, true)
			body = body[n:]
			skip += n
		}
	case sep != "":
		skip = lineEnd(body, true)
		body = body[skip:]
	}
	best, others := det.choose(body, sep)
	if det.d.Comment == "" {
		best = det.comment(body, best)
	} else {
		det.given("comment", det.d.Comment)
	}
	// From here on over all of the head.
	best.parse(body, det.texts.whole)
	best.measure(body)
	det.settle(best, others, sep)
	line := countLines(text[:skip])
	for i := range best.rows {
		best.rows[i].start += skip
		best.rows[i].end += skip
		best.rows[i].line += line
		best.rows[i].endLine += line
	}
	det.layout(best, line, sep != "")
}

// sepLine returns the delimiter that the first line names, as spreadsheets
// read and write it: "sep=;".
func sepLine(text []byte) string {
	line := string(bytes.TrimRight(text[:lineEnd(text, true)], "\r\n"))
	line = strings.Trim(line, `"`)
	if len(line) > 4 && strings.EqualFold(line[:4], "sep=") && len(line) <= 4+maxDelimiter {
		return line[4:]
	}
	return ""
}

// choose returns the candidate that fits best and the best of every other
// delimiter.
func (det *detector) choose(text []byte, sep string) (*candidate, []*candidate) {
	part, whole := text, det.texts.whole
	if len(part) > scored {
		part, whole = part[:scored], false
		part = part[:lastLineEnd(part)]
	}
	var delims []string
	switch {
	case det.d.Delimiter != "":
		delims = []string{det.d.Delimiter}
	case sep != "":
		delims = []string{sep}
	default:
		delims = delimiters(part)
	}
	var list []*candidate
	for _, delim := range delims {
		var of *candidate
		for _, quote := range det.quotes(part, delim) {
			for _, escape := range det.escapes(part, delim, quote) {
				c := &candidate{delim: delim, quote: quote, escape: escape}
				d := Dialect{Delimiter: delim, Quote: quote, Escape: escape, Comment: det.d.Comment}
				if d.Comment == "" {
					d.Comment = None
				}
				c.grammar = d.grammar()
				c.parse(part, whole)
				c.measure(part)
				if of == nil || c.score > of.score {
					of = c
				}
			}
		}
		list = append(list, of)
	}
	slices.SortStableFunc(list, func(a, b *candidate) int { return cmp.Compare(b.score, a.score) })
	return list[0], list[1:]
}

// quotes returns the quotes to try, the usual one first.
func (det *detector) quotes(text []byte, delim string) []string {
	if det.d.Quote != "" {
		return []string{det.d.Quote}
	}
	list := []string{`"`}
	if bytes.Count(text, []byte("'")) >= 2 && !strings.Contains(delim, "'") {
		list = append(list, "'")
	}
	if bytes.IndexByte(text, '"') >= 0 {
		list = append(list, None)
	}
	return list
}

// escapes returns the escapes to try with the quote, the usual one first.
func (det *detector) escapes(text []byte, delim, quote string) []string {
	switch {
	case det.d.Escape != "":
		return []string{det.d.Escape}
	case strings.Contains(delim, `\`):
		return []string{quote}
	case quote == None && bytes.Contains(text, []byte(`\`+delim)),
		quote != None && bytes.Contains(text, []byte(`\`+quote)):
		return []string{quote, `\`}
	}
	return []string{quote}
}

// delimiters returns the delimiters that occur in the text, comma always.
func delimiters(text []byte) []string {
	list := []string{","}
	for _, s := range []string{";", "\t", "|", ":", "^", "~", " ", "\x01", "\x02", "\x1e", "\x1f", "¦", "§", "¬", ", ", "; "} {
		if bytes.Contains(text, []byte(s)) {
			list = append(list, s)
		}
	}
	// Runs of two to four marks, such as || and |~|.
	runs := map[string]int{}
	lines := 0
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && isMark(text[j]) {
			j++
		}
		if n := j - i; n >= 2 && n <= 4 {
			runs[string(text[i:j])]++
		}
		if j == i {
			if text[i] == '\n' {
				lines++
			}
			j++
		}
		i = j
	}
	var often []string
	for s, n := range runs {
		if n >= max(1, lines*2/5) && !slices.Contains(list, s) {
			often = append(often, s)
		}
	}
	slices.SortFunc(often, func(a, b string) int { return cmp.Or(cmp.Compare(runs[b], runs[a]), cmp.Compare(a, b)) })
	return append(list, often[:min(len(often), 6)]...)
}

// isMark reports whether c is a punctuation mark that a delimiter of several
// characters may be made of.
func isMark(c byte) bool {
	return strings.IndexByte("|;:~^#@&$%*!<>=+,\t", c) >= 0
}

// parse finds the rows of the text.
func (c *candidate) parse(text []byte, whole bool) {
	c.rows, c.quoted, c.escapes = nil, 0, 0
	var s shape
	line := int64(1)
	for at := 0; at < len(text); {
		b := text[at:]
		r := row{start: at, line: line}
		st := c.grammar.parse(b, whole, &s)
		if st == needMore {
			if len(b) < lookRecord/2 {
				return
			}
			st = broken
		}
		switch {
		case b[0] == '\n' || b[0] == '\r' || st == parsed && len(s.fields) == 1 && !s.fields[0].Quoted && len(bytes.TrimSpace(b[:s.end])) == 0:
			r.end, r.blank = at+lineEnd(b, true), true
		case len(c.grammar.comment) > 0 && bytes.HasPrefix(b, c.grammar.comment):
			n := lineEnd(b, true)
			at += n
			line++
			continue
		case st == parsed:
			r.end, r.fields = at+s.end, len(s.fields)
			for _, f := range s.fields {
				if f.Quoted {
					c.quoted++
					if f.Escaped {
						c.escapes++
					}
				}
			}
		default:
			n := lineEnd(b, true)
			r.end, r.bad, r.fields = at+n, true, c.grammar.lenient(b[:n])
			s.breaks = 0
		}
		r.endLine = line
		if st == parsed && !r.blank {
			r.endLine += int64(s.breaks)
		}
		line = r.endLine + 1
		at = r.end
		c.rows = append(c.rows, r)
	}
}

// measure finds the usual number of fields and the score.
func (c *candidate) measure(text []byte) {
	type span struct{ n, half, first, last int }
	counts := map[int]*span{}
	var index []int // of the rows that are not blank
	for i, r := range c.rows {
		if r.blank {
			continue
		}
		index = append(index, i)
		s := counts[r.fields]
		if s == nil {
			s = &span{first: -1}
			counts[r.fields] = s
		}
		s.last = len(index) - 1
		if r.bad {
			s.half++ // as its delimiters go, it has so many
			continue
		}
		if s.first < 0 {
			s.first = len(index) - 1
		}
		s.n++
	}
	best, fit := 0.0, 0.0
	c.fields, c.good, c.body, c.score = 0, 0, 0, 0
	for n, s := range counts {
		if s.n == 0 {
			continue
		}
		body := s.last - s.first + 1
		f := (float64(s.n) + 0.5*float64(s.half)) / (float64(body) + 0.5*float64(len(index)-body))
		value := min(f, 1) * (1 - 0.5/float64(s.n))
		if n == 1 {
			value *= 0.5
		}
		if value > best || value == best && n > c.fields {
			best, fit = value, min(f, 1)
			c.fields, c.good, c.body, c.first, c.last = n, s.n, body, index[s.first], index[s.last]
		}
	}
	if c.fields == 0 {
		return
	}
	c.cells = c.cellScore(text)
	c.score = fit * math.Sqrt(fit) * (0.15 + 0.85*c.cells) * c.prior()
}

// prior is how likely the delimiter is before anything is known.
func (c *candidate) prior() float64 {
	if c.fields == 1 {
		if c.moments > 0.7 {
			return 0.9 // what a colon or a space divides is a time
		}
		return 0.55
	}
	switch c.delim {
	case " ", ":": // in text everywhere, but seldom so many in each line
		switch {
		case c.fields == 2 && c.delim == " ":
			return 0.5
		case c.fields == 2:
			return 0.65
		case c.fields == 3 || c.good < 4:
			return 0.75
		}
		return 0.9
	case ",", "; ", ", ":
		return 0.97
	case ",,", ";;", "\t\t":
		return 0.8 // rather an empty field
	}
	return 1
}

// cellScore is how much the values look like values rather than like pieces or
// heaps of them.
func (c *candidate) cellScore(text []byte) float64 {
	var sum float64
	var n, moments int
	var s shape
	rows := 0
	for i := c.first; i <= c.last && rows < cellRows; i++ {
		r := c.rows[i]
		if r.bad || r.blank || r.fields != c.fields {
			continue
		}
		rows++
		c.grammar.parse(text[r.start:r.end], true, &s)
		for j, f := range s.fields {
			b := s.field(text[r.start:r.end], j)
			sum += c.cellValue(b, f.Quoted)
			n++
			if kindOf(b) == cellMoment {
				moments++
			}
		}
	}
	if n == 0 {
		return 0
	}
	c.moments = float64(moments) / float64(n)
	return sum / float64(n)
}

// cellValue is how much one value looks like one.
func (c *candidate) cellValue(b []byte, quoted bool) float64 {
	if quoted {
		return 0.95
	}
	switch kindOf(b) {
	case cellEmpty:
		return 0.6
	case cellNumber, cellMoment, cellWord:
		if c.fields > 1 && b[0] == ' ' {
			return 0.9
		}
		return 1
	case cellCode:
		return 0.9
	}
	v := 0.8
	if c.fields > 1 && b[0] == ' ' {
		v -= 0.15
	}
	if q := b[0]; (q == '"' || q == '\'') && len(b) > 1 {
		v -= 0.3
		if b[len(b)-1] == q {
			v -= 0.4
		}
	}
	quotes, colons := 0, 0
	for i, d := range b {
		switch d {
		case ';', '|', '\t', '^', '~', 0x01, 0x02, 0x1e, 0x1f:
			return math.Min(v, 0.3)
		case ',':
			if i+1 < len(b) && b[i+1] != ' ' {
				return math.Min(v, 0.35)
			}
			v = math.Min(v, 0.6)
		case '"':
			quotes++
		case ':':
			colons++
		}
	}
	if quotes > 0 {
		v = math.Min(v, 0.65) - 0.1*math.Min(float64(quotes), 4)
	}
	if colons > 1 {
		v = math.Min(v, 0.4)
	}
	return math.Max(v, 0.05)
}

// comment decides about comment lines, and returns the candidate that it was,
// or the one with comments taken out.
func (det *detector) comment(text []byte, best *candidate) *candidate {
	det.d.Comment = None
	for _, mark := range []string{"#", "//", "--", "%", "!"} {
		if strings.HasPrefix(best.delim, mark) {
			continue
		}
		n, fit := 0, 0
		for _, r := range best.rows {
			if bytes.HasPrefix(text[r.start:r.end], []byte(mark)) {
				n++
				if r.fields == best.fields && !r.bad {
					fit++
				}
			}
		}
		if n == 0 || 2*fit > n || fit > 0 && best.fields == 1 || best.good-fit < 1 {
			continue
		}
		det.d.Comment = mark
		det.found("comment", mark, 1-float64(fit)/float64(n)/2, "%s with %s and not with %s", lines(n, "begin"), mark, count(best.fields, "field"))
		with, _ := det.choose(text, best.delim)
		return with
	}
	det.found("comment", None, 0.9, "no lines that begin with a comment mark")
	return best
}

// lines returns "1 line begins", "2 lines begin".
func lines(n int, verb string) string {
	if n == 1 {
		return "1 line " + verb + "s"
	}
	return fmt.Sprintf("%d lines %s", n, verb)
}

// settle notes the delimiter, quote and escape.
func (det *detector) settle(best *candidate, others []*candidate, sep string) {
	records := fmt.Sprintf("%d of %s", best.good, count(best.body, "record"))
	have := "have"
	if best.good == 1 {
		have = "has"
	}
	switch {
	case det.d.Delimiter != "":
		det.given("delimiter", best.delim)
	case sep != "":
		det.found("delimiter", best.delim, 1, "the first line says sep=%s", best.delim)
	case best.fields <= 1:
		f := det.found("delimiter", best.delim, 0.5, "no delimiter gives the records the same number of fields: each is one field")
		f.Alternatives = alternatives(best, others)
	default:
		conf := best.share() * (1 - math.Exp(-float64(best.good)))
		if len(others) > 0 && others[0].score > 0 {
			conf *= min(1, 0.5+(best.score-others[0].score)/best.score)
		}
		f := det.found("delimiter", best.delim, conf, "%s, because %s %s %s", name(best.delim), records, have, count(best.fields, "field"))
		f.Alternatives = alternatives(best, others)
		if conf < 0.5 {
			det.warn(Warning{Code: WarnUnsure, Message: "the delimiter is not certain: it may be " + name(best.delim) + " or another", Hint: "look at the first records in the preview"})
		}
	}
	switch {
	case det.d.Quote != "":
		det.given("quote", best.quote)
	case best.quote == None:
		det.found("quote", None, 0.8, "quotes stand inside of fields, and do not surround any")
	case best.quoted > 0:
		det.found("quote", best.quote, 0.7+0.3*best.share(), "%s in it", stand(best.quoted))
	default:
		det.found("quote", best.quote, 0.6, "the usual one; none was seen")
	}
	switch {
	case det.d.Escape != "":
		det.given("escape", best.escape)
	case best.escape == `\`:
		det.found("escape", best.escape, 0.9, "backslashes stand before quotes or delimiters that do not end a field")
	case best.quote == None:
		det.found("escape", None, 0.9, "there are no quotes to escape")
	case best.escapes > 0:
		det.found("escape", best.escape, 0.95, "%s doubled quotes", countHave(best.escapes))
	default:
		det.found("escape", best.escape, 0.8, "the doubled quote is the usual way; none was seen")
	}
	det.d.Delimiter, det.d.Quote, det.d.Escape = best.delim, best.quote, best.escape
	if det.d.Escape == "" {
		det.d.Escape = None
	}
	best.grammar = det.d.grammar()
	det.fields = best.fields
	det.firm = best.good >= 3 && best.share() >= 0.9
}

func stand(n int) string {
	if n == 1 {
		return "1 field stands"
	}
	return fmt.Sprintf("%d fields stand", n)
}

func countHave(n int) string {
	if n == 1 {
		return "1 field has"
	}
	return fmt.Sprintf("%d fields have", n)
}

func alternatives(best *candidate, others []*candidate) []Alternative {
	var list []Alternative
	for _, c := range others {
		if c.fields > 1 && utf8.ValidString(c.delim) {
			list = append(list, Alternative{c.delim, math.Round(c.score/(best.score+c.score)*100) / 100})
		}
	}
	return sortAlternatives(list)
}
