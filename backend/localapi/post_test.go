package localapi

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"linefeed/backend/event"
	"linefeed/backend/job"
)

// rows returns the number of rows of a table of an SQLite file.
func (b *bench) rows(file, table string) (n int) {
	b.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(b.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// plan returns the JSON of a plan that creates the table.
func plan(table string) string {
	return fmt.Sprintf(`{"table":%q,"create":true,"columns":%s}`, table, columns)
}

// query returns the query for a body that is a CSV file.
func (b *bench) query(pairs ...string) string {
	q := url.Values{"target": {b.path("out.db")}, "table": {"articles"}, "create": {"true"}, "columnTypes": {"price=decimal"}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

// ended waits for the end of an import.
func (b *bench) ended(id string) job.Summary {
	b.Helper()
	s, err := b.runner.Wait(b.Context(), id)
	if err != nil {
		b.Errorf("import %s: %v", id, err)
	}
	return s
}

// One request sends a file, and the answer is its events.
func TestImportAndWatchInOneRequest(t *testing.T) {
	b := newBench(t)
	body, contentType := form(t,
		[2]string{"plan", plan("articles")}, [2]string{"target", b.path("out.db")}, [2]string{"file@my articles.csv", articles(1000)})
	res := b.open(call{"POST", "/v1/imports", map[string]string{"Content-Type": contentType, "Accept": "text/event-stream", "Origin": pageOrigin}, body})
	if got := res.Header.Get("Access-Control-Allow-Origin"); got != pageOrigin {
		t.Errorf("the allowed origin is %q", got)
	}
	id := strings.TrimPrefix(res.Header.Get("Location"), "/v1/imports/")

	var states []string
	var percent float64
	var last data
	var rejects, seq uint64
	for _, e := range all(t, res.Body) {
		last = e.decode(t)
		if last.Job != id || last.Seq <= seq || last.Time == "" {
			t.Errorf("event %s of %q after number %d: %s", e.name, id, seq, e.data)
		}
		seq = last.Seq
		switch e.name {
		case "state":
			states = append(states, last.State)
		case "progress":
			if last.Percent != nil && *last.Percent < percent {
				t.Errorf("the percentage fell from %v: %s", percent, e.data)
			} else if last.Percent != nil {
				percent = *last.Percent
			}
		case "reject":
			for _, r := range last.Rejects {
				if rejects++; uint64(r.Line) != 10*rejects+1 || r.Column != "price" || r.Value != "soon" || r.Time.IsZero() {
					t.Errorf("reject %d is %+v", rejects, r)
				}
			}
			rejects += uint64(last.More)
		}
	}
	if got := strings.Join(states, " "); got != "queued running done" {
		t.Errorf("the states are %s", got)
	}
	if percent != 100 || rejects != 100 || last.Summary == nil || last.Summary.Inserted != 900 || !last.Summary.Balanced {
		t.Errorf("%v %%, %d rejects, the summary %+v", percent, rejects, last.Summary)
	}
	if filepath.Base(last.Summary.File) != "my articles.csv" {
		t.Errorf("the file is %s", last.Summary.File)
	}
	if n := b.rows(b.path("out.db"), "articles"); n != 900 {
		t.Errorf("%d rows", n)
	}
	if res := b.want(204, call{"GET", "/v1/imports/" + id + "/events", map[string]string{"Last-Event-ID": b.hub.ID(seq)}, nil}, nil); res.ContentLength > 0 {
		t.Error("204 with a body")
	}
}

// A client that can't set Accept asks for the events in the query.
func TestStreamByTheQuery(t *testing.T) {
	b := newBench(t)
	body, contentType := form(t, [2]string{"file@a.csv", articles(10)}, [2]string{"plan", plan("form")}, [2]string{"target", b.path("out.db")})
	asJSON := fmt.Sprintf(`{"file":%q,"target":%q,"plan":%s}`, b.file("a.csv", articles(10)), b.path("out.db"), plan("local"))
	for name, test := range map[string]struct {
		contentType, query string
		body               io.Reader
	}{
		"a body":       {"text/csv", b.query("stream", ""), strings.NewReader(articles(10))},
		"a form":       {contentType, "?stream", body},
		"a local file": {"application/json", "?stream=true", strings.NewReader(asJSON)},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			events := all(t, inner.open(call{"POST", "/v1/imports" + test.query, map[string]string{"Content-Type": test.contentType, "Accept": "*/*"}, test.body}).Body)
			if last := events[len(events)-1].decode(t); last.State != "done" {
				t.Errorf("the last event is %+v", last)
			}
		})
	}
	header := map[string]string{"Content-Type": "text/csv", "Accept": "text/event-stream"}
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query("table", "u", "stream", "false"), header, strings.NewReader(articles(10))}, &v)
	b.ended(v.ID)
	b.want(400, call{"POST", "/v1/imports" + b.query("stream", "maybe"), header, strings.NewReader(articles(10))}, nil)
}

func TestImportThenWatch(t *testing.T) {
	b := newBench(t)
	for _, test := range []struct {
		name        string
		contentType string
		path        string
		body        string
	}{
		{"a body", "text/csv", b.query(), articles(100)},
		{"a body in an encoding", "text/csv; charset=windows-1252", b.query("table", "encoded"), articles(100) + "\xc4,1\n"},
		{"a body with no header", "text/csv; header=absent", b.query("table", "headless", "columnTypes", "field_2=decimal"), strings.TrimPrefix(articles(101), "sku,price\n")},
		{"a local file", "application/json", "", fmt.Sprintf(`{"file":%q,"target":%q,"plan":%s}`,
			b.file("local.csv", articles(100)), b.path("out.db"), plan("local"))},
		{"a check of a local file", "application/json", "", fmt.Sprintf(`{"file":%q,"target":%q,"check":true,"plan":%s}`,
			b.file("local.csv", articles(100)), b.path("other.db"), plan("local"))},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner := *b
			inner.T = t
			var v importView
			res := inner.want(202, call{"POST", "/v1/imports" + test.path, map[string]string{"Content-Type": test.contentType}, strings.NewReader(test.body)}, &v)
			if res.Header.Get("Location") != "/v1/imports/"+v.ID || v.ID == "" || v.LastEventID == "" {
				t.Errorf("Location %q of %+v", res.Header.Get("Location"), v)
			}
			s := inner.ended(v.ID)
			if s.State != job.Done || s.Read < 100 || !s.Balanced {
				t.Errorf("the summary is %+v", s)
			}
			inner.want(200, call{"GET", res.Header.Get("Location"), nil, nil}, &v)
			if v.State != job.Done || v.Summary == nil {
				t.Errorf("the import is %+v", v)
			}
		})
	}
	if _, err := os.Stat(b.path("other.db")); err == nil {
		t.Error("a check made the database")
	}
	var list struct{ Imports []job.Job }
	b.want(200, call{"GET", "/v1/imports", nil, nil}, &list)
	if len(list.Imports) != 5 {
		t.Errorf("%d imports are listed, want 5", len(list.Imports))
	}
}

func TestListOfNothing(t *testing.T) {
	b := newBench(t)
	if _, body := b.do(call{"GET", "/v1/imports", nil, nil}); body != "{\"imports\":[]}\n" {
		t.Errorf("no imports are %q", body)
	}
}

func TestRejectPages(t *testing.T) {
	b := newBench(t)
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"},
		strings.NewReader(articles(500))}, &v)
	b.ended(v.ID)
	path := "/v1/imports/" + v.ID + "/rejects"

	var every job.RejectPage
	b.want(200, call{"GET", path + "?limit=10000", nil, nil}, &every)
	if every.Total == 0 || int(every.Total) != len(every.Rejects) {
		t.Fatalf("%d of %d rejects", len(every.Rejects), every.Total)
	}
	var lines []int64
	for after := int64(0); ; {
		var page job.RejectPage
		b.want(200, call{"GET", fmt.Sprintf("%s?limit=7&after=%d", path, after), nil, nil}, &page)
		if len(page.Rejects) == 0 {
			break
		}
		for _, r := range page.Rejects {
			lines, after = append(lines, r.Line), r.ID
		}
	}
	if len(lines) != len(every.Rejects) {
		t.Errorf("%d rejects by pages, want %d", len(lines), len(every.Rejects))
	}
	for i, line := range lines {
		if line != every.Rejects[i].Line {
			t.Errorf("reject %d by pages is of line %d, want %d", i, line, every.Rejects[i].Line)
		}
	}
	code := string(every.Rejects[0].Code)
	var page job.RejectPage
	b.want(200, call{"GET", path + "?code=" + code, nil, nil}, &page)
	for _, r := range page.Rejects {
		if string(r.Code) != code {
			t.Errorf("asked for %s: got %s", code, r.Code)
		}
	}
	if _, body := b.do(call{"GET", path + "?code=nothing", nil, nil}); !strings.Contains(body, `"rejects":[]`) {
		t.Errorf("no rejects are %q", body)
	}
	for _, query := range []string{"?after=-1", "?limit=0", "?limit=10001", "?limit=x", "?colour=1"} {
		b.want(400, call{"GET", path + query, nil, nil}, nil)
	}
}

func TestIdempotencyKey(t *testing.T) {
	b := newBench(t)
	post := func(key, accept, csv string) call {
		return call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv", "Idempotency-Key": key, "Accept": accept}, strings.NewReader(csv)}
	}
	var first, again importView
	b.want(202, post("key 1", "", articles(100)), &first)
	b.ended(first.ID)
	b.want(202, post("key 1", "", articles(100)), &again)
	if again.ID != first.ID {
		t.Errorf("the same key started %s after %s", again.ID, first.ID)
	}
	// A client that reconnects by repeating the request gets the events.
	events := all(t, b.open(post("key 1", "text/event-stream", articles(100))).Body)
	if last := events[len(events)-1].decode(t); last.Job != first.ID || last.State != "done" {
		t.Errorf("asked again: the last event is %+v", last)
	}
	c := post("key 1", "text/event-stream", articles(100))
	c.header["Last-Event-ID"] = events[len(events)-1].id
	b.want(204, c, nil)

	b.want(422, post("key 1", "", articles(101)), nil)
	b.want(400, post(strings.Repeat("x", 256), "", articles(100)), nil)
	var list struct{ Imports []job.Job }
	if b.want(200, call{"GET", "/v1/imports", nil, nil}, &list); len(list.Imports) != 1 {
		t.Errorf("%d imports", len(list.Imports))
	}
	if n := b.rows(b.path("out.db"), "articles"); n != 90 {
		t.Errorf("%d rows, want 90", n)
	}
}

// A key is remembered with its import, after a restart too.
func TestIdempotencyKeyAfterARestart(t *testing.T) {
	b := newBench(t)
	post := func(b *bench, table string) (v importView) {
		b.want(202, call{"POST", "/v1/imports" + b.query("table", table), map[string]string{"Content-Type": "text/csv", "Idempotency-Key": "k"}, strings.NewReader(articles(100))}, &v)
		return v
	}
	first := post(b, "t")
	b.ended(first.ID)
	later := *b
	var err error
	if later.server, err = Start(b.runner, event.New(), Options{Spool: b.server.spool}); err != nil {
		t.Fatal(err)
	}
	if again := post(&later, "t"); again.ID != first.ID || again.State != job.Done {
		t.Errorf("after a restart, the same key is answered with %+v", again.Job)
	}
	if err := later.server.Close(); err != nil {
		t.Error(err)
	}
	b.want(204, call{"DELETE", "/v1/imports/" + first.ID, nil, nil}, nil)
	again := post(b, "u")
	if again.ID == first.ID {
		t.Error("the key of an import that is forgotten is answered with that")
	}
	b.ended(again.ID)
}

func TestSameKeyAtTheSameMoment(t *testing.T) {
	b := newBench(t)
	ids := make(chan string, 8)
	for range cap(ids) {
		req := b.request(call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv", "Idempotency-Key": "k"}, strings.NewReader(articles(10))})
		go func() {
			var v importView
			res, err := b.client.Do(req)
			if err == nil {
				err = json.NewDecoder(res.Body).Decode(&v)
				res.Body.Close()
			}
			if err != nil {
				t.Error(err)
			}
			ids <- v.ID
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("the same key started %s and %s", first, id)
		}
	}
	b.ended(first)
}

// lock locks the database out.db as another program would, so that an import waits for
// it, until free is called.
func (b *bench) lock() (free func()) {
	b.Helper()
	db, err := sql.Open("sqlite3", b.path("out.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	if _, err := conn.ExecContext(b.Context(), "CREATE TABLE IF NOT EXISTS other (a); BEGIN EXCLUSIVE"); err != nil {
		b.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(b.Context(), "ROLLBACK"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPauseResumeCancel(t *testing.T) {
	b := newBench(t)
	free := b.lock()
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(100))}, &v)
	path := "/v1/imports/" + v.ID
	b.state(v.ID, "running")

	b.want(409, call{"POST", path + "/resume", nil, nil}, nil)
	b.want(202, call{"POST", path + "/pause", nil, nil}, &v)
	if v.State != job.Paused {
		t.Errorf("paused, it is %s", v.State)
	}
	b.want(409, call{"POST", path + "/pause", nil, nil}, nil)
	b.want(202, call{"POST", path + "/resume", nil, nil}, &v)
	if v.State != job.Running {
		t.Errorf("resumed, it is %s", v.State)
	}
	b.want(409, call{"POST", path + "/first", nil, nil}, nil)
	for _, body := range []string{`{"rows":"some"}`, `{"row":"keep"}`, `keep`} {
		b.want(400, call{"POST", path + "/cancel", nil, strings.NewReader(body)}, nil)
	}
	b.want(202, call{"POST", path + "/cancel", nil, strings.NewReader(`{"rows":"take-back"}`)}, nil)
	if s, _ := b.runner.Wait(t.Context(), v.ID); s.State != job.Cancelled {
		t.Errorf("cancelled, it is %s", s.State)
	}
	for _, what := range []string{"pause", "cancel"} {
		b.want(409, call{"POST", path + "/" + what, nil, nil}, nil)
	}
	free()
	// The file is kept for as long as the import can go on.
	b.want(200, call{"GET", path, nil, nil}, &v)
	if _, err := os.Stat(v.Request.File); err != nil || !v.Resumable {
		t.Errorf("%v, %+v", err, v)
	}
	b.want(204, call{"DELETE", path, nil, nil}, nil)
}

// An import that did not reach its end is taken up.
func TestTakeUp(t *testing.T) {
	b := newBench(t)
	if err := os.WriteFile(b.path("in.csv"), []byte(articles(100)), 0o600); err != nil {
		t.Fatal(err)
	}
	free := b.lock()
	var v importView
	b.want(202, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, strings.NewReader(
		fmt.Sprintf(`{"file":%q,"target":%q,"plan":{"table":"articles","create":true}}`, b.path("in.csv"), b.path("out.db")))}, &v)
	path := "/v1/imports/" + v.ID
	b.state(v.ID, "running")
	b.want(202, call{"POST", path + "/cancel", nil, nil}, nil)
	if s, _ := b.runner.Wait(t.Context(), v.ID); s.State != job.Cancelled {
		t.Errorf("cancelled, it is %s", s.State)
	}
	free()
	b.want(200, call{"GET", path, nil, nil}, &v)
	if !v.Resumable {
		t.Error("it can't be taken up")
	}
	b.want(400, call{"POST", path + "/resume?changed=maybe", nil, nil}, nil)
	b.want(202, call{"POST", path + "/resume?changed=false", nil, nil}, nil)
	if s, err := b.runner.Wait(t.Context(), v.ID); err != nil || s.State != job.Done || s.Read != 100 {
		t.Errorf("taken up, it is %+v, %v", s, err)
	}
	b.want(409, call{"POST", path + "/resume", nil, nil}, nil)
}

// A file that was received is kept for an import that did not reach its end, and goes with
// its end.
func TestTakeUpOfAReceivedFile(t *testing.T) {
	b := newBench(t)
	free := b.lock()
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(100))}, &v)
	b.state(v.ID, "running")
	path := "/v1/imports/" + v.ID
	b.want(202, call{"POST", path + "/cancel", nil, nil}, nil)
	if s, _ := b.runner.Wait(t.Context(), v.ID); s.State != job.Cancelled {
		t.Errorf("cancelled, it is %s", s.State)
	}
	free()
	b.want(202, call{"POST", path + "/resume", nil, nil}, nil)
	if s, err := b.runner.Wait(t.Context(), v.ID); err != nil || s.State != job.Done || s.Read != 100 {
		t.Errorf("taken up, it is %+v, %v", s, err)
	}
}

// state waits until an import has that state.
func (b *bench) state(id, state string) {
	b.Helper()
	c, err := b.hub.Follow(id, "")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for e := range c.Events(ctx) {
		var d data
		if err := json.Unmarshal(e.Data, &d); err != nil {
			b.Fatal(err)
		}
		if d.State == state {
			return
		}
	}
	b.Fatalf("import %s was never %s", id, state)
}

func TestWhatIsNotThere(t *testing.T) {
	b := newBench(t)
	for _, r := range routes {
		path := strings.NewReplacer("{id}", "none", "{name}", "none").Replace(r.path)
		if path != r.path && r.method != "PUT" {
			b.want(404, call{r.method, path, nil, nil}, nil)
		}
		res := b.want(405, call{"PATCH", path, nil, nil}, nil)
		if allow := res.Header.Get("Allow"); !strings.Contains(allow, r.method) {
			t.Errorf("PATCH %s: Allow is %q", path, allow)
		}
	}
	for _, path := range []string{"/", "/v1", "/v1/", "/v1/imports/", "/v2/imports", "/v1/imports/none/nothing"} {
		b.want(404, call{"GET", path, nil, nil}, nil)
	}
}

// The end of an import that the hub does not know comes from the store.
func TestEventsOfAnEarlierRun(t *testing.T) {
	b := newBench(t)
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(100))}, &v)
	b.ended(v.ID)

	later := newBench(t)
	later.runner.Close() // the jobs of b, on another server
	b.server.runner, later.server.runner = later.runner, b.runner
	path := "/v1/imports/" + v.ID + "/events"
	events := all(t, later.open(call{"GET", path, map[string]string{"Last-Event-ID": v.LastEventID}, nil}).Body)
	if len(events) != 2 || events[0].name != "gap" || events[1].name != "state" {
		t.Fatalf("got %+v, want a gap and the last state", events)
	}
	if last := events[1].decode(t); last.State != "done" || last.Summary == nil || last.Summary.Inserted != 90 {
		t.Errorf("the last state is %s", events[1].data)
	}
	later.want(204, call{"GET", path, map[string]string{"Last-Event-ID": events[1].id}, nil}, nil)
	if events := all(t, later.open(call{"GET", path, nil, nil}).Body); len(events) != 2 || events[0].name != "gap" {
		t.Errorf("to a new listener: %+v", events)
	}
}
