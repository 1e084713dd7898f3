package localapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"linefeed/backend/event"
)

// A parsed event is one that a client dispatches.
type parsed struct {
	id, name, data string // id is the last event ID at that time
}

// parseStream reads what has arrived of a stream, word by word as the WHATWG's HTML
// standard says (9.2.6, "Interpreting an event stream"). It returns the events, and the
// last event ID and the reconnection time that the client has afterwards, given the ID
// that it had.
func parseStream(text, lastID string) (events []parsed, id, retry string) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.TrimPrefix(text, "\uFEFF")
	var data, name string
	buffered := lastID
	for text != "" {
		end := strings.IndexAny(text, "\r\n")
		if end < 0 {
			break // "any pending data must be discarded"
		}
		line, rest := text[:end], text[end+1:]
		if text[end] == '\r' {
			rest = strings.TrimPrefix(rest, "\n")
		}
		text = rest
		if line == "" {
			lastID = buffered
			if data != "" {
				if name == "" {
					name = "message"
				}
				events = append(events, parsed{lastID, name, strings.TrimSuffix(data, "\n")})
			}
			data, name = "", ""
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			data += value + "\n"
		case "id":
			if !strings.Contains(value, "\x00") {
				buffered = value
			}
		case "retry":
			if value != "" && strings.Trim(value, "0123456789") == "" {
				retry = value
			}
		}
	}
	return events, lastID, retry
}

// The rules of the standard, each with what a client makes of it: what the other tests
// lean on.
func TestRulesOfTheStandard(t *testing.T) {
	message := func(data string) []parsed { return []parsed{{"", "message", data}} }
	for _, test := range []struct {
		rule, stream string
		want         []parsed
		id, retry    string
	}{
		{"lines end with LF", "data: a\n\n", message("a"), "", ""},
		{"lines end with CR", "data: a\r\r", message("a"), "", ""},
		{"lines end with CR LF", "data: a\r\n\r\n", message("a"), "", ""},
		{"line ends may be mixed", "data: a\r\ndata: b\ndata: c\r\r\n", message("a\nb\nc"), "", ""},
		{"a byte order mark is passed over", "\uFEFFdata: a\n\n", message("a"), "", ""},
		{"a second one is not", "\uFEFF\uFEFFdata: a\n\n", nil, "", ""},
		{"it is UTF-8, and what is none is replaced", "data: \xff\n\n", message("\uFFFD"), "", ""},
		{"a blank line dispatches", "data: a\n\ndata: b\n\n", append(message("a"), message("b")...), "", ""},
		{"what no blank line ends is dropped", "data: a\n\ndata: b\n", message("a"), "", ""},
		{"so is a line that does not end", "data: a\n\ndata: b", message("a"), "", ""},
		{"a line that begins with a colon is a comment", ": data: a\n:\n\n", nil, "", ""},
		{"a line without a colon is a field without a value", "data\n\n", message(""), "", ""},
		{"two of them are a line break", "data\ndata\n\n", message("\n"), "", ""},
		{"one blank after the colon is passed over", "data:a\n\ndata: a\n\ndata:  a\n\n", slices.Concat(message("a"), message("a"), message(" a")), "", ""},
		{"only the first colon separates", "data: a: b\n\n", message("a: b"), "", ""},
		{"data is put together line by line", "data: YHOO\ndata: +2\ndata: 10\n\n", message("YHOO\n+2\n10"), "", ""},
		{"without data nothing is dispatched", "event: a\nid: 1\n\n", nil, "1", ""},
		{"empty data is", "data:\n\n", message(""), "", ""},
		{"event names it", "event: add\ndata: 1\n\n", []parsed{{"", "add", "1"}}, "", ""},
		{"the last name counts", "event: add\nevent: remove\ndata: 1\n\n", []parsed{{"", "remove", "1"}}, "", ""},
		{"an empty name is message", "event:\ndata: 1\n\n", message("1"), "", ""},
		{"a name is for one event", "event: add\n\ndata: 1\n\n", message("1"), "", ""},
		{"names of fields have a case", "Data: a\nDATA: b\n\n", nil, "", ""},
		{"they have no blanks", " data: a\ndata : b\n\n", nil, "", ""},
		{"unknown fields are passed over", "colour: red\ndata: a\n\n", message("a"), "", ""},
		{"id sets the last event ID", "id: 1\ndata: a\n\n", []parsed{{"1", "message", "a"}}, "1", ""},
		{"it stays for events without one", "id: 1\ndata: a\n\ndata: b\n\n", []parsed{{"1", "message", "a"}, {"1", "message", "b"}}, "1", ""},
		{"an empty one resets it", "id: 1\ndata: a\n\nid\ndata: b\n\n", []parsed{{"1", "message", "a"}, {"", "message", "b"}}, "", ""},
		{"one with NUL is passed over", "id: 1\n\nid: 2\x00\ndata: a\n\n", []parsed{{"1", "message", "a"}}, "1", ""},
		{"it counts from the blank line on", "id: 1\ndata: a\n\nid: 2\ndata: b\n", []parsed{{"1", "message", "a"}}, "1", ""},
		{"retry sets the reconnection time", "retry: 1000\n\n", nil, "", "1000"},
		{"only if it is made of digits", "retry: 1000\nretry: 1s\nretry: -1\n\n", nil, "", "1000"},
		{"it is no event", "retry: 1\ndata: a\n\n", message("a"), "", "1"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			events, id, retry := parseStream(test.stream, "")
			if !slices.Equal(events, test.want) || id != test.id || retry != test.retry {
				t.Errorf("%q gives %q, the ID %q and the time %q, want %q, %q, %q", test.stream, events, id, retry, test.want, test.id, test.retry)
			}
		})
	}
	if _, id, _ := parseStream("data: a\n\n", "7"); id != "7" {
		t.Errorf("the ID of an earlier connection becomes %q", id)
	}
}

// wire is all that this server writes: the subset of the standard's grammar without
// carriage returns, bytes that are no text, or fields that a client could read in more
// than one way.
var wire = regexp.MustCompile(`^(:\n|(id: [a-z2-7]{8}-[0-9]+\n)?event: (progress|reject|state|gap)\ndata: [^\r\n\x00]+\n\n)*$`)

// Whatever stands in a file or a name, it comes out of the stream as it was.
func TestStreamConforms(t *testing.T) {
	b := newBench(t)
	texts := []string{
		"", " ", "plain", " begins with a blank", ": begins with a colon", "\uFEFFbegins with a mark",
		"line\nfeed", "carriage\rreturn", "both\r\n", "\n\n", "\r\r", "a\n\nid: evil-1\nevent: state\ndata: {}\n\n",
		"data: x", "NUL\x00", "\x1b[31m", "tab\t", `"quoted" \ and {"json":1}`, "<script>&amp;",
		"next\u0085line", "line\u2028separator", "paragraph\u2029", "👩‍🚀 é ﷽", "half \xf0\x9f\x91", "\xff\xfe", "\xed\xa0\x80", strings.Repeat("long ", 20_000),
	}
	b.hub.State("a", event.State{State: "running", Warnings: texts})
	for i, text := range texts {
		b.hub.Rejects("a", []event.Reject{{Line: int64(i), Column: text, Value: text, Message: text}})
	}
	b.hub.State("a", event.State{State: "done", Summary: map[string][]string{"texts": texts}, Ended: true})

	res := b.open(call{"GET", "/v1/imports/a/events", map[string]string{"Last-Event-ID": "another-1"}, nil})
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") || !strings.Contains(got, "no-transform") {
		t.Errorf("Cache-Control is %q", got)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(text) || !wire.Match(text) {
		t.Errorf("the stream is not of the form that it has to be: %.2000q", text)
	}
	events, id, _ := parseStream(string(text), "")
	if want := b.hub.ID(b.hub.Seq()); id != want || events[0].name != "gap" || events[0].id != "" {
		t.Errorf("it begins with %+v, and the last ID is %q, want a gap and %q", events[0], id, want)
	}
	var rejects []event.Reject
	for _, e := range events {
		var v struct {
			Rejects  []event.Reject
			Warnings []string
			Summary  map[string][]string
		}
		if err := json.Unmarshal([]byte(e.data), &v); err != nil {
			t.Fatalf("%v: %q", err, e.data)
		}
		rejects = append(rejects, v.Rejects...)
		for i, text := range append(v.Warnings, v.Summary["texts"]...) {
			if want := asJSON(t, texts[i%len(texts)]); text != want {
				t.Errorf("%.99q came as %.99q", want, text)
			}
		}
	}
	for i, r := range rejects {
		if want := asJSON(t, texts[i]); r.Column != want || r.Value != want || r.Message != want || r.Line != int64(i) {
			t.Errorf("of line %d, %.99q came as %+.999v", i, want, r)
		}
	}
	if len(rejects) != len(texts) {
		t.Errorf("%d rejects, want %d", len(rejects), len(texts))
	}
}

// asJSON returns what JSON makes of a text: what is no UTF-8 is replaced.
func asJSON(t *testing.T, text string) (back string) {
	t.Helper()
	b, err := json.Marshal(text)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// record follows a stream while things happen, step by step: each as soon as the state of
// the one before has arrived. It returns the stream.
func record(t *testing.T, b *bench, path, lastID string, steps ...func()) string {
	t.Helper()
	res := b.open(call{"GET", path, map[string]string{"Last-Event-ID": lastID}, nil})
	var text strings.Builder
	readEvents(t, io.TeeReader(res.Body, &text), func(e sent) bool {
		if e.name == "state" && len(steps) > 0 {
			steps[0]()
			steps = steps[1:]
		}
		return true
	})
	return text.String()
}

// A stream that is cut off at any byte, and goes on after the last ID that a client then
// has, has every state and reject once, and the latest progress.
func TestCutAtEveryByte(t *testing.T) {
	for _, test := range []struct {
		name, path string
		lastID     func(*event.Hub) string
	}{
		{"one import", "/v1/imports/a/events", func(*event.Hub) string { return "" }},
		{"all imports", "/v1/events", func(h *event.Hub) string { return h.ID(0) }},
		{"one import, after a restart", "/v1/imports/a/events", func(*event.Hub) string { return "another-9" }},
		{"all imports, after a restart", "/v1/events", func(*event.Hub) string { return "another-9" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			reject := func(line int64) { b.hub.Rejects("a", []event.Reject{{Line: line, Message: "é\n\nid: x"}}) }
			b.hub.State("a", event.State{State: "queued"})
			first := test.lastID(b.hub)
			text := record(t, b, test.path, first,
				func() {
					b.hub.State("b", event.State{State: "running"})
					reject(2)
					b.hub.Progress("a", struct{}{})
					b.hub.State("a", event.State{State: "running"})
				},
				func() { reject(3); b.hub.State("a", event.State{State: "paused"}) },
				func() { b.hub.Progress("a", struct{}{}); b.hub.State("a", event.State{State: "running"}) },
				func() {
					b.hub.Progress("b", struct{}{})
					b.hub.State("b", event.State{State: "done", Ended: true})
					b.hub.State("a", event.State{State: "done", Ended: true})
				},
				b.hub.Close, // which ends the stream of all imports
			)
			b.hub.Close()
			whole, _, _ := parseStream(text, first)
			answers := map[string]*recorder{} // by the last ID: nothing happens any more
			var last []parsed                 // that was checked
			for n := range len(text) + 1 {
				before, lastID, _ := parseStream(text[:n], first)
				answer := answers[lastID]
				if answer == nil {
					answer = b.resume(test.path, lastID)
					answers[lastID] = answer
				}
				after, _, _ := parseStream(answer.text.String(), lastID)
				if test.path != "/v1/events" && (answer.status == http.StatusNoContent) != (n == len(text)) {
					t.Errorf("cut at byte %d of %d: status %d", n, len(text), answer.status)
				}
				if got := slices.Concat(before, after); n == 0 || !slices.Equal(got, last) {
					checkResumed(t, fmt.Sprint("cut at byte ", n), whole, got)
					last = got
				}
			}
		})
	}
}

// checkResumed compares a stream that was cut off and resumed with the whole one.
func checkResumed(t *testing.T, when string, whole, got []parsed) {
	t.Helper()
	var want, states []string
	for _, e := range whole {
		if e.name == "state" || e.name == "reject" {
			want = append(want, e.id)
		}
	}
	last := map[string]string{} // the latest progress, by job
	for _, e := range whole {
		if e.name == "progress" {
			var d data
			if err := json.Unmarshal([]byte(e.data), &d); err != nil {
				t.Fatal(err)
			}
			last[d.Job] = e.id
		}
	}
	var seq uint64
	for _, e := range got {
		var d data
		if err := json.Unmarshal([]byte(e.data), &d); err != nil {
			t.Fatal(err)
		}
		if e.name == "gap" {
			continue
		}
		if d.Seq <= seq {
			t.Errorf("%s: event %d comes after %d", when, d.Seq, seq)
		}
		seq = d.Seq
		if e.name == "progress" {
			if last[d.Job] == e.id {
				delete(last, d.Job)
			}
			continue
		}
		states = append(states, e.id)
	}
	if !slices.Equal(states, want) {
		t.Errorf("%s: the states and rejects are %v, want %v", when, states, want)
	}
	if len(last) > 0 {
		t.Errorf("%s: the latest progress is missing: %v", when, last)
	}
}

// resume asks for the rest of a stream, that of all imports or of import a.
func (b *bench) resume(path, lastID string) *recorder {
	b.Helper()
	r := b.request(call{"GET", path, map[string]string{"Last-Event-ID": lastID}, nil})
	r = r.WithContext(context.WithValue(r.Context(), bearerKey{}, bearer{}))
	r.SetPathValue("id", "a")
	answer := &recorder{header: http.Header{}}
	var err error
	if path == "/v1/events" {
		err = b.server.getEvents(answer, r)
	} else {
		err = b.server.getImportEvents(answer, r)
	}
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	text   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.text.Write(b) }
func (r *recorder) Flush()                      {}
