package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
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

// A store of an earlier version is opened with all that it keeps.
func TestOlderStore(t *testing.T) {
	second := strings.Replace(tables, connections, "", 1)
	first, rest, _ := strings.Cut(second, "-- since version 2")
	_, rest, _ = strings.Cut(rest, ");")
	first = strings.TrimRight(strings.TrimSpace(first), ",") + ");" + rest
	for i, old := range []string{first, second} {
		home := t.TempDir()
		db, err := sql.Open("sqlite3", filepath.Join(home, fileName))
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			old,
			`INSERT INTO jobs (number, id, owner, state, file, request, created) VALUES (1, 'a', '', 'done', 'a.csv', '{}', '')`,
			`INSERT INTO rejects (id, time, record, line, end_line, "column", value, code, message, hint, raw)
				VALUES ((1 << 40) + 1, '', 1, 2, 2, 'price', 'x', 'not_a_number', 'not a number', 'mend it', x'780a')`,
			fmt.Sprintf(`PRAGMA user_version = %d`, i+1),
		} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // brought up to date, and as it is then
			s := open(t, home)
			page, err := s.Rejects(t.Context(), RejectQuery{Job: "a"})
			if err != nil || len(page.Rejects) != 1 || page.Rejects[0].Message != "not a number" || page.Rejects[0].Hint != "mend it" {
				t.Errorf("version %d: %+v, %v", i+1, page, err)
			}
			if all, err := s.Connections(t.Context()); err != nil || len(all) > 0 {
				t.Errorf("version %d: %+v, %v", i+1, all, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
