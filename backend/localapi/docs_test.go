package localapi

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/event"
)

func readDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash("../../docs/api.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// docs/api.md has every call and every parameter, and no others.
func TestDocsListTheRoutes(t *testing.T) {
	docs := readDocs(t)
	var documented, want []string
	for _, m := range regexp.MustCompile("(?m)^### `([A-Z]+ /.*)`$").FindAllStringSubmatch(docs, -1) {
		documented = append(documented, m[1])
	}
	for _, r := range routes {
		want = append(want, r.method+" "+r.path)
	}
	slices.Sort(documented)
	slices.Sort(want)
	if !slices.Equal(documented, want) {
		t.Errorf("the documented calls are\n%s\nwant\n%s", strings.Join(documented, "\n"), strings.Join(want, "\n"))
	}

	documented = nil
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (plan|dialect|) ?\\|").FindAllStringSubmatch(docs, -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	want = []string{"name ", "stream "}
	for _, p := range parameters {
		want = append(want, p.name+" "+p.in)
	}
	slices.Sort(documented)
	slices.Sort(want)
	if !slices.Equal(documented, want) {
		t.Errorf("the documented parameters are\n%s\nwant\n%s", strings.Join(documented, "\n"), strings.Join(want, "\n"))
	}
}

// The examples for curl work, run in order, and the examples of events have the members
// of real events.
func TestDocsExamples(t *testing.T) {
	docs := readDocs(t)
	b := newBench(t)
	if err := os.Mkdir(b.path("examples"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.file(filepath.Join("examples", "articles.csv"), articles(100)+"A1000\n")
	vars := map[string]string{"$URL": b.server.URL(), "$TOKEN": b.server.Token(), "$PWD": filepath.ToSlash(b.dir)}
	seen := map[string][]string{}
	ran := 0
	for _, m := range regexp.MustCompile("(?ms)^```sh\n(curl .*?)\n```$").FindAllStringSubmatch(docs, -1) {
		ran++
		req := parseCurl(t, b, m[1], vars)
		res, err := b.client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", m[1], err)
		}
		changes := regexp.MustCompile("/(pause|resume|cancel|first|undo)$").MatchString(req.URL.Path)
		if ok := res.StatusCode < 300 || changes && res.StatusCode == http.StatusConflict; !ok {
			text, _ := io.ReadAll(res.Body)
			t.Errorf("%s\nis answered with status %d: %s", m[1], res.StatusCode, text)
		}
		if location := res.Header.Get("Location"); location != "" {
			set, isSet := strings.CutPrefix(location, "/v1/sets/")
			if isSet {
				vars["$SET"] = set
			} else {
				vars["$ID"] = strings.TrimPrefix(location, "/v1/imports/")
			}
		}
		if res.Header.Get("Content-Type") == "text/event-stream" {
			readEvents(t, res.Body, func(e sent) bool {
				if e.name != "" && !strings.HasPrefix(req.URL.Path, "/v1/sets/") { // whose progress has more
					seen[e.name] = members(t, e.data)
				}
				return e.name == "" || req.URL.Path != "/v1/events"
			})
		}
		res.Body.Close()
		if req.Method == http.MethodDelete && strings.HasPrefix(req.URL.Path, "/v1/imports/") {
			delete(vars, "$ID")
		}
		if id := vars["$ID"]; id != "" && !changes {
			b.ended(id)
		}
	}
	if ran < len(routes) {
		t.Errorf("%d examples, want one for each call at least", ran)
	}

	b.hub.State("gap", event.State{State: "running"})
	res := b.open(call{"GET", "/v1/imports/gap/events", map[string]string{"Last-Event-ID": "another-1"}, nil})
	readEvents(t, res.Body, func(e sent) bool {
		if e.name != "" {
			seen[e.name] = members(t, e.data)
		}
		return e.name != "state"
	})
	c, err := b.hub.Follow("gap", "")
	if err != nil {
		t.Fatal(err)
	}
	seen["reauth"] = members(t, string(c.Reauth(expired).Data))
	examples := map[string][]string{}
	for _, m := range regexp.MustCompile("(?ms)^\\*\\*`(\\w+)`\\*\\*.*?^```json\n(.*?)\n```$").FindAllStringSubmatch(docs, -1) {
		examples[m[1]] = members(t, m[2])
	}
	for _, kind := range []event.Kind{event.KindProgress, event.KindReject, event.KindState, event.KindGap, event.KindReauth} {
		if got, want := seen[string(kind)], examples[string(kind)]; len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("a %s event has the members %v, its example %v", kind, got, want)
		}
	}
}

// members returns the names of an object's members.
func members(t *testing.T, text string) []string {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return slices.Sorted(maps.Keys(o))
}

// parseCurl builds the request that a curl command would send.
func parseCurl(t *testing.T, b *bench, command string, vars map[string]string) *http.Request {
	t.Helper()
	words := shellWords(command, vars)
	c := call{method: "GET", header: map[string]string{"Authorization": ""}}
	var parts [][2]string
	file := func(name string) string {
		text, err := os.ReadFile(b.path(filepath.FromSlash(name)))
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		return string(text)
	}
	for i := 1; i < len(words); i++ {
		word := words[i]
		if word == "-N" {
			continue
		}
		if !strings.HasPrefix(word, "-") {
			c.path = strings.TrimPrefix(word, vars["$URL"])
			continue
		}
		i++
		switch value := words[i]; word {
		case "-X":
			c.method = value
		case "-H":
			name, text, _ := strings.Cut(value, ": ")
			c.header[name] = text
		case "-d":
			c.body = strings.NewReader(value)
		case "-T":
			c.body = strings.NewReader(file(value))
		case "-F":
			name, text, _ := strings.Cut(value, "=")
			if from, ok := strings.CutPrefix(text, "@"); ok {
				parts = append(parts, [2]string{name + "@" + filepath.Base(from), file(from)})
			} else {
				parts = append(parts, [2]string{name, text})
			}
		default:
			t.Fatalf("%s: the test does not know %s", command, word)
		}
	}
	if parts != nil {
		c.body, c.header["Content-Type"] = form(t, parts...)
	}
	return b.request(c)
}

// shellWords splits a command as a shell does, as far as the examples need.
func shellWords(command string, vars map[string]string) (words []string) {
	var word strings.Builder
	begun := false
	quote := byte(0)
	for i := 0; i < len(command); i++ {
		ch := command[i]
		switch {
		case quote == 0 && ch == '\\' && command[i+1] == '\n':
			i++
		case quote == 0 && (ch == ' ' || ch == '\n'):
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		case quote == 0 && (ch == '"' || ch == '\''):
			quote, begun = ch, true
		case ch == quote:
			quote = 0
		case quote != '\'' && ch == '$':
			name := regexp.MustCompile(`^\$\w+`).FindString(command[i:])
			word.WriteString(vars[name])
			begun = true
			i += len(name) - 1
		default:
			word.WriteByte(ch)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}
