package cli

import (
	"fmt"
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// mostReasons is the number of reasons for rejects that a summary lists.
const mostReasons = 10

// printSummary prints what a job found and did, whether it can go on, the reasons for its
// rejects, and what to do next.
func printSummary(s *screen, v job.Summary, resumable bool, reasons []job.RejectCount) {
	if len(v.Guesses) > 0 {
		s.printColumns(v.Guesses)
	}
	s.printf("%s\n", outcome(s, v, resumable))
	s.printNotes(v)
	if v.Rejected == 0 {
		return
	}
	t := newTable("", "", "", "")
	t.alignRight(1)
	var rest int64
	word := pad("rejected", noteIndent-len("  ")-len(gap)) // aligned with the labels of notes
	for i, r := range reasons {
		if i < mostReasons {
			t.add(word, count(r.Count), words(string(r.Code)), r.Column)
			word = ""
		} else {
			rest += r.Count
		}
	}
	if rest > 0 {
		t.add(word, count(rest), "for other reasons", "")
	}
	t.print(s, "  ", 0)
	of := v.Job
	if v.Of != "" {
		of = v.Of
	}
	s.printf("%s\n", s.dim("what and why:  linefeed rejects "+v.Job+" --format list"))
	mend := "to mend them:  linefeed rejects " + of + " > rejected.csv"
	if !v.Check {
		mend = "to mend them:  linefeed rejects " + of + " --save rejected.csv, then: linefeed retry " + of + " rejected.csv; or by rules: linefeed retry --help"
	}
	s.printf("%s\n", s.dim(mend))
}

// outcome says in one line what happened to the records, and whether the job can go on.
func outcome(s *screen, v job.Summary, resumable bool) string {
	loaded := v.Inserted + v.Updated
	var head string
	rest := []string{}
	add := func(n int64, what string) {
		if n > 0 {
			rest = append(rest, count(n)+" "+what)
		}
	}
	switch {
	case v.State == job.Done && v.Check:
		head = fmt.Sprintf("%s of %s can be loaded", count(loaded), records(v.Read))
	case v.State == job.Done:
		head = fmt.Sprintf("%s of %s loaded into %s", count(loaded), records(v.Read), v.Table)
	case loaded > 0:
		head = fmt.Sprintf("%s before the end: %s of the %s read so far were loaded into %s and stay there",
			v.State, count(loaded), records(v.Read), v.Table)
	default:
		head = fmt.Sprintf("%s before the end: nothing was loaded", v.State)
	}
	head += " in " + seconds(v.Seconds)
	add(v.Updated, "of them updated")
	add(v.Skipped, "skipped")
	add(v.RolledBack, "undone")
	add(v.Padded, "mended by --ragged pad")
	if v.Rejected > 0 {
		rest = append(rest, s.red(count(v.Rejected)+" rejected"))
	}
	if resumable && loaded > 0 {
		rest = append(rest, "`linefeed resume "+v.Job+"` goes on")
	}
	if v.Of != "" && v.Open != nil {
		rest = append(rest, fmt.Sprintf("%s of job %s still open", count(*v.Open), v.Of))
	}
	return strings.Join(append([]string{s.bold(head)}, rest...), "; ")
}

// mostSigns is the number of texts taken for NULL that a summary lists.
const mostSigns = 10

// takenForNull lists the texts that were taken for NULL, and how often: "NA in temp, 12
// times".
func takenForNull(signs []load.SignCount) string {
	var list []string
	var rest int64
	for i, n := range signs {
		if i < mostSigns {
			times := count(n.Count) + " times"
			if n.Count == 1 {
				times = "once"
			}
			list = append(list, fmt.Sprintf("%s in %s, %s", n.Text, n.Column, times))
		} else {
			rest += n.Count
		}
	}
	if rest > 0 {
		list = append(list, "and others, "+count(rest)+" times")
	}
	return strings.Join(list, "; ") + " (--null '' leaves them as they are)"
}

// words turns a code into words: "not a number".
func words(code string) string { return strings.ReplaceAll(code, "_", " ") }
