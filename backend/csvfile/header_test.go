package csvfile

import "testing"

// Rows that are no values like those below are taken for names only where the
// first of them leaves some fields without a name of their own. Otherwise the
// second one may be a record, which would be lost without a word.
func TestHeaderRowsThatMayBeRecords(t *testing.T) {
	for content, want := range map[string]int{
		"name,score\nunknown,n/a\na,1\nb,2\nc,3\n":                                         1,
		"id,amount\nerror,error\n1,5\n2,6\n3,7\n4,8\n":                                     1,
		"id,price,date\nTBD,TBD,TBD\n1,1.5,2024-01-01\n2,2.5,2024-01-02\n3,3,2024-01-03\n": 1,
		"status\nok\n1\n2\n3\n4\n5\n":                                                      1,
		"size,,weight\ncm,inch,kg\n1,2,3\n4,5,6\n7,8,9\n":                                  2,
		"size,size,weight\ncm,inch,kg\n1,2,3\n4,5,6\n7,8,9\n":                              2,
	} {
		_, f := readAll(t, content, Dialect{}, Options{})
		if got := *f.Dialect().HeaderRows; got != want {
			t.Errorf("%q: %d header rows, want %d", content, got, want)
		}
	}
}
