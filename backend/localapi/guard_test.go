package localapi

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	b := newBench(t)
	_, port, err := net.SplitHostPort(b.server.host)
	if err != nil {
		t.Fatal(err)
	}
	token := b.server.Token()
	for _, test := range []struct {
		name   string
		header map[string]string
		status int
		cors   string // Access-Control-Allow-Origin of the answer
	}{
		{"a good token and no origin", nil, 200, ""},
		{"the scheme in lower case", map[string]string{"Authorization": "bearer " + token}, 200, ""},

		// A page whose own host name resolves to 127.0.0.1.
		{"another host", map[string]string{"Host": "evil.example"}, 421, ""},
		{"another host with the port", map[string]string{"Host": "evil.example:" + port}, 421, ""},
		{"a host that begins like this one", map[string]string{"Host": "127.0.0.1.evil.example:" + port}, 421, ""},
		{"the host's user part", map[string]string{"Host": "127.0.0.1:" + port + "@evil.example"}, 421, ""},
		{"the host by another name", map[string]string{"Host": "localhost:" + port}, 421, ""},
		{"the host with a dot", map[string]string{"Host": "127.0.0.1.:" + port}, 421, ""},
		{"the host in IPv6", map[string]string{"Host": "[::1]:" + port}, 421, ""},
		{"another port", map[string]string{"Host": "127.0.0.1:1"}, 421, ""},
		{"no port", map[string]string{"Host": "127.0.0.1"}, 421, ""},
		{"another host and a listed origin", map[string]string{"Host": "evil.example", "Origin": pageOrigin}, 421, ""},

		{"the window on Linux", map[string]string{"Origin": "wails://wails"}, 200, "wails://wails"},
		{"the window on Windows", map[string]string{"Origin": "http://wails.localhost"}, 200, "http://wails.localhost"},
		{"a page that is being developed", map[string]string{"Origin": "http://localhost:34115"}, 403, ""},
		{"a listed origin", map[string]string{"Origin": pageOrigin}, 200, pageOrigin},
		{"another origin", map[string]string{"Origin": "http://evil.example"}, 403, ""},
		{"another port of a listed origin", map[string]string{"Origin": "http://localhost:8081"}, 403, ""},
		{"a listed origin with a suffix", map[string]string{"Origin": pageOrigin + ".evil.example"}, 403, ""},
		{"a listed origin in capitals", map[string]string{"Origin": "HTTP://LOCALHOST:8080"}, 403, ""},
		{"a listed origin by https", map[string]string{"Origin": "https://localhost:8080"}, 403, ""},
		{"the null origin", map[string]string{"Origin": "null"}, 403, ""},
		{"the server's own origin", map[string]string{"Origin": "http://127.0.0.1:" + port}, 403, ""},

		{"no token", map[string]string{"Authorization": ""}, 401, ""},
		{"no token from a listed origin", map[string]string{"Authorization": "", "Origin": pageOrigin}, 401, pageOrigin},
		{"another token", map[string]string{"Authorization": "Bearer " + strings.Repeat("A", 43)}, 401, ""},
		{"another token from a listed origin", map[string]string{"Authorization": "Bearer x", "Origin": pageOrigin}, 401, pageOrigin},
		{"the token cut short", map[string]string{"Authorization": "Bearer " + token[:42]}, 401, ""},
		{"the token and more", map[string]string{"Authorization": "Bearer " + token + "A"}, 401, ""},
		{"an empty token", map[string]string{"Authorization": "Bearer "}, 401, ""},
		{"another scheme", map[string]string{"Authorization": "Basic " + token}, 401, ""},
		{"the token alone", map[string]string{"Authorization": token}, 401, ""},
		{"another origin with no token", map[string]string{"Authorization": "", "Origin": "http://evil.example"}, 403, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner := *b
			inner.T = t
			for _, path := range []string{"/v1/imports", "/v1/nothing"} {
				res, _ := inner.do(call{method: "GET", path: path, header: test.header})
				want := test.status
				if want == 200 && path == "/v1/nothing" {
					want = 404
				}
				if res.StatusCode != want {
					t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
				}
				if got := res.Header.Get("Access-Control-Allow-Origin"); got != test.cors {
					t.Errorf("%s: the allowed origin is %q, want %q", path, got, test.cors)
				}
				if got := res.Header.Get("Vary"); got != "Origin" {
					t.Errorf("%s: Vary is %q", path, got)
				}
				if got := res.Header.Get("Access-Control-Allow-Credentials"); got != "" {
					t.Errorf("%s: credentials are allowed: %q", path, got)
				}
				if got := res.Header.Get("WWW-Authenticate"); (want == 401) != strings.HasPrefix(got, "Bearer ") {
					t.Errorf("%s: with status %d, WWW-Authenticate is %q", path, res.StatusCode, got)
				}
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	b := newBench(t)
	ask := func(origin string, more map[string]string) *http.Response {
		header := map[string]string{
			"Authorization": "", "Origin": origin,
			"Access-Control-Request-Method":  "POST",
			"Access-Control-Request-Headers": "authorization,content-type,idempotency-key,last-event-id",
		}
		for k, v := range more {
			header[k] = v
		}
		res, _ := b.do(call{method: "OPTIONS", path: "/v1/imports", header: header})
		return res
	}
	res := ask(pageOrigin, nil)
	if res.StatusCode != 204 || res.Header.Get("Access-Control-Allow-Origin") != pageOrigin || res.Header.Get("Vary") != "Origin" {
		t.Errorf("status %d with %v", res.StatusCode, res.Header)
	}
	allowed := strings.Split(res.Header.Get("Access-Control-Allow-Headers"), ", ")
	for _, name := range []string{"authorization", "last-event-id", "content-type", "idempotency-key"} {
		found := false
		for _, a := range allowed {
			found = found || a == name
		}
		if !found {
			t.Errorf("%s is not among the allowed headers %q", name, allowed)
		}
	}
	if got := res.Header.Get("Access-Control-Allow-Methods"); got != "GET, POST, PUT, DELETE" {
		t.Errorf("the allowed methods are %q", got)
	}
	if res.Header.Get("Access-Control-Max-Age") == "" {
		t.Error("no Access-Control-Max-Age")
	}
	if res := ask("http://evil.example", nil); res.StatusCode != 403 || res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin: status %d with %v", res.StatusCode, res.Header)
	}
	if res := ask(pageOrigin, map[string]string{"Host": "evil.example"}); res.StatusCode != 421 {
		t.Errorf("another host: status %d", res.StatusCode)
	}
	// Without Access-Control-Request-Method it is no preflight, and needs the token.
	if res := ask(pageOrigin, map[string]string{"Access-Control-Request-Method": ""}); res.StatusCode != 401 {
		t.Errorf("OPTIONS that asks nothing: status %d", res.StatusCode)
	}
	if res := ask("", nil); res.StatusCode != 401 {
		t.Errorf("OPTIONS of no page: status %d", res.StatusCode)
	}
}

// Requests that http.Client can't send.
func TestGuardOnTheWire(t *testing.T) {
	b := newBench(t)
	auth := "Authorization: Bearer " + b.server.Token() + "\r\n"
	host := "Host: " + b.server.host + "\r\n"
	for _, test := range []struct {
		name, request, status string
	}{
		{"the server as a whole", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "401"},
		{"no host", "GET /v1/imports HTTP/1.0\r\n" + auth + "\r\n", "421"},
		{"two hosts", "GET /v1/imports HTTP/1.1\r\n" + host + "Host: evil.example\r\n" + auth + "\r\n", "400"},
		{"another host as an address", "GET http://evil.example/v1/imports HTTP/1.1\r\n" + host + auth + "\r\n", "421"},
		{"two origins", "GET /v1/imports HTTP/1.1\r\n" + host + auth + "Origin: " + pageOrigin + "\r\nOrigin: http://evil.example\r\n\r\n", "403"},
		{"an empty origin", "GET /v1/imports HTTP/1.1\r\n" + host + auth + "Origin: \r\n\r\n", "403"},
		{"two tokens", "GET /v1/imports HTTP/1.1\r\n" + host + "Authorization: Bearer x\r\n" + auth + "\r\n", "401"},
		{"a head that is too long", "GET /v1/imports HTTP/1.1\r\n" + host + auth + "X: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "431"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go io.WriteString(conn, test.request) //nolint:errcheck // the answer shows it
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil || !strings.Contains(line, " "+test.status+" ") {
				t.Errorf("got %q, %v, want %s", line, err, test.status)
			}
		})
	}
}

func TestTokenIsRandom(t *testing.T) {
	b, other := newBench(t), newBench(t)
	raw, err := base64.RawURLEncoding.DecodeString(b.server.Token())
	if err != nil || len(raw) != 32 {
		t.Errorf("the token %q has %d bytes, %v", b.server.Token(), len(raw), err)
	}
	if b.server.Token() == other.server.Token() {
		t.Error("two servers have the same token")
	}
}

func TestOriginsThatAreNone(t *testing.T) {
	for _, origin := range []string{"*", "null", "", "localhost:8080", "http://localhost:8080/", "http://a@localhost:8080", "http://"} {
		if got, err := checkOrigins([]string{origin}); err == nil {
			t.Errorf("%q is taken for an origin: %q", origin, got)
		}
	}
}
