package value

import (
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A layout whose formats can't be is told of, column by column.
func TestCheck(t *testing.T) {
	text, made := load.Column{Name: "name"}, load.Column{Name: "made", Type: load.Timestamp, Format: "today"}
	yesNo := map[string]string{"name": "yes/no"}
	for _, tt := range []struct {
		about   string
		plan    load.Plan
		columns []load.Column
		want    []string
	}{
		{"none", load.Plan{}, []load.Column{text}, nil},
		{"a format that can't be", load.Plan{}, []load.Column{text, made}, []string{`column "made": date format "today"`}},
		{"of a text that is to be made", load.Plan{Create: true, Formats: yesNo}, []load.Column{text}, []string{`the format "yes/no" is given for the column "name", which is text`}},
		{"of a text that is to be made, and no format", load.Plan{Create: true, Formats: map[string]string{"name": "Text"}}, []load.Column{text}, nil},
		{"of a text that is there", load.Plan{Formats: yesNo}, []load.Column{text}, nil},
		{"both", load.Plan{Create: true, Formats: yesNo}, []load.Column{made, text}, []string{`column "made"`, `column "name"`}},
	} {
		problems := Check(load.Layout{Plan: tt.plan, Columns: tt.columns})
		if !slices.EqualFunc(problems, tt.want, func(p load.Problem, want string) bool { return p.MessageID != "" && strings.Contains(p.Message, want) }) {
			t.Errorf("%s: %v, want %q", tt.about, problems, tt.want)
		}
	}
}
