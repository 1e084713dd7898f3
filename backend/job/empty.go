package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/value"
)

// WarnNoRecords is the code of a warning that a file has no records.
const WarnNoRecords = csvfile.WarnNoRecords

// withoutNoRecords leaves out the file's own warning of that: the one made here
// says what becomes of the table too.
func withoutNoRecords(warnings []load.Warning) []load.Warning {
	return slices.DeleteFunc(slices.Clone(warnings), func(w load.Warning) bool { return w.Code == WarnNoRecords })
}

// nothingIn reports whether a file holds nothing but blank lines: no records, and
// no header with names.
func nothingIn(ctx context.Context, file *csvfile.File, guesses []value.Guess) (bool, error) {
	for _, g := range guesses {
		if g.Values > 0 || g.Empty > 0 {
			return false, nil
		}
	}
	if strings.Trim(csvfile.Decode(file.Head(), file.Dialect().Encoding), "\ufeff \t\r\n") != "" {
		return false, nil
	}
	if err := file.Rewind(0); err != nil {
		return false, err
	}
	for rec, err := range file.Records() {
		var reject *load.Reject
		if rec == nil && !errors.As(err, &reject) && !errors.Is(err, io.EOF) {
			return false, err
		}
		return false, ctx.Err()
	}
	return true, ctx.Err()
}

// leave settles a request whose file holds nothing but blank lines: there is
// nothing to load, and no column to make a table of.
func (s Settled) leave(exists bool, plan load.Plan) Settled {
	s.Create = !exists
	for _, f := range s.Fields {
		s.Mapping = append(s.Mapping, FieldMapping{Field: f})
	}
	left := fmt.Sprintf("the table %q is left as it is", plan.Table)
	switch {
	case exists && plan.Create:
		s.Problems = append(s.Problems, load.Problem{Message: fmt.Sprintf("the table %q is there already", plan.Table), Hint: "leave out --create to add to it, or choose another name"})
	case !exists:
		left = "no table is made, as no field has a name"
	}
	s.Warnings = append(s.Warnings, load.Warning{Code: WarnNoRecords, Message: "the file holds nothing but blank lines, so nothing is loaded: " + left, Hint: "look whether it was written to its end"})
	return s
}

// passBlank counts the lines of a file that holds nothing but blank ones.
func (s *Summary) passBlank(file *csvfile.File, warnings []load.Warning) error {
	if err := file.Rewind(0); err != nil {
		return err
	}
	for _, err := range file.Records() { // there are none
		if err != nil {
			return err
		}
	}
	s.PassedOver, s.Warnings = file.Stats().PassedOver, slices.Concat(withoutNoRecords(file.Warnings()), warnings)
	return nil
}

// noRecords warns that a file had only a header.
func noRecords(file *csvfile.File, l load.Layout, check bool) load.Warning {
	w := load.Warning{Code: WarnNoRecords, Message: fmt.Sprintf("the file has no records, only a header of %d fields", len(file.Fields()))}
	if len(file.Fields()) == 1 {
		w.Message = "the file has no records, only a header of 1 field"
	}
	switch {
	case !l.Plan.Create:
		w.Hint = fmt.Sprintf("the table %q is left as it is", l.Plan.Table)
	case check:
		w.Hint = "an import makes the table, with nothing in it"
	default:
		w.Hint = fmt.Sprintf("the table %q is made, with nothing in it", l.Plan.Table)
	}
	return w
}
