//go:build unix

package main

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Schemathesis, which makes requests of all kinds of docs/openapi.yaml, finds nothing that the
// program does otherwise. testdata/schemathesis has its settings; it names nothing of this
// computer but what lies in the folder of the test. The requests are the same each time, and
// others with SCHEMATHESIS_SEED=NUMBER.
func TestOpenAPIByMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute or two")
	}
	program := python(t, "schemathesis")
	s := serve(t)
	file, inbox, db := filepath.Join(s.dir, "articles.csv"), filepath.Join(s.dir, "in"), filepath.Join(s.dir, "shop.db")
	if err := os.WriteFile(file, []byte("sku,price\nA1,1.5\nA2,soon\nA1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	columns := `[{"name":"sku","type":"text","primaryKey":true},{"name":"price","type":"decimal"}]`
	request := func(table string) map[string]any {
		return map[string]any{"target": db, "plan": map[string]any{"table": table, "create": true, "undo": true, "columns": json.RawMessage(columns)}}
	}
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	places := map[string]any{"csv": file, "folder": inbox, "database": db, "url": "postgres://ann@127.0.0.1:9/shop"}
	var imports []string
	for _, table := range []string{"a", "b", "c", "d"} {
		req := request(table)
		req["file"] = file
		imports = append(imports, s.post("/v1/imports", text(req)))
	}
	places["imports"] = imports
	places["sets"] = []string{s.post("/v1/sets", text(map[string]any{"files": []string{file}, "import": request("e")}))}

	work := filepath.Join(s.dir, "schemathesis") // it keeps files of its own where it runs
	if err := os.CopyFS(work, os.DirFS("testdata/schemathesis")); err != nil {
		t.Fatal(err)
	}
	api, err := filepath.Abs("../../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, "run", api, "--url", s.url, "--warnings", "off", "--seed", cmp.Or(os.Getenv("SCHEMATHESIS_SEED"), "1"))
	c.Dir = work
	c.Env = append(os.Environ(), "TOKEN="+s.token, "PLACES="+text(places), "NO_COLOR=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), " passed") {
		t.Errorf("it has tested nothing:\n%s", out)
	}
	t.Log(lastLines(string(out), 5))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
