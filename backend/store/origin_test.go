package store

import (
	"reflect"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// What a reject says comes back with what it was made of: each its own, also
// beside others that say the same, or came from elsewhere.
func TestOrigins(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "job")
	log, err := s.RejectLog(t.Context(), "job")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	notes := []message.Note{
		message.New("wrong_fields", "fields_missing", "fields", 1, "want", 3, "n", 2, "name", "b"),
		message.New("wrong_fields", "fields_missing", "fields", 1, "want", 3, "n", 2, "name", `"c" <é>`),
		message.New("record_too_large", "raise_record", "most", 4096),
		message.New("quote_in_field", "quote_field"),
		message.New("quote_in_field", ""),
		message.Foreign("told by a trigger"),
		{Message: "an older one", Hint: "mend it"},
		message.New("quote_in_field", "quote_field"),
	}
	var all []load.Reject
	for i, n := range notes {
		all = append(all, load.Reject{Record: int64(i + 1), Code: load.CodeRefused, Note: n})
	}
	if err := log.Add(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	page, err := s.Rejects(t.Context(), RejectQuery{Job: "job"})
	if err != nil || len(page.Rejects) != len(notes) {
		t.Fatalf("%+v, %v", page, err)
	}
	for i, r := range page.Rejects {
		if got := (message.Note{Message: r.Message, Hint: r.Hint, Origin: r.Origin, Settings: r.Settings}); !reflect.DeepEqual(got, notes[i]) {
			t.Errorf("%d: %+v, want %+v", i, got, notes[i])
		}
	}
	if n := page.Rejects[2].Settings; len(n) != 1 || n[0].Name != "maxRecord" {
		t.Errorf("settings %+v", n)
	}
	found, err := s.Rejects(t.Context(), RejectQuery{Job: "job", Find: "instead of 3"})
	if err != nil || found.Total != 2 {
		t.Errorf("found %+v, %v", found, err)
	}
}
