package job

import (
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
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
	for i, f := range l.Unmapped {
		switch field := l.Fields[f]; {
		case told[field]:
		case len(warnings) == mostUnmapped:
			return append(warnings, load.Warning{Code: WarnUnmapped, Note: message.New("unmapped_more", "map_them", "n", len(l.Unmapped)-i)})
		default:
			warnings = append(warnings, load.Warning{Code: WarnUnmapped, Field: field, Note: message.New("unmapped", "map_or_leave_out", "field", field)})
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
	note := message.New("types_unused", "drop_types", "table", p.Table)
	if s.Create {
		note = message.New("types_of_preset", "drop_types", "preset", s.Preset)
	}
	return []load.Warning{{Code: WarnUnusedTypes, Note: note}}
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
			Code: WarnUnusedFormat, Column: c.Name, Note: message.New("format_unused", "drop_format", "format", format, "column", c.Name),
		})
	}
	return warnings
}
