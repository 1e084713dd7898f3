package load_test

import (
	"reflect"
	"strings"
	"testing"

	"linefeed/backend/load"
)

func TestMatchHeaders(t *testing.T) {
	type rename = load.Rename
	for _, c := range []struct {
		was, is string
		share   float64
		want    load.HeaderDiff
	}{
		{"a,b,c", "a,b,c", 1, load.HeaderDiff{}},
		{"a,b,c", "c,a,b", 1, load.HeaderDiff{Moved: []string{"c"}}},
		{"a,b,c,d", "b,a,d,c", 1, load.HeaderDiff{Moved: []string{"b", "d"}}},
		{"a,b,c", "a,x,b,c", 0.75, load.HeaderDiff{Added: []string{"x"}}},
		{"a,b,c,d", "a,b,d", 0.75, load.HeaderDiff{Gone: []string{"c"}}},
		{"Unit Price,sku", "sku,unit_price", 1, load.HeaderDiff{Moved: []string{"sku"}, Renamed: []rename{{"Unit Price", "unit_price"}}}},
		{"sku,email,day", "emial,day,sku", 2.0 / 3, load.HeaderDiff{Moved: []string{"day"}, Added: []string{"emial"}, Gone: []string{"email"}, Likely: []rename{{"email", "emial"}}}},
		{"sku,Preis,day", "sku,cost,day", 2.0 / 3, load.HeaderDiff{Added: []string{"cost"}, Gone: []string{"Preis"}, Likely: []rename{{"Preis", "cost"}}}},
		{"sku,Preis,day", "sku,day,cost", 2.0 / 3, load.HeaderDiff{Added: []string{"cost"}, Gone: []string{"Preis"}}},
		{"a,A", "A,a", 1, load.HeaderDiff{Moved: []string{"A"}}}, // equal names before alike ones
		{"a", "b", 0, load.HeaderDiff{Added: []string{"b"}, Gone: []string{"a"}}},
		{"", "a", 0, load.HeaderDiff{Added: []string{"a"}}},
	} {
		m := load.MatchHeaders(split(c.was), split(c.is))
		if got := m.Share(); got != c.share {
			t.Errorf("%q and %q: share %v, want %v", c.was, c.is, got, c.share)
		}
		if got := m.Diff(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q and %q differ by\n%+v, want\n%+v", c.was, c.is, got, c.want)
		}
	}
}

func split(names string) []string {
	if names == "" {
		return nil
	}
	return strings.Split(names, ",")
}

func FuzzMatchHeaders(f *testing.F) {
	f.Add("a,b,c", "c,a,x")
	f.Add("Preis,sku,,", "sku,preis,day")
	f.Fuzz(func(t *testing.T, a, b string) {
		was, is := split(a), split(b)
		m := load.MatchHeaders(was, is)
		d := m.Diff()
		if len(d.Gone)+m.Common() != len(was) || len(d.Added)+m.Common() != len(is) {
			t.Errorf("%q and %q: %d fields in common, but %+v", was, is, m.Common(), d)
		}
		if len(d.Moved) > max(0, m.Common()-1) {
			t.Errorf("%q and %q: all of them moved: %+v", was, is, d)
		}
	})
}
