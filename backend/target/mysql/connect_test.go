package mysql_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
	"linefeed/backend/target/targettest"
	"linefeed/backend/target/testserver"
)

// Why a server can't be used is said in one sentence, with what to do.
func TestConnect(t *testing.T) {
	server := testserver.MariaDB(t)
	d := newDatabase(t)
	with := func(change func(u *url.URL)) string {
		u, err := url.Parse(d.URL())
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	for _, c := range []struct {
		url  string
		kind connect.Kind
	}{
		{with(func(u *url.URL) { u.Host = "none.invalid:3306" }), connect.UnknownHost},
		{with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), connect.ClosedPort},
		{with(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "wrong") }), connect.WrongPassword},
		{with(func(u *url.URL) { u.Path = "/none" }), connect.NoDatabase},
		{with(func(u *url.URL) { u.Host, u.RawQuery = "localhost:"+u.Port(), "ssl-mode=VERIFY_IDENTITY" }), connect.UnknownAuthority},
		{d.URL() + "?ssl-mode=VERIFY_IDENTITY&ssl-ca=" + url.QueryEscape(server.CA), connect.WrongName},
		{with(func(u *url.URL) { u.Host, u.RawQuery = "127.0.0.1:1,"+u.Host, "" }), ""},
		{d.URL() + "?ssl-mode=VERIFY_CA&ssl-ca=" + url.QueryEscape(server.CA), ""},
		{d.URL() + "?ssl-mode=REQUIRED", ""},
		{with(func(u *url.URL) {
			u.Host, u.RawQuery = "localhost:"+u.Port(), "ssl-mode=VERIFY_IDENTITY&ssl-ca="+url.QueryEscape(server.CA)
		}), ""},
	} {
		db, err := target.Open(t.Context(), c.url)
		var failure *connect.Error
		switch {
		case err == nil && c.kind == "":
			if p := db.Place(); p.Kind != "mysql" || !strings.HasPrefix(p.Product, "MariaDB 1") || p.Database != d.Name || !p.Schemas || !p.Marks || p.Insecure {
				t.Errorf("%+v", p)
			}
			db.Close()
		case !errors.As(err, &failure) || failure.Kind != c.kind || failure.Hint == "" || strings.Contains(err.Error(), server.Password):
			t.Errorf("%s: %v, want %s", c.kind, err, c.kind)
		}
	}
	for _, setting := range []string{"ssl-mode=SOME", "nothing=1", "connect-timeout=x", "local-infile=2"} {
		if _, err := target.Open(t.Context(), d.URL()+"?"+setting); err == nil {
			t.Errorf("%s is taken", setting)
		}
	}
}

// Without a right there is an error that says so, and nothing half-written.
func TestRights(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
	for _, c := range []struct {
		rights []string
		want   string
	}{
		{[]string{"SELECT ON " + d.Name + ".*"}, "INSERT command denied"},
		{[]string{"SELECT, INSERT ON " + d.Name + ".t"}, ""},
	} {
		db := openURL(t, d.User(t, c.rights...))
		if db.Place().Marks {
			t.Error("there is a place for marks")
		}
		l := layout(t, db, load.Plan{Table: "t"})
		problems, warnings, err := db.Check(t.Context(), l)
		if err != nil || len(warnings) != 1 || warnings[0].Code != "no_marks" || (len(problems) == 0) != (c.want == "") {
			t.Errorf("check: %+v, %+v, %v", problems, warnings, err)
		}
		if c.want != "" && !strings.Contains(problems[0].Error(), `lacks the right INSERT on the table "t"`) {
			t.Errorf("check: %v", problems)
		}
		l.Plan.OnConflict = load.ConflictUpdate
		if problems, _, err := db.Check(t.Context(), l); err != nil || len(problems) != 1 || !problems[0].Denied {
			t.Errorf("check of an update: %+v, %v", problems, err)
		}
		l.Plan.OnConflict = ""
		made := load.Layout{Plan: load.Plan{Table: "new", Create: true}, Make: l.Columns, Columns: l.Columns, Index: l.Index, Fields: l.Fields}
		if problems, _, err := db.Check(t.Context(), made); err != nil || len(problems) != 1 || problems[0].MessageID != "may_not_create" {
			t.Errorf("check of a new table: %+v, %v", problems, err)
		}
		ld, err := db.Prepare(t.Context(), "job", l)
		if err != nil {
			t.Fatal(err)
		}
		if _, kept := ld.Marks(); kept {
			t.Error("the load says that it keeps marks")
		}
		w, err := ld.Writer(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(t.Context(), targettest.Batch(row(1)))
		if c.want == "" && err == nil {
			err = w.Commit(t.Context(), load.Mark{Writers: 1, Record: 1})
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v, want %q", c.rights, err, c.want)
		}
		w.Close()
		ld.Close()
	}
}

// Rights are known as the server gives them: on names in any case, on schemas by a
// pattern, and what a rule takes.
func TestRightsOfPatterns(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE T (id INTEGER PRIMARY KEY, v VARCHAR(9))")
	d.Exec(t, "INSERT INTO T SELECT seq, 'old' FROM seq_0_to_9")
	one := d.Name[:len(d.Name)-1]
	for i, c := range []struct {
		rights string
		rule   load.Conflict
		lacks  string
	}{
		{"SELECT, INSERT ON `" + one + "_`.*", "", ""},
		{"SELECT, INSERT ON `" + one + "%`.*", "", ""},
		{"SELECT, INSERT ON " + d.Name + ".T", "", ""},
		{"INSERT ON " + d.Name + ".T", "", ""},
		{"INSERT ON " + d.Name + ".T", load.ConflictSkip, "SELECT"},
		{"SELECT, INSERT ON " + d.Name + ".T", load.ConflictSkip, ""},
		{"SELECT, INSERT ON " + d.Name + ".T", load.ConflictUpdate, "UPDATE"},
		{"SELECT, INSERT, UPDATE ON " + d.Name + ".T", load.ConflictUpdate, ""},
	} {
		db := openURL(t, d.User(t, c.rights))
		l := layout(t, db, load.Plan{Table: "t", OnConflict: c.rule})
		problems, _, err := db.Check(t.Context(), l)
		if err != nil || (len(problems) > 0) != (c.lacks != "") || c.lacks != "" && !strings.Contains(problems[0].Error(), "the right "+c.lacks) {
			t.Errorf("%s, %s: %v, %v", c.rights, c.rule, problems, err)
		}
		w, err := targettest.Begin(t.Context(), db, l)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(t.Context(), targettest.Batch(row(i, "new"))); (err != nil) != (c.lacks != "") {
			t.Errorf("%s, %s: the server says %v", c.rights, c.rule, err)
		}
		w.Close()
	}
}

// The settings of a server are not those of a load: neither the character set that it
// takes from no client, nor the language in which it explains errors.
func TestSettingsOfServer(t *testing.T) {
	d := on(t, testserver.OwnMariaDB(t, testserver.With("--character-set-server=latin1", "--collation-server=latin1_swedish_ci",
		"--skip-character-set-client-handshake", "--lc-messages=de_DE")))
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(9) CHARACTER SET utf8mb4 UNIQUE)")
	for i, settings := range []string{"", "?local-infile=0"} {
		w := begin(t, openURL(t, d.URL()+settings), load.Plan{Table: "t"})
		res := write(t, w, row(i, fmt.Sprint("ü漢", i)), row(i, "other"), row(i+10, nil), row(i+20, "too long for it"))
		commit(t, w)
		w.Close()
		if len(res.Refused) != 2 || res.Refused[0].Column != 0 || res.Refused[0].Code != load.CodeDuplicateKey || res.Refused[1].Column != 1 || res.Refused[1].Code != load.CodeTooLong {
			t.Errorf("%+v", res)
		}
	}
	if got := fmt.Sprint(d.Query(t, "SELECT id, hex(v) FROM t WHERE v IS NOT NULL ORDER BY id")); got != "[[0 C3BCE6BCA230] [1 C3BCE6BCA231]]" {
		t.Error(got)
	}
}

// Of several servers, the first that takes writes is used, also by the writers.
func TestReplica(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
	replica := on(t, testserver.OwnMariaDB(t, func(s *testserver.Server) { s.Password = d.Password }))
	replica.Exec(t, "CREATE DATABASE "+d.Name)
	replica.Exec(t, "SET GLOBAL read_only = 1")
	late := d.Behind(t) // it answers only once the load is prepared
	late.Refuse()
	db := openURL(t, d.URLAt(late.Addr+","+replica.Host()+","+d.Host()))
	ld, err := db.Prepare(t.Context(), "", layout(t, db, load.Plan{Table: "t"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := late.Accept(); err != nil {
		t.Fatal(err)
	}
	w, err := ld.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, row(1))
	commit(t, w)
	if err := errors.Join(w.Close(), ld.Close()); err != nil {
		t.Error(err)
	}
	if late.Opened() > 0 {
		t.Error("another server is written to than was prepared")
	}
	if got := fmt.Sprint(d.Query(t, "SELECT id FROM t")); got != "[[1]]" {
		t.Error(got)
	}
	db = openURL(t, d.URLAt(replica.Host())) // there is nothing else
	if _, err := db.Prepare(t.Context(), "", load.Layout{Plan: load.Plan{Table: "t"}}); err == nil || !strings.Contains(err.Error(), "can only be read") {
		t.Errorf("on a replica: %v", err)
	}
}

// A table in another database, and one whose name differs in case.
func TestSchemas(t *testing.T) {
	d, other := newDatabase(t), newDatabase(t)
	other.Exec(t, "CREATE TABLE Goods (id INTEGER PRIMARY KEY, v VARCHAR(9))")
	other.Exec(t, "INSERT INTO Goods VALUES (1, NULL)")
	db := openURL(t, d.URL())
	w := begin(t, db, load.Plan{Schema: other.Name, Table: "goods"})
	write(t, w, row(2, "x"))
	commit(t, w)
	head, err := db.Head(t.Context(), load.TableName{Schema: other.Name, Name: "Goods"}, 5)
	if err != nil || len(head) != 2 || *head[0][0] != "1" || head[0][1] != nil || *head[1][1] != "x" {
		t.Errorf("%v, %v", head, err)
	}
	found := false
	tables, err := db.Tables(t.Context())
	for _, table := range tables {
		found = found || table.Schema == other.Name && table.Name == "Goods"
	}
	if err != nil || !found {
		t.Errorf("%v, %v", tables, err)
	}
	// An empty one is a schema too, and those of the server are not.
	schemas, err := db.Schemas(t.Context())
	if err != nil || !slices.Contains(schemas, d.Name) || !slices.Contains(schemas, other.Name) || slices.Contains(schemas, "mysql") || !slices.IsSorted(schemas) {
		t.Errorf("%q, %v", schemas, err)
	}
	ld, err := db.Prepare(t.Context(), "job", layout(t, db, load.Plan{Schema: other.Name, Table: "goods"}))
	if err != nil {
		t.Fatal(err)
	}
	if got := other.Query(t, "SHOW TABLES"); len(got) != 2 {
		t.Errorf("the marks are elsewhere: %v", got)
	}
	if err := ld.Close(); err != nil {
		t.Fatal(err)
	}
	if got := other.Query(t, "SHOW TABLES"); len(got) != 1 {
		t.Errorf("the marks stay: %v", got)
	}
	made := layout(t, db, load.Plan{Schema: other.Name, Table: "Goods"})
	made.Plan.Create = true
	if _, err := db.Prepare(t.Context(), "job", made); err == nil {
		t.Error("a table that is there is made")
	}
	if got := other.Query(t, "SHOW TABLES"); len(got) != 1 {
		t.Errorf("the marks of a load that did not begin stay: %v", got)
	}
}
