//go:build unix

package main

import (
	"database/sql"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	examples = "../../../examples/api"
	modules  = "../../../frontend/node_modules"
)

// programs are the examples, by their names, with how each is run: in dir, from its path.
var programs = map[string]func(t *testing.T, dir, example string) *exec.Cmd{
	"import.sh": func(t *testing.T, _, example string) *exec.Cmd {
		if out, err := exec.CommandContext(t.Context(), "curl", "--url-query", "a=b", "--version").CombinedOutput(); err != nil {
			missing(t, "curl of 7.87 or newer", string(out))
		}
		return exec.CommandContext(t.Context(), "bash", example)
	},
	"import.go": func(t *testing.T, dir, _ string) *exec.Cmd {
		program := filepath.Join(dir, "import")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./"+examples).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return exec.CommandContext(t.Context(), program)
	},
	"import.py": func(t *testing.T, _, example string) *exec.Cmd {
		return exec.CommandContext(t.Context(), python(t, "python"), example)
	},
	"import-fetch.mjs": func(t *testing.T, dir, example string) *exec.Cmd { return node(t, dir, example) },
	"import-sse.mjs": func(t *testing.T, dir, example string) *exec.Cmd {
		return node(t, dir, example, filepath.Join("testdata", "page.mjs"))
	},
}

// Each program of examples/api imports a file, and prints how far it is, each bad line, and
// what came of it.
func TestExamplesOfTheAPI(t *testing.T) {
	s := serve(t, "--origin", pageOfExamples)
	file := filepath.Join(s.dir, "articles.csv")
	var text strings.Builder
	text.WriteString("sku,price\n")
	for range 1000 {
		text.WriteString("A,1.5\n")
	}
	text.WriteString("B,1.5,surplus\nC,2,surplus\n")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, run := range programs {
		t.Run(name, func(t *testing.T) {
			example, err := filepath.Abs(filepath.Join(examples, name))
			if err != nil {
				t.Fatal(err)
			}
			c := run(t, t.TempDir(), example)
			c.Args = append(c.Args, file, filepath.Join(s.dir, "shop.db"), strings.ReplaceAll(name, ".", "_"))
			c.Env = append(os.Environ(), "URL="+s.url, "TOKEN="+s.token, "ORIGIN="+pageOfExamples)
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// Through curl the events are printed as they come.
			done := regexp.MustCompile(`(?m)^done: 1000 loaded, 2 rejected$|^state .*"state":"done".*"inserted":1000,.*"rejected":2,`)
			bad := regexp.MustCompile(`line 100[23]: |"line":100[23],`)
			progress := regexp.MustCompile(`(?m)^100 %$|^progress .*"percent":100,`)
			if !done.Match(out) || len(bad.FindAll(out, -1)) != 2 || !progress.Match(out) {
				t.Errorf("it prints\n%s", out)
			}
			db, err := sql.Open("sqlite3", filepath.Join(s.dir, "shop.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var rows int
			if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM "`+strings.ReplaceAll(name, ".", "_")+`"`).Scan(&rows); err != nil || rows != 1000 {
				t.Errorf("in the table are %d rows, %v", rows, err)
			}
		})
	}
}

// What is refused is told with why, and a stream that ends before its import is no success.
func TestExamplesThatFail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "articles.csv")
	if err := os.WriteFile(file, []byte("sku\nA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, run := range programs {
		for what, answer := range map[string]http.HandlerFunc{
			"it is told why": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"status":403,"detail":"it is told why"}`+"\n")
			},
			"cut off": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/v1/imports/a")
				w.Header().Set("Content-Type", "text/event-stream")
				if r.Method == http.MethodGet { // it has ended
					w.WriteHeader(http.StatusNoContent)
					return
				}
				_, _ = io.WriteString(w, "id: x-1\nevent: state\ndata: {\"state\":\"running\",\"summary\":null}\n\n")
			},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Access-Control-Allow-Origin", pageOfExamples)
					w.Header().Set("Access-Control-Allow-Headers", "authorization, content-type, idempotency-key")
					if r.Method == http.MethodOptions {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					answer(w, r)
				}))
				defer server.Close()
				example, err := filepath.Abs(filepath.Join(examples, name))
				if err != nil {
					t.Fatal(err)
				}
				c := run(t, t.TempDir(), example)
				c.Args = append(c.Args, file, "shop.db", "t")
				c.Env = append(os.Environ(), "URL="+server.URL, "TOKEN=x", "ORIGIN="+pageOfExamples)
				out, err := c.CombinedOutput()
				if name == "import.sh" && what == "cut off" {
					return // it prints what comes
				}
				if err == nil || !strings.Contains(string(out), what) {
					t.Errorf("%v, it prints\n%s", err, out)
				}
			})
		}
	}
}

// pageOfExamples is the origin of the page that import-sse.mjs is run in.
const pageOfExamples = "http://localhost:8080"

// node returns a command that runs programs with the frontend's packages: it runs the last
// one, which lies beside the others.
func node(t *testing.T, dir string, programs ...string) *exec.Cmd {
	t.Helper()
	packages, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(packages, "sse.js")); err != nil {
		missing(t, "sse.js", "run npm ci --ignore-scripts in frontend")
	}
	if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	var last string
	for _, program := range programs {
		text, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		last = filepath.Join(dir, filepath.Base(program))
		if err := os.WriteFile(last, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	with, err := filepath.Abs("../../../scripts/with-node")
	if err != nil {
		t.Fatal(err)
	}
	return exec.CommandContext(t.Context(), with, "node", last)
}

// docs/api.md shows the examples as they are.
func TestDocsShowTheExamples(t *testing.T) {
	docs, err := os.ReadFile(filepath.FromSlash("../../../docs/api.md"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(examples)
	if err != nil || len(all) == 0 {
		t.Fatal(err, "or there is none")
	}
	for _, entry := range all {
		text, err := os.ReadFile(filepath.Join(examples, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		language := map[string]string{".sh": "bash", ".go": "go", ".py": "python", ".mjs": "js"}[filepath.Ext(entry.Name())]
		if !strings.Contains(string(docs), "```"+language+"\n"+string(text)+"```\n") {
			t.Errorf("docs/api.md does not show %s as it is", entry.Name())
		}
	}
}
