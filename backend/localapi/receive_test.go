package localapi

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportsThatAreRefused(t *testing.T) {
	b := newBench(t)
	csv := map[string]string{"Content-Type": "text/csv"}
	asJSON := map[string]string{"Content-Type": "application/json"}
	multipart := func(parts ...[2]string) (map[string]string, string) {
		body, contentType := form(t, parts...)
		all, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{"Content-Type": contentType}, string(all)
	}
	file, target := [2]string{"file@a.csv", "a\n1\n"}, [2]string{"target", b.path("out.db")}
	twoFiles, twoFilesBody := multipart(file, file, target)
	noFile, noFileBody := multipart(target, [2]string{"table", "t"})
	badPlan, badPlanBody := multipart(file, target, [2]string{"plan", `{"tabel":"t"}`})
	badField, badFieldBody := multipart(file, target, [2]string{"tabel", "t"})
	longField, longFieldBody := multipart(file, target, [2]string{"table", strings.Repeat("x", 1<<20)})
	cut, cutBody := multipart(target, [2]string{"table", "t"}, [2]string{"file@a.csv", articles(1000)})
	cutBody = cutBody[:len(cutBody)/2]

	for _, test := range []struct {
		name   string
		header map[string]string
		query  string
		body   string
		status int
		detail string // in the answer
	}{
		{"no type", nil, "", "x", 415, ""},
		{"another type", map[string]string{"Content-Type": "application/xml"}, b.query(), "<a/>", 415, "application/xml"},
		{"no target", csv, "?table=t", "a\n1\n", 422, "target"},
		{"no table", csv, "?target=/out.db", "a\n1\n", 422, "table"},
		{"a relative target", csv, "?table=t&target=out.db", "a\n1\n", 422, "full path"},
		{"a relative target with its kind", csv, "?table=t&target=sqlite:out.db", "a\n1\n", 422, "full path"},
		{"a target in memory", csv, "?table=t&target=:memory:", "a\n1\n", 422, "in memory"},
		{"a target with an unknown setting", csv, "?table=t&target=sqlite:/out.db%3Fmode=ro", "a\n1\n", 422, "no setting"},
		{"an unknown parameter", csv, b.query("tabel", "t"), "a\n1\n", 400, "tabel"},
		{"a path where the file is sent", csv, b.query("file", "/etc/passwd"), "a\n1\n", 400, "file"},
		{"a flag that is none", csv, b.query("atomic", "maybe"), "a\n1\n", 400, "atomic=maybe"},
		{"a number that is none", csv, b.query("skipLines", "two"), "a\n1\n", 400, "skipLines=two"},
		{"a map with no column", csv, b.query("map", "sku"), "a\n1\n", 400, "map=sku"},
		{"a parameter given twice", csv, b.query() + "&table=u", "a\n1\n", 400, "table is given 2 times"},
		{"a parameter that is not encoded", csv, b.query() + "&delimiter=;", "a\n1\n", 400, "%3B"},
		{"JSON that is none", asJSON, "", "{", 400, "JSON"},
		{"JSON and more", asJSON, "", `{} {}`, 400, "follows"},
		{"JSON with an unknown member", asJSON, "", `{"fiel":"/a.csv"}`, 400, "fiel"},
		{"JSON with a wrong type", asJSON, "", `{"file":1}`, 400, "file"},
		{"JSON with no file", asJSON, "", `{"target":"/out.db","plan":{"table":"t"}}`, 422, "file"},
		{"JSON with a relative file", asJSON, "", `{"file":"a.csv","target":"/out.db","plan":{"table":"t"}}`, 422, "full path"},
		{"JSON with the address of a file", asJSON, "", `{"file":"http://ann:s3cret@host/a.csv","target":"/out.db","plan":{"table":"t"}}`, 422, "full path"},
		{"JSON with parameters", asJSON, "?table=t", `{}`, 400, "parameters"},
		{"JSON that is too long", asJSON, "", `{"file":"` + strings.Repeat("x", 2<<20) + `"}`, 413, ""},
		{"two files", twoFiles, "", twoFilesBody, 400, "more than one file"},
		{"a form with no file", noFile, "", noFileBody, 422, "file"},
		{"a form with a plan of unknown members", badPlan, "", badPlanBody, 400, "tabel"},
		{"a form with an unknown field", badField, "", badFieldBody, 400, "tabel"},
		{"a form with a field that is too long", longField, "", longFieldBody, 413, "table"},
		{"a form that is cut off", cut, "", cutBody, 400, "to its end"},
		{"a form with no boundary", map[string]string{"Content-Type": "multipart/form-data"}, "", "x", 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner := *b
			inner.T = t
			res, body := inner.do(call{"POST", "/v1/imports" + test.query, test.header, strings.NewReader(test.body)})
			if res.StatusCode != test.status || !strings.Contains(body, test.detail) {
				t.Errorf("status %d, want %d with %q: %s", res.StatusCode, test.status, test.detail, body)
			}
			if strings.Contains(body, "s3cret") {
				t.Errorf("a password is told: %s", body)
			}
		})
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("imports were started: %v, %v", jobs, err)
	}
	checkSpoolIsEmpty(b)
}

// checkSpoolIsEmpty fails if received files are left.
func checkSpoolIsEmpty(b *bench) {
	b.Helper()
	checkEmpty(b.T, b.server, b.path("home", "spool"))
}

func checkEmpty(t *testing.T, s *Server, spoolFolder string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(spoolFolder, "*", "*")); err != nil || len(left) > 0 {
		t.Errorf("received files are left: %v, %v", left, err)
	}
	if used := s.quota.used.Load(); used != 0 {
		t.Errorf("%d bytes are counted as received", used)
	}
}

// A client that disconnects while sending its file leaves no files.
func TestBodyThatIsCutOff(t *testing.T) {
	b := newBench(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /v1/imports%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nsku,price\nA1,1.5\n",
		b.query(), b.server.host, b.server.Token())
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
		t.Errorf("got %q, %v", answer, err)
	}
	conn.Close()
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("imports were started: %v, %v", jobs, err)
	}
	checkSpoolIsEmpty(b)
}

func TestBodyThatIsTooLarge(t *testing.T) {
	b := newBench(t)
	b.server.quota.limit = 10_000
	post := func(body io.Reader) {
		res, text := b.do(call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, body})
		if res.StatusCode != 413 || !strings.Contains(text, "too large") {
			t.Errorf("status %d: %s", res.StatusCode, text)
		}
		checkSpoolIsEmpty(b)
	}
	post(strings.NewReader(articles(5000)))
	post(io.MultiReader(strings.NewReader(articles(5000)))) // of unknown length
	// Bodies that are not imported yet count.
	first, err := b.server.spoolBody(strings.NewReader(articles(500)), "first.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.server.spoolBody(strings.NewReader(articles(500)), "second.csv"); err == nil {
		t.Error("two bodies of which each fits, and both do not, were received")
	}
	if err := first.remove(); err != nil {
		t.Error(err)
	}
	checkSpoolIsEmpty(b)
}
