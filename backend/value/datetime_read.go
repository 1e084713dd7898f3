package value

import "time"

// A datetime is a date, a time of day, or both, as it was read: by the
// Gregorian calendar, with the offset of its zone if it had one.
type datetime struct {
	nano                              int32
	year                              int16
	offset                            int16 // minutes east of UTC
	month, day, hour, minute, seconds uint8
	dated, timed, zoned               bool
}

// A flaw says what is wrong with a text that should be a datetime.
type flaw uint8

const (
	flawNone     flaw = iota
	flawForm          // it is not written that way
	flawYear          // there is no such year
	flawMonth         // there is no such month
	flawDay           // the month has no such day
	flawWeekday       // the date is another day of the week
	flawHour          // there is no such hour
	flawMinute        // there is no such minute
	flawSecond        // there is no such second
	flawFraction      // finer than nanoseconds
	flawZone          // there is no such offset
	flawEpoch         // outside of the years 1 to 9999
	flawZoneName      // a name of a zone, which says no offset for sure
)

// maxOffset is the largest offset from UTC that is taken, as in PostgreSQL.
const maxOffset = 16*60 - 1

var monthDays = [13]uint8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysIn(year int16, month uint8) uint8 {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthDays[month]
}

// checkDate reports what is wrong with the date by the calendar.
func (m *datetime) checkDate() flaw {
	switch {
	case m.year < 1:
		return flawYear
	case m.month < 1 || m.month > 12:
		return flawMonth
	case m.day < 1 || m.day > 28 && m.day > daysIn(m.year, m.month):
		return flawDay
	}
	return flawNone
}

// checkTime reports what is wrong with the time of day by the clock. A leap
// second is refused: most databases don't keep it.
func (m *datetime) checkTime() flaw {
	switch {
	case m.hour > 23:
		return flawHour
	case m.minute > 59:
		return flawMinute
	case m.seconds > 59:
		return flawSecond
	}
	return flawNone
}

// midnight reports whether the time of day is 00:00:00, or there is none.
func (m *datetime) midnight() bool {
	return m.hour == 0 && m.minute == 0 && m.seconds == 0 && m.nano == 0
}

// toUTC turns the datetime, which has a date, into the same one in UTC. It
// reports false where that is outside of the years 1 to 9999.
func (m *datetime) toUTC() bool {
	if m.offset == 0 {
		return true
	}
	t := time.Date(int(m.year), time.Month(m.month), int(m.day), int(m.hour), int(m.minute)-int(m.offset), int(m.seconds), int(m.nano), time.UTC)
	year, month, day := t.Date()
	if year < 1 || year > 9999 {
		return false
	}
	m.year, m.month, m.day = int16(year), uint8(month), uint8(day)
	m.hour, m.minute, m.offset = uint8(t.Hour()), uint8(t.Minute()), 0
	return true
}

func (m *datetime) weekday() time.Weekday {
	return time.Date(int(m.year), time.Month(m.month), int(m.day), 0, 0, 0, 0, time.UTC).Weekday()
}

// appendDate appends 2006-01-02.
func (m *datetime) appendDate(b []byte) []byte {
	y := m.year
	return append(b,
		byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		'0'+m.month/10, '0'+m.month%10, '-',
		'0'+m.day/10, '0'+m.day%10)
}

// appendTime appends 15:04:05 and the fraction of the second, if any.
func (m *datetime) appendTime(b []byte) []byte {
	b = append(b,
		'0'+m.hour/10, '0'+m.hour%10, ':',
		'0'+m.minute/10, '0'+m.minute%10, ':',
		'0'+m.seconds/10, '0'+m.seconds%10)
	if m.nano == 0 {
		return b
	}
	b = append(b, '.')
	for n, unit := m.nano, int32(100_000_000); n > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit))
		n %= unit
	}
	return b
}

// appendZone appends Z, or the offset as +02:00.
func (m *datetime) appendZone(b []byte) []byte {
	if m.offset == 0 {
		return append(b, 'Z')
	}
	sign, n := byte('+'), m.offset
	if n < 0 {
		sign, n = '-', -n
	}
	return append(b, sign, byte('0'+n/600), byte('0'+n/60%10), ':', byte('0'+n%60/10), byte('0'+n%10))
}

// twoDigits returns the number of two digits, or more than 99 where they are none.
func twoDigits(a, b byte) uint8 {
	a -= '0'
	b -= '0'
	if a > 9 || b > 9 {
		return 255
	}
	return a*10 + b
}

// readISO reads a datetime by ISO 8601, which takes the whole of s: a date, a
// time, or both with a T or a blank between them; basic dates and timestamps
// too (20060102, 20060102T150405Z). The decimal sign of seconds is a point or
// a comma. Dates by week or by day of the year are not read.
func readISO(s []byte) (m datetime, f flaw) {
	if len(s) >= 3 && s[2] == ':' {
		rest, f := m.readISOTime(s)
		return m, andEnd(f, rest)
	}
	rest, f := m.readISODate(s)
	if f != flawNone || len(rest) == 0 {
		return m, f
	}
	rest, f = m.readISOTail(rest)
	return m, andEnd(f, rest)
}

func andEnd(f flaw, rest []byte) flaw {
	if f == flawNone && len(rest) > 0 {
		return flawForm
	}
	return f
}

// readISODate reads the date that s begins with.
func (m *datetime) readISODate(s []byte) ([]byte, flaw) {
	if len(s) < 8 {
		return s, flawForm
	}
	century, years := twoDigits(s[0], s[1]), twoDigits(s[2], s[3])
	if century > 99 || years > 99 {
		return s, flawForm
	}
	if s[4] == '-' {
		if len(s) < 10 || s[7] != '-' {
			return s, flawForm
		}
		m.month, m.day = twoDigits(s[5], s[6]), twoDigits(s[8], s[9])
		s = s[10:]
	} else {
		m.month, m.day = twoDigits(s[4], s[5]), twoDigits(s[6], s[7])
		s = s[8:]
	}
	if m.month > 99 || m.day > 99 {
		return s, flawForm
	}
	m.year = int16(century)*100 + int16(years)
	m.dated = true
	return s, m.checkDate()
}

// readISOTail reads the time that stands after a date, with what is between
// them.
func (m *datetime) readISOTail(s []byte) ([]byte, flaw) {
	if len(s) < 2 || s[0]|0x20 != 't' && s[0] != ' ' {
		return s, flawForm
	}
	return m.readISOTime(s[1:])
}

// readISOTime reads the time of day that s begins with, and its zone if it
// has one.
func (m *datetime) readISOTime(s []byte) ([]byte, flaw) {
	if len(s) < 4 {
		return s, flawForm
	}
	m.hour = twoDigits(s[0], s[1])
	colons := s[2] == ':'
	s = s[2:]
	var ok bool
	if m.minute, s, ok = nextPair(s, colons); !ok || m.hour > 99 {
		return s, flawForm
	}
	m.timed = true
	if m.seconds, s, ok = nextPair(s, colons); ok {
		if len(s) > 1 && (s[0] == '.' || s[0] == ',') {
			var f flaw
			if m.nano, s, f = readFraction(s[1:]); f != flawNone {
				return s, f
			}
		}
	}
	if f := m.checkTime(); f != flawNone {
		return s, f
	}
	if len(s) == 0 {
		return s, flawNone
	}
	return m.readZone(trimLeftBlanks(s))
}

// nextPair reads the next two digits of a time; the number is 0 when there
// are none.
func nextPair(s []byte, colon bool) (n uint8, rest []byte, ok bool) {
	i := 0
	if colon {
		if len(s) == 0 || s[0] != ':' {
			return 0, s, false
		}
		i = 1
	}
	if len(s) < i+2 {
		return 0, s, false
	}
	if n = twoDigits(s[i], s[i+1]); n > 99 {
		return 0, s, false
	}
	return n, s[i+2:], true
}

// readFraction reads the digits after the decimal sign of seconds. Beyond
// nanoseconds only zeros are taken.
func readFraction(s []byte) (nano int32, rest []byte, f flaw) {
	unit := int32(100_000_000)
	i := 0
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		if unit == 0 && s[i] != '0' {
			return 0, s, flawFraction
		}
		nano += int32(s[i]-'0') * unit
		unit /= 10
	}
	if i == 0 {
		return 0, s, flawForm
	}
	return nano, s[i:], flawNone
}

// readZone reads the zone that s begins with: Z, UTC, GMT, or an offset such
// as +02:00, +0200 or +02.
func (m *datetime) readZone(s []byte) ([]byte, flaw) {
	if len(s) == 0 {
		return s, flawForm
	}
	m.zoned = true
	switch {
	case len(s) >= 3 && (equalLower(s[:3], "utc") || equalLower(s[:3], "gmt")):
		return s[3:], flawNone
	case s[0]|0x20 == 'z':
		return s[1:], flawNone
	case s[0] != '+' && s[0] != '-' || len(s) < 3:
		if isLetter(s[0]) {
			return s, flawZoneName
		}
		return s, flawForm
	}
	hours := twoDigits(s[1], s[2])
	negative := s[0] == '-'
	s = s[3:]
	minutes, s, ok := nextPair(s, len(s) > 0 && s[0] == ':')
	if hours > 99 || !ok && len(s) > 0 && (s[0] == ':' || s[0]-'0' <= 9) {
		return s, flawForm
	}
	m.offset = int16(hours)*60 + int16(minutes)
	if minutes > 59 || m.offset > maxOffset {
		return s, flawZone
	}
	if negative {
		m.offset = -m.offset
	}
	return s, flawNone
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// isUsualDatetime reports whether s, of 19 bytes, is a date and a time of day in
// the usual form of ISO 8601, 2006-01-02T15:04:05 or with a blank, that there
// is.
func isUsualDatetime(s []byte) bool {
	_ = s[18]
	if s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return false
	}
	century, years := twoDigits(s[0], s[1]), twoDigits(s[2], s[3])
	month, day := twoDigits(s[5], s[6]), twoDigits(s[8], s[9])
	return century <= 99 && years <= 99 && century|years != 0 && month-1 < 12 && day-1 < 31 &&
		(day <= 28 || day <= daysIn(int16(century)*100+int16(years), month)) &&
		twoDigits(s[11], s[12]) < 24 && twoDigits(s[14], s[15]) < 60 && twoDigits(s[17], s[18]) < 60
}
