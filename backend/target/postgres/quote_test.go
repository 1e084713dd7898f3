package postgres

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// connected returns a connection to an empty database.
func connected(t testing.TB) (*DB, *pgx.Conn) {
	t.Helper()
	config, err := ParseURL(testserver.Postgres(t).Database(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, d.conn
}

// Whatever a name or a text holds, it is a name or a text to the server, and nothing
// else; and a layout makes the table that it says, or nothing.
func FuzzNames(f *testing.F) {
	d, c := connected(f)
	for _, statement := range []string{"CREATE TABLE precious (a integer)", "INSERT INTO precious VALUES (7)"} {
		if _, err := c.Exec(f.Context(), statement); err != nil {
			f.Fatal(err)
		}
	}
	for _, seed := range []string{`a`, `a"b`, `a'b`, `a\b`, `\'; DROP TABLE precious; --`, `"; DROP TABLE precious; --`, `$$`, "a\nb", " ", "ü漢", "select", "a\x00b", "\xff", "%s", "$1", "TEXT); DROP TABLE precious; CREATE TABLE z (b", "1) OR (1=1"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, declared, check string) {
		ctx := t.Context()
		if !utf8.ValidString(name) {
			name = strings.ToValidUTF8(name, "")
		}
		clean := strings.ReplaceAll(name, "\x00", "")
		var text string
		results, err := c.PgConn().Exec(ctx, "SELECT "+literal(name)).ReadAll()
		if err != nil || len(results) != 1 || string(results[0].Rows[0][0]) != clean {
			t.Fatalf("the text %q is %v, %v", name, results, err)
		}
		if clean != "" && len(clean) <= mostName {
			row := c.QueryRow(ctx, "SELECT * FROM (SELECT 1 AS "+quote(name)+") AS one")
			if err := row.Scan(new(int)); err != nil {
				t.Fatalf("the name %q: %v", name, err)
			}
			results, err := c.PgConn().Exec(ctx, "SELECT 1 AS "+quote(name)).ReadAll()
			if err != nil || results[0].FieldDescriptions[0].Name != clean {
				t.Fatalf("the name %q: %v", name, err)
			}
		}
		l := load.Layout{
			Plan: load.Plan{Table: name, Create: true, Writers: 1},
			Make: []load.Column{{Name: name, Type: load.Text, Declared: declared, Check: check, Nullable: true}},
		}
		if name == "precious" || !utf8.ValidString(declared) || !utf8.ValidString(check) {
			return
		}
		l.Columns, l.Index = l.Make, []int{0}
		if into, err := d.Prepare(ctx, "", l); err == nil {
			if err := into.Close(); err != nil {
				t.Fatal(err)
			}
		}
		err = c.QueryRow(ctx, "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) || (SELECT sum(a) FROM precious) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace").Scan(&text)
		if err != nil || text != "precious7" {
			t.Fatalf("after %q, %q, %q there is %q, %v", name, declared, check, text, err)
		}
	})
}
