package value

import (
	"bytes"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A datetimeParser reads dates, times and timestamps, by ISO 8601 or by a
// pattern.
//
// What the text says and the column can't hold is refused, not cut off: a date
// column takes a time of day only when it is midnight, and no zone. A date alone is
// midnight of that day in a timestamp column. A timestamp column without a
// zone takes a text with one as the same moment in UTC; a column with a zone
// takes a text without one only by a pattern, as UTC.
type datetimeParser struct {
	typ     load.Type
	pattern *datetimePattern // nil for ISO 8601
	tail    *datetimePattern // what may stand after pattern in a date column; nil for a time by ISO 8601
	strict  bool             // a timestamp column without a zone takes no text with one
	epoch   int64            // of Unix time, how many of its units make a second; 0 for all else
}

// isoFormat is the format of a column whose values are in ISO 8601 although
// the plan has another format for dates.
const isoFormat = "ISO 8601"

func newDatetimeParser(c load.Column, p load.Plan) (*datetimeParser, error) {
	source, own := c.Format, true
	if source == "" {
		source, own = p.DateFormat, false
	}
	m := &datetimeParser{typ: c.Type}
	if source == "" || strings.EqualFold(source, isoFormat) {
		return m, nil
	}
	if epoch := epochOf(source); epoch > 0 {
		switch {
		case m.typ == load.Timestamp || m.typ == load.TimestampTZ:
			m.epoch = epoch
		case own:
			return nil, message.NewError(nil, "unix_format", "", "type", string(m.typ), "format", source)
		}
		return m, nil
	}
	pattern, err := parsePattern(source)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Type == load.Time && !own:
		// The plan's pattern is for dates; a time uses what it says of times.
		m.pattern = pattern.timePart()
	case c.Type == load.Time:
		if pattern.dated {
			return nil, message.NewError(nil, "time_format_dated", "", "format", source)
		}
		m.pattern = pattern
	case !pattern.dated && !own:
	case !pattern.dated:
		return nil, message.NewError(nil, "date_format_undated", "", "format", source)
	case c.Type == load.Date:
		m.pattern, m.tail = pattern.split()
	default:
		m.pattern = pattern
	}
	return m, nil
}

func (p *datetimeParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	s := arena[start:end]
	if arena, cell, ok := p.usual(arena, start, end); ok {
		return arena, cell, true
	}
	m, f := p.read(s)
	if f != flawNone || !p.holds(&m) {
		return arena, load.Cell{}, false
	}
	if p.pattern == nil && p.canonical(s, &m) {
		return arena, load.TextCell(start, end), true
	}
	was := len(arena)
	switch p.typ {
	case load.Date:
		arena = m.appendDate(arena)
	case load.Time:
		arena = m.appendTime(arena)
	default:
		if p.typ == load.Timestamp && !m.toUTC() {
			return arena, load.Cell{}, false
		}
		arena = m.appendDate(arena)
		arena = append(arena, ' ')
		arena = m.appendTime(arena)
		if p.typ == load.TimestampTZ {
			arena = m.appendZone(arena)
		}
	}
	return arena, load.TextCell(was, len(arena)), true
}

// usual does for timestamps in the form that programs write what parse does for
// all.
func (p *datetimeParser) usual(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	const local = len("2006-01-02T15:04:05")
	zoned := end-start == local+1 && arena[end-1] == 'Z'
	if zoned && p.strict && p.typ == load.Timestamp {
		return arena, load.Cell{}, false
	}
	if p.pattern != nil || p.epoch != 0 || !zoned && end-start != local || p.typ != load.Timestamp && (p.typ != load.TimestampTZ || !zoned) {
		return arena, load.Cell{}, false
	}
	s := arena[start : start+local]
	if !isUsualDatetime(s) {
		return arena, load.Cell{}, false
	}
	if s[10] == ' ' && (p.typ == load.TimestampTZ || !zoned) {
		return arena, load.TextCell(start, end), true
	}
	was := len(arena)
	arena = append(arena, s...)
	arena[was+10] = ' '
	if p.typ == load.TimestampTZ {
		arena = append(arena, 'Z')
	}
	return arena, load.TextCell(was, len(arena)), true
}

// read reads the whole of s.
func (p *datetimeParser) read(s []byte) (datetime, flaw) {
	if p.epoch != 0 {
		return readEpoch(s, p.epoch)
	}
	if p.pattern == nil {
		return readISO(s)
	}
	m, rest, f := p.pattern.read(s)
	if f != flawNone || len(rest) == 0 {
		return m, f
	}
	if p.typ == load.Time || p.pattern.timed {
		return m, flawForm
	}
	// A date's pattern, and something after it: a time.
	if p.tail == nil {
		rest, f = m.readISOTail(rest)
		return m, andEnd(f, rest)
	}
	t, rest, f := p.tail.read(rest)
	m.hour, m.minute, m.seconds, m.nano, m.timed = t.hour, t.minute, t.seconds, t.nano, true
	m.offset, m.zoned = t.offset, t.zoned
	return m, andEnd(f, rest)
}

// holds reports whether the column can hold all that m says.
func (p *datetimeParser) holds(m *datetime) bool {
	switch p.typ {
	case load.Date:
		return m.dated && m.midnight() && !m.zoned
	case load.Time:
		return m.timed && !m.dated && !m.zoned
	case load.Timestamp:
		return m.dated && !(p.strict && m.zoned)
	default:
		return m.dated && (m.zoned || p.pattern != nil && !p.pattern.zoned)
	}
}

// canonical reports whether s, which was read as m by ISO 8601, is in the
// form in which the column keeps it.
func (p *datetimeParser) canonical(s []byte, m *datetime) bool {
	switch p.typ {
	case load.Date:
		return len(s) == len("2006-01-02")
	case load.Time:
		return canonicalTime(s)
	case load.Timestamp:
		return len(s) >= len("2006-01-02 15:04:05") && s[10] == ' ' && !m.zoned && canonicalTime(s[11:])
	}
	return false
}

// canonicalTime reports whether s, a time by ISO 8601 without a zone, has
// seconds, and a fraction only if it is not zero.
func canonicalTime(s []byte) bool {
	const clock = len("15:04:05")
	return len(s) == clock && s[2] == ':' ||
		len(s) > clock+1 && len(s) <= clock+10 && s[2] == ':' && s[clock] == '.' && s[len(s)-1] != '0'
}

// notMoments are the faults of texts that are no date, no time or no timestamp.
var (
	notADate      = notMoment{load.CodeNotADate, message.New("not_a_date", ""), message.T("not_a_date")}
	notATime      = notMoment{load.CodeNotATime, message.New("not_a_time", ""), message.T("not_a_time")}
	notATimestamp = notMoment{load.CodeNotATimestamp, message.New("not_a_timestamp", ""), message.T("not_a_timestamp")}
)

type notMoment struct {
	code load.Code
	note message.Note
	text any // a message.Text, as the parameter of others
}

func (p *datetimeParser) explain(text []byte) *load.Fault {
	not := &notATimestamp
	switch p.typ {
	case load.Date:
		not = &notADate
	case load.Time:
		not = &notATime
	}
	flt := &load.Fault{Code: not.code, Note: not.note}
	if hint := p.epochHint(text); hint.ID != "" {
		flt.Note = flt.WithText(hint)
		return flt
	}
	m, f := p.read(text)
	switch f {
	case flawNone:
		p.explainSurplus(flt, &m)
	case flawForm:
		switch {
		case load.IsNullSign(text):
			flt.Note = asNull(flt.Note, text)
		case text[0] == '#':
			flt.Note = sheetError(flt.Note, text)
		default:
			flt.Note = flt.WithText(p.formHint(text))
		}
	default:
		flt.Note = f.describe(not.text, &m)
		if load.IsNullSign(text) {
			flt.Note = asNull(flt.Note, text)
		} else {
			flt.Note = flt.WithText(p.flawHint(f, &m))
		}
	}
	return flt
}

// explainSurplus says what of a datetime that was read the column can't hold,
// or what it lacks.
func (p *datetimeParser) explainSurplus(flt *load.Fault, m *datetime) {
	switch {
	case p.typ == load.Time && m.dated:
		flt.Note = message.New("date_for_time", "needs_timestamp_for_both")
	case p.typ == load.Time && m.zoned:
		flt.Note = message.New("time_with_zone", "leave_out_zone")
	case !m.dated:
		flt.Note = message.New("time_without_date", "fields_shifted")
	case p.typ == load.Date && m.midnight():
		flt.Note = message.New("date_with_zone", "leave_out_time_and_zone")
	case p.typ == load.Date:
		flt.Note = message.New("date_with_time", "needs_timestamp")
	case p.typ == load.Timestamp && p.strict && m.zoned:
		flt.Note = message.New("timestamp_with_zone", "choose_type")
	case p.typ == load.TimestampTZ && !m.zoned:
		flt.Note = message.New("timestamp_without_zone", "add_zone")
	default:
		flt.Code, flt.Note = load.CodeOutOfRange, message.New("outside_of_years_utc", "")
	}
}

// describe says what is wrong with m by the calendar and the clock, after what
// it is not.
func (f flaw) describe(what any, m *datetime) message.Note {
	switch f {
	case flawYear:
		return message.New("no_year_0", "", "what", what)
	case flawMonth:
		return message.New("no_month", "", "what", what, "n", int(m.month))
	case flawDay:
		if m.day == 0 {
			return message.New("no_day_0", "", "what", what)
		}
		return message.New("no_day", "", "what", what, "month", monthTexts[m.month], "year", int(m.year), "n", int(daysIn(m.year, m.month)))
	case flawWeekday:
		return message.New("other_weekday", "", "what", what, "day", int(m.day), "month", monthTexts[m.month], "year", int(m.year),
			"weekday", weekdayTexts[m.weekday()])
	case flawHour:
		return message.New("no_hour", "", "what", what, "n", int(m.hour))
	case flawMinute:
		return message.New("no_minute", "", "what", what, "n", int(m.minute))
	case flawSecond:
		return message.New("no_second", "", "what", what, "n", int(m.seconds))
	case flawFraction:
		return message.New("too_fine", "", "what", what)
	case flawEpoch:
		return message.New("outside_of_years", "", "what", what)
	case flawZone:
		return message.New("no_offset", "", "what", what)
	default:
		return message.New("unsure_zone", "", "what", what)
	}
}

// The names of months, from 1, and of days of the week, as parameters.
var (
	monthTexts = [...]any{nil, message.T("january"), message.T("february"), message.T("march"), message.T("april"), message.T("may"), message.T("june"),
		message.T("july"), message.T("august"), message.T("september"), message.T("october"), message.T("november"), message.T("december")}
	weekdayTexts = [...]any{message.T("sunday"), message.T("monday"), message.T("tuesday"), message.T("wednesday"), message.T("thursday"),
		message.T("friday"), message.T("saturday")}
)

// flawHint returns what may be meant; a text without an ID where nothing is
// likely.
func (p *datetimeParser) flawHint(f flaw, m *datetime) message.Text {
	switch {
	case f == flawMonth && m.day <= 12 && m.month <= 31 && m.month > 0:
		return message.T("day_month_swapped")
	case f == flawHour && m.hour == 24:
		return message.T("midnight")
	case f == flawHour && p.pattern != nil && p.pattern.half:
		return message.T("hours_to_12")
	case f == flawSecond && m.seconds == 60:
		return message.T("leap_second")
	case f == flawZoneName:
		return message.T("write_offset")
	}
	return message.Text{}
}

// formHint guesses how a text that is not written as wanted came to be.
func (p *datetimeParser) formHint(text []byte) message.Text {
	format := ""
	switch {
	case p.pattern != nil:
		format = p.pattern.source
	case p.epoch != 0:
		format = epochFormat(p.epoch)
	}
	if format != "" {
		if _, f := readISO(text); f == flawNone {
			return message.T("iso_but_format", "format", format)
		}
	}
	var fitting []string
	for _, pattern := range p.otherPatterns(text) {
		if readsWhole(pattern, text) {
			fitting = append(fitting, pattern)
		}
	}
	if len(fitting) > 1 && strings.Contains(fitting[0], "DD.MM.") {
		fitting = fitting[:1] // where points separate, the day comes first
	}
	if len(fitting) > 0 && format == "" && strings.HasPrefix(fitting[0], "YYYY-MM-DD") {
		return message.T("zeros_missing", "format", fitting[0])
	}
	switch len(fitting) {
	case 0:
	case 1:
		return message.T("written_as", "format", fitting[0])
	default:
		return message.T("written_as_one_of", "formats", fitting)
	}
	if isDayNumber(text) {
		return message.T("day_number")
	}
	if !bytes.ContainsAny(text, "0123456789") {
		return message.T("fields_shifted")
	}
	if format != "" {
		return message.T("format_is", "format", format)
	}
	return message.T("iso_expected", "format", p.isoForm())
}

func (p *datetimeParser) isoForm() string {
	switch p.typ {
	case load.Date:
		return "YYYY-MM-DD"
	case load.Time:
		return "HH:mm:ss"
	case load.Timestamp:
		return "YYYY-MM-DD HH:mm:ss"
	default:
		return "YYYY-MM-DD HH:mm:ss+02:00"
	}
}

// otherPatterns lists the patterns that text may be written in.
func (p *datetimeParser) otherPatterns(text []byte) []string {
	if p.typ == load.Time {
		return []string{"hh:mm:ss A", "hh:mm A"}
	}
	return likelyPatterns(text)
}

// isDayNumber reports whether text is a whole number of five digits, as
// spreadsheets count days.
func isDayNumber(text []byte) bool {
	whole, _, _ := bytes.Cut(text, []byte("."))
	return len(whole) == 5 && bytes.Trim(whole, "0123456789") == nil
}

// looksLikeDatetime reports whether text is a date, a time or a timestamp in a
// usual form.
func looksLikeDatetime(text []byte) bool {
	if len(text) > 8 || bytes.IndexByte(text, ':') > 0 {
		if _, f := readISO(text); f == flawNone {
			return true
		}
	}
	for _, pattern := range likelyPatterns(text) {
		if readsWhole(pattern, text) {
			return true
		}
	}
	return false
}

// readsWhole reports whether text is a datetime by the pattern.
func readsWhole(pattern string, text []byte) bool {
	p := guessedPattern(pattern)
	if p == nil {
		return false
	}
	_, rest, f := p.read(text)
	return f == flawNone && len(rest) == 0
}
