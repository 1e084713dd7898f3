package job

import (
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/value"
)

// WarnAmbiguous is the code of a warning that numbers can be read in several ways,
// in a column whose type is known.
const WarnAmbiguous = "ambiguous"

// ambiguousNumbers warns of fields whose numbers may have a decimal point or
// thousands separators, such as 8.000, unless the plan says which.
func ambiguousNumbers(p load.Plan, l load.Layout, guesses []value.Guess) []load.Warning {
	var warnings []load.Warning
	for i, c := range l.Columns {
		if c.Type != load.Decimal && c.Type != load.Float || c.Format != "" || p.Decimal != "" {
			continue
		}
		var ways, formats []string
		for _, way := range guesses[l.Index[i]].Doubts() {
			ways = append(ways, way.Example)
			if way.Format != "" && !slices.Contains(formats, way.Format) {
				formats = append(formats, way.Format)
			}
		}
		if len(ways) == 0 {
			continue
		}
		field := l.Fields[l.Index[i]]
		warnings = append(warnings, load.Warning{
			Code: WarnAmbiguous, Field: field, Column: c.Name,
			Note: message.New("ambiguous_numbers", "say_format", "field", field, "ways", strings.Join(ways, ", or "), "column", c.Name, "formats", formats),
		})
	}
	return warnings
}
