package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// TestEvents checks the events of an import and their order.
func TestEvents(t *testing.T) {
	dir := newHome(t)
	r := run(t, "import", example, "--to", filepath.Join(dir, "out.db"), "--table", "articles", "--create", "--events", "--json").want(t, 1)
	lines := strings.SplitAfter(strings.TrimSuffix(r.stdout, "\n"), "\n")
	v := result{stdout: lines[len(lines)-1]}.summary(t)
	type anEvent struct {
		Event   string           `json:"event"`
		Job     string           `json:"job"`
		Seq     int64            `json:"seq"`
		Time    string           `json:"time"`
		Phase   load.Phase       `json:"phase"`
		Percent *float64         `json:"percent"`
		Read    int64            `json:"read"`
		State   job.State        `json:"state"`
		Summary *job.Summary     `json:"summary"`
		Rejects *json.RawMessage `json:"rejects"`
		More    int64            `json:"more"`
	}
	events := decodeLines[anEvent](t, strings.Join(lines[:len(lines)-1], ""))
	var seq, told int64
	var percent float64
	var states []string
	for i, e := range events {
		if e.Job != v.Job || e.Seq <= seq || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`).MatchString(e.Time) {
			t.Fatalf("event %d is %s", i, lines[i])
		}
		seq = e.Seq
		switch e.Event {
		case "state":
			states = append(states, string(e.State))
			if (e.Summary != nil) != (i == len(events)-1) {
				t.Errorf("event %d of %d has summary %v", i, len(events), e.Summary)
			}
		case "progress":
			if e.Percent == nil || *e.Percent < percent || *e.Percent == 100 && e.Phase != load.PhaseDone {
				t.Errorf("after %g %%: %s", percent, lines[i])
			}
			percent = *e.Percent
		case "reject":
			var rejects []job.Reject
			if err := json.Unmarshal(*e.Rejects, &rejects); err != nil {
				t.Fatal(err)
			}
			told += int64(len(rejects)) + e.More
		default:
			t.Errorf("an event of the kind %q", e.Event)
		}
	}
	if got := strings.Join(states, " "); got != "queued running done" {
		t.Errorf("states %s", got)
	}
	if percent != 100 || told != v.Rejected {
		t.Errorf("%g %% at the end, %d rejects told of %d", percent, told, v.Rejected)
	}
	if !strings.Contains(r.stderr, "of 20,000 records loaded") {
		t.Errorf("people are told nothing:\n%s", r.stderr)
	}
}

// TestPlainOutput checks the output for people where there is no terminal.
func TestPlainOutput(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", "id,price\n1,1.50\n2,\"1,\n5\"\n3,cheap\n")
	db := filepath.Join(dir, "out.db")
	execute(t, db, "CREATE TABLE prices (id INTEGER PRIMARY KEY, price REAL)")
	r := run(t, "import", file, "--to", db, "--table", "prices").want(t, 1)
	for _, text := range []string{"line 3 ", "line 5 ", `price "1,↵5"`, `price "cheap": `, "100.0 %", "read 3"} {
		if !strings.Contains(r.stderr, text) {
			t.Errorf("stderr does not hold %q:\n%s", text, r.stderr)
		}
	}
	for _, text := range []string{"1 of 3 records loaded into prices", "2 rejected", "not a number", "linefeed rejects "} {
		if !strings.Contains(r.stdout, text) {
			t.Errorf("stdout does not hold %q:\n%s", text, r.stdout)
		}
	}
	if strings.ContainsAny(r.stdout+r.stderr, "\x1b\r") {
		t.Errorf("there are escape sequences:\n%q\n%q", r.stdout, r.stderr)
	}
	r = run(t, "import", file, "--to", db, "--table", "prices", "--quiet").want(t, 1)
	if r.stdout+r.stderr != "" {
		t.Errorf("--quiet prints %q and %q", r.stdout, r.stderr)
	}
}

// TestFlags tests the flags that change what is loaded.
func TestFlags(t *testing.T) {
	const table = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price REAL, day DATE);"
	for _, test := range []struct {
		name, schema, file string
		flags              []string
		status             int
		rows               string // id|name|price|day, in the order of id
	}{
		{"map", table, "Nr,who,x\n1,Ada,y\n", []string{"--map", "Nr=id,who=name,x="}, 0, "1|Ada||"},
		{"map twice", table, "Nr,who\n1,Ada\n", []string{"--map", "Nr=id", "--map", "who=name"}, 0, "1|Ada||"},
		{"null", table, "id,name\n1,n/a\n2,-\n3,x\n", []string{"--null", "n/a", "--null", "-"}, 0, "1|||;2|||;3|x||"},
		{"decimal", table, "id;price\n1;1,5\n", []string{"--decimal", ","}, 0, "1||1.5|"},
		{"decimal found out", table, "id;price\n1;1,5\n2;2,25\n3;3,75\n", nil, 0, "1||1.5|;2||2.25|;3||3.75|"},
		{"date format", table, "id,day\n1,31.12.2025\n", []string{"--date-format", "DD.MM.YYYY"}, 0, "1|||2025-12-31"},
		{"delimiter", table, "id|name\n1|a,b\n", []string{"--delimiter", "pipe"}, 0, "1|a,b||"},
		{"tab", table, "id\tname\n1\ta b\n", []string{"--delimiter", `\t`}, 0, "1|a b||"},
		{"quote", table, "id,name\n1,'a,b'\n", []string{"--quote", "'"}, 0, "1|a,b||"},
		{"encoding", table, "id,name\n1,Caf\xe9\n", []string{"--encoding", "windows-1252"}, 0, "1|Café||"},
		{"no header", table, "1,Ada\n2,Grace\n", []string{"--no-header", "--map", "field_1=id,field_2=name"}, 0, "1|Ada||;2|Grace||"},
		{"skip lines", table, "a report\nof today\nid,name\n1,Ada\n", []string{"--skip-lines", "2"}, 0, "1|Ada||"},
		{"ragged rejected", table, "id,name,price\n1,Ada\n2,Grace,3\n", nil, 1, "2|Grace|3.0|"},
		{"ragged padded", table, "id,name,price\n1,Ada\n2,Grace,3,\n3,Edsger,4\n4,Barbara,5\n", []string{"--ragged", "pad"}, 0, "1|Ada||;2|Grace|3.0|;3|Edsger|4.0|;4|Barbara|5.0|"},
		{"conflict rejected", table + "INSERT INTO t (id, name) VALUES (1, 'old')", "id,name\n1,new\n2,two\n", nil, 1, "1|old||;2|two||"},
		{"conflict skipped", table + "INSERT INTO t (id, name) VALUES (1, 'old')", "id,name\n1,new\n2,two\n", []string{"--on-conflict", "skip"}, 0, "1|old||;2|two||"},
		{"conflict updated", table + "INSERT INTO t (id, name, price) VALUES (1, 'old', 2)", "id,name\n1,new\n", []string{"--on-conflict", "update"}, 0, "1|new|2.0|"},
		{"conflict replaced", table + "INSERT INTO t (id, name, price) VALUES (1, 'old', 2)", "id,name\n1,new\n", []string{"--on-conflict", "replace"}, 0, "1|new||"},
		{"limit not reached", table, "id,name\n1,Ada\nx,y\n", []string{"--max-rejects", "50%"}, 1, "1|Ada||"},
		{"limit reached, atomic", table, "id,name\n1,Ada\nx,y\n", []string{"--max-rejects", "0", "--atomic"}, 2, ""},
		{"create", "", "id,name,price,day\n1,Ada,1.5,2025-12-31\n", []string{"--create", "--key", "id"}, 0, "1|Ada|1.5|2025-12-31"},
		{"create as text", "", "id,name,price,day\n01,Ada,1.50,soon\n", []string{"--create", "--types", "text"}, 0, "01|Ada|1.50|soon"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newHome(t)
			db := filepath.Join(dir, "out.db")
			if test.schema != "" {
				execute(t, db, test.schema)
			}
			args := append([]string{"import", write(t, dir, "in.csv", test.file), "--to", db, "--table", "t"}, test.flags...)
			run(t, args...).want(t, test.status)
			rows := query[string](t, db, `SELECT ifnull(group_concat(id || '|' || ifnull(name, '') || '|' || ifnull(price, '') || '|' || ifnull(day, ''), ';'), '')
				FROM (SELECT * FROM t ORDER BY id)`)
			if rows != test.rows {
				t.Errorf("rows %s, want %s", rows, test.rows)
			}
		})
	}
}

// TestStandardInput imports from standard input.
func TestStandardInput(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	r := runWith(t.Context(), []byte(smallCSV), "import", "-", "--to", db, "--table", "people", "--create", "--json").want(t, 0)
	if v := r.summary(t); v.File != "-" || v.Read != 2 || v.Bytes != int64(len(smallCSV)) {
		t.Errorf("summary %s", r.stdout)
	}
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	left, err := filepath.Glob(filepath.Join(dir, "home", "spool", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	r = runWith(t.Context(), nil, "import", "-", "--to", db, "--table", "people").want(t, 2)
	if !strings.Contains(r.stderr, "empty") {
		t.Errorf("empty input: %s", r.stderr)
	}
}

// TestStandardInputByItsName checks that messages name standard input, and not the file
// that it was received in.
func TestStandardInputByItsName(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	for _, input := range []string{"", "\x7fELF\x00\x01\x02\x00", "id,name\n1,Ada\n"} {
		for _, flags := range [][]string{nil, {"--json"}, {"--events"}, {"--create", "--events", "--json"}} {
			r := runWith(t.Context(), []byte(input), append([]string{"import", "-", "--to", db, "--table", "people"}, flags...)...)
			all := r.stdout + r.stderr
			if strings.Contains(all, "stdin") || strings.Contains(all, "spool") {
				t.Errorf("%q with %q: %s", input, flags, all)
			}
			if input == "" && !strings.Contains(all, "standard input: it is empty") {
				t.Errorf("it says %s", all)
			}
		}
	}
}

// TestSeveralFiles imports files one after the other.
func TestSeveralFiles(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	one := write(t, dir, "one.csv", smallCSV)
	two := write(t, dir, "two.csv", "id,name\n3,Edsger\nfour,Barbara\n")
	execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
	r := run(t, "import", one, two, "--to", db, "--table", "people", "--json").want(t, 1)
	v := decodeLines[job.Summary](t, r.stdout)
	if len(v) != 2 || v[0].File != one || v[0].Inserted != 2 || v[1].File != two || v[1].Inserted != 1 || v[1].Rejected != 1 {
		t.Errorf("summaries %s", r.stdout)
	}
	// A failed file does not stop the next one from being loaded.
	r = run(t, "import", write(t, dir, "empty.csv", ""), one, "--to", db, "--table", "people", "--json").want(t, 2)
	v = decodeLines[job.Summary](t, r.stdout)
	if len(v) != 2 || v[0].State != job.Failed || v[0].Error == "" || v[1].State != job.Done {
		t.Errorf("summaries %s", r.stdout)
	}
}

// TestSeveralFilesCreate creates the table from the first file that can be loaded, and
// adds the others to it.
func TestSeveralFilesCreate(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	empty := write(t, dir, "empty.csv", "")
	blank := write(t, dir, "blank.csv", "\n\n")
	one := write(t, dir, "one.csv", smallCSV)
	two := write(t, dir, "two.csv", "name,id\nEdsger,3\n")
	three := write(t, dir, "three.csv", "name;id\nEdsger;3\nBarbara;4\n")
	r := run(t, "import", empty, blank, one, two, three, two, "--to", db, "--table", "people", "--create", "--key", "id", "--on-conflict", "skip", "--json").want(t, 2)
	v := decodeLines[job.Summary](t, r.stdout)
	if len(v) != 5 || v[1].Created || !v[2].Created || v[3].Created || v[3].Inserted != 1 || v[4].Skipped != 1 || v[4].Inserted != 1 {
		t.Errorf("summaries %s", r.stdout)
	}
	if !strings.Contains(r.stderr, "two.csv is named twice, and loaded once") {
		t.Errorf("it says %s", r.stderr)
	}
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != 4 {
		t.Errorf("%d rows", n)
	}
	run(t, "import", one, two, "--to", db, "--table", "people", "--create").want(t, 64) // it exists already
}

// TestUnmapped imports a file with a field that has no column: that is reported before
// the start and after the end, and --strict refuses it.
func TestUnmapped(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	file := write(t, dir, "in.csv", "id,name,size\n1,Ada,7\n")
	execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
	r := run(t, "import", file, "--to", db, "--table", "people", "--json").want(t, 0)
	if n := strings.Count(r.stderr, `"size" goes to no column`); n != 2 {
		t.Errorf("told %d times:\n%s", n, r.stderr)
	}
	if v := r.summary(t); len(v.Warnings) != 1 || v.Warnings[0].Code != job.WarnUnmapped || v.Warnings[0].Field != "size" {
		t.Errorf("summary %s", r.stdout)
	}
	for _, command := range []string{"import", "check"} {
		r = run(t, command, file, "--to", db, "--table", "people", "--strict").want(t, 64)
		if !strings.Contains(r.stderr, "--map size=") {
			t.Errorf("%s says %s", command, r.stderr)
		}
	}
	near := write(t, dir, "near.csv", "id,nane\n1,Ada\n")
	run(t, "import", near, "--to", db, "--table", "people").want(t, 64)
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestCheck checks the example: it finds all but what only the database detects.
func TestCheck(t *testing.T) {
	newHome(t)
	bad := exampleBad(t)
	known := bad[:0:0]
	for _, b := range bad {
		if b.Code != load.CodeDuplicateKey && b.Code != load.CodeCheckFailed {
			known = append(known, b)
		}
	}
	r := run(t, "check", example, "--json").want(t, 1)
	v := r.summary(t)
	if !v.Check || !v.Balanced || v.Table != "articles" || v.Rejected != int64(len(known)) {
		t.Errorf("summary %s", r.stdout)
	}
	compareRejects(t, decodeLines[job.Reject](t, run(t, "rejects", v.Job, "--format", "json").want(t, 0).stdout), known)
}

// TestCheckLeavesTheTarget checks against a table, which must not change.
func TestCheckLeavesTheTarget(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
	before := read(t, db)
	file := write(t, dir, "in.csv", smallCSV+"x,y\n")
	r := run(t, "check", file, "--to", db, "--table", "people", "--json").want(t, 1)
	if v := r.summary(t); v.Inserted != 2 || v.Rejected != 1 {
		t.Errorf("summary %s", r.stdout)
	}
	if read(t, db) != before {
		t.Error("check has changed the database")
	}
	run(t, "check", file, "--to", filepath.Join(dir, "new.db"), "--table", "people", "--create").want(t, 0)
	if _, err := os.Stat(filepath.Join(dir, "new.db")); err == nil {
		t.Error("check has made a database")
	}
}

// TestPreset creates a preset's table for a file with fewer columns.
func TestPreset(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	file := write(t, dir, "few.csv", "sku,title,category,price,currency,quantity,active\nA-1,Desk,Office,9.95,EUR,4,true\nA-2,Desk,Office,9.95,Euro,4,true\n")
	run(t, "import", file, "--to", db, "--preset", "articles").want(t, 1)
	run(t, "import", file, "--to", db, "--preset", "articles", "--on-conflict", "skip").want(t, 1) // again: the table exists now
	if n := query[int](t, db, "SELECT count(*) FROM articles WHERE description IS NULL"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// What is promised less where marks are kept outside of the database is told before anything
// is loaded, and in the summary; and what does not go with it is refused.
func TestMarksInStore(t *testing.T) {
	dir := newHome(t)
	file, db := write(t, dir, "in.csv", "id,name\n1,one\n2,two\n"), filepath.Join(dir, "out.db")
	args := func(command string, more ...string) []string {
		return append([]string{command, file, "--to", db, "--table", "t"}, more...)
	}
	r := run(t, args("import", "--create", "--marks", "store", "--events")...).want(t, 0)
	told, reads := strings.Index(r.stderr, "kept in the program's own files"), strings.Index(r.stderr, "loaded")
	if told < 0 || reads >= 0 && reads < told {
		t.Errorf("%s", r.stderr)
	}
	if told, written := strings.Index(r.stdout, `"marks_in_store"`), strings.Index(r.stdout, `"phase":"opening"`); told < 0 || written < told {
		t.Errorf("%s", r.stdout)
	}
	if r := run(t, args("import", "--marks", "store", "--json")...).want(t, 0); !strings.Contains(r.stdout, `"marks_in_store"`) {
		t.Errorf("%s", r.stdout)
	}
	if r := run(t, args("check", "--marks", "store", "--writers", "2")...); r.status == 0 || !strings.Contains(r.stderr, "--marks or --writers") {
		t.Errorf("%d: %s", r.status, r.stderr)
	}
	if n := query[int](t, db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'linefeed%'"); n != 0 {
		t.Errorf("%d tables of the program's", n)
	}
	run(t, args("import", "--marks", "file")...).want(t, 64)
	run(t, "resume", "none", "--unsure", "maybe").want(t, 64)
}
