package value

import (
	"strings"

	"linefeed/backend/load"
)

// holdsAll reports whether the type of ps can hold all that its format shows:
// decimals are no integers, and a date has no time of day.
func holdsAll(ps parser) bool {
	switch p := ps.(type) {
	case *integerParser:
		return !p.format.fraction
	case *datetimeParser:
		return p.tail == nil
	}
	return true
}

// given returns the notations of a field whose format the plan gives: those of the
// types that have such formats, the narrowest first; none for a format that no
// type has.
func (f *forms) given(format string) []*notation {
	var list []*notation
	add := func(types ...load.Type) bool {
		for _, t := range types {
			ps, err := newParser(load.Column{Type: t, Format: format}, f.plan)
			if err != nil || !holdsAll(ps) {
				continue
			}
			list = append(list, &notation{typ: t, format: format, parser: ps, number: t.IsNumber()})
		}
		return len(list) > 0
	}
	switch {
	case format == "":
	case strings.EqualFold(format, isoFormat):
		add(load.Date, load.Time, load.Timestamp, load.TimestampTZ)
	case epochOf(format) > 0:
		add(load.Timestamp)
	case add(load.Binary):
	case add(load.Integer, load.Decimal, load.Float):
	case add(load.Date, load.Time, load.Timestamp, load.TimestampTZ):
	default:
		add(load.Boolean)
	}
	return list
}
