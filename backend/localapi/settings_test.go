package localapi

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/job"
)

func TestSettings(t *testing.T) {
	b := newBench(t)
	put := func(name, body string) call {
		return call{"PUT", "/v1/settings/" + name, map[string]string{"Content-Type": "application/json"}, strings.NewReader(body)}
	}
	var v job.Setting
	b.want(http.StatusOK, put("keep-size", `{"value":"2GB"}`), &v)
	if v.Value != "2GB" || v.Default != "1GB" {
		t.Errorf("%+v", v)
	}
	var all struct{ Settings []job.Setting }
	b.want(http.StatusOK, call{"GET", "/v1/settings", nil, nil}, &all)
	if len(all.Settings) < 3 || all.Settings[2].Value != "2GB" || all.Settings[2].Message == "" {
		t.Errorf("%+v", all)
	}
	for body, status := range map[string]int{`{"value":"2"}`: http.StatusUnprocessableEntity, `{}`: http.StatusUnprocessableEntity, `{"x":1}`: http.StatusBadRequest} {
		b.want(status, put("keep-size", body), nil)
	}
	b.want(http.StatusNotFound, put("x", `{"value":"1d"}`), nil)
}

// A setting that a policy pins is told as such, and not changed.
func TestPinnedSetting(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(policy, []byte(`{"settings": {"allowed-origins": ""}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LINEFEED_POLICY", policy)
	b := newBench(t)
	var all struct{ Settings []job.Setting }
	b.want(http.StatusOK, call{"GET", "/v1/settings", nil, nil}, &all)
	for _, v := range all.Settings {
		if pinned := v.Pinned == policy; pinned != (v.Name == "allowed-origins") {
			t.Errorf("%+v", v)
		}
	}
	b.want(http.StatusForbidden, call{"PUT", "/v1/settings/allowed-origins", map[string]string{"Content-Type": "application/json"},
		strings.NewReader(`{"value":"https://shop.example"}`)}, nil)
}

func TestForget(t *testing.T) {
	b := newBench(t)
	file := b.file("articles.csv", articles(100)+"A1000\n")
	var j job.Job
	b.want(http.StatusAccepted, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"},
		strings.NewReader(`{"file":"` + file + `","target":"` + b.path("shop.db") + `","plan":{"table":"articles","create":true}}`)}, &j)
	b.ended(j.ID)
	forget := call{"DELETE", "/v1/imports/" + j.ID, nil, nil}
	b.want(http.StatusNoContent, forget, nil)
	b.want(http.StatusNotFound, forget, nil)
	b.want(http.StatusNotFound, call{"GET", "/v1/imports/" + j.ID + "/rejects", nil, nil}, nil)
	if n := b.rows(b.path("shop.db"), "articles"); n != 100 {
		t.Errorf("%d rows are left, want all", n)
	}
}

func TestNotices(t *testing.T) {
	b := newBench(t)
	var all struct{ Notices []job.Notice }
	list := call{"GET", "/v1/notices", nil, nil}
	b.want(http.StatusOK, list, &all)
	if len(all.Notices) != 0 {
		t.Errorf("%+v", all)
	}
	b.want(http.StatusNoContent, call{"DELETE", "/v1/notices/7", nil, nil}, nil)
	b.want(http.StatusNotFound, call{"DELETE", "/v1/notices/x", nil, nil}, nil)
}

// Which databases users may import into is told to no token that is for some of them alone.
func TestSettingsNameNoDatabases(t *testing.T) {
	b := newBench(t)
	names := b.path("payroll.db")
	b.want(http.StatusOK, call{"PUT", "/v1/settings/signin-targets", jsonBody, body(`{"value":` + quote(names) + `}`)}, nil)
	for target, told := range map[string]bool{b.path("own.db"): false, access.Anywhere: true} {
		header := b.token(access.Scope{May: access.Watch, Targets: []string{target}})
		_, answer := b.do(call{"GET", "/v1/settings", header, nil})
		if strings.Contains(answer, "payroll") != told || !strings.Contains(answer, "keep-jobs") {
			t.Errorf("for %s: %s", target, answer)
		}
	}
}
