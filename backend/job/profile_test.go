package job

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/profile"
)

// saved runs a request, and saves what was settled for it as a profile.
func (b *bench) saved(name string, req Request) profile.Profile {
	b.Helper()
	b.runner.Profiles = profile.New(b.path("profiles"))
	v, err := b.run(req)
	if err != nil {
		b.Fatal(err)
	}
	p, err := b.runner.ProfileOf(b.Context(), v.Job)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.runner.Profiles.Save(b.Context(), name, p, false); err != nil {
		b.Fatal(err)
	}
	return p
}

// priceList is a request whose file has a map, formats, a key, a rule and NULLs of its own.
func (b *bench) priceList() Request {
	german := strings.Repeat("900;9.999,99;01.02.2026;9;x\n", 30)
	return Request{
		File: b.file("prices.csv", "Nr;Preis;Stand;Menge;Notiz\n001;1.234,50;13.03.2026;5;x\n002;0,99;14.03.2026;N/A;y\n"+german), Target: b.path("shop.db"),
		Plan: load.Plan{
			Table: "prices", Create: true, Map: map[string]string{"Nr": "sku", "Preis": "price", "Notiz": ""}, Key: []string{"sku"},
			OnConflict: load.ConflictUpdate, MaxRejects: "50%",
		},
	}
}

const allPrices = "SELECT sku || '=' || ifnull(price, '') || '=' || ifnull(Stand, '') || '=' || ifnull(Menge, '') AS r FROM prices WHERE sku <> '900' ORDER BY sku"

// A profile is what was settled, and imports the next file in the same way: into the
// table that is there, or makes it.
func TestProfile(t *testing.T) {
	b := newBench(t)
	p := b.saved("prices", b.priceList())
	one := 1
	want := profile.Profile{
		Version: profile.Version, Fields: []string{"Nr", "Preis", "Stand", "Menge", "Notiz"}, Target: b.path("shop.db"),
		Dialect: csvfile.Dialect{Encoding: "utf-8", InvalidBytes: "reject", Delimiter: ";", Quote: `"`, Escape: `"`, SkipLines: new(int), HeaderRows: &one},
		Plan: load.Plan{
			Table: "prices", Create: true, Columns: p.Plan.Columns, Key: []string{"sku"}, OnConflict: load.ConflictUpdate, MaxRejects: "50%",
			Map:     map[string]string{"Nr": "sku", "Preis": "price", "Stand": "Stand", "Menge": "Menge", "Notiz": ""},
			Formats: map[string]string{"price": "1.234,56", "Stand": "DD.MM.YYYY", "Menge": ""},
		},
		Infer: []string{"price", "Stand", "Menge"},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("the profile is\n%+v\nwant\n%+v", p, want)
	}
	for _, c := range p.Plan.Columns {
		if c.Format != "" || c.NullSigns {
			t.Errorf("the column %+v says what the formats say", c)
		}
	}

	// Two records of another order don't show how numbers and dates are written.
	next := Request{File: b.file("next.csv", "Stand;Menge;Nr;Preis;Notiz\n01.04.2026;-;001;2.345;x\n02.04.2026;7;003;1.000;y\n"), Profile: "Prices"}
	if v, err := b.run(next); err != nil || v.Inserted != 1 || v.Updated != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	rows := "001=2345=2026-04-01= 002=0.99=2026-03-14= 003=1000=2026-04-02=7"
	if got := b.rows(b.path("shop.db"), allPrices); got != rows {
		t.Errorf("in the table are %s, want %s", got, rows)
	}
	next.Target = b.path("new.db")
	if v, err := b.run(next); err != nil || v.Inserted != 2 || !v.Created {
		t.Fatalf("%+v, %v", v, err)
	}
	if got, want := b.rows(b.path("new.db"), allPrices), "001=2345=2026-04-01= 003=1000=2026-04-02=7"; got != want {
		t.Errorf("in the new table are %s, want %s", got, want)
	}
	if v, err := b.run(next); err != nil || v.Updated != 2 || v.Created {
		t.Errorf("the table that the profile has made: %+v, %v", v, err)
	}
}

// What a request says itself takes precedence.
func TestProfileGivesWay(t *testing.T) {
	b := newBench(t)
	b.saved("prices", b.priceList())
	v, err := b.run(Request{
		File: b.file("next.csv", "Nr|Preis|Stand|Menge|Notiz\n001|2.5|01/02/2026|n|x\n002|x|01/02/2026|1|x\n"), Target: b.path("other.db"), Profile: "prices",
		Dialect: csvfile.Dialect{Delimiter: "|"},
		Plan: load.Plan{
			Table: "p", Map: map[string]string{"Notiz": "price", "Preis": ""}, Null: []string{"n", "x"}, OnConflict: load.ConflictReject, MaxRejects: "10",
			Formats: map[string]string{"Stand": "DD/MM/YYYY"},
		},
	})
	if err != nil || v.Table != "p" || v.Inserted != 2 {
		t.Fatalf("%+v, %v", v, err)
	}
	if got, want := b.rows(b.path("other.db"), strings.ReplaceAll(allPrices, "prices", "p")), "001==2026-02-01= 002==2026-02-01=1"; got != want {
		t.Errorf("in the table are %s, want %s", got, want)
	}
	j, err := b.runner.Job(t.Context(), v.Job)
	if err != nil || j.Request.Profile != "prices" || j.Request.Plan.MaxRejects != "10" || !slices.Equal(j.Request.Plan.Key, []string{"sku"}) {
		t.Errorf("the job keeps %+v, %v", j.Request, err)
	}
}

// A header that has changed is told: what is new, and what is gone, which is a problem
// where a column needs it.
func TestProfileOfAnotherHeader(t *testing.T) {
	b := newBench(t)
	b.saved("prices", b.priceList())
	settle := func(header, record string, plan load.Plan) Settled {
		t.Helper()
		s, err := b.runner.Settle(t.Context(), Request{File: b.file("next.csv", header+"\n"+record+"\n"), Profile: "prices", Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	texts := func(s Settled) string {
		var all []string
		for _, p := range s.Problems {
			all = append(all, "problem: "+p.String())
		}
		for _, w := range s.Warnings {
			all = append(all, w.Code+": "+w.Note.String())
		}
		return strings.Join(all, "\n")
	}

	s := settle("Menge;nr;Preis;STAND;Notiz", "5;001;1,5;01.04.2026;x", load.Plan{})
	if len(s.Problems)+len(s.Warnings) > 0 || len(s.Profile.Renamed) != 2 || len(s.Profile.Moved) != 1 {
		t.Errorf("another order and other case: %+v\n%s", s.Profile, texts(s))
	}

	s = settle("Nr;Preiss;Stand;Menge;Farbe;Notiz", "001;1,5;01.04.2026;5;red;x", load.Plan{})
	told := texts(s)
	for _, want := range []string{
		`profile_added: 2 fields are not known to the profile "prices": Preiss, Farbe`,
		`profile_gone: the field "Preis" of the profile "prices" is not in the file, so nothing goes to the column "price": if it is called "Preiss" now, map that`,
	} {
		if !strings.Contains(told, want) {
			t.Errorf("told is\n%s\nwant\n%s", told, want)
		}
	}
	if len(s.Problems) > 0 {
		t.Errorf("a column that may be NULL: %s", told)
	}

	s = settle("Nr;Preiss;Stand;Menge;Farbe;Notiz", "001;1,5;01.04.2026;5;red;x", load.Plan{Map: map[string]string{"Preiss": "price", "Farbe": ""}})
	if told := texts(s); told != "" {
		t.Errorf("answered, but told is %s", told)
	}

	s = settle("SKU no;Preis;Stand;Menge;Notiz", "001;1,5;01.04.2026;5;x", load.Plan{OnConflict: load.ConflictReject})
	want := `problem: the field "Nr", which the profile "prices" sends to the column "sku", is not in the file, and the column needs a value: if it is called "SKU no" now, map that`
	if told := texts(s); !strings.Contains(told, want) || len(s.Problems) != 1 {
		t.Errorf("told is\n%s\nwant\n%s", told, want)
	}
	if _, err := b.run(Request{File: b.path("next.csv"), Profile: "prices", Plan: load.Plan{OnConflict: load.ConflictReject}}); err == nil {
		t.Error("it was imported all the same")
	}
}

// Files without a header are matched by position.
func TestProfileWithoutHeader(t *testing.T) {
	b := newBench(t)
	none := 0
	b.saved("raw", Request{
		File: b.file("a.csv", "1,x\n2,y\n"), Target: b.path("a.db"), Dialect: csvfile.Dialect{HeaderRows: &none},
		Plan: load.Plan{Table: "t", Create: true, Map: map[string]string{"field_1": "id", "field_2": "name"}},
	})
	if v, err := b.run(Request{File: b.file("b.csv", "3,z\n"), Profile: "raw"}); err != nil || v.Inserted != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if got, want := b.rows(b.path("a.db"), "SELECT id || name AS r FROM t"), "1x 2y 3z"; got != want {
		t.Errorf("in the table are %s, want %s", got, want)
	}
}

// What can't be used is told before a job is made.
func TestProfileRefused(t *testing.T) {
	b := newBench(t)
	p := b.saved("prices", b.priceList())
	p.Target = ""
	if err := b.runner.Profiles.Save(t.Context(), "aim", p, false); err != nil {
		t.Fatal(err)
	}
	for _, req := range []Request{{Profile: "nope"}, {Profile: "aim"}, {Profile: "prices", Like: "x"}, {Profile: b.path("none.json")}} {
		req.File = b.path("prices.csv")
		_, err := b.runner.Start(t.Context(), req)
		if !errors.Is(err, profile.ErrNone) && !errors.Is(err, profile.ErrUse) {
			t.Errorf("%+v: %v", req, err)
		}
	}
	if v, err := b.run(Request{File: b.path("prices.csv"), Profile: "aim", Check: true}); err != nil || v.Inserted != 32 {
		t.Errorf("a check needs no target: %+v, %v", v, err)
	}
	if _, err := b.runner.ProfileOf(t.Context(), "nope"); !errors.Is(err, ErrNoJob) {
		t.Errorf("the profile of no job: %v", err)
	}
}

// A preview is read by the profile, and tells of those that fit.
func TestProfileOffered(t *testing.T) {
	b := newBench(t)
	b.saved("prices", b.priceList())
	v, err := b.runner.Look(t.Context(), Request{File: b.file("next.csv", "Preis;Nr;Menge;Stand;Neu\n1,5;1;2;01.02.2026;x\n")})
	if err != nil || len(v.Profiles) != 1 {
		t.Fatalf("%+v, %v", v.Profiles, err)
	}
	if m := v.Profiles[0]; m.Name != "prices" || m.Match != 0.8 || !slices.Equal(m.Added, []string{"Neu"}) || !slices.Equal(m.Gone, []string{"Notiz"}) {
		t.Errorf("offered is %+v", m)
	}
	if v, err := b.runner.Look(t.Context(), Request{File: b.file("wrong.csv", "a,b\n1,2\n"), Profile: "prices"}); err != nil || len(v.Fields) != 1 {
		t.Errorf("not read by the profile: %+v, %v", v.Fields, err)
	}
}

// What is settled for a request that was not started can be saved too, unless it has problems.
func TestProfileFor(t *testing.T) {
	b := newBench(t)
	req := b.priceList()
	p, err := b.runner.ProfileFor(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if b.count(b.path("shop.db"), "prices") != -1 {
		t.Error("it has written")
	}
	v, err := b.run(req)
	if err != nil {
		t.Fatal(err)
	}
	of, err := b.runner.ProfileOf(t.Context(), v.Job)
	before, beforeErr := p.Encode()
	after, afterErr := of.Encode()
	if err = errors.Join(err, beforeErr, afterErr); err != nil || string(before) != string(after) {
		t.Errorf("before the import it is\n%s\nafter it\n%s, %v", before, after, err)
	}
	req.Plan.Map["Nix"] = "x"
	var problem load.Problem
	if _, err := b.runner.ProfileFor(t.Context(), req); !errors.As(err, &problem) {
		t.Errorf("with a problem: %v", err)
	}
}
