//go:build unix

package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"linefeed/backend/signin/signintest"
	"linefeed/backend/target/testserver"
)

// A hunt has a program run in folders of its own, with all that it could write into, and
// looks for secrets in what it leaves there, prints and is started with.
type hunt struct {
	*testing.T
	dir     string
	secrets map[string]string // by what they are
	told    bytes.Buffer      // by all commands
}

// secret has a text looked for.
func (h *hunt) secret(what, text string) string {
	h.secrets[what] = text
	return text
}

// command returns a command that runs the program, and has what it prints kept.
func (h *hunt) command(password string, args ...string) *exec.Cmd {
	h.Helper()
	c := command(h.T, h.dir, args...)
	for _, name := range []string{"HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		folder := filepath.Join(h.dir, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			h.Fatal(err)
		}
		c.Env = append(c.Env, name+"="+folder)
	}
	c.Env = append(c.Env, "LINEFEED_KEYCHAIN=none", "LINEFEED_LOG=debug", "LINEFEED_PASSWORD="+password)
	return c
}

// run runs the program to its end, and returns its exit status.
func (h *hunt) run(password string, args ...string) int {
	h.Helper()
	c := h.command(password, args...)
	c.Stdout, c.Stderr = &h.told, &h.told
	if err := c.Start(); err != nil {
		h.Fatal(err)
	}
	return exitStatus(h.T, c)
}

// A served is a program that serves the local API.
type served struct {
	*hunt
	process    *exec.Cmd
	url, token string
	read       chan struct{} // closed when all that it prints was read
}

// serve starts linefeed serve.
func (h *hunt) serve(what string) *served {
	h.Helper()
	s := &served{hunt: h, process: h.command("", "serve"), read: make(chan struct{})}
	s.process.Stdout = nil
	stderr, err := s.process.StderrPipe()
	if err != nil {
		h.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		h.Fatal(err)
	}
	said := bufio.NewReader(io.TeeReader(stderr, &h.told))
	for line := ""; !strings.HasPrefix(line, "serving"); {
		if line, err = said.ReadString('\n'); err != nil {
			h.Fatalf("it ends: %v", err)
		}
	}
	go func() {
		defer close(s.read)
		_, _ = io.Copy(io.Discard, said) // to its end
	}()
	h.Cleanup(func() { _ = s.process.Process.Kill() })
	var api struct{ URL, Token string }
	text, err := os.ReadFile(filepath.Join(h.dir, "home", "run", "api.json"))
	if err == nil {
		err = json.Unmarshal(text, &api)
	}
	if err != nil {
		h.Fatal(err)
	}
	s.url, s.token = api.URL, h.secret("the token of "+what, api.Token)
	return s
}

// end ends the program by a signal, and waits for that.
func (s *served) end(signal os.Signal) {
	s.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		s.Fatal(err)
	}
	<-s.read
	exitStatus(s.T, s.process)
}

// call sends a request, and reads the answer up to a line that has until, or to its end.
func (s *served) call(method, path, authorization, contentType, body, until string) (status int, text string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {authorization}, "Content-Type": {contentType}, "Accept": {"text/event-stream"}, "Cookie": {"token=" + s.token}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	var read strings.Builder
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		read.WriteString(lines.Text() + "\n")
		if until != "" && strings.Contains(lines.Text(), until) {
			break
		}
	}
	return res.StatusCode, read.String()
}

// raw sends something that is perhaps no request, and reads what comes back.
func (s *served) raw(text string) {
	s.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err == nil {
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn) // an error is an end, too
	}
}

// forms returns the ways in which a text may be written.
func forms(text string) map[string][]byte {
	all := map[string][]byte{
		"as it is": []byte(text), "in hex": []byte(hex.EncodeToString([]byte(text))), "in capital hex": fmt.Appendf(nil, "%X", text),
		"in a query": []byte(url.QueryEscape(text)), "in a path": []byte(url.PathEscape(text)),
	}
	quoted, _ := json.Marshal(text) // a text always encodes
	all["in JSON"] = bytes.Trim(quoted, `"`)
	for _, unit := range utf16.Encode([]rune(text)) {
		all["in UTF-16"] = append(all["in UTF-16"], byte(unit), byte(unit>>8))
	}
	// Within a longer text, its base64 depends on what stands before it: what is the same
	// whatever stands before and behind.
	for before := range 3 {
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(append(make([]byte, before), text...))
			all[fmt.Sprintf("in %s after %d bytes", name, before)] = []byte(encoded[(before*8+5)/6 : len(encoded)-1])
		}
	}
	return all
}

// find returns what secrets a text has, and how they are written.
func (h *hunt) find(text []byte) (found []string) {
	for what, secret := range h.secrets {
		for how, form := range forms(secret) {
			if bytes.Contains(text, form) {
				found = append(found, what+" "+how)
			}
		}
	}
	return found
}

// search looks for the secrets in all files, but for those that announce a server, and in
// what was printed.
func (h *hunt) search(announced bool) {
	h.Helper()
	if found := h.find(h.told.Bytes()); len(found) > 0 {
		h.Errorf("the program prints %q", found)
	}
	files := 0
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		found := h.find(append(text, path...))
		if run := filepath.Join(h.dir, "home", "run") + "/api"; announced && strings.HasPrefix(path, run) {
			if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
				h.Errorf("%s has the mode %v, %v", path, info.Mode(), err)
			}
			return err
		}
		if len(found) > 0 {
			h.Errorf("%s has %q", path, found)
		}
		return err
	})
	if err != nil || files < 3 {
		h.Errorf("%d files were searched: %v", files, err)
	}
}

// searchProcess looks for the secrets in what a running program was started with, where the
// system shows that.
func (s *served) searchProcess() {
	s.Helper()
	for _, name := range []string{"cmdline", "comm"} {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.process.Process.Pid, name)); err == nil {
			if found := s.find(text); len(found) > 0 {
				s.Errorf("the process shows %q in its %s", found, name)
			}
		}
	}
}

// No token and no password is in a file, a log, what is printed, or what a process shows,
// after imports that went well, failed and were killed, and requests of all kinds.
func TestNoSecretIsLeft(t *testing.T) {
	server := testserver.Postgres(t).Database(t)
	issuer := signintest.NewIssuer(t)
	h := &hunt{T: t, dir: t.TempDir(), secrets: map[string]string{}}
	at, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	password, _ := at.User.Password()
	h.secret("the password", password)
	with := func(password string) string {
		u := *at
		u.User = url.UserPassword(at.User.Username(), password)
		return u.String()
	}
	plain := *at
	plain.User = url.User(at.User.Username())
	wrong := func(what string) string { return h.secret(what, rand.Text()+"/ü+") }

	// What is looked for is found, however it is written.
	for what, secret := range h.secrets {
		for how, form := range forms(secret) {
			if found := h.find(append([]byte("before "), form...)); len(found) == 0 {
				t.Fatalf("%s is not found %s", what, how)
			}
		}
		if found := h.find([]byte(base64.StdEncoding.EncodeToString([]byte("ann:" + secret + "@localhost")))); len(found) == 0 {
			t.Fatalf("%s is not found in base64", what)
		}
	}

	file := filepath.Join(h.dir, "numbers.csv")
	if err := os.WriteFile(file, []byte(manyNumbers(100)+"x,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status := func(want, got int) {
		t.Helper()
		if got != want {
			t.Errorf("status %d, want %d: %s", got, want, h.told.String())
		}
	}
	into := func(to, table string) []string {
		return []string{"import", file, "--to", to, "--table", table, "--create", "--types", "infer", "--map", "id=id,name=name",
			"--rejects", filepath.Join(h.dir, table+".rejects.csv"), "--log", filepath.Join(h.dir, table+".log.csv"), "--events", "--json"}
	}
	status(0, h.run(password, into(plain.String(), "one")...))
	status(2, h.run(wrong("a wrong password of the environment"), into(plain.String(), "two")...))
	status(0, h.run("", into(with(password), "three")...))
	status(2, h.run("", into(with(wrong("a wrong password of an address")), "four")...))
	h.run("", "connections", "add", "shop", with(password))
	h.run("", "connections", "add", "shop", plain.String()+"?password="+url.QueryEscape(wrong("a password as a setting")))
	status(0, h.run("", "settings", "signin-issuer", issuer.URL))
	status(0, h.run("", "settings", "signin-client", signintest.Client))
	status(0, h.run("", "settings", "signin-targets", "any"))

	s := h.serve("the first program")
	const asJSON = "application/json"
	own := "Bearer " + s.token
	request := func(to, table string) string {
		text, _ := json.Marshal(map[string]any{"file": file, "target": to, "plan": map[string]any{"table": table, "create": true}}) // such values always encode
		return string(text)
	}
	ask := func(want int, method, path, authorization, contentType, body string) string {
		t.Helper()
		got, text := s.call(method, path, authorization, contentType, body, "")
		if got != want {
			t.Errorf("%s %s: status %d, want %d: %s", method, path, got, want, text)
		}
		return text
	}
	var made struct{ Token string }
	text := ask(201, "POST", "/v1/tokens", own, asJSON, `{"name":"page","may":"import","targets":["any"],"folders":["`+h.dir+`"]}`)
	if err := json.Unmarshal([]byte(text), &made); err != nil || made.Token == "" {
		t.Fatalf("%v: %s", err, text)
	}
	h.secret("a token of another program", made.Token)
	jwt := func(what, token string) string {
		parts := strings.Split(token, ".")
		h.secret(what, token)
		h.secret("the signature of "+what, parts[2])
		h.secret("the claims of "+what, parts[1])
		return "Bearer " + token
	}
	user := jwt("a user's token", issuer.Token(nil))
	expired := jwt("a user's expired token", issuer.Token(map[string]any{"exp": 1}))
	strange := jwt("a user's token for others", issuer.Token(map[string]any{"azp": "another"}))

	// Each import is followed to its end.
	ask(200, "POST", "/v1/imports", own, asJSON, request(with(password), "five"))
	ask(200, "POST", "/v1/imports", "Bearer "+made.Token, asJSON, request(with(wrong("a wrong password of a request")), "six"))
	ask(200, "POST", "/v1/imports?"+url.Values{"target": {with(wrong("a wrong password of a query"))}, "table": {"seven"}, "create": {""}}.Encode(), own, "text/csv", manyNumbers(3))
	ask(200, "POST", "/v1/imports?"+url.Values{"target": {with(password)}, "table": {"eight"}, "create": {""}}.Encode(), user, "text/csv", manyNumbers(3))
	ask(422, "PUT", "/v1/profiles/shop", own, asJSON, `{"linefeedProfile":1,"target":"`+with(wrong("a password of a profile"))+`"}`)
	ask(422, "POST", "/v1/tokens", own, asJSON, `{"name":"x","may":"watch","targets":["`+with(wrong("a password of a scope"))+`"]}`)
	login := func(url, password string) string { return `{"url":"` + url + `","password":"` + password + `"}` }
	ask(201, "PUT", "/v1/connections/api", own, asJSON, login(plain.String(), password))
	ask(200, "PUT", "/v1/connections/api", own, asJSON, login(plain.String()+"2", wrong("a wrong password of a connection")))
	ask(200, "POST", "/v1/connections/api/test", own, asJSON, `{}`)
	ask(204, "POST", "/v1/passwords", own, asJSON, `{"target":"`+plain.String()+`","password":"`+wrong("a password for the session")+`"}`)
	ask(200, "POST", "/v1/tables", own, asJSON, `{"target":"`+with(wrong("a wrong password of a look"))+`"}`)
	ask(422, "POST", "/v1/plans", own, asJSON, request(with(wrong("a wrong password of a plan")), "look"))
	ask(404, "GET", "/v1/"+h.secret("a text of an address", rand.Text()), own, "", "")
	for _, authorization := range []string{
		expired, strange, "Bearer " + h.secret("a token of something else", rand.Text()), "Basic " + h.secret("a token by Basic", rand.Text()), s.token, "",
	} {
		ask(401, "GET", "/v1/imports?access_token="+s.token, authorization, "", "")
	}
	for _, path := range []string{"/v1/imports", "/v1/sets", "/v1/profiles", "/v1/connections", "/v1/notices", "/v1/settings", "/v1/tokens"} {
		if found := h.find([]byte(ask(200, "GET", path, own, "", ""))); len(found) > 0 {
			t.Errorf("%s tells %q", path, found)
		}
	}
	s.raw("GET /" + s.token + " HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: Bearer " + s.token + "\r\n\r\n")
	s.raw("GET / HTTP/1.1\r\nAuthorization : Bearer " + s.token + "\r\n\r\n")
	s.raw("\x16\x03\x01" + s.token + made.Token)
	s.raw(s.token + "\r\n\r\n")
	s.raw("POST /v1/imports HTTP/1.1\r\nHost: " + strings.TrimPrefix(s.url, "http://") + "\r\nAuthorization: " + own +
		"\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n" + request(with(password), "nine"))
	s.searchProcess()
	h.search(true)
	s.end(syscall.SIGTERM)
	h.search(false)

	// A program that is killed while it loads leaves the file that announces it, until the next
	// one starts.
	s = h.serve("a program that is killed")
	own = "Bearer " + s.token
	query := url.Values{"target": {with(password)}, "table": {"ten"}, "create": {""}}
	if _, text := s.call("POST", "/v1/imports?"+query.Encode(), own, "text/csv", manyNumbers(500_000), `"phase":"writing"`); !strings.Contains(text, `"phase":"writing"`) {
		t.Errorf("it is not loading: %s", text)
	}
	s.end(syscall.SIGKILL)
	h.search(true)
	h.run("", "resume", lastJob(t, h.dir).ID)
	h.run(password, "resume", lastJob(t, h.dir).ID, "--events")
	h.run("", "diagnostics")
	s = h.serve("the last program")
	s.end(syscall.SIGTERM)
	h.search(false)
}
