package cli

import (
	"bytes"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// TestNotes checks what a summary says besides the counts: all of it, once.
func TestNotes(t *testing.T) {
	preamble := csvfile.PassedOver{Kind: csvfile.SkipPreamble, Lines: 3, Ranges: []csvfile.Range{{From: 1, To: 3}}}
	for _, test := range []struct {
		name    string
		summary job.Summary
		want    string
	}{
		{"nothing", job.Summary{}, ""},
		{
			"lines, of which a warning tells too",
			job.Summary{
				PassedOver: []csvfile.PassedOver{preamble, {Kind: csvfile.SkipHeader, Lines: 1}, {Kind: csvfile.SkipBlank, Lines: 1, Ranges: []csvfile.Range{{From: 6, To: 6}}}},
				Warnings:   []load.Warning{{Code: csvfile.WarnPreamble, Line: 1, Note: message.Note{Message: "3 lines above the records, not loaded"}}},
			},
			"  not loaded  3 lines above the header: 1–3\n              1 line with nothing in it: 6\n",
		},
		{
			"lines, of which a warning tells more",
			job.Summary{PassedOver: []csvfile.PassedOver{preamble}, Warnings: []load.Warning{{Code: csvfile.WarnPreamble, Line: 1, Note: message.Note{Message: "3 lines", Hint: "look"}}}},
			"  warning     line 1: 3 lines: look\n",
		},
		{
			"warnings that are the same",
			job.Summary{Warnings: []load.Warning{
				{Code: csvfile.WarnUnsure, Note: message.Note{Message: "maybe"}}, {Code: csvfile.WarnUnsure, Note: message.Note{Message: "maybe"}}, {Code: csvfile.WarnUnsure, Note: message.Note{Message: "or not"}},
				{Code: csvfile.WarnNoRecords, Note: message.Note{Message: "no records"}}, {Code: job.WarnNoRecords, Note: message.Note{Message: "no records, no table"}},
				{Code: job.WarnNotKept, Note: message.Note{Message: "an error"}},
			}},
			"  warning     maybe\n              or not\n              no records, no table\n",
		},
	} {
		var out bytes.Buffer
		(&screen{w: &out}).printNotes(test.summary)
		if out.String() != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, &out, test.want)
		}
	}
}

func TestWrap(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	for width, want := range map[int]string{0: text, 10: text, 40: "one two three four five six seven eight|nine ten", 39: "one two three four five six seven eight|nine ten", 38: "one two three four five six seven|eight nine ten"} {
		if got := strings.Join(wrap(text, width), "|"); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
}
