package store

import (
	"fmt"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A search ignores case in every alphabet.
func TestFind(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "job")
	log, err := s.RejectLog(t.Context(), "job")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var all []load.Reject
	for i, text := range []string{
		1: "ÄPFEL", 2: "äpfel", 3: "Журнал", 4: "ЖУРНАЛ 7", 5: "ΣΊΣΥΦΟΣ", 6: "σίσυφος", 7: "plain Text", 8: "", 9: "a\x00Ä", 10: "ä", 11: "300 \u212A", 12: "Ă",
	} {
		r := load.Reject{Line: int64(100 + i), Note: message.Foreign("m"), Column: "c", Value: text}
		if i == 2 {
			r.Message, r.Value = text, "m"
		}
		if i == 4 {
			r.Column, r.Value = text, "m"
		}
		all = append(all, r)
	}
	if err := log.Add(t.Context(), all[1:]); err != nil {
		t.Fatal(err)
	}
	for find, want := range map[string]string{
		"äpfel": "[1 2]", "ÄPFEL": "[1 2]", "Ä": "[1 2 9 10]", "ä": "[1 2 9 10]", "pFe": "[1 2]", "äpfelä": "[]",
		"журнал": "[3 4]", "Ж": "[3 4]", "ж": "[3 4]", "журнал 7": "[4]", "л 7": "[4]",
		"σίσυφος": "[5 6]", "ΣΊΣΥΦΟΣ": "[5 6]",
		"PLAIN t": "[7]", "plain texts": "[]", "k": "[11]", "K": "[11]", "\u212A": "[11]", "ă": "[12]",
		"111": "[11]", "11": "[]", // a line is found by the whole of its number
		"a": "[7 9]", "\xc3": "[]", "%": "[]", "_": "[]",
	} {
		page, err := s.Rejects(t.Context(), RejectQuery{Job: "job", Find: find})
		if err != nil {
			t.Fatal(err)
		}
		ids := []int64{}
		for _, r := range page.Rejects {
			ids = append(ids, r.ID)
		}
		if got := fmt.Sprint(ids); got != want || page.Total != int64(len(ids)) {
			t.Errorf("%q finds %s of %d, want %s", find, got, page.Total, want)
		}
	}
}
