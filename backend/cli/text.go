package cli

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"

	"linefeed/backend/message"
)

// count formats a number with separators: 617,902.
func count(n int64) string { return message.Grouped(n) }

// records formats a number of records.
func records(n int64) string {
	if n == 1 {
		return "1 record"
	}
	return count(n) + " records"
}

// imports formats a number of imports.
func imports(n int64) string {
	if n == 1 {
		return "1 import"
	}
	return count(n) + " imports"
}

// size formats a number of bytes: 158 MB.
func size(bytes int64) string {
	const units = "kMGTPE"
	v, unit := float64(bytes), -1
	for v >= 999.5 && unit < len(units)-1 {
		v /= 1000
		unit++
	}
	switch {
	case unit < 0:
		return fmt.Sprintf("%d bytes", bytes)
	case v < 9.95:
		return fmt.Sprintf("%.1f %cB", v, units[unit])
	default:
		return fmt.Sprintf("%.0f %cB", v, units[unit])
	}
}

// seconds formats a duration: 0.42 s, 2.4 s, 3:05.
func seconds(s float64) string {
	switch {
	case s < 1:
		return fmt.Sprintf("%.2f s", s)
	case s < 60:
		return fmt.Sprintf("%.1f s", s)
	default:
		return clock(int64(math.Round(s)))
	}
}

// clock formats a number of seconds: 0:03, 12:04, 1:00:00.
func clock(s int64) string {
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// localTime formats a wire time in the given layout, in local time.
func localTime(wire, layout string) string {
	t, err := time.Parse(time.RFC3339Nano, wire)
	if err != nil {
		return wire
	}
	return t.Local().Format(layout)
}

// visible makes text safe to show on one line of a terminal: characters that would move
// the cursor or otherwise affect the terminal are replaced.
func visible(text string) string {
	clean := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }
	if strings.IndexFunc(text, clean) < 0 {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "↵")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r':
			return '↵'
		case r == '\t':
			return '→'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// cells returns the number of terminal cells that a text without escape sequences takes.
func cells(text string) int { return uniseg.StringWidth(text) }

// cut shortens text to the width, with an ellipsis; 0 means no limit. Escape sequences
// have no width, and are kept.
func cut(text string, width int) string {
	if width <= 0 || len(text) <= width {
		return text
	}
	plain, sequences := splitEscapes(text)
	if cells(plain) <= width {
		return text
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(plain); g.Next(); {
		from, to := g.Positions()
		for len(sequences) > 0 && sequences[0].at <= from {
			b.WriteString(sequences[0].text)
			sequences = sequences[1:]
		}
		if used += g.Width(); used > width-1 {
			break
		}
		b.WriteString(plain[from:to])
	}
	b.WriteString("…")
	for _, s := range sequences { // keep those that end a colour
		b.WriteString(s.text)
	}
	return b.String()
}

// An escape is an escape sequence and its position in the text without them.
type escape struct {
	at   int
	text string
}

// splitEscapes separates the sequences that screen.paint writes from the text.
func splitEscapes(text string) (plain string, sequences []escape) {
	var b strings.Builder
	for {
		i := strings.Index(text, "\x1b[")
		if i < 0 {
			break
		}
		end := strings.IndexByte(text[i:], 'm')
		if end < 0 {
			break
		}
		b.WriteString(text[:i])
		sequences = append(sequences, escape{b.Len(), text[i : i+end+1]})
		text = text[i+end+1:]
	}
	b.WriteString(text)
	return b.String(), sequences
}
