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
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// Panicked has the log tell of p, which a screen has recovered from a panic, and returns its
// error. The engine may be what failed, or not be open: none is needed.
func Panicked(p any) error {
	if home, err := store.Home(); err == nil {
		what, stack := message.PanicNote(p)
		book, _ := logbook.Open(logFolder(home), os.Getenv(logbook.EnvLevel)) // without one there is only the error
		book.Error("the program has a mistake", "panic", what, "stack", stack)
		_ = book.Close()
	}
	return message.Panic(p)
}

func logFolder(home string) string { return filepath.Join(home, "logs") }

// openLog opens the log, and has it kept until the hub is closed. The program works
// without one.
func (e *Engine) openLog() {
	e.log, e.logErr = logbook.Open(logFolder(e.home), os.Getenv(logbook.EnvLevel))
	e.log.KeepCrash()
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
			if stack := message.StackOf(u.Error); stack != "" {
				attrs = append(attrs, "stack", stack)
			}
			if e.log.Enabled(context.Background(), slog.LevelDebug) { // it may have values of the file
				attrs = append(attrs, "error", u.Error)
			}
		}
	}
	e.log.Log(context.Background(), level, "import", attrs...)
}
