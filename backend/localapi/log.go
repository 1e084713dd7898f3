package localapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"linefeed/backend/message"
)

// A logged handler has the log tell of each request, at debug: with its route instead of
// its path, and with no parameter, no token and nothing of a body. That requests are refused
// is told at warn, by the reason alone. It turns a panic of next into an answer.
type logged struct {
	log      *slog.Logger
	refusals *refusals
	next     http.Handler
}

// An entry is what the log tells of a request.
type entry struct {
	http.ResponseWriter
	status  int
	bytes   int64  // of the answer's body
	route   string // "" where there is none
	who     string // "" for nobody who was let in
	refused string // why the request was not let in
}

type entryKey struct{}

// entryOf returns the entry of a request.
func entryOf(r *http.Request) *entry {
	if e, ok := r.Context().Value(entryKey{}).(*entry); ok {
		return e
	}
	return &entry{} // of a handler without a log
}

func (l *logged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun, e := time.Now(), &entry{ResponseWriter: w}
	defer func() {
		p := recover()
		if err, ok := p.(error); p != nil && !(ok && errors.Is(err, http.ErrAbortHandler)) {
			what, stack := message.PanicNote(p)
			l.log.Error("the program has a mistake", "route", e.route, "panic", what, "stack", stack)
			if e.status == 0 {
				problem{
					Status: http.StatusInternalServerError,
					Detail: "the program has a mistake, please report it",
					Hint:   "`linefeed diagnostics` says what it knows of it",
				}.write(e)
				p = nil
			} else {
				p = http.ErrAbortHandler // the client is to see that it is not the whole answer
			}
		}
		if e.refused != "" {
			l.refusals.add(e.refused)
		}
		l.log.LogAttrs(context.Background(), slog.LevelDebug, "request", slog.String("method", r.Method), slog.String("route", e.route),
			slog.Int("status", e.status), slog.Int64("ms", time.Since(begun).Milliseconds()), slog.Int64("bytes", e.bytes), slog.String("who", e.who))
		if p != nil {
			panic(p)
		}
	}()
	l.next.ServeHTTP(e, r.WithContext(context.WithValue(r.Context(), entryKey{}, e)))
}

func (e *entry) WriteHeader(status int) {
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

func (e *entry) Write(b []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(b)
	e.bytes += int64(n)
	return n, err
}

// Unwrap is for [http.ResponseController].
func (e *entry) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// tellEvery is how often the log tells that requests are refused for the same reason.
const tellEvery = time.Minute

// refusals count the requests that are refused, by reason, and have the log tell the first
// one at once, and how many more there were no more often than every minute.
type refusals struct {
	log *slog.Logger

	mu  sync.Mutex
	all map[string]*refused
}

type refused struct {
	untold int
	next   time.Time // when the log may tell it again
}

func (f *refusals) add(reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.all[reason]
	if one == nil {
		one = &refused{}
		f.all[reason] = one
	}
	one.untold++
	if now := time.Now(); now.After(one.next) {
		one.next = now.Add(tellEvery)
		f.tell(reason, one)
	}
}

func (f *refusals) tell(reason string, one *refused) {
	f.log.Warn("the local API refuses requests", "reason", reason, "times", one.untold)
	one.untold = 0
}

// close has the log tell what it did not tell yet.
func (f *refusals) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for reason, one := range f.all {
		if one.untold > 0 {
			f.tell(reason, one)
		}
	}
}
