package event

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/message"
)

// A Kind is the kind of an event: its name in SSE and in the window.
type Kind string

// The kinds of events.
const (
	KindProgress Kind = "progress" // how far a job is; only the latest of each job is kept
	KindReject   Kind = "reject"   // records that were not loaded
	KindState    Kind = "state"    // a job has changed its state
	KindGap      Kind = "gap"      // events are missing here: they are no longer kept
	KindReauth   Kind = "reauth"   // the stream ends here: its bearer has to show a fresh token
)

// An Event is one publication. It is shared by all subscribers and must not be
// changed.
type Event struct {
	// ID is what a subscriber passes to [Hub.Follow] to continue after this
	// event: "<epoch>-<seq>", short ASCII, see [Hub.ID]. It is empty for a gap,
	// after which one can't continue, and for a reauth, which is of one stream alone:
	// one continues after the event before it.
	ID   string
	Seq  uint64 // grows with every event of the hub, and so for each job too
	Kind Kind
	Job  string

	// Data is the event as one line of JSON, an object that begins with
	// "job", "seq" and "time".
	Data json.RawMessage

	// Text is the event in a stream of server-sent events, as the WHATWG's HTML
	// standard defines it: its ID, kind and data, each a field on a line of its own, and
	// the blank line that ends it.
	Text []byte

	log *jobLog
}

// A State is published when a job changes its state.
type State struct {
	State string `json:"state"`
	// Summary is null until the job has ended.
	Summary any `json:"summary"`
	// Warnings are published before the first record is loaded. The summary
	// repeats them.
	Warnings any `json:"warnings,omitempty"`
	// Ended says that no event follows, unless the job is started again.
	Ended bool `json:"-"`
	// Again says that the job was started before. If the hub does not know of that, events
	// of the job are missing.
	Again bool `json:"-"`
}

// A Reject is a record that was not loaded, as in the stream and the local API.
type Reject struct {
	Time    Time   `json:"time"`
	Record  int64  `json:"record"`
	Line    int64  `json:"line"`
	EndLine int64  `json:"endLine"`
	Column  string `json:"column"`
	Value   string `json:"value"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	message.Origin
	Settings []message.Setting `json:"settings,omitempty"` // those that the hint is about

	MendedLine int64 `json:"mendedLine,omitempty"` // of a retry, the line in the mended file; 0 for none
}

// Time is encoded in JSON as RFC 3339 in UTC, with milliseconds.
type Time struct{ time.Time }

const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(timeFormat)+2)
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeFormat)
	return append(b, '"'), nil
}

// encode returns v as a JSON object on one line. A value that encoding/json
// can't encode becomes an object with the error: an odd event is better than a
// missing one.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		buf.Reset()
		enc.Encode(map[string]string{"error": "encode event: " + err.Error()}) //nolint:errcheck // strings always encode
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})
}

// newEvent makes an event of the JSON object body, which gets job, seq and time as its
// first members. Neither an ID nor a kind nor JSON on one line has a line break, which
// alone would have to be kept out of a field.
func newEvent(id string, seq uint64, k Kind, job string, now time.Time, body []byte) *Event {
	name, _ := json.Marshal(job) // a string always encodes
	b := make([]byte, 0, len(id)+len(k)+len(name)+len(body)+100)
	if id != "" {
		b = append(b, "id: "...)
		b = append(b, id...)
		b = append(b, '\n')
	}
	b = append(b, "event: "...)
	b = append(b, k...)
	b = append(b, "\ndata: "...)
	begin := len(b)
	b = append(b, `{"job":`...)
	b = append(b, name...)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"time":"`...)
	b = now.UTC().AppendFormat(b, timeFormat)
	b = append(b, '"')
	if rest := body[1:]; len(rest) > 1 {
		b = append(b, ',')
		b = append(b, rest...)
	} else {
		b = append(b, '}')
	}
	end := len(b)
	b = append(b, "\n\n"...)
	return &Event{ID: id, Seq: seq, Kind: k, Job: job, Data: b[begin:end:end], Text: b}
}

// ID returns the ID of event number seq of this hub. All events come after
// number 0.
func (h *Hub) ID(seq uint64) string {
	return h.epoch + "-" + strconv.FormatUint(seq, 10)
}

// parseID returns the number in an ID, and whether the ID is of this hub.
// Hub.mu is held.
func (h *Hub) parseID(id string) (seq uint64, ok bool) {
	digits, ok := strings.CutPrefix(id, h.epoch+"-")
	if !ok {
		return 0, false
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	return seq, err == nil && seq <= h.seq
}
