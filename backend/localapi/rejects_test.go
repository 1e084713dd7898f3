package localapi

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

func TestRejectsAreRetried(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", "id,name,price\n1,a,1\n2,b,N/A\n3,c,N/A\n4,=d,x\n")
	columns := []load.Column{{Name: "id", Type: load.Integer, PrimaryKey: true}, {Name: "name", Nullable: true}, {Name: "price", Type: load.Decimal}}
	j, err := b.runner.Start(t.Context(), job.Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: columns}})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(j.ID)
	at := "/v1/imports/" + j.ID
	get := func(path string, to any) {
		t.Helper()
		res, text := b.do(call{"GET", at + path, nil, nil})
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		if err := json.Unmarshal([]byte(text), to); err != nil {
			t.Fatal(err)
		}
	}
	post := func(path, body string, want int) string {
		t.Helper()
		res, text := b.do(call{"POST", at + path, map[string]string{"Content-Type": "application/json"}, strings.NewReader(body)})
		if res.StatusCode != want {
			t.Fatalf("%s %s: %d, want %d: %s", path, body, res.StatusCode, want, text)
		}
		return text
	}
	var groups job.GroupPage
	get("/rejects/groups?values&open&limit=1", &groups)
	if groups.Total != 2 || groups.Rejects != 3 || *groups.Groups[0].Value != "N/A" || groups.Groups[0].Count != 2 {
		t.Errorf("%+v", groups)
	}
	const rules = `"rules":[{"op":"replace","column":"price","from":"N/A","value":"5"}]`
	var trial job.Trial
	if err := json.Unmarshal([]byte(post("/retry/preview", "{"+rules+"}", http.StatusOK)), &trial); err != nil || trial.Pass != 2 || trial.Fail != 1 || len(trial.Passing) != 2 {
		t.Errorf("%+v, %v", trial, err)
	}
	var retry struct{ ID string }
	if err := json.Unmarshal([]byte(post("/retry", `{"column":"price",`+rules+"}", http.StatusAccepted)), &retry); err != nil {
		t.Fatal(err)
	}
	b.ended(retry.ID)
	var page job.RejectPage
	get("/rejects?open", &page)
	if page.Total != 1 || page.Rejects[0].State != "open" || page.Rejects[0].Latest == nil || page.Rejects[0].Latest.Job != retry.ID {
		t.Errorf("%+v", page)
	}
	var view job.RejectView
	get("/rejects/1/history", &view)
	if view.Reject.State != "loaded" || len(view.History) != 1 || view.History[0].Job != retry.ID || !strings.HasPrefix(view.Record.Text, "2,b") {
		t.Errorf("%+v", view)
	}
	for format, want := range map[string]string{"csv": ",open,", "html": "<td>open", "original": "id,name,price\n4,=d,x\n", "reasons": "file_line,file_end_line"} {
		res, text := b.do(call{"GET", at + "/rejects?open&format=" + format, nil, nil})
		if res.StatusCode != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", format, res.StatusCode, text)
		}
	}
	if _, text := b.do(call{"GET", at + "/rejects", map[string]string{"Accept": "text/csv"}, nil}); !strings.HasPrefix(text, "time,record") {
		t.Errorf("as CSV: %s", text)
	}
	if text := post("/dismiss", `{"ids":[3],"note":"no"}`, http.StatusOK); strings.TrimSpace(text) != `{"rejects":1}` {
		t.Error(text)
	}
	var v importView
	get("", &v)
	if v.OpenRejects == nil || *v.OpenRejects != 0 {
		t.Errorf("%+v", v.OpenRejects)
	}
	// An edit of a reject that is not open is refused, however it says what the record is.
	for _, edit := range []string{`{"id":99,"text":"1,a,1"}`, `{"id":99,"fields":["1","a","1"]}`, `{"id":1,"text":"2,b,2"}`, `{"id":1,"fields":["2","b","2"]}`} {
		if text := post("/retry/preview", `{"edits":[`+edit+`]}`, http.StatusUnprocessableEntity); !strings.Contains(text, "no_open_reject") {
			t.Errorf("%s: %s", edit, text)
		}
		if err := json.Unmarshal([]byte(post("/retry", `{"edits":[`+edit+`]}`, http.StatusAccepted)), &retry); err != nil {
			t.Fatal(err)
		}
		if s, err := b.runner.Wait(t.Context(), retry.ID); !errors.Is(err, job.ErrNoReject) || s.State != job.Failed {
			t.Errorf("%s: %s, %v", edit, s.State, err)
		}
	}
	if err := json.Unmarshal([]byte(post("/retry/preview", `{"ids":[1,99]}`, http.StatusOK)), &trial); err != nil || trial.Open != 0 {
		t.Errorf("of a selection that are not open: %+v, %v", trial, err)
	}
	post("/retry/preview", `{"rules":[{"op":"set","column":"none"}]}`, http.StatusUnprocessableEntity)
	post("/retry", `{"file":"bad.csv"}`, http.StatusUnprocessableEntity)
	post("/retry", `{"rulez":[]}`, http.StatusBadRequest)
	for path, want := range map[string]int{"/rejects/9/history": 404, "/rejects/x/history": 404, "/rejects?format=pdf": 400, "/rejects?open=maybe": 400, "/rejects/groups?after=1": 400, "/rejects?format=csv&code=x": 400} {
		if res, text := b.do(call{"GET", at + path, nil, nil}); res.StatusCode != want {
			t.Errorf("%s: %d, want %d: %s", path, res.StatusCode, want, text)
		}
	}
	// Once they are no longer kept, that is said.
	b.forgetRejects(j.ID)
	for path, want := range map[string]int{"/rejects": 200, "/rejects?format=csv": 409, "/rejects/groups": 409} {
		if res, text := b.do(call{"GET", at + path, nil, nil}); res.StatusCode != want || !strings.Contains(text, "2026-01-02") {
			t.Errorf("%s: %d, want %d: %s", path, res.StatusCode, want, text)
		}
	}
	post("/retry/preview", "{}", http.StatusConflict)
}

// forgetRejects changes the store as if the rejects of an import were no longer kept.
func (b *bench) forgetRejects(id string) {
	b.Helper()
	db, err := sql.Open("sqlite3", b.path("home", "linefeed.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(b.Context(), "UPDATE jobs SET forgot = '2026-01-02T03:04:05.678Z' WHERE id = ?", id); err != nil {
		b.Fatal(err)
	}
}

// Where the store is damaged, a page says how many rejects are missing, and no report is
// begun that would not be of all.
func TestRejectsAreMissing(t *testing.T) {
	b := newBench(t)
	j, err := b.runner.Start(t.Context(), job.Request{
		File: b.file("in.csv", "id\n1\nx\ny\nz\n"), Target: b.path("out.db"),
		Plan: load.Plan{Table: "t", Create: true, Columns: []load.Column{{Name: "id", Type: load.Integer}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(j.ID)
	db, err := sql.Open("sqlite3", b.path("home/linefeed.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DELETE FROM rejects WHERE record = 3"); err != nil {
		t.Fatal(err)
	}
	at := "/v1/imports/" + j.ID + "/rejects"
	var page job.RejectPage
	if _, text := b.do(call{"GET", at, nil, nil}); json.Unmarshal([]byte(text), &page) != nil || len(page.Rejects) != 2 || page.Missing != 1 {
		t.Errorf("%s", text)
	}
	for _, format := range []string{"csv", "html", "original", "reasons"} {
		res, text := b.do(call{"GET", at + "?format=" + format, nil, nil})
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(text, "1 rejected record of job") {
			t.Errorf("%s: %d %s", format, res.StatusCode, text)
		}
	}
}
