package cli_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"

	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/sample"
)

// exampleBad returns the generator's own list of the example's bad records.
func exampleBad(t *testing.T) []sample.Bad {
	t.Helper()
	f, err := os.Open(strings.TrimSuffix(example, ".csv") + ".rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var bad []sample.Bad
	if err := gocsv.UnmarshalFile(f, &bad); err != nil {
		t.Fatal(err)
	}
	return bad
}

// TestExample imports the example and compares every count, every rejected line and
// every file written with the generator's list.
func TestExample(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	rejected, report := filepath.Join(dir, "rejected.csv"), filepath.Join(dir, "report.csv")
	r := run(t, "import", example, "--to", db, "--table", "articles", "--create", "--json",
		"--rejects", rejected, "--log", report).want(t, 1)
	bad := exampleBad(t)

	v := r.summary(t)
	const records = 20_000
	if v.Read != records || v.Rejected != int64(len(bad)) || v.Inserted != records-v.Rejected || v.Updated+v.Skipped != 0 {
		t.Errorf("counts %+v, want %d read and %d rejected", v.Counts, records, len(bad))
	}
	if !v.Balanced || v.State != job.Done || v.File != example || v.Table != "articles" || v.Job == "" || v.Seconds <= 0 {
		t.Errorf("summary %s", r.stdout)
	}
	info, err := os.Stat(example)
	if err != nil {
		t.Fatal(err)
	}
	if v.Bytes != info.Size() {
		t.Errorf("%d bytes, want %d", v.Bytes, info.Size())
	}
	if n := query[int64](t, db, "SELECT count(*) FROM articles"); n != v.Inserted {
		t.Errorf("%d rows in the table, %d inserted", n, v.Inserted)
	}
	if n := query[int64](t, db, "SELECT count(*) FROM articles WHERE typeof(quantity) <> 'integer' OR quantity < 0 OR title IS NULL"); n != 0 {
		t.Errorf("%d rows that the preset's table should not hold", n)
	}

	got := decodeLines[job.Reject](t, run(t, "rejects", v.Job, "--format", "json").want(t, 0).stdout)
	compareRejects(t, got, bad)
	checkRejected(t, rejected, bad)
	checkReport(t, report, got)
	if same := run(t, "rejects", v.Job).want(t, 0).stdout; same != read(t, rejected) {
		t.Error("`rejects` prints another file than --rejects saved")
	}
	if same := run(t, "rejects", v.Job, "--format", "csv").want(t, 0).stdout; same != read(t, report) {
		t.Error("`rejects --format csv` prints another report than --log saved")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compareRejects compares rejects with the generator's list, in order.
func compareRejects(t *testing.T, got []job.Reject, bad []sample.Bad) {
	t.Helper()
	if len(got) != len(bad) {
		t.Errorf("%d rejects, want %d", len(got), len(bad))
	}
	for i := range min(len(got), len(bad)) {
		g := sample.Bad{Record: got[i].Record, Line: got[i].Line, EndLine: got[i].EndLine, Column: got[i].Column, Code: got[i].Code}
		if g != bad[i] {
			t.Fatalf("reject %d is\n%+v, want\n%+v\n(%s, value %q)", i, g, bad[i], got[i].Message, got[i].Value)
		}
		if got[i].Message == "" || got[i].Time == "" {
			t.Errorf("reject of line %d lacks a message or a time: %+v", got[i].Line, got[i])
		}
	}
}

// checkRejected checks that the file of rejects holds the example's header
// and bad lines, byte for byte.
func checkRejected(t *testing.T, path string, bad []sample.Bad) {
	t.Helper()
	lines := strings.SplitAfter(read(t, example), "\n")
	want := lines[0]
	for _, b := range bad {
		want += strings.Join(lines[b.Line-1:b.EndLine], "")
	}
	if read(t, path) != want {
		t.Errorf("%s does not hold the bad lines as they stand in the example", path)
	}
}

// checkReport checks that the error report matches the rejects.
func checkReport(t *testing.T, path string, rejects []job.Reject) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader([]byte(read(t, path)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if head := strings.Join(records[0], ","); head != "time,record,line,end_line,column,value,code,message,hint,state,closed_by,closed_at,closed_job" {
		t.Errorf("the report's header is %s", head)
	}
	if len(records)-1 != len(rejects) {
		t.Fatalf("the report has %d lines, want %d", len(records)-1, len(rejects))
	}
	for i, r := range rejects {
		want := []string{
			r.Time, strconv.FormatInt(r.Record, 10), strconv.FormatInt(r.Line, 10), strconv.FormatInt(r.EndLine, 10),
			r.Column, strings.ReplaceAll(r.Value, "\r\n", "\n"), string(r.Code), r.Message, r.Hint, r.State, "", "", "",
		}
		if got := records[i+1]; strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("line %d of the report is %q, want %q", i+2, got, want)
		}
	}
}

// TestGenerated compares larger samples with the generator's list: they have enough
// bad records that some straddle the reader's buffers.
func TestGenerated(t *testing.T) {
	for name, o := range map[string]sample.Options{
		"few bad":  {Rows: 100_000, Seed: 11, Bad: 0.01},
		"many bad": {Rows: 30_000, Seed: 12, Bad: 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newHome(t)
			file, db := filepath.Join(dir, "articles.csv"), filepath.Join(dir, "out.db")
			bad := generate(t, file, o)
			v := run(t, "import", file, "--to", db, "--table", "articles", "--create", "--json").want(t, 1).summary(t)
			if v.Read != o.Rows || v.Inserted != o.Rows-int64(len(bad)) || !v.Balanced {
				t.Errorf("counts %+v, want %d rejected", v.Counts, len(bad))
			}
			if n := query[int64](t, db, "SELECT count(*) FROM articles"); n != v.Inserted {
				t.Errorf("%d rows in the table, %d inserted", n, v.Inserted)
			}
			compareRejects(t, decodeLines[job.Reject](t, run(t, "rejects", v.Job, "--format", "json").want(t, 0).stdout), bad)
		})
	}
}

// TestInvalidBytes puts invalid UTF-8 in many positions: none of it may get through.
func TestInvalidBytes(t *testing.T) {
	dir := newHome(t)
	text := []byte("id,name\n")
	var want []int64
	for i := int64(1); i <= 150_000; i++ {
		text = strconv.AppendInt(text, i, 10)
		text = append(text, ",Größe: the name of a number; as it is said"[:9+i*7%35]...)
		if i > 1000 && i*i%211 == 5 {
			text = append(text, 0xE4)
			want = append(want, i+1)
		}
		text = append(text, "; rest\n"[i%6:]...)
	}
	text = append(text, "150001,Gr\xc3"...) // and at the very end
	want = append(want, 150_002)
	file := filepath.Join(dir, "in.csv")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	v := run(t, "check", file, "--json").want(t, 1).summary(t)
	rejects := decodeLines[job.Reject](t, run(t, "rejects", v.Job, "--format", "json").want(t, 0).stdout)
	var got []int64
	for _, r := range rejects {
		if r.Code != load.CodeInvalidEncoding {
			t.Fatalf("line %d: %s", r.Line, r.Message)
		}
		got = append(got, r.Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d of %d lines with bytes that are no UTF-8 were rejected", len(got), len(want))
	}
}

// TestMend fixes the rejects of the example, imports them again, and finds all records
// in the table.
func TestMend(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	good := write(t, dir, "good.csv", "id,price\n1,1.50\n2,1.5O\n3,\"2,50\"\n4,4\n")
	execute(t, db, "CREATE TABLE prices (id INTEGER PRIMARY KEY, price DECIMAL(10,2) NOT NULL)")
	rejected := filepath.Join(dir, "rejected.csv")
	run(t, "import", good, "--to", db, "--table", "prices", "--rejects", rejected).want(t, 1)
	text := read(t, rejected)
	if text != "id,price\n2,1.5O\n3,\"2,50\"\n" {
		t.Fatalf("rejected: %q", text)
	}
	mended := write(t, dir, "mended.csv", strings.NewReplacer("1.5O", "1.50", `"2,50"`, "2.50").Replace(text))
	run(t, "import", mended, "--to", db, "--table", "prices").want(t, 0)
	if n := query[int64](t, db, "SELECT count(*) FROM prices"); n != 4 {
		t.Errorf("%d rows, want 4", n)
	}
}

// TestLike imports fixed rejects with the settings of the file they come from.
func TestLike(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	execute(t, db, "CREATE TABLE prices (id INTEGER, price DECIMAL(10,3))")
	text := "id;price\n1;x\n2;12,5\n" + strings.Repeat("3;1.234,56\n", 200)
	v := run(t, "import", write(t, dir, "in.csv", text), "--to", db, "--table", "prices", "--json").want(t, 1).summary(t)
	mended := strings.Replace(run(t, "rejects", v.Job).want(t, 0).stdout, "x", "1.234", 1)
	file := write(t, dir, "rejected.csv", mended)
	run(t, "check", file, "--like", v.Job).want(t, 0)
	run(t, "import", file, "--like", v.Job).want(t, 0)
	if price := query[float64](t, db, "SELECT price FROM prices WHERE id = 1"); price != 1234 {
		t.Errorf("price %v", price)
	}
	if r := run(t, "import", file, "--like", "nobody").want(t, 64); !strings.Contains(r.stderr, "linefeed jobs") {
		t.Errorf("it says %s", r.stderr)
	}
}
