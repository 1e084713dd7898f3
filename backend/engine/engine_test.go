package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/mattn/go-sqlite3" // to hold databases locked

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

// newHome gives the test a home of its own, and returns a folder for its files.
func newHome(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	return dir
}

// opened returns the engine that open opens. The test closes it, or its end does.
func opened(t *testing.T, open func(context.Context) (*engine.Engine, error)) (e *engine.Engine, closeNow func()) {
	t.Helper()
	e, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	closeNow = func() {
		t.Helper()
		if closed {
			return
		}
		closed = true
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(closeNow)
	return e, closeNow
}

// write makes a file in dir and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// request asks for an import of two records into a database in dir.
func request(t *testing.T, dir string) job.Request {
	t.Helper()
	return job.Request{
		File: write(t, dir, "people.csv", "id,name\n1,Ada\n2,Grace\n"), Target: filepath.Join(dir, "out.db"),
		Plan: load.Plan{Table: "people", Create: true},
	}
}

// lock locks a database as another program would, until free is called or the test ends.
func lock(t *testing.T, db string) (free func()) {
	t.Helper()
	d, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "CREATE TABLE other (a); BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	free = sync.OnceFunc(func() {
		if err := errors.Join(conn.Close(), d.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(free)
	return free
}

// left lists the files below the home, but for the store, the log with the file for crashes, of
// which there are none, and the window's lock.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	home := filepath.Join(dir, "home")
	err := filepath.Walk(home, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && info.Name() != "linefeed.db" && info.Name() != "linefeed.log" && info.Name() != "window.lock" && (info.Name() != "crash.txt" || info.Size() > 0) {
			names = append(names, strings.TrimPrefix(path, home))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The end of the program reaches whoever listens, and the store: the job that
// ran is told of, and kept, as interrupted. Nothing is left that is not needed.
func TestClose(t *testing.T) {
	dir := newHome(t)
	e, closeNow := opened(t, engine.OpenWindow)
	if err := e.Listen("", nil); err != nil {
		t.Fatal(err)
	}
	req := request(t, dir)
	lock(t, req.Target) // the job can't end by itself
	j, err := e.Runner.Start(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	follow, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.API().URL()+"/v1/imports/"+j.ID+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	follow.Header.Set("Authorization", "Bearer "+e.API().Token())
	res, err := http.DefaultClient.Do(follow)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	cursor, err := e.Hub.Follow("", "")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string)
	go func() {
		last := ""
		for event := range cursor.Events(context.WithoutCancel(t.Context())) {
			last = string(event.Data)
		}
		told <- last
	}()

	closeNow()
	if last := <-told; !strings.Contains(last, `"state":"interrupted"`) {
		t.Errorf("the last event is %s", last)
	}
	stream, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(stream), `"state":"interrupted"`) {
		t.Errorf("the API tells %s, %v", stream, err)
	}
	if names := left(t, dir); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	e, _ = opened(t, engine.OpenWindow)
	kept, err := e.Runner.Job(t.Context(), j.ID)
	if err != nil || kept.State != job.Interrupted || kept.Summary == nil {
		t.Errorf("the job is kept as %s with summary %v, %v", kept.State, kept.Summary, err)
	}
}

// What can't be opened frees what was opened before it.
func TestOpenThatFails(t *testing.T) {
	dir := newHome(t)
	run := filepath.Join(dir, "home", "run")
	if err := os.MkdirAll(filepath.Join(run, "window.lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if e, err := engine.OpenWindow(t.Context()); err == nil {
		t.Error("it opens with a folder for its lock")
		e.Close()
	}
	if names := left(t, dir); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	t.Setenv("LINEFEED_HOME", write(t, dir, "file", ""))
	for name, open := range map[string]func(context.Context) (*engine.Engine, error){"window": engine.OpenWindow, "command": engine.Open} {
		if e, err := open(t.Context()); err == nil {
			t.Errorf("%s: it opens in a file", name)
			e.Close()
		}
	}
}

// There is one window at a time, and any number of commands beside it.
func TestSecondWindow(t *testing.T) {
	dir := newHome(t)
	first, closeFirst := opened(t, engine.OpenWindow)
	before := left(t, dir)
	if e, err := engine.OpenWindow(t.Context()); !errors.Is(err, engine.ErrWindowOpen) {
		t.Errorf("a second window: %v, want %v", err, engine.ErrWindowOpen)
		if err == nil {
			e.Close()
		}
	}
	if after := left(t, dir); !slices.Equal(before, after) {
		t.Errorf("the second window leaves %v, there were %v", after, before)
	}
	opened(t, engine.Open)
	opened(t, engine.Open)
	if _, err := first.Runner.Jobs(t.Context()); err != nil {
		t.Errorf("the first window no longer works: %v", err)
	}
	closeFirst()
	opened(t, engine.OpenWindow)
}

// Without the local API, all else works.
func TestListenThatFails(t *testing.T) {
	dir := newHome(t)
	e, closeNow := opened(t, engine.OpenWindow)
	if err := e.Listen("192.0.2.1:0", nil); err == nil || e.API() != nil {
		t.Fatalf("it listens beyond loopback: %v, %v", err, e.API())
	}
	j, err := e.Runner.Start(t.Context(), request(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := e.Runner.Wait(t.Context(), j.ID); err != nil || v.Inserted != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	closeNow()
	if names := left(t, dir); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

// No page is let in beside those that a policy names.
func TestPinnedOrigins(t *testing.T) {
	dir := newHome(t)
	t.Setenv("LINEFEED_POLICY", write(t, dir, "policy.json", `{"settings": {"allowed-origins": "https://shop.example"}}`))
	e, _ := opened(t, engine.Open)
	if err := e.Listen("", []string{"https://evil.example"}); !errors.Is(err, job.ErrPinned) || e.API() != nil {
		t.Errorf("with another page: %v", err)
	}
	if err := e.Listen("", nil); err != nil {
		t.Error(err)
	}
}

// api.json tells of the window, not of a command that listens for a while.
func TestAnnouncement(t *testing.T) {
	dir := newHome(t)
	var servers []*engine.Engine
	for _, open := range []func(context.Context) (*engine.Engine, error){engine.OpenWindow, engine.Open} {
		e, _ := opened(t, open)
		if err := e.Listen("", nil); err != nil {
			t.Fatal(err)
		}
		servers = append(servers, e)
	}
	text, err := os.ReadFile(filepath.Join(dir, "home", "run", "api.json"))
	if err != nil || !strings.Contains(string(text), servers[0].API().URL()) {
		t.Errorf("api.json: %s, %v", text, err)
	}
}

func TestSampleFile(t *testing.T) {
	dir := newHome(t)
	e, _ := opened(t, engine.OpenWindow)
	path, err := e.SampleFile()
	if err != nil || path != filepath.Join(dir, "home", "articles.csv") || e.Home() != filepath.Dir(path) {
		t.Fatalf("%s, %v", path, err)
	}
	write(t, filepath.Dir(path), filepath.Base(path), "mine")
	if _, err := e.SampleFile(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); string(text) != "mine" {
		t.Errorf("a file that was there is %d bytes of another, %v", len(text), err)
	}
}

func TestRecentFiles(t *testing.T) {
	dir := newHome(t)
	e, _ := opened(t, engine.OpenWindow)
	if files, err := e.RecentFiles(t.Context()); err != nil || files == nil || len(files) > 0 {
		t.Errorf("before the first import: %v, %v", files, err)
	}
	var want []string
	for i := range 12 {
		path := write(t, dir, fmt.Sprintf("%d.csv", i), "id\n1\n")
		if _, err := e.Runner.Start(t.Context(), job.Request{File: path, Check: true, Plan: load.Plan{Table: "t", Create: true}}); err != nil {
			t.Fatal(err)
		}
		if i == 11 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want = slices.Insert(want, 0, path)
	}
	if files, err := e.RecentFiles(t.Context()); err != nil || !slices.Equal(files, want[:10]) {
		t.Errorf("%v, %v, want %v", files, err, want[:10])
	}
}

func TestSavePath(t *testing.T) {
	dir := newHome(t)
	e, _ := opened(t, engine.OpenWindow)
	j, err := e.Runner.Start(t.Context(), request(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if path, err := e.SavePath(t.Context(), j.ID, "report"); err != nil || path != filepath.Join(dir, "people.report.csv") {
		t.Errorf("%s, %v", path, err)
	}
	if _, err := e.SavePath(t.Context(), "none", "report"); !errors.Is(err, job.ErrNoJob) {
		t.Errorf("of no job: %v", err)
	}
}

func TestTables(t *testing.T) {
	dir := newHome(t)
	e, _ := opened(t, engine.OpenWindow)
	req := request(t, dir)
	if d := e.Connections.Look(t.Context(), req.Target); d.Failure != nil || len(d.Tables) > 0 {
		t.Errorf("of no file: %+v", d)
	}
	j, err := e.Runner.Start(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Runner.Wait(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	if d := e.Connections.Look(t.Context(), req.Target); d.Failure != nil || len(d.Tables) != 1 || d.Tables[0].Name != "people" {
		t.Errorf("%+v", d)
	}
}
