package cli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

// numbersIn adds up the numbers that an expression finds in a text.
func numbersIn(t *testing.T, text, expression string) (sum int64) {
	t.Helper()
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// Rejects that are not shown live are counted, and so are reasons that the summary does
// not list.
func TestEveryRejectIsCounted(t *testing.T) {
	dir := newHome(t)
	big := filepath.Join(dir, "big.csv")
	numbers(t, big, bigRows)
	for _, file := range []string{big, example} {
		r := run(t, "import", file, "--to", filepath.Join(dir, filepath.Base(file)+".db"), "--table", "articles", "--create").want(t, 1)
		rejected := lastJob(t).Summary.Rejected
		shown := int64(len(regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3}  line`).FindAllString(r.stderr, -1)))
		if hidden := numbersIn(t, r.stderr, `(?m)^… (?:and )?([\d,]+) more`); shown == 0 || hidden == 0 || shown+hidden != rejected {
			t.Errorf("%s: %d rejects are shown, and %d counted, of %d", file, shown, hidden, rejected)
		}
		if sum := numbersIn(t, r.stdout, `(?m)^  (?:rejected| {8}) +([\d,]+)  `); sum != rejected {
			t.Errorf("%s: the reasons of %d of %d rejects are listed:\n%s", file, sum, rejected, r.stdout)
		}
	}
}

// Updated rows count as loaded.
func TestUpdatedRowsAreLoaded(t *testing.T) {
	dir := newHome(t)
	file, db := write(t, dir, "in.csv", "id,name\n1,a\n2,b\n3,c\n"), filepath.Join(dir, "out.db")
	run(t, "import", file, "--to", db, "--table", "people", "--create", "--key", "id").want(t, 0)
	r := run(t, "import", file, "--to", db, "--table", "people", "--on-conflict", "update").want(t, 0)
	if v := lastJob(t).Summary; v.Updated != 3 || !strings.Contains(r.stdout, "3 of 3 ") {
		t.Errorf("%d updated, and it says %s", v.Updated, r.stdout)
	}
	if r := run(t, "jobs").want(t, 0); !regexp.MustCompile(`people +3 +3 +0 `).MatchString(r.stdout) {
		t.Errorf("the list is\n%s", r.stdout)
	}
}

// Limits are given in megabytes.
func TestLimits(t *testing.T) {
	dir := newHome(t)
	text := "id,name\n1," + strings.Repeat("x", 3<<19) + "\n2,b\n"
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	plain, packed := write(t, dir, "in.csv", text), write(t, dir, "in.csv.gz", gz.String())
	for _, tt := range []struct {
		file, flag string
		status     int
	}{
		{plain, "--max-record=1", 1}, {plain, "--max-record=2", 0},
		{packed, "--max-unpacked=1", 2}, {packed, "--max-unpacked=2", 0},
	} {
		r := run(t, "import", tt.file, "--to", filepath.Join(dir, "out.db"), "--table", "t", "--create", "--max-ratio=100000", tt.flag) // x compresses well
		if r.status != tt.status {
			t.Errorf("%s of %s: status %d, want %d\n%s", tt.flag, filepath.Base(tt.file), r.status, tt.status, r.stderr)
		}
		_ = os.Remove(filepath.Join(dir, "out.db"))
	}
}

// A stopped command has an exit status of its own.
func TestStoppedCommands(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", smallCSV)
	run(t, "jobs").want(t, 0) // creates the store
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"jobs"}, {"preview", file}, {"check", file}, {"import", file, "--to", filepath.Join(dir, "out.db"), "--table", "people", "--create"}} {
		if r := runWith(ctx, nil, args...); r.status != 3 {
			t.Errorf("%q: status %d\n%s", args, r.status, r.stderr)
		}
	}
}

// The exit status shows that imports over the local API were stopped, even if the
// command's own import is done.
func TestListenTellsWhatItCutShort(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "accepted.db")
	defer lockFile(t, db)()
	own := filepath.Join(dir, "own.db")
	freeOwn := lockFile(t, own)
	defer freeOwn()
	lines := make(chan string, 1000)
	out := watch(func(line string) { lines <- line })
	await := func(prefix string) string {
		t.Helper()
		for {
			select {
			case line := <-lines:
				if rest, ok := strings.CutPrefix(line, prefix); ok {
					return rest
				}
			case <-time.After(time.Minute):
				t.Fatalf("it does not say %q", prefix)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(ctx, []string{"import", write(t, dir, "in.csv", smallCSV), "--to", own, "--table", "people", "--create",
			"--listen", "127.0.0.1:0", "--events"}, nil, out, out, os.Getenv)
	}()
	_, path, _ := strings.Cut(strings.TrimSuffix(await("local API: "), ")"), "(its token is in ")
	var api struct{ URL, Token string }
	if err := json.Unmarshal([]byte(read(t, path)), &api); err != nil {
		t.Fatal(err)
	}
	await(`{"event":"state"`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.URL+"/v1/imports?table=people&create&target="+url.QueryEscape(db), strings.NewReader(smallCSV))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+api.Token)
	req.Header.Set("Content-Type", "text/csv")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusAccepted {
		t.Fatalf("status %d", resp.StatusCode)
	}
	freeOwn()
	await("waiting for 1 import")
	cancel()
	if s := <-status; s != 3 {
		t.Errorf("exit status %d, want 3", s)
	}
	jobs := decodeLines[[]job.Job](t, run(t, "jobs", "--json").want(t, 0).stdout)[0]
	if len(jobs) != 2 || jobs[0].State != job.Interrupted || jobs[1].State != job.Done {
		t.Errorf("the jobs are %+v", jobs)
	}
}
