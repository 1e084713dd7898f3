package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/mysql"
	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

// A plain database is one that takes no local files, or, where it is mute, one whose errors
// and warnings don't tell their rows, as MySQL's.
type plain struct {
	database
	mute bool
}

func (p plain) Open(ctx context.Context) (target.Target, error) {
	if !p.mute {
		return target.Open(ctx, p.URL()+"?local-infile=0")
	}
	db, err := target.Open(ctx, p.URL())
	if err == nil {
		db.(*mysql.DB).Plain()
	}
	return db, err
}

// The suite is passed without LOAD DATA LOCAL, and where errors don't tell their rows.
func TestConformanceWithoutLocal(t *testing.T) {
	targettest.Run(t, func(t *testing.T) targettest.Database { return plain{newDatabase(t), false} })
}

func TestConformanceMute(t *testing.T) {
	targettest.Run(t, func(t *testing.T) targettest.Database { return plain{newDatabase(t), true} })
}

// The suite is passed as if the server were far away.
func TestConformanceFar(t *testing.T) {
	defer mysql.SetFarAway(0)()
	targettest.Run(t, func(t *testing.T) targettest.Database { return newDatabase(t) })
}

// openURL opens a target until the end of the test.
func openURL(t *testing.T, url string) target.Target {
	t.Helper()
	db, err := target.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// layout returns the layout of a plan for the named columns, all of the table if none
// are.
func layout(t *testing.T, db target.Target, p load.Plan, names ...string) load.Layout {
	t.Helper()
	all := p.Columns
	if !p.Create {
		var err error
		if all, err = db.Columns(t.Context(), p.TableName()); err != nil {
			t.Fatal(err)
		}
	}
	l := load.Layout{Plan: p, Make: all}
	for i, c := range all {
		if len(names) == 0 || slices.Contains(names, c.Name) {
			l.Columns = append(l.Columns, c)
			l.Fields = append(l.Fields, c.Name)
			l.Index = append(l.Index, i)
		}
	}
	return l
}

func begin(t *testing.T, db target.Target, p load.Plan, names ...string) load.Writer {
	t.Helper()
	w, err := targettest.Begin(t.Context(), db, layout(t, db, p, names...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func write(t *testing.T, w load.Writer, rows ...[]any) load.Result {
	t.Helper()
	res, err := w.Write(t.Context(), targettest.Batch(rows...))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func commit(t *testing.T, w load.Writer) {
	t.Helper()
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
}

func row(values ...any) []any { return values }

// A way is how rows get into a table.
type way struct {
	name, settings string
	plain          bool // as if errors and warnings did not tell their rows
}

var ways = []way{
	{"by LOAD DATA", "", false},
	{"by LOAD DATA of unknown rows", "", true},
	{"by INSERT", "?local-infile=0", false},
	{"by INSERT of unknown rows", "?local-infile=0", true},
}

func (w way) open(t *testing.T, d database) target.Target {
	t.Helper()
	db := openURL(t, d.URL()+w.settings)
	if w.plain {
		db.(*mysql.DB).Plain()
	}
	return db
}

// Whatever a column's type, a value is stored as it is, or its row refused.
func TestExact(t *testing.T) {
	refused := func(code load.Code) string { return "refused: " + string(code) }
	for _, c := range []struct {
		declared string
		values   map[any]string // to what is read again
	}{
		{"VARCHAR(3)", map[any]string{"abc": "abc", "ab ": "ab ", "": "", "ab  ": refused("too_long"), "abcd": refused("too_long"), "a\x00b": "a\x00b", "漢字だ": "漢字だ", "😀": "😀"}},
		{"CHAR(4)", map[any]string{"abc": "abc", "abc ": refused("refused"), "abcde": refused("too_long")}},
		{"TINYTEXT", map[any]string{strings.Repeat("a", 255): strings.Repeat("a", 255), strings.Repeat("a", 256): refused("too_long"), strings.Repeat("ü", 200): refused("too_long")}},
		{"VARCHAR(9) CHARACTER SET latin1", map[any]string{"ü": "ü", "漢": refused("refused"), "😀": refused("refused")}},
		{"VARCHAR(9) CHARACTER SET utf8mb3", map[any]string{"漢": "漢", "a😀": refused("refused")}},
		{"BINARY(3)", map[any]string{"abc": "abc", "ab": refused("refused"), "abcd": refused("too_long")}},
		{"VARBINARY(3)", map[any]string{"\xff\xfe\x00": "\xff\xfe\x00", "abcd": refused("too_long"), "": ""}},
		{"TINYINT UNSIGNED", map[any]string{0: "0", 255: "255", 256: refused("out_of_range"), -1: refused("out_of_range")}},
		{"SMALLINT", map[any]string{-32768: "-32768", 32768: refused("out_of_range")}},
		{"BIGINT UNSIGNED", map[any]string{"18446744073709551615": "18446744073709551615", "-1": refused("out_of_range"), "18446744073709551616": refused("out_of_range")}},
		{"DECIMAL(5,2)", map[any]string{"123.45": "123.45", "-0.5": "-0.50", "1234.5": refused("out_of_range"), "1.005": refused("out_of_range")}},
		{"FLOAT", map[any]string{0.5: "0.5", 0.1: "0.1", 16777217.0: refused("out_of_range"), 0.123456789012: refused("out_of_range")}},
		{"DOUBLE", map[any]string{0.1: "0.1", 1e300: "1e+300", 4.9e-324: "5e-324", 1.7976931348623157e308: "1.7976931348623157e+308", 123456789.12345679: "1.2345678912345679e+08"}},
		{"DOUBLE(6,2)", map[any]string{1.25: "1.25", 1.125: refused("out_of_range")}},
		{"YEAR", map[any]string{1999: "1999", 70: refused("out_of_range"), 2200: refused("out_of_range")}},
		{"BIT(4)", map[any]string{5: "\x05", 16: refused("out_of_range"), -1: refused("out_of_range")}},
		{`ENUM('a\\b','\'',')')`, map[any]string{`a\b`: `a\b`, "'": "'", ")": ")", `a\\b`: refused("refused")}},
		{"ENUM('red','it''s','1b')", map[any]string{"red": "red", "it's": "it's", "RED": refused("refused"), "1": refused("refused"), "": refused("refused")}},
		{"SET('a','b')", map[any]string{"a,b": "a,b", "": "", "c": refused("refused"), "3": refused("refused")}},
		{"DATE", map[any]string{"2026-02-28": "2026-02-28", "0000-00-00": refused("out_of_range"), "2026-02-30": refused("out_of_range"), "9999-12-31": "9999-12-31"}},
		{"TIME(3)", map[any]string{"10:00:00.125": "10:00:00.125", "10:00:00.1250": "10:00:00.125", "10:00:00.1255": refused("out_of_range")}},
		{"DATETIME", map[any]string{"2026-02-28 10:00:00": "2026-02-28 10:00:00", "2026-02-28 10:00:00.5": refused("out_of_range"), "2026-00-10 10:00:00": refused("out_of_range")}},
		{"TIMESTAMP(6) NULL", map[any]string{"2026-02-28 10:00:00.123456": "2026-02-28 10:00:00.123456", "2400-01-01 00:00:00": refused("out_of_range"), "1969-01-01 00:00:00": refused("out_of_range")}},
		{"DATETIME(6) COMMENT 'in UTC'", map[any]string{"2026-02-28 10:00:00.5+02:00": "2026-02-28 08:00:00.500000", "2400-01-01 00:00:00Z": "2400-01-01 00:00:00.000000"}},
		{"JSON", map[any]string{`{"a": 1.0}`: `{"a": 1.0}`, `{"a"`: refused("check_failed")}},
		{"UUID", map[any]string{"123e4567-e89b-12d3-a456-426614174000": "123e4567-e89b-12d3-a456-426614174000", "123": refused("not_a_uuid")}},
		{"INET6", map[any]string{"::1": "::1", "x": refused("refused")}},
		{"POINT", map[any]string{"x": refused("refused")}},
	} {
		for _, way := range ways {
			t.Run(c.declared+", "+way.name, func(t *testing.T) {
				d := newDatabase(t)
				d.Exec(t, "CREATE TABLE vals (id INTEGER PRIMARY KEY, v "+c.declared+")")
				db := way.open(t, d)
				columns, err := db.Columns(t.Context(), load.TableName{Name: "vals"})
				if err != nil {
					t.Fatal(err)
				}
				w := begin(t, db, load.Plan{Table: "vals"})
				var values []any
				var rows [][]any
				for v := range c.values {
					values = append(values, v)
					if s, ok := v.(string); ok && columns[1].Type == load.Binary {
						v = []byte(s)
					}
					rows = append(rows, row(len(rows), v))
				}
				res := write(t, w, rows...)
				commit(t, w)
				got := map[int]string{}
				for _, r := range res.Refused {
					got[r.Row] = refused(r.Code)
					if r.Column != 1 && c.declared != "POINT" || r.Message == "" {
						t.Errorf("%q: column %d, %q", values[r.Row], r.Column, r.Message)
					}
				}
				for _, r := range d.Query(t, "SELECT id, v FROM vals") {
					var id int
					if _, err := fmt.Sscan(r[0], &id); err != nil {
						t.Fatal(err)
					}
					got[id] = r[1]
				}
				for i, v := range values {
					if want := zeros.ReplaceAllString(c.values[v], "$1$2"); got[i] != want {
						t.Errorf("%q is %q, want %q (%+v)", v, got[i], want, res.Refused)
					}
				}
			})
		}
	}
}

// An empty value in a column that takes no NULL becomes its default, which may be an
// expression, or the next number.
func TestDefaults(t *testing.T) {
	for _, settings := range []string{"", "?local-infile=0"} {
		d := newDatabase(t)
		d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTO_INCREMENT, a VARCHAR(9) NOT NULL DEFAULT 'none', b INTEGER NOT NULL DEFAULT (1 + 1), "+
			"c INTEGER GENERATED ALWAYS AS (b * 2), d INTEGER NOT NULL INVISIBLE DEFAULT 7)")
		w := begin(t, openURL(t, d.URL()+settings), load.Plan{Table: "t"}, "id", "a", "b")
		if res := write(t, w, row(5, "x", 1), row(nil, nil, nil), row(0, "y", 1)); res.Inserted != 3 {
			t.Errorf("%+v", res)
		}
		commit(t, w)
		if got := fmt.Sprint(d.Query(t, "SELECT id, a, b, c, d FROM t ORDER BY id")); got != "[[0 y 1 2 7] [5 x 1 2 7] [6 none 2 4 7]]" {
			t.Errorf("%s: %s", settings, got)
		}
	}
}

// A trigger refuses rows, and what its own statements do is not ignored.
func TestTriggers(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE seen (id INTEGER PRIMARY KEY)")
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER)")
	d.Exec(t, "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.v < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not below zero'; END IF; "+
		"INSERT INTO seen VALUES (NEW.v); END")
	for _, rule := range []load.Conflict{load.ConflictReject, load.ConflictUpdate} {
		w := begin(t, openURL(t, d.URL()), load.Plan{Table: "t", OnConflict: rule})
		n := 10
		if rule == load.ConflictUpdate {
			n = 20
		}
		res := write(t, w, row(n, n), row(n+1, -1), row(n+2, n), row(n+3, n+3))
		commit(t, w)
		if res.Inserted != 2 || len(res.Refused) != 2 || res.Refused[0].Row != 1 || res.Refused[0].Code != load.CodeRefused ||
			!strings.Contains(res.Refused[0].Message, "not below zero") || res.Refused[1].Code != load.CodeDuplicateKey {
			t.Errorf("%s: %+v", rule, res)
		}
	}
}

// Rows of a table that can undo nothing are stored one by one.
func TestWithoutTransactions(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL) ENGINE=MyISAM")
	db := openURL(t, d.URL())
	_, warnings, err := db.Check(t.Context(), layout(t, db, load.Plan{Table: "t"}))
	if err != nil || len(warnings) != 1 || warnings[0].Code != "no_transactions" {
		t.Errorf("check: %+v, %v", warnings, err)
	}
	w := begin(t, db, load.Plan{Table: "t"})
	res := write(t, w, row(1, 1), row(2, nil), row(1, 1), row(3, 1))
	if res.Inserted != 2 || len(res.Refused) != 2 {
		t.Errorf("%+v", res)
	}
	commit(t, w)
	if got := fmt.Sprint(d.Query(t, "SELECT id FROM t ORDER BY id")); got != "[[1] [3]]" {
		t.Error(got)
	}
}

// Many refused rows of every kind, and in every position of a batch.
func TestPositions(t *testing.T) {
	for _, way := range ways {
		d := newDatabase(t)
		d.Exec(t, "CREATE TABLE parent (id INTEGER PRIMARY KEY)")
		d.Exec(t, "INSERT INTO parent VALUES (1)")
		d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, c INTEGER CHECK (c >= 0), p INTEGER, s TINYINT, FOREIGN KEY (p) REFERENCES parent (id))")
		faults := map[load.Code][]any{
			load.CodeDuplicateKey: row(-1, 1, 1, 1, 1),
			load.CodeRequired:     row(0, nil, 1, 1, 1),
			load.CodeCheckFailed:  row(0, 1, -1, 1, 1),
			load.CodeForeignKey:   row(0, 1, 1, 2, 1),
			load.CodeOutOfRange:   row(0, 1, 1, 1, 300),
		}
		d.Exec(t, "INSERT INTO t VALUES (-1, 1, 1, 1, 1)")
		db := way.open(t, d)
		w := begin(t, db, load.Plan{Table: "t"})
		id := 0
		for code, bad := range faults {
			for _, which := range []func(i int) bool{
				func(i int) bool { return i == 0 },
				func(i int) bool { return i == 299 },
				func(i int) bool { return i%2 == 0 },
				func(i int) bool { return i%7 == 3 },
				func(int) bool { return true },
			} {
				var rows [][]any
				var want []int
				for i := range 300 {
					id++
					r := row(id, 1, 1, 1, 1)
					if which(i) {
						r = slices.Clone(bad)
						if code != load.CodeDuplicateKey {
							r[0] = id
						}
						want = append(want, i)
					}
					rows = append(rows, r)
				}
				res := write(t, w, rows...)
				var got []int
				for _, r := range res.Refused {
					if got = append(got, r.Row); r.Code != code {
						t.Errorf("row %d: %s, want %s", r.Row, r.Code, code)
					}
				}
				if !slices.Equal(got, want) || res.Inserted != int64(300-len(want)) {
					t.Errorf("%s: %d inserted, refused %v, want %v", code, res.Inserted, got, want)
				}
			}
		}
	}
}

// Values that are changed are not stored where there are more warnings of them than the
// server keeps.
func TestManyChanged(t *testing.T) {
	const n = 40_000
	for _, way := range []way{ways[0], ways[2]} {
		d := newDatabase(t)
		d.Exec(t, "CREATE TABLE t (a VARCHAR(1), b VARCHAR(1))")
		w := begin(t, way.open(t, d), load.Plan{Table: "t"})
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = row("ab", "cd")
		}
		res := write(t, w, rows...)
		commit(t, w)
		if got := d.Query(t, "SELECT count(*) FROM t")[0][0]; got != "0" || res.Inserted != 0 || len(res.Refused) != n {
			t.Errorf("%s: %s rows, %d inserted, %d refused", way.name, got, res.Inserted, len(res.Refused))
		}
	}
}

// marks returns the marks of a load.
func marks(ld load.Load) []load.Mark {
	all, _ := ld.Marks()
	return all
}

// What was made for a load goes with it, and nothing else does.
func TestMade(t *testing.T) {
	d := newDatabase(t)
	db := openURL(t, d.URL())
	p := load.Plan{Table: "t", Create: true, Columns: []load.Column{{Name: "a", Type: load.Integer}}}
	prepare := func(job string) load.Load {
		t.Helper()
		ld, err := db.Prepare(t.Context(), job, layout(t, db, p))
		if err != nil {
			t.Fatal(err)
		}
		return ld
	}
	tables := func() string { return fmt.Sprint(d.Query(t, "SHOW TABLES")) }
	// A try of the same job finds its own table.
	if first, second := marks(prepare("job")), marks(prepare("job")); len(first) != 0 || len(second) != 0 {
		t.Error("there are marks")
	}
	if _, err := db.Prepare(t.Context(), "other", layout(t, db, p)); err == nil {
		t.Error("another job took the table")
	}
	if got := tables(); got != "[[linefeed_marks] [t]]" {
		t.Errorf("tables: %s", got)
	}
	// Somebody puts a row into it.
	third := prepare("job")
	d.Exec(t, "INSERT INTO t VALUES (1)")
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
	if got := tables(); got != "[[t]]" {
		t.Errorf("tables: %s", got)
	}
	d.Exec(t, "DROP TABLE t")
	if err := prepare("job").Close(); err != nil {
		t.Fatal(err)
	}
	if got := tables(); got != "[]" {
		t.Errorf("tables: %s", got)
	}
}

// A mark is stored with the rows, found again, and removed.
func TestMarks(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
	proxy, err := testserver.NewProxy(d.Host())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	db := openURL(t, d.URLAt(proxy.Addr))
	l := layout(t, db, load.Plan{Table: "t"})
	prepare := func() (load.Load, load.Writer) {
		t.Helper()
		ld, err := db.Prepare(t.Context(), "job", l)
		if err != nil {
			t.Fatal(err)
		}
		w, err := ld.Writer(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close(); ld.Close() })
		return ld, w
	}
	_, w := prepare()
	write(t, w, row(1))
	first := load.Mark{Writers: 1, Record: 1, Line: 2, Offset: 9, Inserted: 1}
	if err := w.Commit(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	write(t, w, row(2))
	proxy.CutAll()
	if _, err := w.Write(t.Context(), targettest.Batch(row(3))); !errors.Is(err, load.ErrLost) {
		t.Errorf("write on a cut connection: %v", err)
	}
	w.Close()
	ld, w := prepare()
	if m := marks(ld); len(m) != 1 || m[0] != first {
		t.Errorf("marks: %+v", m)
	}
	// The answer to a commit is lost: the mark tells that it went through.
	write(t, w, row(2))
	second := load.Mark{Writers: 1, Record: 2, Inserted: 2}
	lost := proxy.LoseAnswer("COMMIT", 1)
	if err := w.Commit(t.Context(), second); !errors.Is(err, load.ErrLost) {
		t.Errorf("commit: %v", err)
	}
	<-lost
	w.Close()
	if ld, _ = prepare(); len(marks(ld)) != 1 || marks(ld)[0] != second {
		t.Errorf("marks: %+v", marks(ld))
	}
	if got := fmt.Sprint(d.Query(t, "SELECT id FROM t ORDER BY id")); got != "[[1] [2]]" {
		t.Error(got)
	}
	if err := db.Forget(t.Context(), "job", load.TableName{Name: "t"}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(d.Query(t, "SHOW TABLES")); got != "[[t]]" {
		t.Error(got)
	}
}

// A server that does not answer keeps nobody from ending a load.
func TestStalled(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
	proxy, err := testserver.NewProxy(d.Host())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	db := openURL(t, d.URLAt(proxy.Addr))
	w := begin(t, db, load.Plan{Table: "t"})
	write(t, w, row(1))
	proxy.Stall()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Write(ctx, targettest.Batch(row(2))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
	start := time.Now()
	w.Close()
	if took := time.Since(start); took > 500*time.Millisecond {
		t.Errorf("closing took %v", took)
	}
	proxy.Resume()

	// Between two batches, nobody has noticed yet.
	w = begin(t, openURL(t, d.URLAt(proxy.Addr)), load.Plan{Table: "t"})
	write(t, w, row(3))
	proxy.Stall()
	start = time.Now()
	w.Close()
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("closing between two batches took %v", took)
	}
	proxy.Resume()
}

// Records are not shared out where the server computes what must be unique.
func TestComputedKeys(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, half INTEGER GENERATED ALWAYS AS (n DIV 2) UNIQUE)")
	d.Exec(t, "CREATE TABLE u (id INTEGER PRIMARY KEY, n INTEGER, half INTEGER GENERATED ALWAYS AS (n DIV 2))")
	db := openURL(t, d.URL())
	for table, want := range map[string]int{"t": 1, "u": 3} {
		ld, err := db.Prepare(t.Context(), "", layout(t, db, load.Plan{Table: table, Writers: 3}, "id", "n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := ld.Pace().Writers; got != want {
			t.Errorf("%s: %d writers, want %d", table, got, want)
		}
		if err := ld.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A lock that somebody else holds for too long ends a write as one that can be tried
// again.
func TestDeadlock(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER) ENGINE=InnoDB")
	d.Exec(t, "INSERT INTO t VALUES (1, 1), (2, 2)")
	db := openURL(t, d.URL())
	w := begin(t, db, load.Plan{Table: "t", OnConflict: load.ConflictUpdate})
	d.Exec(t, "START TRANSACTION")
	d.Exec(t, "UPDATE t SET v = 10 WHERE id >= 2")
	d.Exec(t, "INSERT INTO t SELECT seq, seq FROM seq_100_to_999") // it is worth more than the load
	write(t, w, row(1, 5))
	done := make(chan error)
	go func() {
		_, err := w.Write(t.Context(), targettest.Batch(row(2, 5)))
		done <- err
	}()
	for range 500 { // until the load waits
		if len(d.Query(t, "SELECT 1 FROM information_schema.INNODB_LOCK_WAITS")) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.Exec(t, "UPDATE t SET v = 10 WHERE id = 1")
	if err := <-done; !errors.Is(err, load.ErrLost) {
		t.Errorf("write: %v", err)
	}
	d.Exec(t, "ROLLBACK")
}

// The same of the faults.
func TestFaultsFar(t *testing.T) {
	defer mysql.SetFarAway(0)()
	targettest.RunFaults(t, targettest.Servers{Shared: testserver.MariaDB, Own: testserver.OwnMariaDB})
}

// Far away, a load of clean rows takes a round trip for each batch, and none is lost where
// some are refused, or the load is committed in between.
func TestFar(t *testing.T) {
	defer mysql.SetFarAway(0)()
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(5))")
	w := begin(t, openURL(t, d.URL()), load.Plan{Table: "t"})
	inserted, want := int64(0), 0
	for batch := range 23 {
		var rows [][]any
		for i := range 50 {
			r := row(batch*50+i, "v")
			if bad := batch%5 == 3 && i%10 == 0; bad && batch%2 == 0 {
				r[1] = "too long"
			} else if bad {
				r[0] = 0
			} else {
				want++
			}
			rows = append(rows, r)
		}
		inserted += write(t, w, rows...).Inserted
		if batch%6 == 4 {
			commit(t, w)
		}
	}
	commit(t, w)
	if got := fmt.Sprint(d.Query(t, "SELECT count(*) FROM t")); got != fmt.Sprintf("[[%d]]", want) || inserted != int64(want) {
		t.Errorf("%s rows, %d inserted, want %d", got, inserted, want)
	}
}

// A value that no statement holds is loaded whatever is the matter with its neighbours.
func TestLargeValue(t *testing.T) {
	d := on(t, testserver.OwnMariaDB(t, testserver.With("--max-allowed-packet=1M")))
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v LONGTEXT NOT NULL)")
	large := strings.Repeat("x", 2<<20)
	for i, plain := range []bool{false, true} {
		db := way{plain: plain}.open(t, d)
		w := begin(t, db, load.Plan{Table: "t"})
		n := 10 * i
		res := write(t, w, row(n, large), row(n, large), row(n+1, "x"), row(n+1, "y"), row(n+2, nil), row(n+3, large))
		commit(t, w)
		var got []string
		for _, r := range res.Refused {
			got = append(got, fmt.Sprint(r.Row, " ", r.Code))
		}
		if want := "[1 duplicate_key 3 duplicate_key 4 required]"; fmt.Sprint(got) != want || res.Inserted != 3 {
			t.Errorf("%d inserted, %v, want %s", res.Inserted, got, want)
		}
	}
	if got := fmt.Sprint(d.Query(t, "SELECT id, length(v) FROM t ORDER BY id")); got != "[[0 2097152] [1 1] [3 2097152] [10 2097152] [11 1] [13 2097152]]" {
		t.Error(got)
	}
}

// A check has no trouble with a value in a key that no statement holds.
func TestProbeLongKey(t *testing.T) {
	d := on(t, testserver.OwnMariaDB(t, testserver.With("--max-allowed-packet=1M")))
	d.Exec(t, "CREATE TABLE t (id VARCHAR(20) PRIMARY KEY)")
	d.Exec(t, "INSERT INTO t VALUES ('a')")
	db := openURL(t, d.URL())
	into, untold, err := db.(load.Prober).Probe(t.Context(), layout(t, db, load.Plan{Table: "t"}))
	if err != nil || len(untold) > 0 {
		t.Fatal(untold, err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	long := strings.Repeat("x", 2<<20)
	res := write(t, w, row("b"), row(long), row("a"), row(long), row("b"))
	var got []string
	for _, r := range res.Refused {
		got = append(got, fmt.Sprint(r.Row, " ", r.Code))
	}
	if want := "[1 too_long 2 duplicate_key 3 too_long 4 duplicate_key]"; fmt.Sprint(got) != want || res.Inserted != 1 {
		t.Errorf("%d inserted, %v, want %s", res.Inserted, got, want)
	}
}

// What is no moment is refused, and never more than a value.
func TestNoMoment(t *testing.T) {
	for _, way := range ways {
		d := newDatabase(t)
		d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME(6) COMMENT 'in UTC')")
		w := begin(t, way.open(t, d), load.Plan{Table: "t"})
		res := write(t, w, row(1, "2026-01-02 03:04:05Z"), row(2, "', 1)--Z"), row(3, `\'x`), row(4, "2026-01-02 03:04:05+02:00"))
		commit(t, w)
		if res.Inserted != 2 || len(res.Refused) != 2 {
			t.Errorf("%s: %+v", way.name, res)
		}
		if got := fmt.Sprint(d.Query(t, "SELECT id, hour(at) FROM t ORDER BY id")); got != "[[1 3] [4 1]]" {
			t.Errorf("%s: %s", way.name, got)
		}
	}
}
