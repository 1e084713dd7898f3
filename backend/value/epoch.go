package value

import (
	"strconv"
	"strings"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// The formats of timestamps that are written as Unix time, by how many of their
// units make a second.
var epochFormats = map[string]int64{"unix": 1, "unix ms": 1000}

// epochOf returns how many units make a second in a format of Unix time, 0 for
// another format.
func epochOf(format string) int64 {
	return epochFormats[strings.ToLower(strings.Join(strings.Fields(format), " "))]
}

func epochFormat(epoch int64) string {
	if epoch == 1 {
		return "unix"
	}
	return "unix ms"
}

// readEpoch reads Unix time: a whole number of units since 1970, which may have a
// sign, and of seconds a fraction.
func readEpoch(s []byte, epoch int64) (m datetime, f flaw) {
	number, fraction, fractional := strings.Cut(string(s), ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || fractional && epoch != 1 {
		return m, flawForm
	}
	nano := n % epoch * (1_000_000_000 / epoch)
	if fractional {
		fraction = strings.TrimRight(fraction, "0")
		if len(fraction) > 9 {
			return m, flawFraction
		}
		part, err := strconv.ParseUint("0"+fraction, 10, 64)
		if err != nil {
			return m, flawForm
		}
		for range 9 - len(fraction) {
			part *= 10
		}
		if nano = int64(part); number[0] == '-' {
			nano = -nano
		}
	}
	t := time.Unix(n/epoch, nano).UTC()
	if t.Year() < 1 || t.Year() > 9999 || n/epoch > 1<<40 || n/epoch < -1<<40 {
		return m, flawEpoch
	}
	year, month, day := t.Date()
	return datetime{
		nano: int32(t.Nanosecond()), year: int16(year), month: uint8(month), day: uint8(day),
		hour: uint8(t.Hour()), minute: uint8(t.Minute()), seconds: uint8(t.Second()), dated: true, timed: true, zoned: true,
	}, flawNone
}

// The digits of Unix time in our days: seconds from 2001 to 2286, and milliseconds.
const (
	epochDigits   = 10
	epochMsDigits = 13
)

// epochHint returns a hint where text may be Unix time, and the column's format
// is another; one without an ID where it may not.
func (p *datetimeParser) epochHint(text []byte) message.Text {
	if p.epoch != 0 || p.typ == load.Time || countDigits(text) != len(text) {
		return message.Text{}
	}
	date := p.typ == load.Date
	switch {
	case len(text) == epochDigits && date:
		return message.T("unix_time_needs_timestamp")
	case len(text) == epochDigits:
		return message.T("unix_time")
	case len(text) == epochMsDigits && date:
		return message.T("unix_ms_needs_timestamp")
	case len(text) == epochMsDigits:
		return message.T("unix_ms")
	}
	return message.Text{}
}
