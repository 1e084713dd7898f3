package value

import (
	"fmt"
	"strings"

	"linefeed/backend/load"
)

// Check returns what keeps the columns of a layout from being converted, and
// the formats that the plan gives for columns that have none.
func Check(l load.Layout) []load.Problem {
	var problems []load.Problem
	for _, c := range l.Columns {
		if format := l.Plan.Formats[c.Name]; l.Plan.Create && format != "" && c.Type == load.Text && !strings.EqualFold(format, textFormat) {
			problems = append(problems, load.Problem{Column: c.Name, Message: fmt.Sprintf("the format %q is given for the column %q, which is text", format, c.Name),
				Hint: "a text is taken as it stands: leave the format out, or correct it: dates are written such as DD.MM.YYYY, numbers such as 1.234,56, booleans such as yes/no"})
		}
		if _, err := newConversion(c, l.Plan); err != nil {
			problems = append(problems, load.Problem{Column: c.Name, Message: err.Error()})
		}
	}
	return problems
}
