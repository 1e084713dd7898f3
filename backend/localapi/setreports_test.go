package localapi

import (
	"archive/zip"
	"database/sql"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// All rejects of a set come as one report, or as the files of rejects in an archive; and
// all of its imports are undone, the last one first.
func TestReportAndUndoOfASet(t *testing.T) {
	b := newBench(t)
	b.file("one.csv", "sku,price\nA1,1\nA2,soon\n")
	b.file("two.csv", "sku,price\nA1,2\nA3,later\nA4,4\n")
	b.file("three.csv", "sku,price\nA5,5\n")
	var set job.Set
	b.want(202, call{"POST", "/v1/sets", jsonBody, body(`{"files":[` + quote(b.path("one.csv")) + `,` + quote(b.path("two.csv")) + `,` + quote(b.path("three.csv")) + `],"import":{"target":` + quote(b.path("shop.db")) +
		`,"plan":{"table":"articles","create":true,"columns":` + columns + `,"onConflict":"update","undo":true}}}`)}, &set)
	at := "/v1/sets/" + set.ID
	b.do(call{"GET", at + "/events", nil, nil}) // until its end

	_, report := b.do(call{"GET", at + "/rejects?format=csv", nil, nil})
	lines := strings.Split(strings.TrimSpace(report), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "file,job,time,record,line,") || !strings.Contains(lines[1], "one.csv") || !strings.Contains(lines[2], "later") {
		t.Errorf("the report is\n%s", report)
	}
	res, archive := b.do(call{"GET", at + "/rejects?format=zip", nil, nil})
	files, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil || res.Header.Get("Content-Type") != "application/zip" {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, f := range files.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		held[f.Name] = string(text)
	}
	if len(held) != 2 || held["one.rejected.csv"] != "sku,price\nA2,soon\n" || held["two.rejected.csv"] != "sku,price\nA3,later\n" {
		t.Errorf("the archive has %q", held)
	}
	if res, page := b.do(call{"GET", at + "/rejects?format=html&open", nil, nil}); !strings.Contains(page, "two.csv") || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the page is %s", page)
	}
	b.want(400, call{"GET", at + "/rejects?format=original", nil, nil}, nil)
	b.want(404, call{"GET", "/v1/sets/none/rejects", nil, nil}, nil)
	b.want(404, call{"GET", "/v1/sets/" + set.Jobs[0].ID + "/rejects", nil, nil}, nil)
	var groups job.GroupPage
	b.want(200, call{"GET", at + "/rejects/groups", nil, nil}, &groups)
	if len(groups.Groups) != 1 || groups.Groups[0].Count != 2 || groups.Rejects != 2 {
		t.Errorf("the groups are %+v", groups)
	}

	var undone job.SetUndoing
	b.want(200, call{"GET", at + "/undo", nil, nil}, &undone)
	if len(undone.Jobs) != 3 || undone.Jobs[0].Job != set.Jobs[2].ID {
		t.Errorf("would be undone: %+v", undone)
	}
	b.want(200, call{"POST", at + "/undo", nil, nil}, &undone)
	if undone.Removed != 3 || undone.Restored != 1 || undone.Changed != 0 {
		t.Errorf("undone: %+v", undone)
	}
	b.want(409, call{"POST", at + "/undo?partly", nil, nil}, nil)
}

// A file of a set is settled by itself; one that is not of it is refused, and so are the
// files in the folders of folders unless they are asked for.
func TestPlanOfASet(t *testing.T) {
	b := newBench(t)
	if err := os.MkdirAll(b.path("in", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.file("in/a.csv", articles(2))
	deep := b.file("in/deep/b.csv", articles(2))
	order := func(more string) io.Reader {
		return body(`{"files":[` + quote(b.path("in")) + `]` + more + `,"import":{"target":` + quote(b.path("shop.db")) + `,"plan":{"table":"{name}","create":true}}}`)
	}
	var s job.Settled
	b.want(200, call{"POST", "/v1/sets?plan=" + deep, jsonBody, order(`,"recursive":true`)}, &s)
	if !s.Create || len(s.Columns) != 2 {
		t.Errorf("%+v", s)
	}
	b.want(422, call{"POST", "/v1/sets?plan=" + deep, jsonBody, order("")}, nil)
	if _, answer := b.do(call{"POST", "/v1/sets?preview", jsonBody, order(`,"recursive":true`)}); strings.Count(answer, `"size"`) != 2 {
		t.Errorf("the files are %s", answer)
	}
}

// Where the rejects of some files of a set are no longer kept, every answer says of how many.
func TestRejectsOfASetThatAreForgotten(t *testing.T) {
	b := newBench(t)
	b.file("one.csv", "sku,price\nA1,soon\n")
	b.file("two.csv", "sku,price\nA2,later\n")
	var set job.Set
	b.want(202, call{"POST", "/v1/sets", jsonBody, body(`{"files":[` + quote(b.path("one.csv")) + `,` + quote(b.path("two.csv")) + `],"import":{"target":` + quote(b.path("shop.db")) +
		`,"plan":{"table":"articles","create":true,"columns":` + columns + `}}}`)}, &set)
	at := "/v1/sets/" + set.ID
	b.do(call{"GET", at + "/events", nil, nil}) // until its end

	paths := []string{"/rejects", "/rejects?format=html", "/rejects?format=zip", "/rejects/groups"}
	told := func(status int, want string) {
		t.Helper()
		for _, path := range paths {
			res, text := b.do(call{"GET", at + path, nil, nil})
			if got := res.Header.Get("Linefeed-Forgotten"); res.StatusCode != status || got != want {
				t.Errorf("%s: %d, Linefeed-Forgotten: %q, want %d, %q: %s", path, res.StatusCode, got, status, want, text)
			}
		}
	}
	told(200, "")
	b.forgetRejects(set.Jobs[0].ID)
	told(200, "1")
	b.forgetRejects(set.Jobs[1].ID)
	told(409, "2")
}

// Where a set can't be undone, the answer names the files that are left, and those that were
// undone all the same.
func TestUndoOfASetThatFails(t *testing.T) {
	b := newBench(t)
	b.file("one.csv", "sku,price\nA1,1\n")
	b.file("two.csv", "sku,price\nA2,2\n")
	b.file("three.csv", "sku,price\nA3,3\n")
	var set job.Set
	b.want(202, call{"POST", "/v1/sets", jsonBody, body(`{"files":[` + quote(b.path("one.csv")) + `,` + quote(b.path("two.csv")) + `,` + quote(b.path("three.csv")) + `],"import":{"target":` + quote(b.path("shop.db")) +
		`,"plan":{"table":"{name}","create":true,"columns":` + columns + `,"undo":true}}}`)}, &set)
	at := "/v1/sets/" + set.ID
	b.do(call{"GET", at + "/events", nil, nil}) // until its end
	db, err := sql.Open("sqlite3", b.path("shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP TABLE two"); err != nil {
		t.Fatal(err)
	}
	res, answer := b.do(call{"POST", at + "/undo", nil, nil})
	var p problem
	if err := json.Unmarshal([]byte(answer), &p); err != nil || res.StatusCode != 409 || p.Undoing == nil {
		t.Fatalf("%d %s", res.StatusCode, answer)
	}
	if n := p.Undoing; len(n.Jobs) != 1 || n.Jobs[0].File != b.path("three.csv") || len(n.Left) != 2 || n.Left[0].File != b.path("two.csv") || n.Left[1].File != b.path("one.csv") {
		t.Errorf("%s", answer)
	}
}
