package localapi

import (
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"linefeed/backend/connection"
	"linefeed/backend/event"
	"linefeed/backend/store"
)

// The saved connections are listed without their passwords.
func TestConnections(t *testing.T) {
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	dir := t.TempDir()
	st, err := store.Open(t.Context(), dir, filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	book := connection.New(st)
	s, err := Start(nil, event.New(), Options{Connections: book})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	listed := func(want string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/connections", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.Token())
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || string(body) != want+"\n" {
			t.Errorf("%d %s, %v, want %s", res.StatusCode, body, err, want)
		}
	}
	listed(`{"connections":[]}`)
	if _, err := book.Save(t.Context(), connection.Draft{Name: "shop", URL: "postgres://ann:s3cret@db.example/shop"}); err != nil {
		t.Fatal(err)
	}
	listed(`{"connections":[{"name":"shop","url":"postgres://ann@db.example/shop","kind":"postgres","password":"session"}]}`)
}
