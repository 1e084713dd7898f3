package csvfile

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"linefeed/backend/charset"
	"linefeed/backend/message"
)

// layoutAndDialect decides everything but the encoding.
func (det *detector) layoutAndDialect() {
	text := det.texts.head
	sep := sepLine(text)
	body := text
	skip := 0
	switch {
	case det.d.SkipLines != nil:
		for range *det.d.SkipLines {
			n := charset.LineEnd(body, true)
			body = body[n:]
			skip += n
		}
	case sep != "":
		skip = charset.LineEnd(body, true)
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
	if det.d.SkipLines == nil && det.d.Delimiter == "" && sep == "" {
		best = det.singleColumn(body, best)
	}
	best.firstTable(body)
	if det.d.SkipLines == nil {
		best.belowKeys(body)
	}
	det.settle(best, others, sep)
	line := charset.CountLines(text[:skip])
	for i := range best.rows {
		best.rows[i].start += skip
		best.rows[i].end += skip
		best.rows[i].line += line
		best.rows[i].endLine += line
	}
	det.layout(best, line, sep != "")
}

// sepLine returns the delimiter named in the first line, as spreadsheets read and
// write it: "sep=;".
func sepLine(text []byte) string {
	line := string(bytes.TrimRight(text[:charset.LineEnd(text, true)], "\r\n"))
	line = strings.Trim(line, `"`)
	if len(line) > 4 && strings.EqualFold(line[:4], "sep=") && len(line) <= 4+maxDelimiter {
		return line[4:]
	}
	return ""
}

// choose returns the best candidate, and the best one of every other delimiter.
func (det *detector) choose(text []byte, sep string) (*candidate, []*candidate) {
	whole := det.texts.whole
	part := text
	if len(part) > scored {
		part = part[:scored]
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
		for _, c := range det.variants(part, delim) {
			c.parseUpTo(text, whole, len(part))
			c.measure(text)
			of = better(of, c)
		}
		list = append(list, of)
	}
	// If one divides the first line into names, one that does not divide it at all
	// is unlikely.
	if slices.ContainsFunc(list, func(c *candidate) bool { return c.heads }) {
		for _, c := range list {
			if c.apart && c.fields > 1 {
				c.score *= 0.7
			}
		}
	}
	// Without its blank, a delimiter such as ", " may divide more records.
	for _, c := range list {
		if len(c.delim) == 2 && c.delim[1] == ' ' && slices.ContainsFunc(list, func(o *candidate) bool { return o.delim == c.delim[:1] && o.share() > c.share()+0.02 }) {
			c.score *= 0.6
		}
	}
	for {
		slices.SortStableFunc(list, func(a, b *candidate) int { return cmp.Compare(b.score, a.score) })
		if !list[0].lookWithinDatetimes(text) {
			break
		}
	}
	best := list[0]
	if best.unfinished(text, whole) != nil {
		best = slices.MaxFunc(list, func(a, b *candidate) int { return cmp.Compare(a.often(part), b.often(part)) })
	}
	others := slices.DeleteFunc(slices.Clone(list), func(c *candidate) bool { return c == best })
	if best.within > 0 && det.d.Delimiter == "" && sep == "" {
		best = undivided(part, whole && len(part) == len(text), best)
	}
	if best.fields == 1 && det.d.Delimiter == "" && sep == "" {
		best = undivided(part, whole && len(part) == len(text), best)
	}
	return det.refine(text, len(part), best), others
}

// variants returns the candidates of a delimiter, one for each quote and escape.
func (det *detector) variants(text []byte, delim string) []*candidate {
	var list []*candidate
	for _, quote := range det.quotes(text, delim) {
		for _, escape := range det.escapes(text, delim, quote) {
			d := Dialect{Delimiter: delim, Quote: quote, Escape: escape, Comment: det.d.Comment}
			if d.Comment == "" {
				d.Comment = None
			}
			list = append(list, &candidate{delim: delim, quote: quote, escape: escape, grammar: d.grammar()})
		}
	}
	return list
}

// better returns the better one of two candidates of the same delimiter. Quotes
// count as quotes if a field needs them, even if others are misplaced; otherwise,
// if they surround more fields than they break.
func better(a, b *candidate) *candidate {
	if a == nil {
		return b
	}
	switch {
	case a.quote == "'" && !a.surrounds() && a.score < 1.1*b.score:
		return b
	case b.quote == "'" && !b.surrounds() && b.score < 1.1*a.score:
		return a
	}
	with, without := a, b
	if a.quote == None {
		with, without = b, a
	}
	if with.quote == `"` && without.quote == None {
		if with.needs > 0 || with.quoted > 0 && with.quoted >= with.bad {
			return with
		}
		if with.bad > 0 {
			return without
		}
	}
	if b.score > a.score {
		return b
	}
	return a
}

// surrounds reports whether the quotes surround many fields, or those that need
// them: an apostrophe may also begin a word.
func (c *candidate) surrounds() bool {
	return c.quoted > 0 && (2*c.quoted >= c.good || c.needs > 0 && c.needs >= c.bad || c.bad == 0 && c.allQuoted)
}

// refine looks for the quote and the escape in the whole sample: the delimiter was
// found in its first part.
func (det *detector) refine(text []byte, looked int, best *candidate) *candidate {
	if looked == len(text) && len(det.texts.parts) == 0 {
		return best
	}
	all := bytes.Join(append([][]byte{text}, det.texts.parts...), nil)
	if best.quote == `"` && best.needs > 0 && len(det.escapes(all, best.delim, best.quote)) == 1 {
		return best // fields that need their quotes are proof enough
	}
	list := det.variants(all, best.delim)
	if len(list) == 1 {
		return best
	}
	var of *candidate
	for _, c := range list {
		c.within = best.within
		c.parse(all, det.texts.whole)
		c.measure(all)
		of = better(of, c)
	}
	if of.quote == best.quote && of.escape == best.escape || of.fields != best.fields {
		return best
	}
	of.parseUpTo(text, det.texts.whole, looked)
	of.measure(text)
	return of
}

// undivided returns a candidate of a single column, with a delimiter that does not
// occur in the text.
func undivided(text []byte, whole bool, c *candidate) *candidate {
	for _, delim := range []string{";", "\t", "|", "\x1f"} {
		if bytes.Contains(text, []byte(delim)) {
			continue
		}
		d := Dialect{Delimiter: delim, Quote: c.quote, Escape: c.escape, Comment: string(c.grammar.comment)}
		if d.Comment == "" {
			d.Comment = None
		}
		u := &candidate{delim: delim, quote: c.quote, escape: c.escape, grammar: d.grammar()}
		u.parse(text, whole)
		u.measure(text)
		if u.good > c.good || c.fields > 1 && u.score > c.score {
			return u
		}
	}
	return c
}

// singleColumn returns a candidate of a single column if the first line is one
// name, and c divides only what is below it, which has no names: then these are
// texts or numbers with a decimal comma, rather than a table below a title.
func (det *detector) singleColumn(text []byte, c *candidate) *candidate {
	i := c.firstRow(c.remarks(text))
	if c.fields < 2 || i+1 >= len(c.rows) || c.rows[i].bad || c.rows[i].fields != 1 || c.rows[i+1].blank {
		return c
	}
	name := string(bytes.TrimSpace(text[c.rows[i].start:c.rows[i].end]))
	if !isNameLike(name) && styleOf(name) != styleTitle && styleOf(name) != styleLower || strings.ContainsAny(name, " .:") || kindOf([]byte(name)) != cellText {
		return c
	}
	if c.fields > 2 && !isWeak(c.delim) && 2*bytes.Count(text, []byte(c.delim+" ")) < bytes.Count(text, []byte(c.delim)) {
		return c
	}
	if names, _ := headerEvidence(c.cellsOf(text, c.first), c.columns(text, c.nextRow(c.first), cellRows)); names >= sureOfHeader {
		return c
	}
	u := undivided(text, det.texts.whole, c)
	if u != c {
		det.warn(Warning{
			Code: WarnUnsure, Line: c.rows[i].line, Note: message.New("each_line_a_field", "set_delimiter", "name", name),
		})
	}
	return u
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
	case bytes.Contains(text, []byte(`\`+delim)), bytes.Contains(text, []byte("\\\n")), bytes.Contains(text, []byte("\\\r")),
		quote != None && bytes.Contains(text, []byte(`\`+quote)):
		return []string{quote, `\`}
	}
	return []string{quote}
}

// comment decides about comment lines, and returns best, or the best candidate
// without the comments.
func (det *detector) comment(text []byte, best *candidate) *candidate {
	det.d.Comment = None
	for _, mark := range commentMarks {
		if strings.HasPrefix(best.delim, mark) {
			continue
		}
		n, fit, header := 0, 0, false
		for i, r := range best.rows {
			if !bytes.HasPrefix(text[r.start:r.end], []byte(mark)) {
				continue
			}
			n++
			if r.fields == best.fields && !r.bad {
				fit++
				header = header || n == i+1 && markedHeader(text, best, i)
			}
		}
		if n == 0 || 2*fit > n && !header || fit > 0 && best.fields == 1 || best.good-fit < 1 && !header {
			continue
		}
		if header && best.fields > 1 {
			// Only lines above a header that begins with the mark as well.
			det.found("comment", None, 0.8, "the first record begins with %s, and so do only the lines above it", mark)
			return best
		}
		det.d.Comment = mark
		det.found("comment", mark, 1-float64(fit)/float64(n)/2, "%s with %s and not with %s", lines(n, "begin"), mark, count(best.fields, "field"))
		with, _ := det.choose(text, best.delim)
		with.keep = with.fields
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

// settle records the delimiter, quote and escape.
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
		list := alternatives(best, others)
		conf := 0.95
		if len(list) > 0 {
			conf = 1 - list[0].Confidence
		}
		f := det.found("delimiter", best.delim, conf, "no delimiter divides the records as well as taking each for one field")
		f.Alternatives = list
	default:
		conf := best.share() * (1 - math.Exp(-float64(best.good)))
		if len(others) > 0 && others[0].score > 0 {
			conf *= min(1, 0.5+(best.score-others[0].score)/best.score)
		}
		f := det.found("delimiter", best.delim, conf, "%s, because %s %s %s", name(best.delim), records, have, count(best.fields, "field"))
		f.Alternatives = alternatives(best, others)
		if conf < 0.5 {
			det.warn(Warning{Code: WarnUnsure, Note: message.New("delimiter_unsure", "look_at_records", "delimiter", name(best.delim))})
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
