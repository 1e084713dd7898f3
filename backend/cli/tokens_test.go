package cli_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/cli"
)

// A token is made, told once, listed without its secret, and revoked.
func TestTokens(t *testing.T) {
	dir := newHome(t)
	made := run(t, "tokens", "add", "shop", "--may", "import", "--folder", dir, "--to", filepath.Join(dir, "shop.db"), "--for", "12w")
	secret := strings.TrimSpace(made.stdout)
	if made.status != 0 || len(secret) != 43 {
		t.Fatalf("%+v", made)
	}
	list := run(t, "tokens", "list", "--json")
	var all []struct {
		Name, May, Expires string
		Targets, Folders   []string
	}
	if err := json.Unmarshal([]byte(list.stdout), &all); err != nil || list.status != 0 || len(all) != 1 || all[0].Name != "shop" || all[0].May != "import" ||
		all[0].Expires == "" || len(all[0].Targets) != 1 || len(all[0].Folders) != 1 || strings.Contains(list.stdout, secret) {
		t.Errorf("%v: %+v", err, list)
	}
	if list = run(t, "tokens", "list"); !strings.Contains(list.stdout, "shop") || strings.Contains(list.stdout, secret) {
		t.Errorf("%+v", list)
	}
	for args, want := range map[string]string{
		"add shop --may watch --to any":              "already",
		"add x --may all --to any":                   "watch looks at imports",
		"add x --may watch":                          "want a name, a right and a database",
		"add x --may watch --to any --for soon":      "30d",
		"add x --may import --to any --folder /none": "there is no folder",
		"remove none":                                "there is no token",
		"nonsense":                                   "there is no command",
	} {
		if got := run(t, append([]string{"tokens"}, strings.Fields(args)...)...); got.status != 64 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := run(t, "tokens", "remove", "shop"); got.status != 0 {
		t.Errorf("%+v", got)
	}
	if list = run(t, "tokens", "list"); !strings.Contains(list.stdout, "none yet") {
		t.Errorf("%+v", list)
	}
}

// serve serves the local API with a token that was made, and to pages of its origins,
// until it is stopped.
func TestServe(t *testing.T) {
	dir := newHome(t)
	secret := strings.TrimSpace(run(t, "tokens", "add", "board", "--may", "watch", "--to", "any").stdout)
	serving := make(chan struct{})
	begun := sync.OnceFunc(func() { close(serving) })
	stderr := watch(func(line string) {
		if strings.HasPrefix(line, "serving") {
			begun()
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	status := make(chan int)
	go func() {
		defer begun() // the test must never block
		status <- cli.Main(ctx, []string{"serve", "--origin", "https://shop.example"}, nil, new(strings.Builder), stderr, os.Getenv)
	}()
	<-serving
	var api struct{ URL string }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "home", "run", "api.json"))), &api); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{secret: http.StatusOK, "x": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/v1/imports", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {"https://shop.example"}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || res.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
			t.Errorf("status %d, want %d: %v", res.StatusCode, want, res.Header)
		}
	}
	stop()
	if s := <-status; s != 0 {
		t.Errorf("exit status %d", s)
	}
	if got := run(t, "serve", "--listen", "0.0.0.0:0"); got.status != 64 || !strings.Contains(got.stderr, "127.0.0.1") {
		t.Errorf("%+v", got)
	}
	if got := run(t, "serve", "--origin", "shop.example"); got.status != 64 || !strings.Contains(got.stderr, "scheme://host:port") {
		t.Errorf("%+v", got)
	}
}
