package localapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"linefeed/backend/job"
)

// packed returns text with a Content-Encoding.
func packed(t *testing.T, encoding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if encoding == "zstd" {
		var err error
		if w, err = zstd.NewWriter(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A body is imported as it was before its Content-Encoding, whatever form it has.
func TestContentEncoding(t *testing.T) {
	b := newBench(t)
	body, contentType := form(t, [2]string{"file@a.csv", articles(100)}, [2]string{"plan", plan("form")}, [2]string{"target", b.path("out.db")})
	asForm, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	asJSON := fmt.Sprintf(`{"file":%q,"target":%q,"plan":%s}`, b.file("a.csv", articles(100)), b.path("out.db"), plan("local"))
	for name, test := range map[string]struct{ encoding, contentType, query, body string }{
		"gzip":              {"gzip", "text/csv", b.query("table", "a"), packed(t, "gzip", articles(100))},
		"its other name":    {"X-GZIP", "text/csv", b.query("table", "b"), packed(t, "gzip", articles(100))},
		"zstd":              {"zstd", "text/csv", b.query("table", "c"), packed(t, "zstd", articles(100))},
		"none":              {"identity", "text/csv", b.query("table", "d"), articles(100)},
		"a compressed file": {"zstd", "application/gzip", b.query("table", "e"), packed(t, "zstd", packed(t, "gzip", articles(100)))},
		"a form":            {"gzip", contentType, "", packed(t, "gzip", string(asForm))},
		"JSON":              {"zstd", "application/json", "", packed(t, "zstd", asJSON)},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			var v importView
			inner.want(202, call{"POST", "/v1/imports" + test.query, map[string]string{"Content-Type": test.contentType, "Content-Encoding": test.encoding}, strings.NewReader(test.body)}, &v)
			if s := inner.ended(v.ID); s.State != job.Done || s.Inserted != 90 || s.Rejected != 10 {
				t.Errorf("the summary is %+v", s)
			}
		})
	}
	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query("table", "f"), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(100))}, &v)
	b.ended(v.ID)
	var left struct{ Rejects int64 }
	b.want(200, call{"POST", "/v1/imports/" + v.ID + "/dismiss", map[string]string{"Content-Encoding": "gzip"}, strings.NewReader(packed(t, "gzip", `{"note":"none"}`))}, &left)
	if left.Rejects != 10 {
		t.Errorf("a call with a Content-Encoding dismisses %d rejects, want 10", left.Rejects)
	}
}

// What is not as its Content-Encoding says is refused, and leaves nothing.
func TestContentEncodingThatIsRefused(t *testing.T) {
	b := newBench(t)
	good := packed(t, "gzip", articles(1000))
	bomb := strings.Repeat(packed(t, "gzip", strings.Repeat("0", 1<<20)), 80)
	for name, test := range map[string]struct {
		encoding, body string
		status         int
	}{
		"one that is not known":     {"br", good, 415},
		"two":                       {"gzip, zstd", good, 415},
		"none of what it says":      {"gzip", articles(10), 400},
		"another one":               {"zstd", good, 400},
		"cut off":                   {"gzip", good[:len(good)/2], 400},
		"damaged":                   {"gzip", good[:len(good)-8] + "12345678", 400},
		"followed by something":     {"gzip", good + "more", 400},
		"a bomb":                    {"gzip", bomb, 413},
		"a window that is too wide": {"zstd", "\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 400}, // of 128 MB
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			res := inner.want(test.status, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv", "Content-Encoding": test.encoding},
				strings.NewReader(test.body)}, nil)
			if got := res.Header.Get("Accept-Encoding"); (test.status == http.StatusUnsupportedMediaType) != (got == "gzip, zstd") {
				t.Errorf("with status %d, Accept-Encoding is %q", test.status, got)
			}
			checkSpoolIsEmpty(&inner)
		})
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("imports were started: %v, %v", jobs, err)
	}
}
