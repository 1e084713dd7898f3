package value

import (
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Check returns what keeps the columns of a layout from being converted, and
// the formats that the plan gives for columns that have none.
func Check(l load.Layout) []load.Problem {
	var problems []load.Problem
	for _, c := range l.Columns {
		if format := l.Plan.Formats[c.Name]; l.Plan.Create && format != "" && c.Type == load.Text && !strings.EqualFold(format, textFormat) {
			problems = append(problems, load.Problem{Column: c.Name, Note: message.New("column_is_text", "text_as_it_stands", "format", format, "column", c.Name)})
		}
		if _, err := newConversion(c, l.Plan); err != nil {
			problems = append(problems, load.Problem{Column: c.Name, Note: message.Of(err)})
		}
	}
	return problems
}
