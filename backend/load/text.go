package load

import (
	"bytes"

	"linefeed/backend/message"
)

// Count writes n and the unit in the plural that belongs to it.
func Count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return message.Grouped(n) + " " + unit + "s"
}

// Shown returns a value for a message, cut where it is long.
func Shown(value []byte) string { return shown(value, 40) }

// ShownSQL returns a part of a statement for a message, cut where it is long.
func ShownSQL(sql string) string { return shown([]byte(sql), 60) }

func shown(text []byte, most int) string {
	if len(text) <= most {
		return string(text)
	}
	return string(cutText(text, most)) + "…"
}

// SecondDigits returns the number of digits after the seconds of a time, without zeros
// at the end.
func SecondDigits(text []byte) int {
	point := bytes.IndexByte(text, '.')
	if point < 0 {
		return 0
	}
	last := 0
	for i, c := range text[point+1:] {
		if c < '0' || c > '9' {
			break
		}
		if c != '0' {
			last = i + 1
		}
	}
	return last
}
