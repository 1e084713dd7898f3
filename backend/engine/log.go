package engine

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/logbook"
)

// openLog opens the log, and has it kept until the hub is closed. The program works
// without one.
func (e *Engine) openLog() {
	e.log, e.logErr = logbook.Open(filepath.Join(e.home, "logs"), os.Getenv(logbook.EnvLevel))
	cursor, err := e.Hub.Follow("", "")
	if err != nil { // only a job can be unknown
		return
	}
	e.logging.Go(func() {
		for v := range cursor.Events(context.Background()) {
			if v.Kind == event.KindState {
				e.logState(v)
			}
		}
	})
}

// logState keeps what became of an import: with its counts and the IDs of messages, and
// with no value of its file, no path and no name of a table.
func (e *Engine) logState(v *event.Event) {
	var s struct {
		State   string       `json:"state"`
		Summary *job.Summary `json:"summary"`
	}
	if err := json.Unmarshal(v.Data, &s); err != nil {
		e.log.Error("an event is not understood", "job", v.Job)
		return
	}
	attrs := []any{"job", v.Job, "state", s.State}
	level := slog.LevelInfo
	if u := s.Summary; u != nil {
		attrs = append(attrs, "read", u.Read, "inserted", u.Inserted, "updated", u.Updated, "skipped", u.Skipped, "rejected", u.Rejected,
			"seconds", u.Seconds, "check", u.Check)
		if u.State == job.Failed {
			level = slog.LevelError
			ids := []string{}
			for _, r := range u.Reasons {
				ids = append(ids, string(r.MessageID))
			}
			attrs = append(attrs, "reasons", ids)
			if e.log.Enabled(context.Background(), slog.LevelDebug) { // it may have values of the file
				attrs = append(attrs, "error", u.Error)
			}
		}
	}
	e.log.Log(context.Background(), level, "import", attrs...)
}
