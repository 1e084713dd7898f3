package load

import (
	"unicode/utf8"

	"linefeed/backend/message"
)

// Count writes n and the unit in the plural that belongs to it.
func Count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return message.Grouped(n) + " " + unit + "s"
}

// Shown returns a text for a message, cut where it is long.
func Shown(text []byte) string {
	const most = 40
	if len(text) <= most {
		return string(text)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return string(text[:cut]) + "…"
}
