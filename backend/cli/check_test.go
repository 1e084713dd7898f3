package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A check reports the types that fit all records, and why, besides the rejects.
func TestCheckTellsTypes(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", "code,n\n"+strings.Repeat("10115,1\n", 25_000)+"00420,2\n")
	r := run(t, "check", file).want(t, 0)
	for _, want := range []string{"Columns", "text, because line 25,002 is 00420", "integer, 25,001 of 25,001", "25,001 of 25,001 records can be loaded"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, r.stdout)
		}
	}
	r = run(t, "check", file, "--json").want(t, 0)
	if v := r.summary(t); len(v.Guesses) != 2 || v.Guesses[0].Column.Type != load.Text || v.Guesses[1].Column.Type != load.Integer {
		t.Errorf("%s", r.stdout)
	}
	r = run(t, "check", file, "--types", "text", "--json").want(t, 0)
	if strings.Contains(r.stdout, "guesses") {
		t.Errorf("nothing was to be inferred: %s", r.stdout)
	}
}

// A check asks about ambiguous values, and names the flags that settle them.
func TestCheckTellsHowToChoose(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", "id,day\n1,03/04/2026\n2,05/06/2026\n")
	r := run(t, "check", file).want(t, 0)
	if want := "; say which: --format 'day=DD/MM/YYYY' or --format 'day=MM/DD/YYYY'"; !strings.Contains(r.stdout, want) {
		t.Errorf("it does not say %q:\n%s", want, r.stdout)
	}
	db := filepath.Join(dir, "out.db")
	run(t, "import", file, "--to", db, "--table", "t", "--create", "--format", "day=DD/MM/YYYY").want(t, 0)
	if day := query[string](t, db, "SELECT day || '' FROM t WHERE id = 1"); day != "2026-04-03" {
		t.Errorf("the day is %s", day)
	}
}
