package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linefeed/backend/engine"
	"linefeed/backend/event"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		values []int64
		want   int64
	}{
		{nil, 0},
		{[]int64{7}, 7},
		{[]int64{9, 1, 5}, 5},
		{[]int64{9, 1, 5, 7}, 6},
	}
	for _, tt := range tests {
		if got := median(tt.values); got != tt.want {
			t.Errorf("the median of %v is %d, want %d", tt.values, got, tt.want)
		}
	}
	if values := []int64{3, 2, 1}; median(values) != 2 || values[0] != 3 {
		t.Errorf("the values are %v now", values)
	}
}

func TestSeries(t *testing.T) {
	ours := series{{Wall: 1, CPU: 10, Peak: 5}, {Wall: 100, CPU: 10, Peak: 9}, {Wall: 3, CPU: 40, Peak: 7}}
	theirs := series{{Wall: 2, CPU: 10}, {Wall: 400, CPU: 10}, {Wall: 3, CPU: 10}}
	if ours.wall() != 3 || ours.cpu() != 10 || ours.peak() != 9 {
		t.Errorf("wall %d, processor %d, peak %d", ours.wall(), ours.cpu(), ours.peak())
	}
	// The rounds take 2, 4 and 1 times as long: whatever slowed down the second round
	// affected both.
	if got := theirs.over(ours, wall); got != 2 {
		t.Errorf("%v times as long, want 2", got)
	}
	if got := ours.over(theirs, cpu); got != 1 {
		t.Errorf("%v times the processor time, want 1", got)
	}
	if got := ours.over(nil, wall); got != 0 {
		t.Errorf("%v times nothing", got)
	}
}

func TestTable(t *testing.T) {
	table := newTable("what", "n").alignLeft(0)
	table.add("× é", "1")
	table.add("long one", "1,000")
	want := `| what     |     n |
|----------|------:|
| × é      |     1 |
| long one | 1,000 |
`
	if got := table.markdown(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -123456: "-123,456", 12345678: "12,345,678"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) is %s, want %s", n, got, want)
		}
	}
	if got := megabytes(0) + megabytes(1_550_000); got != "–1.6" && got != "–1.5" {
		t.Errorf("sizes %s", got)
	}
}

// Every file has the number of records that it claims, and is the same each time.
func TestFiles(t *testing.T) {
	const rows = 500
	for _, f := range append([]file{largeFile, oneRow, repeated}, files...) {
		var first, second bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &second} {
			if err := f.write(b, rows); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: two files of the same seed differ", f.name)
		}
		if f.name == dirty.name {
			continue
		}
		records, err := csv.NewReader(&first).ReadAll()
		if err != nil || len(records) != rows+1 {
			t.Errorf("%s: %d records, %v; want %d and the header", f.name, len(records), err, rows)
		}
		if f.name == repeated.name {
			keys := map[string]bool{}
			for _, record := range records[1:] {
				keys[record[0]] = true
			}
			if len(keys) != rows-rows/100 {
				t.Errorf("%d keys in %d records", len(keys), rows)
			}
		}
		if f.name != text.name {
			continue
		}
		lines, fields := 0, 0
		for _, record := range records[1:] {
			for _, value := range record[1:] {
				fields++
				if strings.Contains(value, "\n") {
					lines++
				}
			}
		}
		if share := float64(lines) / float64(fields); share < 0.15 || share > 0.25 {
			t.Errorf("%.0f %% of the texts are over several lines, want 20", 100*share)
		}
	}
}

// Runs the roles in their own processes, on a small file.
func TestRoles(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	path := filepath.Join(dir, "articles.csv")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := articles.write(out, 300); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	one := filepath.Join(dir, "one.csv")
	if err := os.WriteFile(one, []byte("id,amount,kind\n1,2,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "home"))
	for _, args := range [][]string{
		{"floor", "articles", path, filepath.Join(dir, "out.db")},
		{"csv", path}, {"read", path}, {"open", path},
		{"followed", "one", one, filepath.Join(dir, "followed.db"), "0"},
	} {
		if m, err := roles[args[0]](ctx, args[1:]); err != nil || m.Wall <= 0 {
			t.Errorf("%v: %+v, %v", args, m, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "out.db")); err != nil || info.Size() < 300*50 {
		t.Errorf("the floor left the database %v, %v", info, err)
	}
}

// An import is followed by clients, of which half don't read.
func TestListen(t *testing.T) {
	t.Setenv("LINEFEED_HOME", t.TempDir())
	e, err := engine.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Listen("", nil); err != nil {
		t.Fatal(err)
	}
	held, hold := io.Pipe()
	told, tell := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- listen(t.Context(), []string{strings.TrimPrefix(e.API().URL(), "http://"), "4"}, held, tell)
	}()
	a := audience{in: hold, out: bufio.NewReader(told), cmd: exec.Command(os.Args[0], "-test.run=^$")}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(hold, e.API().Token()+"\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := a.out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	e.Hub.State("a", event.State{State: "done", Ended: true})
	if err := e.Close(); err != nil { // the streams end with their last events
		t.Error(err)
	}
	if p99, err := a.leave(); err != nil || p99 <= 0 {
		t.Errorf("%s, %v", p99, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestProfileOfSomethingElse(t *testing.T) {
	if err := (&bench{dir: t.TempDir()}).profile(t.Context(), "preview"); err == nil || !strings.Contains(err.Error(), "import and check") {
		t.Errorf("profile of something else: %v", err)
	}
}

// A report works with any number of rounds, and says which goals were missed.
func TestReport(t *testing.T) {
	r := &report{rounds: 1, files: files, series: map[string]series{}, sizes: map[string]int64{"articles": 158e6}}
	for _, f := range files {
		r.series[f.name+" linefeed"] = series{{Wall: time.Second, CPU: time.Second, Peak: 70e6}}
		r.series[f.name+" sqlite3"] = series{{Wall: 2500 * time.Millisecond}}
		r.series[f.name+" floor"] = series{{Wall: time.Second}}
	}
	got := r.markdown()
	for _, want := range []string{
		"| articles.csv: times as fast as sqlite3 .import                         |    2.5 |  ≥ 3.0 | missed | 0.0 |",
		"| narrow.csv: times as fast as sqlite3 .import                           |    2.5 |  ≥ 2.0 | reached | 0.0 |",
		"| memory of imports at the most, MB                                      |     70 |   ≤ 64 | missed ",
	} {
		if key := strings.Join(strings.Fields(want), " "); !strings.Contains(strings.Join(strings.Fields(got), " "), key) {
			t.Errorf("the report has no line\n%s\nit is\n%s", want, got)
		}
	}
}

// The report of the servers has the peers that are installed beside, and the costs of both sides.
func TestServersReport(t *testing.T) {
	s := &server{product: postgreSQL, banner: "PostgreSQL 15.18"}
	s.peers = postgreSQL.peers
	second := series{{Wall: time.Second, CPU: time.Second, Server: 3 * time.Second, Peak: 50e6}}
	r := &report{rounds: 1, servers: []*server{s}, missing: []string{"MariaDB is not installed"}, sizes: map[string]int64{"articles": 158e6}, series: map[string]series{
		"postgresql linefeed": second, "postgresql far": second,
		"postgresql psql":     {{Wall: 2 * time.Second, CPU: time.Second, Server: 7 * time.Second}},
		"postgresql pgloader": {{Wall: 9 * time.Second}},
	}}
	got := strings.Join(strings.Fields(r.markdown()), " ")
	for _, want := range []string{
		"| | psql | 2.00 | 1.00 | 7.00 | 79 | 500,000 | – | 0.50 |",
		"| PostgreSQL, table with key: times as long as psql | 0.50 | ≤ 1.05 | reached | 0.50 |",
		"| PostgreSQL, table with key: times as fast as pgloader | 9.00 | ≥ 10.00 | missed | 0.00 |",
		"| PostgreSQL, 50ms away: times as long as on loopback | 1.00 | ≤ 1.20 | reached | 1.00 |",
		"| memory of imports into servers at the most, MB | 50 | ≤ 96 | reached | |",
		"PostgreSQL 15.18: fsync",
		"not measured: MariaDB is not installed",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report has no\n%s\nit is\n%s", want, r.markdown())
		}
	}
	if strings.Contains(got, "new table") {
		t.Error("the report tells of what was not measured")
	}
}

func TestAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(conn, conn)
			conn.Close()
		}
	}()
	held, hold := io.Pipe()
	told, tell := io.Pipe()
	ended := make(chan error)
	go func() { ended <- beAway([]string{l.Addr().String(), "60ms"}, held, tell) }()
	addr, err := bufio.NewReader(told).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimSpace(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil || time.Since(began) < 60*time.Millisecond {
		t.Errorf("an answer after %s, %v", time.Since(began), err)
	}
	hold.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
