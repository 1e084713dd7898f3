package cli

import (
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// flagNames are the flags of the settings whose names differ.
var flagNames = map[string]string{"columnTypes": "type", "formats": "format", "target": "to", "undo": "keep-undo"}

// SettingFlag returns the name of the flag that is a setting of a request, as its JSON calls it,
// where there is one.
func SettingFlag(setting string) string {
	return strings.TrimPrefix(flag(message.Setting{Name: setting}), "--")
}

// flag returns a setting as a flag, quoted for a shell: --map 'A B=c'.
func flag(s message.Setting) string {
	name, other := flagNames[s.Name]
	if !other {
		var b strings.Builder
		for _, r := range s.Name {
			if r >= 'A' && r <= 'Z' {
				b.WriteByte('-')
				r += 'a' - 'A'
			}
			b.WriteRune(r)
		}
		name = b.String()
	}
	if s.Value == nil {
		return "--" + name
	}
	value := *s.Value
	if s.Name == "map" && strings.ContainsAny(value, ",\"") { // the flag takes a list in CSV
		value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return "--" + name + " " + shellWord(value)
}

// shellWord quotes s as one word for a shell.
func shellWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t'\"$\\`!*?()[]{}<>|&;~#") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// spelledWarnings returns warnings whose hints name flags.
func spelledWarnings(warnings []load.Warning) []load.Warning {
	spelled := make([]load.Warning, len(warnings))
	for i, w := range warnings {
		w.Note = w.Spelled(flag)
		spelled[i] = w
	}
	return spelled
}

// spelledReject returns a reject whose hint names flags.
func spelledReject(r job.Reject) job.Reject {
	r.Message, r.Hint = r.Spelled(r.Message, r.Hint, flag)
	return r
}
