package postgres_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/testserver"
)

// What a user may not do is told before the load, or there is another way.
func TestRights(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, name text)")
	d.Exec(t, "INSERT INTO items VALUES (1, 'there')")
	for _, c := range []struct {
		name    string
		rights  []string
		plan    load.Plan
		problem string // "" for none
	}{
		{"nothing", nil, load.Plan{Table: "items"}, "lacks the right INSERT"},
		{"select", []string{"SELECT ON items"}, load.Plan{Table: "items"}, "lacks the right INSERT"},
		{"insert", []string{"INSERT ON items"}, load.Plan{Table: "items"}, ""},
		{"insert into one column", []string{"INSERT (id) ON items"}, load.Plan{Table: "items"}, `on the column "name"`},
		{"skip", []string{"INSERT ON items"}, load.Plan{Table: "items", OnConflict: load.ConflictSkip}, "can't be read"},
		{"skip and read", []string{"INSERT, SELECT ON items"}, load.Plan{Table: "items", OnConflict: load.ConflictSkip}, ""},
		{"update", []string{"INSERT, SELECT ON items"}, load.Plan{Table: "items", OnConflict: load.ConflictUpdate}, "lacks the right UPDATE"},
		{"make", nil, load.Plan{Table: "made", Create: true, Columns: []load.Column{{Name: "id"}, {Name: "name"}}}, "may not make tables"},
		{"make elsewhere", nil, load.Plan{Table: "made", Schema: "nowhere", Create: true, Columns: []load.Column{{Name: "id"}, {Name: "name"}}}, "no schema"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tg := open(t, d.User(t, c.rights...))
			if tg.Place().Marks {
				t.Error("there is a place for marks")
			}
			problems, warnings, err := tg.Check(t.Context(), layout(c.plan, "id", "name"))
			if err != nil {
				t.Fatal(err)
			}
			if c.problem != "" {
				if len(problems) != 1 || !strings.Contains(problems[0].Message, c.problem) || problems[0].Hint == "" {
					t.Errorf("problems: %v, want %q", problems, c.problem)
				}
				return
			}
			if len(problems) != 0 || len(warnings) != 1 || warnings[0].Code != "no_marks" {
				t.Errorf("problems: %v, warnings: %v, want one of marks", problems, warnings)
			}
			into, err := tg.Prepare(t.Context(), "job", layout(c.plan, "id", "name"))
			if err != nil {
				t.Fatal(err)
			}
			defer into.Close()
			w, err := into.Writer(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			res, err := w.Write(t.Context(), batch([]any{1, "again"}, []any{2, "new"}, []any{2, "again"}))
			if err != nil || res.Inserted != 1 || res.Skipped+int64(len(res.Refused)) != 2 {
				t.Errorf("%+v, %v", res, err)
			}
			if err := errors.Join(w.Close(), into.Close()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The schemas are those in which the user may make a table, empty ones too.
func TestSchemas(t *testing.T) {
	d := newDatabase(t)
	for _, statement := range []string{"REVOKE CREATE ON SCHEMA public FROM PUBLIC", "CREATE TABLE items (id integer)", `CREATE SCHEMA "Empty"`, "CREATE SCHEMA closed"} {
		d.Exec(t, statement)
	}
	for url, want := range map[string][]string{
		d.URL(): {"Empty", "closed", "public"},
		d.User(t, `USAGE, CREATE ON SCHEMA "Empty"`, "CREATE ON SCHEMA closed", "INSERT ON items"): {"Empty"},
	} {
		if got, err := open(t, url).Schemas(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("schemas: %q, %v, want %q", got, err, want)
		}
	}
}

// Where there is no place for marks in the table's schema, the load is told so, whatever
// the default schema is, and a lost connection is told as such.
func TestLostUnmarked(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	d.Exec(t, "CREATE SCHEMA other")
	d.Exec(t, "CREATE TABLE items (id integer)")
	proxy := d.Behind(t)
	user := d.User(t, "INSERT ON items", "USAGE, CREATE ON SCHEMA other")
	user = strings.Replace(user, d.Host(), proxy.Addr, 1) + plain + "&search_path=other,public"
	for _, c := range []struct {
		about string
		lose  func()
	}{
		{"the answer to the commit", func() { proxy.LoseAnswer("COMMIT", 1) }},
		{"the connection before it", proxy.CutAll},
	} {
		tg := open(t, user)
		if !tg.Place().Marks {
			t.Fatal("no place for marks in the first schema")
		}
		into, err := tg.Prepare(t.Context(), "job", layout(load.Plan{Schema: "public", Table: "items"}, "id"))
		if err != nil {
			t.Fatal(err)
		}
		if _, kept := into.Marks(); kept {
			t.Error("the load says that it keeps marks")
		}
		w, err := into.Writer(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(t.Context(), batch([]any{1})); err != nil {
			t.Fatal(err)
		}
		c.lose()
		if err := w.Commit(t.Context(), load.Mark{}); !errors.Is(err, load.ErrLost) {
			t.Errorf("%s is lost: %v", c.about, err)
		}
		w.Close()
		into.Close()
		tg.Close()
	}
}

// A database that takes no changes is told before the load.
func TestReadOnly(t *testing.T) {
	d := newDatabase(t)
	d.Exec(t, "CREATE TABLE items (id integer)")
	d.Exec(t, "ALTER DATABASE "+d.Name+" SET default_transaction_read_only = on")
	tg := open(t, d.URL())
	if _, _, err := tg.Check(t.Context(), layout(load.Plan{Table: "items"}, "id")); err == nil || !strings.Contains(err.Error(), "can only be read") {
		t.Errorf("check: %v", err)
	}
	if _, err := targettestBegin(t, tg); err == nil || !strings.Contains(err.Error(), "can only be read") {
		t.Errorf("write: %v", err)
	}
}

func targettestBegin(t *testing.T, tg target.Target) (load.Result, error) {
	w := begin(t, tg, load.Plan{Table: "items"}, "id")
	return w.Write(t.Context(), batch([]any{1}))
}

// Characters that the database's encoding does not have are refused, each with its
// row.
func TestEncodings(t *testing.T) {
	server := testserver.Postgres(t)
	plain := server.Database(t)
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		t.Run(encoding, func(t *testing.T) {
			name := plain.Name + "_" + strings.ToLower(encoding)
			plain.Exec(t, "CREATE DATABASE "+name+" ENCODING '"+encoding+"' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
			t.Cleanup(func() { plain.Exec(t, "DROP DATABASE "+name+" WITH (FORCE)") })
			url := strings.Replace(plain.URL(), "/"+plain.Name, "/"+name, 1)
			tg := open(t, url)
			w := begin(t, tg, load.Plan{Table: "items", Create: true, Writers: 1, Columns: []load.Column{{Name: "ä", Type: load.Text, Nullable: true}}}, "ä")
			res, err := w.Write(t.Context(), batch([]any{"plain"}, []any{"é"}, []any{"漢"}, []any{"last"}))
			if err != nil {
				t.Fatal(err)
			}
			if encoding == "LATIN1" {
				wantRefused(t, res, "2 refused 0")
			} else {
				wantRefused(t, res)
			}
			if err := errors.Join(w.Commit(t.Context(), load.Mark{}), w.Close()); err != nil {
				t.Fatal(err)
			}
			head, err := tg.Head(t.Context(), load.TableName{Name: "items"}, 2)
			if err != nil || len(head) != 2 || *head[1][0] != "é" {
				t.Errorf("head: %v, %v", head, err)
			}
			if err := tg.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
