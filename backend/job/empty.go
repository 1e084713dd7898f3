package job

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
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
	note := message.New("blank_file", "check_complete", "table", plan.Table)
	switch {
	case exists && plan.Create:
		s.Problems = append(s.Problems, load.Problem{Note: message.New("table_exists", "add_to_it", "table", plan.Table)})
	case !exists:
		note = message.New("blank_file_no_table", "check_complete")
	}
	s.Warnings = append(s.Warnings, load.Warning{Code: WarnNoRecords, Note: note})
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
	note := message.New("no_records", "", "fields", len(file.Fields()))
	switch {
	case !l.Plan.Create:
		note = note.WithHint("table_left", "table", l.Plan.Table)
	case check:
		note = note.WithHint("import_makes_empty")
	default:
		note = note.WithHint("table_made_empty", "table", l.Plan.Table)
	}
	return load.Warning{Code: WarnNoRecords, Note: note}
}
