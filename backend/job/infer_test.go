package job

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// late is a file whose last record tells more than its first ones.
func late() string {
	var s strings.Builder
	s.WriteString("zipped,n,day\n")
	for i := range 30_000 {
		fmt.Fprintf(&s, "%d,%d,03/04/2026\n", 10_000+i, i)
	}
	s.WriteString("00420,1.5,31/12/2026\n")
	return s.String()
}

// A check of a table that is to be made finds its types in all records.
func TestCheckInfersAllRecords(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", late())
	p, err := Look(t.Context(), Request{File: file})
	if err != nil || p.Guesses[0].Column.Type != load.Integer || len(p.Guesses[2].Ambiguous) != 2 {
		t.Fatalf("a part of it: %+v, %v", p.Guesses, err)
	}
	j := b.start(Request{File: file, Check: true, Plan: load.Plan{Create: true}})
	s, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil || s.Read != 30_001 || s.Rejected != 0 || len(s.Guesses) != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	for i, want := range []struct {
		typ    load.Type
		format string
		says   string
	}{
		{load.Text, "", "text, because line 30,002 is 00420"},
		{load.Decimal, "", "decimal, 30,001 of 30,001; only 1 with decimals"},
		{load.Date, "DD/MM/YYYY", "day first because line 30,002 is 31/12/2026"},
	} {
		if g := s.Guesses[i]; g.Column.Type != want.typ || g.Column.Format != want.format || !strings.Contains(g.Evidence, want.says) {
			t.Errorf("%+v, want %+v", g, want)
		}
	}
	var told struct{ Summary Summary }
	if e := b.until(j.ID, state(Done)); json.Unmarshal(e.Data, &told) != nil || len(told.Summary.Guesses) != 3 {
		t.Errorf("the last state tells %s", e.Data)
	}
	jobs, err := b.runner.Jobs(t.Context())
	if err != nil || jobs[0].Summary.Guesses != nil || jobs[0].Summary.Read != 30_001 {
		t.Errorf("the list has %+v, %v", jobs[0].Summary, err)
	}
}

// Of columns that somebody has said, a check infers those that it is asked for.
func TestCheckInfersAsAsked(t *testing.T) {
	b := newBench(t)
	file, db := b.file("in.csv", late()), b.path("out.db")
	integers := []load.Column{
		{Name: "zip", Type: load.Integer, Nullable: true}, {Name: "n", Type: load.Integer, Nullable: true}, {Name: "day", Type: load.Text, Nullable: true},
	}
	plan := load.Plan{Table: "t", Create: true, Columns: integers, Map: map[string]string{"zipped": "zip"}}
	for _, tt := range []struct {
		about    string
		req      Request
		inferred int
		rejected int64
	}{
		{"all said", Request{Check: true, Plan: plan}, 0, 1},
		{"two of three asked for", Request{Check: true, Plan: plan, Infer: []string{"zip", "day"}}, 3, 1},
		{"all asked for", Request{Check: true, Plan: plan, Infer: []string{"zip", "n", "day"}}, 3, 0},
		{"all text", Request{Check: true, Plan: load.Plan{Table: "t", Create: true, Types: "text"}}, 0, 0},
		{"an import", Request{Plan: plan, Infer: []string{"zip", "n"}}, 0, 0},
		{"a table that is there", Request{Check: true, Plan: load.Plan{Table: "t", Map: map[string]string{"zipped": "zip"}}}, 0, 0},
	} {
		tt.req.File, tt.req.Target = file, db
		s, err := b.run(tt.req)
		if err != nil || len(s.Guesses) != tt.inferred || s.Rejected != tt.rejected {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
		}
	}
}

// An import guesses types by the first records only: what they let take for a
// number does not cost a later one its zeros.
func TestImportKeepsLeadingZeros(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", "code\n"+strings.Repeat("10115\n", 30_000)+"00420\n")
	guessed := []load.Column{{Name: "code", Type: load.Integer, Nullable: true}}
	for _, tt := range []struct {
		about string
		req   Request
		kept  string
	}{
		{"inferred", Request{Plan: load.Plan{}}, "00420"},
		{"guessed", Request{Plan: load.Plan{Columns: guessed}, Infer: []string{"code"}}, "00420"},
		{"chosen", Request{Plan: load.Plan{Columns: guessed}}, "420"},
		{"said by a format", Request{Plan: load.Plan{Formats: map[string]string{"code": "1234"}}}, "420"},
	} {
		tt.req.File, tt.req.Target = file, b.path(tt.about+".db")
		tt.req.Plan.Table, tt.req.Plan.Create = "t", true
		s, err := b.run(tt.req)
		if err != nil || s.Rejected != 0 || s.Read != 30_001 {
			t.Errorf("%s: %+v, %v", tt.about, s, err)
		}
		if kept := b.query(tt.req.Target, "SELECT code FROM t WHERE rowid = 30001"); kept != tt.kept {
			t.Errorf("%s: it became %s, want %s", tt.about, kept, tt.kept)
		}
	}
}

func TestCheckCancelledWhileInferring(t *testing.T) {
	b := newBench(t)
	j := b.start(Request{File: b.file("in.csv", rows(300_000, 0)), Check: true, Plan: load.Plan{Create: true}})
	b.until(j.ID, func(e *event.Event) bool {
		return e.Kind == event.KindProgress && bytes.Contains(e.Data, []byte(`"phase":"inferring"`))
	})
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	s, err := b.runner.Wait(t.Context(), j.ID)
	if !errors.Is(err, errCancelled) || s.State != Cancelled || s.Inserted != 0 || !s.Balanced {
		t.Fatalf("%+v, %v", s, err)
	}
}

// A check of a file that is cut off tells what it found up to there.
func TestCheckInfersOfADamagedFile(t *testing.T) {
	b := newBench(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("n,m\n" + strings.Repeat(strings.Repeat("5,5\n", 999)+"5\n", 400))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := b.file("in.csv.gz", packed.String()[:packed.Len()/2])
	s, err := b.run(Request{File: file, Check: true, Plan: load.Plan{Create: true}})
	if err == nil || s.State != Failed || s.Rejected < 10 || !s.Balanced || s.Guesses != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

// Numbers that are too long to be kept as numbers make a column of text, and
// the evidence says so.
func TestLongNumbers(t *testing.T) {
	b := newBench(t)
	const text = "id,amount,n\n1,\"1,234,567.89\",1.5\n12345678901234567890,\"2,345,678.00\",2.5\n"
	file := b.file("in.csv", text)
	p, err := Look(t.Context(), Request{File: file})
	if err != nil || p.Guesses[0].Column.Type != load.Text || p.Guesses[1].Column.Type != load.Decimal ||
		!strings.Contains(p.Guesses[0].Evidence, "text, because line 3 is 12345678901234567890: not every database keeps more than 15 digits") {
		t.Errorf("%+v, %v", p.Guesses, err)
	}
	s, err := b.run(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}})
	if err != nil || s.Inserted != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
}
