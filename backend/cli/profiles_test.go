package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/profile"
)

// A profile goes from an import to a file, to another program, and to the next import.
func TestProfiles(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "shop.db")
	first := write(t, dir, "april.csv", "Nr;Preis\n001;1.234,50\n002;99,00\n")
	v := run(t, "import", first, "--to", db, "--table", "prices", "--create", "--map", "Nr=sku,Preis=price", "--key", "sku", "--json", "--quiet").want(t, 0).summary(t)

	run(t, "profiles", "save", "Prices", "--from", v.Job).want(t, 0)
	run(t, "profiles", "save", "prices", "--from", v.Job).want(t, 64)
	run(t, "profiles", "save", "prices", "--from", v.Job, "--replace").want(t, 0)
	run(t, "profiles", "save", "x", "--from", "nope").want(t, 64)
	var listed []profile.Entry
	if err := json.Unmarshal([]byte(run(t, "profiles", "list", "--json").want(t, 0).stdout), &listed); err != nil || len(listed) != 1 || listed[0].Name != "Prices" {
		t.Errorf("the list is %+v, %v", listed, err)
	}
	file := filepath.Join(dir, "passed-on.json")
	run(t, "profiles", "export", "prices", file, "--no-target").want(t, 0)
	shown := run(t, "profiles", "show", "prices").want(t, 0).stdout
	text, err := os.ReadFile(file)
	if want := strings.Replace(shown, `  "target": "`+filepath.ToSlash(db)+"\",\n", "", 1); err != nil || string(text) != want || want == shown {
		t.Errorf("exported is\n%s\n%v, want\n%s", text, err, want)
	}

	// Elsewhere, where it is not saved yet.
	t.Setenv("LINEFEED_HOME", filepath.Join(dir, "elsewhere"))
	next := write(t, dir, "may.csv", "Preis;Nr\n2.000;003\n")
	other := filepath.Join(dir, "other.db")
	if r := run(t, "import", next, "--profile", file).want(t, 64); !strings.Contains(r.stderr, `the profile "passed-on" has no target: name one (--to TARGET)`) {
		t.Errorf("told is %s", r.stderr)
	}
	run(t, "import", next, "--profile", file, "--to", other).want(t, 0)
	if got := query[string](t, other, "SELECT sku || '=' || price FROM prices"); got != "003=2000" {
		t.Errorf("in the table is %s", got)
	}
	run(t, "profiles", "import", file).want(t, 0)
	run(t, "profiles", "import", file).want(t, 64)
	run(t, "profiles", "import", file, "--name", "mine").want(t, 0)
	run(t, "profiles", "rename", "passed-on", "MINE").want(t, 64)
	run(t, "profiles", "rename", "passed-on").want(t, 64)
	run(t, "profiles", "rename", "passed-on", "unwanted").want(t, 0)
	run(t, "profiles", "remove", "unwanted").want(t, 0)
	run(t, "profiles", "remove", "passed-on").want(t, 64)

	changed := write(t, dir, "june.csv", "sku;Preis;Neu\n004;1,00;x\n")
	var preview struct{ Profiles []profile.Match }
	if err := json.Unmarshal([]byte(run(t, "preview", changed, "--json").want(t, 0).stdout), &preview); err != nil {
		t.Fatal(err)
	}
	if len(preview.Profiles) != 0 { // one field of three is not enough
		t.Errorf("offered is %+v", preview.Profiles)
	}
	changed = write(t, dir, "june.csv", "Nr;Preis;Neu\n004;1,00;x\n")
	if r := run(t, "preview", changed).want(t, 0); !strings.Contains(r.stdout, "mine  66 % the same  added: Neu") {
		t.Errorf("offered is %s", r.stdout)
	}
	run(t, "check", changed, "--profile", "mine").want(t, 0)
	run(t, "import", changed, "--profile", "mine", "--to", other, "--map", "Neu=", "--quiet").want(t, 0)
	gone := write(t, dir, "july.csv", "Preis\n1,00\n")
	if r := run(t, "import", gone, "--profile", "mine", "--to", other).want(t, 64); !strings.Contains(r.stderr, `the field "Nr", which the profile "mine" sends to the column "sku", is not in the file, and the column needs a value: map another field to it (--map FIELD=sku)`) {
		t.Errorf("told is %s", r.stderr)
	}
	if r := run(t, "import", gone, "--profile", "nope", "--to", other).want(t, 64); !strings.Contains(r.stderr, `there is no profile "nope": the profiles are mine`) {
		t.Errorf("told is %s", r.stderr)
	}
}

// The file to save the rejects in is not the database, though a profile names that.
func TestProfileTargetIsNoFileOfRejects(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "a.db")
	file := write(t, dir, "a.csv", "id\n1\n")
	v := run(t, "import", file, "--to", db, "--table", "a", "--create", "--json", "--quiet").want(t, 0).summary(t)
	run(t, "profiles", "save", "a", "--from", v.Job).want(t, 0)
	run(t, "import", file, "--profile", "a", "--rejects", db).want(t, 64)
}
