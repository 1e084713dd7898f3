package job

import (
	"maps"
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/value"
)

// forNewTable returns the guesses for the columns of a new table in dst, or
// where that is nil in any database.
func forNewTable(guesses []value.Guess, dst target.Target) []value.Guess {
	digits := target.LeastDecimalDigits
	if dst != nil {
		digits = dst.DecimalDigits()
	}
	all := slices.Clone(guesses)
	for i, g := range all {
		all[i] = g.ForNewTable(digits)
	}
	return all
}

// givenColumns returns the plan's columns with the types that it gives.
func givenColumns(p load.Plan) []load.Column {
	cols := slices.Clone(p.Columns)
	for i := range cols {
		if typ, given := p.ColumnTypes[cols[i].Name]; given && cols[i].Type != typ {
			cols[i].Type, cols[i].Declared, cols[i].Format = typ, "", ""
		}
	}
	return cols
}

// inferColumns marks the columns named by infer as guessed. If the guesses are
// from all records, it gives them the guessed types and formats.
func inferColumns(cols []load.Column, infer []string, p load.Plan, m *load.Mapping, guesses []value.Guess, all bool) {
	for i := range cols {
		c, field := &cols[i], m.Field(i)
		if _, given := p.ColumnTypes[c.Name]; given || field < 0 || !slices.Contains(infer, c.Name) {
			continue
		}
		if all {
			c.Type, c.Format = guesses[field].Column.Type, guesses[field].Column.Format
			*c = withoutNull(*c, guesses[field])
		}
		c.Guessed = true
	}
}

// setNullSigns sets in which columns of a new table signs for no value are NULL.
func setNullSigns(cols []load.Column, p load.Plan) {
	for i := range cols {
		cols[i].NullSigns = len(p.Null) == 0 && cols[i].Type != load.Text
	}
}

// withoutNull returns c, of a guessed type, as text if it takes no NULL but has
// signs for no value, which would become NULL.
func withoutNull(c load.Column, g value.Guess) load.Column {
	if !c.Nullable && len(g.Nulls) > 0 {
		c.Type, c.Format = load.Text, ""
	}
	return c
}

// newColumns returns the columns of a new table for the file's fields, and which
// field goes to which of them.
func newColumns(p load.Plan, s Settled) ([]load.Column, map[string]string) {
	var cols []load.Column
	fields := maps.Clone(p.Map)
	if fields == nil {
		fields = map[string]string{}
	}
	for i, g := range s.Guesses {
		c := g.Column
		name := c.Name
		switch to, mapped := p.Map[s.Fields[i]]; {
		case mapped && to == "":
			continue
		case mapped:
			name = to
		}
		_, given := p.ColumnTypes[name]
		if p.Types == "text" && !given {
			c = load.Column{Type: load.Text}
		}
		c.Name = name
		c.Guessed = p.Formats[c.Name] == "" && !given
		c.Nullable = true // the rest of the file is unknown
		for _, k := range p.Key {
			if c.Name == k || s.Fields[i] == k {
				c.PrimaryKey, c.Nullable = true, false
			}
		}
		if c.Guessed {
			c = withoutNull(c, g)
		}
		cols = append(cols, c)
		fields[s.Fields[i]] = c.Name
	}
	return cols, fields
}

// withFormats returns the columns of a table with guessed formats, where neither
// the column nor the plan has one.
func withFormats(table []load.Column, p load.Plan, m *load.Mapping, guesses []value.Guess) []load.Column {
	cols := slices.Clone(table)
	for i := range cols {
		c, field := &cols[i], m.Field(i)
		if _, given := p.Formats[c.Name]; !given && field >= 0 && c.Format == "" {
			c.Format = guesses[field].FormatFor(c.Type)
		}
	}
	return cols
}
