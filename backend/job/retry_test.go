package job

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/mend"
	"linefeed/backend/store"
)

// prices imports a file with prices, of which some are no numbers, and returns the
// job and the database.
func (b *bench) prices(text string, d csvfile.Dialect) (id, db string) {
	b.Helper()
	db = b.path("out.db")
	b.execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price DECIMAL(10,2) NOT NULL)")
	s, err := b.run(Request{File: b.file("in.csv", text), Target: db, Plan: load.Plan{Table: "t", Formats: map[string]string{"price": "1234.56"}}, Dialect: d})
	if err != nil {
		b.Fatal(err)
	}
	return s.Job, db
}

func (b *bench) retry(v Retry) Summary {
	b.Helper()
	s, err := b.run(Request{Retry: &v})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// of returns what became of the rejects of a job.
func (b *bench) of(id string) (all []string) {
	b.Helper()
	for v, err := range b.runner.EachReject(b.Context(), id, false) {
		if err != nil {
			b.Fatal(err)
		}
		text := fmt.Sprintf("%d %s", v.Line, v.State)
		if v.Latest != nil {
			text += fmt.Sprintf(" again %s %d", v.Latest.Value, v.Latest.MendedLine)
		}
		all = append(all, text)
	}
	return all
}

const priced = "id,name,price\n1,a,1.5\n2,b,N/A\n3,\"c\nc\",x\n4,d,\"4,5\"\n5,\"e,7\n6,f,8.25\n7,g\n"

func TestRetryByRules(t *testing.T) {
	b := newBench(t)
	id, db := b.prices(priced, csvfile.Dialect{})
	if got := b.of(id); !slices.Equal(got, []string{"3 open", "4 open", "6 open", "7 open", "9 open"}) {
		t.Fatal(got)
	}
	s := b.retry(Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Replace, From: "N/A", Value: "0"}, {Column: "name", Op: mend.Set, Value: "new"}}})
	if s.Read != 5 || s.Inserted != 1 || s.Rejected != 4 || !s.Balanced || *s.Open != 4 || s.Of != id {
		t.Fatalf("%+v", s)
	}
	if got := b.of(id); !slices.Equal(got, []string{"3 loaded", "4 open again x 0", "6 open again 4,5 0", "7 open again \"e,7 0", "9 open again  0"}) {
		t.Error(got)
	}
	page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: s.Job})
	if err != nil || page.Rejects[0].Line != 4 || page.Rejects[0].EndLine != 5 || page.Rejects[0].Record != 3 || page.Rejects[0].Original != 2 {
		t.Errorf("%+v, %v", page, err)
	}
	// The rules of the first retry stay with the records, also for a retry of the retry.
	s = b.retry(Retry{Job: s.Job, Selection: Selection{Column: "price"}, Rules: []mend.Rule{{Column: "price", Op: mend.Format, Value: "1234,56"}, {Column: "price", Op: mend.Replace, From: "x", Value: "1"}}})
	if s.Inserted != 2 || s.Of != id || *s.Open != 2 {
		t.Errorf("%+v", s)
	}
	if n := b.count(db, "t WHERE name = 'new'"); n != 3 {
		t.Errorf("%d rows with the new name", n)
	}
	if n := b.count(db, "t WHERE price IN (0, 1, 4.5)"); n != 3 {
		t.Errorf("%d rows with the new prices", n)
	}
	v, err := b.runner.Reject(t.Context(), id, 2)
	if err != nil || len(v.History) != 2 || v.History[0].Outcome != "rejected" || v.History[1].Outcome != "loaded" || v.History[1].Who == "" || !strings.Contains(v.History[1].How, `"format"`) {
		t.Errorf("%+v, %v", v, err)
	}
	// Afresh, the name is the record's own again.
	s = b.retry(Retry{Job: id, Afresh: true, Rules: []mend.Rule{{Op: mend.Pad}, {Column: "price", Op: mend.Default, Value: "2"}}})
	if s.Inserted != 1 || b.count(db, "t WHERE name = 'g' AND price = 2") != 1 {
		t.Errorf("%+v", s)
	}
}

func TestRetryOfEdits(t *testing.T) {
	b := newBench(t)
	id, db := b.prices("id,name,price\n1,\xe4,x\n2,b,y\n3,c,1\n", csvfile.Dialect{Encoding: "windows-1252"})
	trial, err := b.runner.TryRetry(t.Context(), Retry{Job: id, Edits: []RetryEdit{{ID: 1, Text: "1,ü,5"}, {ID: 2, Text: "2,b,z"}}})
	if err != nil || trial.Open != 2 || trial.Pass != 1 || trial.Fail != 1 || trial.Passing[0].Text != "1,ü,5" || trial.Failing[0].Reason.Value != "z" || trial.Failing[0].ID != 2 {
		t.Errorf("%+v, %v", trial, err)
	}
	s := b.retry(Retry{Job: id, Edits: []RetryEdit{{ID: 1, Text: "1,ü,5"}, {ID: 2, Text: "2,b,z"}}})
	if s.Inserted != 1 || s.Rejected != 1 || b.count(db, "t WHERE name = 'ü' AND price = 5") != 1 {
		t.Errorf("%+v", s)
	}
	// The new text stays with the record.
	if s = b.retry(Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Replace, From: "z", Value: "6"}}}); s.Inserted != 1 {
		t.Errorf("%+v", s)
	}
	for _, text := range []string{"1,a,5\n2,b,6\n", "", "1,漢,5"} {
		b := newBench(t)
		id, _ := b.prices("id,name,price\n1,\xe4,x\n", csvfile.Dialect{Encoding: "windows-1252"})
		s, err := b.run(Request{Retry: &Retry{Job: id, Edits: []RetryEdit{{ID: 1, Text: text}}}})
		if err == nil && (s.Rejected != 1 || b.of(id)[0] != "2 open again  0") {
			t.Errorf("%q: %+v, %v, %v", text, s, err, b.of(id))
		}
	}
}

// killed is the retry of [bench.killRetry].
const killed = "killed"

// killRetry begins a retry, and leaves it as it is where the program is killed once that
// many of its records are committed, and before they are closed.
func (b *bench) killRetry(v Retry, through int) {
	b.Helper()
	req, err := b.runner.retryOf(b.Context(), Request{Retry: &v})
	if err != nil {
		b.Fatal(err)
	}
	r, err := b.runner.openRetry(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.runner.store.AddJob(b.Context(), store.Job{ID: killed, State: "interrupted", File: "f", Request: fmt.Sprintf(`{"target":%q,"retry":{"job":%q}}`, req.Target, v.Job)}); err != nil {
		b.Fatal(err)
	}
	if err := b.runner.setKept(b.Context(), killed, r.kept, r.head); err != nil {
		b.Fatal(err)
	}
	if err := r.begin(b.Context(), killed, "me"); err != nil {
		b.Fatal(err)
	}
	src, err := r.source(b.Context(), func(yield func(store.RetryItem, error) bool) {
		n := 0
		for i, err := range b.runner.store.RetryItems(b.Context(), killed) {
			if n++; n > through || !yield(i, err) {
				return
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	if through > 0 {
		if _, err := load.Run(b.Context(), src, src, r.dst, r.layout, load.Options{Job: killed}); err != nil {
			b.Fatal(err)
		}
	}
	src.stop()
	if err := r.close(); err != nil {
		b.Fatal(err)
	}
}

// Between the commit of a retry and the closing of what it loaded the program is
// killed: the next one closes that, and loads only the rest, whatever the moment; also
// where the killed one is forgotten before.
func TestRetryKilledBeforeItIsSettled(t *testing.T) {
	for n := range 14 {
		through, forget := n/2, n%2 == 1
		b := newBench(t)
		var text strings.Builder
		text.WriteString("id,name,price\n0,a,1\n")
		for i := 1; i <= 6; i++ {
			fmt.Fprintf(&text, "%d,a,N/A\n", i)
		}
		id, db := b.prices(text.String(), csvfile.Dialect{})
		b.execute(db, "CREATE TABLE log (id INTEGER); CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END")
		v := Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Replace, From: "N/A", Value: "0"}}}
		b.killRetry(v, through)
		by := killed
		if forget {
			by = ""
			if err := b.runner.Forget(t.Context(), killed); err != nil {
				t.Fatal(err)
			}
		}
		s := b.retry(v)
		if s.Read != int64(6-through) || s.Inserted != int64(6-through) || *s.Open != 0 {
			t.Errorf("killed after %d, forgotten %v: %+v", through, forget, s)
		}
		if n := b.count(db, "log"); n != 6 {
			t.Errorf("killed after %d, forgotten %v: %d rows were inserted, want 6", through, forget, n)
		}
		loaded := 0
		for v, err := range b.runner.EachReject(t.Context(), id, false) {
			if err != nil {
				t.Fatal(err)
			}
			if v.Closed != nil && v.Closed.Job == by {
				loaded++
			}
		}
		if loaded != through {
			t.Errorf("killed after %d, forgotten %v: %d are closed by that retry", through, forget, loaded)
		}
		if n := b.count(db, "sqlite_schema WHERE name = 'linefeed_marks'"); n != 0 {
			t.Error("marks are left")
		}
	}
}

func TestRetryOfAMendedFile(t *testing.T) {
	b := newBench(t)
	id, db := b.prices(priced+"8,h,y\n9,\"i,10\n", csvfile.Dialect{})
	path := b.path("bad.csv")
	if err := b.runner.SaveRejects(t.Context(), id, path); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(path)
	if err != nil || string(saved) != "id,name,price\n2,b,N/A\n3,\"c\nc\",x\n4,d,\"4,5\"\n5,\"e,7\n7,g\n8,h,y\n9,\"i,10\n" {
		t.Fatalf("%q, %v", saved, err)
	}
	f, err := os.Open(b.path("bad.reasons.csv"))
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := csv.NewReader(f).ReadAll()
	f.Close()
	if err != nil || strings.Join(reasons[0][:4], ",") != "file_line,file_end_line,time,record" || reasons[2][0] != "3" || reasons[2][1] != "4" || reasons[2][4] != "4" || reasons[5][0] != "7" {
		t.Fatalf("%q, %v", reasons, err)
	}
	// 2 is mended, 3 wrong in another way, 4 gone, 5 and 9 are as they were, and the
	// quotes of these make no record of the lines between them; 7 is mended, one is
	// added, 8 is closed meanwhile.
	b.retry(Retry{Job: id, Selection: Selection{IDs: []int64{6}}, Rules: []mend.Rule{{Column: "price", Op: mend.Set, Value: "3"}}})
	b.file("bad.csv", "id,name,price\n2,b,1\n3,\"c\nc\",xx\n5,\"e,7\n7,g,2\n20,new,5\n8,h,y\n9,\"i,10\n")
	s := b.retry(Retry{Job: id, File: path})
	if s.Read != 5 || s.Inserted != 2 || s.Rejected != 3 || *s.Open != 4 {
		t.Errorf("%+v", s)
	}
	if got, want := b.of(id), []string{"3 loaded", "4 open again xx 3", "6 open", "7 open again \"e,7 5", "9 loaded", "10 loaded", "11 open again \"i,10 9"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	var told []string
	for _, w := range s.Warnings {
		told = append(told, w.Message)
	}
	if got := strings.Join(told, "\n"); !strings.Contains(got, "line 7") || !strings.Contains(got, "1 record of the file") || !strings.Contains(got, "1 open reject is not in the file") {
		t.Errorf("the warnings are %s", got)
	}
	if n := b.count(db, "t"); n != 5 {
		t.Errorf("%d rows", n)
	}
	page, err := b.runner.Rejects(t.Context(), RejectQuery{Job: s.Job})
	if err != nil || page.Rejects[0].Line != 4 || page.Rejects[0].MendedLine != 3 {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := b.run(Request{Retry: &Retry{Job: id, File: b.file("other.csv", "a;b\n1;2\n")}}); err == nil {
		t.Error("a file that is none of the job's rejects was taken")
	}
}

func TestRetryIsRefused(t *testing.T) {
	b := newBench(t)
	id, db := b.prices(priced, csvfile.Dialect{})
	check, err := b.run(Request{File: b.path("in.csv"), Target: db, Check: true, Plan: load.Plan{Table: "t"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]Retry{
		"no job": {Job: "none"}, "a check": {Job: check.Job}, "a word": {Job: id, Unsure: "maybe"},
	} {
		if _, err := b.runner.Start(t.Context(), Request{Retry: &v}); err == nil {
			t.Errorf("%s: it was started", name)
		}
	}
	var problem load.Problem
	if _, err := b.run(Request{Retry: &Retry{Job: id, Rules: []mend.Rule{{Column: "none", Op: mend.Set}}}}); !errors.As(err, &problem) {
		t.Errorf("a rule for no column: %v", err)
	}
	if n, err := b.runner.Dismiss(t.Context(), id, Selection{Column: "price"}, "of no use", false); err != nil || n != 3 {
		t.Errorf("%d dismissed, %v", n, err)
	}
	if j, err := b.runner.Job(t.Context(), id); err != nil || *j.OpenRejects != 2 {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestAligned(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"aa bb cc", "aa bb cc", "0 1 2"},
		{"aa bb cc", "aa cc", "0 -1 1"},
		{"aa bb cc", "aa bx cc dd", "0 1 2"},
		{"aaaa bbbb cccc", "cccx", "-1 -1 0"},
		{"aaaa bbbb cccc dddd", "xbbb dddx", "-1 0 -1 1"},
		{"aa aa aa", "aa aa", "0 1 -1"},
		{"aa bb", "bb aa", "1 -1"},
		{"", "aa", ""},
		{"aa", "", "-1"},
	} {
		a, b := strings.Fields(c.a), strings.Fields(c.b)
		l := aligner{left: func(i int) ([]byte, error) { return []byte(a[i]), nil }, right: func(i int) ([]byte, error) { return []byte(b[i]), nil }}
		hash := func(s string) (h uint64) {
			for _, c := range s {
				h = h*31 + uint64(c)
			}
			return h
		}
		for _, s := range a {
			l.a = append(l.a, hash(s))
		}
		for _, s := range b {
			l.b = append(l.b, hash(s))
		}
		to, err := l.align()
		if got := strings.Trim(fmt.Sprint(to), "[]"); err != nil || got != c.want && !(c.a == "aa bb" && got == "-1 0") {
			t.Errorf("%q in %q: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestSafeCells(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "abc": "abc", "-12.50": "-12.50", "+1,234": "+1,234", "-": "'-", "-1+2": "'-1+2", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)",
		"+49 30": "'+49 30", "\tx": "'\tx", "\rx": "'\rx", "＝1": "'＝1", "a=1": "a=1", "-2+3+cmd|' /C calc'!A0": "'-2+3+cmd|' /C calc'!A0",
	} {
		if got := safeCell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	b := newBench(t)
	id, _ := b.prices("id,name,price\n1,a,<script>=x\n2,b,\"=1+1\"\n", csvfile.Dialect{})
	var page, report bytes.Buffer
	if err := errors.Join(b.runner.WritePage(t.Context(), id, false, &page, nil), b.runner.WriteReport(t.Context(), id, true, &report, nil)); err != nil {
		t.Fatal(err)
	}
	if s := page.String(); strings.Contains(s, "<script>") || !strings.Contains(s, "&lt;script&gt;") || !strings.HasSuffix(s, "</html>\n") || !strings.Contains(s, "2 open") {
		t.Error(s)
	}
	if s := report.String(); !strings.Contains(s, ",'=1+1,") {
		t.Error(s)
	}
}

func TestEditedFields(t *testing.T) {
	b := newBench(t)
	id, db := b.prices("id;name;price\n1;\"a;b\";x\n2;\"\";y\n3;c\n", csvfile.Dialect{Delimiter: ";"})
	v, err := b.runner.RejectFields(t.Context(), id, 1)
	if err != nil || !slices.Equal(v.Names, []string{"id", "name", "price"}) || !slices.Equal(v.Values, []string{"1", "a;b", "x"}) || v.Field != 2 || v.Text != `1;"a;b";x` {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err = b.runner.RejectFields(t.Context(), id, 3); err != nil || !slices.Equal(v.Values, []string{"3", "c", ""}) {
		t.Errorf("%+v, %v", v, err)
	}
	edits := []RetryEdit{{ID: 1, Fields: []string{"1", "a;b \"c\"", "5"}}, {ID: 2, Fields: []string{"2", "", "6"}}}
	if trial, err := b.runner.TryRetry(t.Context(), Retry{Job: id, Edits: edits}); err != nil || trial.Pass != 2 {
		t.Fatalf("%+v, %v", trial, err)
	}
	if s := b.retry(Retry{Job: id, Edits: edits}); s.Inserted != 2 {
		t.Errorf("%+v", s)
	}
	if n := b.count(db, `t WHERE name = 'a;b "c"' AND price = 5 OR name = '' AND price = 6`); n != 2 {
		t.Errorf("%d rows", n)
	}
	if _, err := b.runner.RejectFields(t.Context(), id, 1); !errors.Is(err, ErrNoReject) {
		t.Errorf("of a closed one: %v", err)
	}
}

func TestRetryOfGroups(t *testing.T) {
	b := newBench(t)
	id, db := b.prices("id,name,price\n1,a,x\n2,b\ny,c,1\n4,d,z\n", csvfile.Dialect{})
	v := Retry{Job: id, Selection: Selection{Groups: []store.GroupName{{Code: load.CodeNotANumber, Column: "price"}, {Code: load.CodeMissingField}}}, Rules: []mend.Rule{
		{Column: "price", Op: mend.Set, Value: "7", Refused: load.CodeNotANumber}, {Column: "price", Op: mend.Default, Value: "7"}, {Op: mend.Pad},
	}}
	trial, err := b.runner.TryRetry(t.Context(), v)
	if err != nil || trial.Open != 3 || trial.Pass != 3 || len(trial.Passing) != 3 {
		t.Fatalf("%+v, %v", trial, err)
	}
	if c := trial.Passing[0].Changes; len(c) != 1 || c[0].Column != "price" || c[0].Before != "x" || *c[0].After != "7" {
		t.Errorf("%+v", c)
	}
	if s := b.retry(v); s.Inserted != 3 || *s.Open != 1 || b.count(db, "t WHERE price = 7") != 3 {
		t.Errorf("%+v", s)
	}
}

// A rule that did not mend its column is forgotten: it would keep others from doing so.
func TestRulesInVainAreForgotten(t *testing.T) {
	b := newBench(t)
	id, db := b.prices("id,name,price\n1,a,N/A\n", csvfile.Dialect{})
	b.retry(Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Format, Value: "1234,56"}, {Column: "name", Op: mend.Set, Value: "b"}}})
	s := b.retry(Retry{Job: id, Rules: []mend.Rule{{Column: "price", Op: mend.Replace, From: "N/A", Value: "2.5"}}})
	if s.Inserted != 1 || b.count(db, "t WHERE name = 'b' AND price = 2.5") != 1 {
		t.Errorf("%+v", s)
	}
}
