package cli

import (
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

// printNotes prints what was left out of a file and what may be wrong, each once:
//
//	not loaded  3 lines above the header: 1–3
//	            1 line with nothing in it: 12
//	as NULL     n/a in price, 3 times (--null '' leaves them as they are)
//	warning     line 12: the delimiter is not certain: look at the preview
func (s *screen) printNotes(v job.Summary) {
	var left, told []string
	for _, p := range v.PassedOver {
		if passedOverWords[p.Kind] == "" { // the header, which is not left out
			continue
		}
		if !slices.ContainsFunc(v.Warnings, func(w load.Warning) bool { return w.Hint != "" && sameNote(w, p) }) {
			left = append(left, passedOver(p))
		}
	}
	for i, w := range v.Warnings {
		text := warning(w.Line, w.Message, w.Hint)
		switch {
		case w.Hint == "" && slices.ContainsFunc(v.PassedOver, func(p csvfile.PassedOver) bool { return sameNote(w, p) }):
		case w.Code == job.WarnNoRecords && slices.ContainsFunc(v.Warnings[i+1:], func(o load.Warning) bool { return o.Code == w.Code }):
		case w.Code == job.WarnNotKept: // printed as an error already
		case slices.Contains(told, text):
		default:
			told = append(told, text)
		}
	}
	s.printNote("not loaded", left, s.dim)
	if len(v.Nulls) > 0 {
		s.printNote("as NULL", []string{takenForNull(v.Nulls)}, s.dim)
	}
	s.printNote("warning", told, s.amber)
}

// sameNote reports whether a warning says only that the lines of p were passed over.
func sameNote(w load.Warning, p csvfile.PassedOver) bool {
	return passedOverWords[p.Kind] != "" && w.Code == string(p.Kind)
}

// noteIndent is the column in which the texts of notes begin.
const noteIndent = 14

// printNote prints texts after a common label, each wrapped to the screen.
func (s *screen) printNote(word string, texts []string, paint func(string) string) {
	head := pad("  "+word, noteIndent)
	for _, text := range texts {
		for _, line := range wrap(visible(text), s.width()-noteIndent) {
			s.printf("%s\n", paint(head+line))
			head = strings.Repeat(" ", noteIndent)
		}
	}
}

// leastWidth is the narrowest width to which text is wrapped.
const leastWidth = 30

// wrap breaks text between words into lines of a width; a width below leastWidth leaves
// it on one line.
func wrap(text string, width int) (lines []string) {
	if width < leastWidth {
		return []string{text}
	}
	line := ""
	for _, word := range strings.Split(text, " ") {
		if line != "" && cells(line)+1+cells(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// passedOver describes lines of the file that are not records: "3 lines above the
// header: 1–3".
func passedOver(p csvfile.PassedOver) string {
	var spans []string
	var told int64
	for _, r := range p.Ranges {
		span := count(r.From)
		if r.To > r.From {
			span += "–" + count(r.To)
		}
		spans = append(spans, span)
		told += r.To - r.From + 1
	}
	text := count(p.Lines) + " lines " + passedOverWords[p.Kind]
	if p.Lines == 1 {
		text = "1 line " + passedOverWord[p.Kind]
	}
	text += ": " + strings.Join(spans, ", ")
	if told < p.Lines {
		text += " and more"
	}
	return text
}

// passedOverWords describe several lines that are not records, passedOverWord a single
// one.
var (
	passedOverWords = map[csvfile.SkipKind]string{
		csvfile.SkipPreamble: "above the header",
		csvfile.SkipBlank:    "with nothing in them",
		csvfile.SkipComment:  "of comments",
		csvfile.SkipFooter:   "below the records",
		csvfile.SkipRepeated: "that repeat the header",
	}
	passedOverWord = map[csvfile.SkipKind]string{
		csvfile.SkipPreamble: "above the header",
		csvfile.SkipBlank:    "with nothing in it",
		csvfile.SkipComment:  "of comment",
		csvfile.SkipFooter:   "below the records",
		csvfile.SkipRepeated: "that repeats the header",
	}
)
