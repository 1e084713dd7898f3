package job

import (
	"fmt"
	"strings"

	"linefeed/backend/load"
)

// WarnUnmapped is the code of a warning of a field that goes to no column.
const WarnUnmapped = "unmapped_field"

// mostUnmapped is how many fields are warned of one by one.
const mostUnmapped = 20

// unmappedFields warns of the fields that are not loaded and that no problem
// tells of.
func unmappedFields(l load.Layout, problems []load.Problem) []load.Warning {
	var warnings []load.Warning
	told := map[string]bool{}
	for _, p := range problems {
		told[p.Field] = true
	}
	const hint = "map it to a column (--map FIELD=COLUMN), or leave it out (--map FIELD=)"
	for i, f := range l.Unmapped {
		switch field := l.Fields[f]; {
		case told[field]:
		case len(warnings) == mostUnmapped:
			rest := fmt.Sprintf("%d more fields go to no column and are not loaded", len(l.Unmapped)-i)
			return append(warnings, load.Warning{Code: WarnUnmapped, Message: rest, Hint: "map them, or leave them out"})
		default:
			warnings = append(warnings, load.Warning{
				Code: WarnUnmapped, Field: field, Hint: hint,
				Message: fmt.Sprintf("the field %q goes to no column and is not loaded", field),
			})
		}
	}
	return warnings
}

// WarnUnusedFormat is the code of a warning of a format that is of no use, as
// the column of the table is text.
const WarnUnusedFormat = "unused_format"

// unusedFormats warns of the formats that a request gives for columns of a table
// that is there and takes their values as they stand.
func unusedFormats(said map[string]string, l load.Layout) []load.Warning {
	var warnings []load.Warning
	for _, c := range l.Columns {
		format := said[c.Name]
		if c.Type != load.Text || format == "" || strings.EqualFold(format, "text") || l.Plan.Create {
			continue
		}
		warnings = append(warnings, load.Warning{
			Code: WarnUnusedFormat, Column: c.Name,
			Message: fmt.Sprintf("the format %q is given for the column %q, which is text: its values are loaded as they stand", format, c.Name),
			Hint:    "give the column another type in the database, or leave the format out",
		})
	}
	return warnings
}
