package csvfile

import (
	"strings"
	"testing"
)

// A comment mark that was found in the first part of a file takes away no
// records that begin with it further down; one that was given does.
func TestCommentMarkInRecords(t *testing.T) {
	content := "# made by hand\nid,name\n" + strings.Repeat("1,a\n", 100_000) +
		"#2,b\n# 1\n#3,\"c\nd\"\n#4\n5,e\n"
	for _, test := range []struct {
		mark string
		want []string
	}{
		{"", []string{"#2|b", "#3|c\nd", "5|e"}},
		{"#", []string{"5|e"}},
	} {
		all, f := readAll(t, content, Dialect{Comment: test.mark, Delimiter: ",", Quote: `"`}, Options{})
		if got := f.Dialect().Comment; got != "#" {
			t.Fatalf("the comment mark is %q", got)
		}
		var got []string
		for _, g := range all {
			if g.code == "" && g.values != "1|a" {
				got = append(got, g.values)
			}
		}
		if strings.Join(got, "; ") != strings.Join(test.want, "; ") {
			t.Errorf("mark %q: got %q, want %q", test.mark, got, test.want)
		}
	}
}
