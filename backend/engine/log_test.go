package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

// TestLog holds that the log tells what became of imports, and nothing of what is in them.
func TestLog(t *testing.T) {
	for _, level := range []string{"", "debug"} {
		t.Run(level, func(t *testing.T) {
			t.Setenv("LINEFEED_LOG", level)
			dir := newHome(t)
			e, closeNow := opened(t, engine.OpenWindow)
			if err := e.Listen("", nil); err != nil {
				t.Fatal(err)
			}
			req := request(t, dir)
			req.File = write(t, dir, "hush.csv", "id,price\n1,2\n2,hush\n")
			req.Plan = load.Plan{Table: "hush", Create: true}
			loaded := start(t, e, req)
			req.Plan = load.Plan{Table: "hush", Map: map[string]string{"hush": "hush"}}
			failed := start(t, e, req)
			secret := e.API().Token()
			served := e.Diagnostics(t.Context())
			closeNow()
			again, _ := opened(t, engine.Open)
			told := again.Diagnostics(t.Context()) // the log has all by now

			text, err := os.ReadFile(filepath.Join(os.Getenv("LINEFEED_HOME"), "logs", "linefeed.log"))
			if err != nil {
				t.Fatal(err)
			}
			log := string(text)
			for _, want := range []string{
				`msg="the window opens"`, `msg="the local API is served"`, `msg="the program ends"`,
				"job=" + loaded + " state=done read=2", " job=" + failed + " state=failed", "level=ERROR", "reasons=[no_such_field]",
			} {
				if !strings.Contains(log, want) {
					t.Errorf("the log has no %s:\n%s", want, log)
				}
			}
			if !strings.Contains(served, "local API    served") || strings.Contains(served, secret) {
				t.Errorf("while the API is served, the diagnostics are\n%s", served)
			}
			for name, text := range map[string]string{"log": log, "diagnostics": told} {
				if strings.Contains(text, secret) {
					t.Errorf("the %s has the token", name)
				}
				if strings.Contains(text, "hush") != (level == "debug") {
					t.Errorf("level %q: the %s\n%s", level, name, text)
				}
			}
			for _, want := range []string{"linefeed ", "imports      1 done, 1 failed", "local API    not served", "job=" + failed} {
				if !strings.Contains(told, want) {
					t.Errorf("the diagnostics have no %q:\n%s", want, told)
				}
			}
		})
	}
}

// TestWithoutLog holds that the program works where no log can be kept.
func TestWithoutLog(t *testing.T) {
	dir := newHome(t)
	home := os.Getenv("LINEFEED_HOME")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, home, "logs", "no folder")
	e, _ := opened(t, engine.Open)
	start(t, e, request(t, dir))
	if told := e.Diagnostics(t.Context()); !strings.Contains(told, "log          not known: ") {
		t.Errorf("the diagnostics don't say that there is no log:\n%s", told)
	}
}

// start runs an import to its end, however it ends, and returns its ID.
func start(t *testing.T, e *engine.Engine, req job.Request) string {
	t.Helper()
	j, err := e.Runner.Start(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Runner.Wait(t.Context(), j.ID); err != nil && errors.Is(err, job.ErrNoJob) {
		t.Fatal(err)
	}
	return j.ID
}
