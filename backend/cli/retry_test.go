package cli_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// tenKinds returns a file of articles of which 1,000 have mistakes of ten kinds, a
// hundred each, and the same file without them.
func tenKinds() (bad, good string) {
	var b, g strings.Builder
	for _, w := range []*strings.Builder{&b, &g} {
		w.WriteString("sku;title;description;category;price;currency;quantity;published_at;active\n")
	}
	for i := range 2000 {
		right := []string{fmt.Sprintf("A%04d", i), "Lamp", "", "Light", "1234.50", "EUR", "3", "2025-12-31 10:00:00", "true"}
		wrong := slices.Clone(right)
		set := func(field int, is, want string) { wrong[field], right[field] = is, want }
		fields := len(wrong)
		if i%2 == 1 {
			switch kind := i / 2 % 10; kind {
			case 0:
				set(4, "N/A", "0")
				if i%3 == 0 { // and another mistake, which is found in the retry
					wrong[7] = "31.12.2025 10:00"
				}
			case 1:
				wrong[4] = "1,234.50"
			case 2:
				wrong[4] = "1234,50"
			case 3:
				wrong[7] = "31.12.2025 10:00"
			case 4:
				set(1, strings.Repeat("ä", 250), strings.Repeat("ä", 200))
			case 5:
				set(8, "on air", "true")
			case 6:
				set(3, "", "Unknown")
			case 7:
				wrong[5] = "\u00a0EUR "
			case 8:
				set(6, "-5", "0")
			case 9:
				fields, right[8] = 8, "false"
			}
		}
		fmt.Fprintln(&b, strings.Join(wrong[:fields], ";"))
		fmt.Fprintln(&g, strings.Join(right, ";"))
	}
	return b.String(), g.String()
}

// contents returns all rows of a table, in order.
func contents(t *testing.T, path, table string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT * FROM " + table + " ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(values...))
	}
	return all
}

// A file with a thousand bad records of ten kinds is mended by rules for its groups to
// none, and the table is as if the file had had no mistakes.
func TestTenKindsAreMended(t *testing.T) {
	dir := newHome(t)
	bad, good := tenKinds()
	db, want := filepath.Join(dir, "out.db"), filepath.Join(dir, "want.db")
	run(t, "import", write(t, dir, "good.csv", good), "--to", want, "--preset", "articles").want(t, 0)
	first := run(t, "import", write(t, dir, "bad.csv", bad), "--to", db, "--preset", "articles", "--json", "--format", "price=1234.56").want(t, 1).summary(t)
	if first.Rejected != 1000 || first.Inserted != 1000 {
		t.Fatalf("%d rejected, %d loaded", first.Rejected, first.Inserted)
	}
	groups := func() (page job.GroupPage) {
		t.Helper()
		if err := json.Unmarshal([]byte(run(t, "rejects", first.Job, "--groups", "--open", "--json").want(t, 0).stdout), &page); err != nil {
			t.Fatal(err)
		}
		return page
	}
	if page := groups(); page.Rejects != 1000 || page.Groups[0].Code != "not_a_number" || page.Groups[0].Column != "price" || page.Groups[0].Count != 300 {
		t.Errorf("groups %+v", page)
	}
	var values job.GroupPage
	if err := json.Unmarshal([]byte(run(t, "rejects", first.Job, "--values", "--column", "price", "--find", "n/a", "--json").want(t, 0).stdout), &values); err != nil {
		t.Fatal(err)
	}
	if values.Total != 1 || *values.Groups[0].Value != "N/A" || values.Groups[0].Count != 100 {
		t.Errorf("values %+v", values)
	}

	open := int64(1000)
	for _, step := range []struct {
		flags []string
		loads int64
	}{
		{[]string{"--column", "price", "--value", "N/A", "--replace", "price:N/A=0"}, 67},
		{[]string{"--code", "not_a_number", "--column", "price", "--remove-thousands=price"}, 100},
		{[]string{"--code", "not_a_number", "--column", "price", "--format", "price=1.234,56"}, 100},
		{[]string{"--column", "published_at", "--format", "published_at=DD.MM.YYYY HH:mm"}, 133},
		{[]string{"--code", "too_long", "--column", "title", "--cut", "title"}, 100},
		{[]string{"--column", "active", "--map-values", "active:on air=true,off air=false"}, 100},
		{[]string{"--code", "required", "--default", "category=Unknown"}, 100},
		{[]string{"--column", "currency", "--trim=currency"}, 100},
		{[]string{"--code", "check_failed", "--set", "quantity=0"}, 100},
		{[]string{"--code", "missing_field", "--ragged", "pad", "--default", "active=false"}, 100},
	} {
		var trial job.Trial
		if err := json.Unmarshal([]byte(run(t, append([]string{"retry", first.Job, "--dry-run", "--json"}, step.flags...)...).stdout), &trial); err != nil {
			t.Fatal(err)
		}
		if trial.Pass != step.loads || trial.Part {
			t.Errorf("%v: %d would be loaded, want %d: %+v", step.flags, trial.Pass, step.loads, trial)
		}
		s := run(t, append([]string{"retry", first.Job, "--json"}, step.flags...)...).summary(t)
		if open -= step.loads; s.Inserted != step.loads || *s.Open != open || s.Of != first.Job || !s.Balanced || s.Rejected != trial.Fail {
			t.Fatalf("%v: %+v, want %d loaded", step.flags, s, step.loads)
		}
	}
	if page := groups(); page.Rejects != 0 || page.Total != 0 {
		t.Errorf("still open: %+v", page)
	}
	if got, want := contents(t, db, "articles"), contents(t, want, "articles"); !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("row %d: %s, want %s", i, got[i], want[i])
			}
		}
	}
	if n := query[int64](t, db, "SELECT count(*) FROM sqlite_schema WHERE name = 'linefeed_marks'"); n != 0 {
		t.Error("marks are left")
	}
	var jobs []job.Job
	if err := json.Unmarshal([]byte(run(t, "jobs", "--json", "--limit", "100").want(t, 0).stdout), &jobs); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(jobs, func(j job.Job) bool { return j.ID == first.Job }); *jobs[i].OpenRejects != 0 {
		t.Errorf("the job has %d open rejects", *jobs[i].OpenRejects)
	}
	if r := run(t, "retry", first.Job, "--json").want(t, 0).summary(t); r.Read != 0 {
		t.Errorf("nothing is left to retry: %+v", r)
	}
}
