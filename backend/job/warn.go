package job

import (
	"fmt"
	"strings"

	"linefeed/backend/load"
)

// WarnUnmapped is the code of a warning of a field that goes to no column.
const WarnUnmapped = "unmapped_field"

// mostUnmapped is the number of fields that get a warning each.
const mostUnmapped = 20

// unmappedFields warns of the fields that are not loaded and that no problem is
// about.
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

// WarnUnusedTypes is the code of a warning that a rule for the types of a new
// table is ignored, as the table exists or a preset makes it.
const WarnUnusedTypes = "unused_types"

// unusedTypes warns that columns keep their types although the plan wants all to
// be text.
func unusedTypes(p load.Plan, s Settled) []load.Warning {
	if p.Types != "text" || s.Create && s.Preset == "" {
		return nil
	}
	what := fmt.Sprintf("the table %q is there", p.Table)
	if s.Create {
		what = fmt.Sprintf("the preset %q makes the table", s.Preset)
	}
	return []load.Warning{{
		Code:    WarnUnusedTypes,
		Message: "all columns are to be text, but " + what + ": its columns keep their types",
		Hint:    "leave the rule out (--types), or load into a new table",
	}}
}

// WarnUnusedFormat is the code of a warning that a format is ignored, as the
// column of the table is text.
const WarnUnusedFormat = "unused_format"

// unusedFormats warns of the formats that are given for text columns of an
// existing table.
func unusedFormats(given map[string]string, l load.Layout) []load.Warning {
	var warnings []load.Warning
	for _, c := range l.Columns {
		format := given[c.Name]
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
