package target

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// clientFile returns the path of the user's own option file of MySQL's programs.
func clientFile() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".my.cnf")
}

// readClientFile returns the options in [client] of an option file of MySQL's
// programs. As they do, it takes nothing from a file that everybody can write.
func readClientFile(path string) map[string]string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode()&fs.FileMode(0o002) != 0 {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	options := map[string]string{}
	for name, value := range readSections(string(text))["client"] {
		options[strings.ReplaceAll(strings.ToLower(name), "_", "-")] = optionValue(value)
	}
	return options
}

// readSections reads lines of NAME = VALUE below headings in brackets.
func readSections(text string) map[string]map[string]string {
	all, section := map[string]map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == ';', line[0] == '!':
		case line[0] == '[':
			section = strings.TrimSpace(strings.Trim(line, "[]"))
		default:
			name, value, _ := strings.Cut(line, "=")
			if all[section] == nil {
				all[section] = map[string]string{}
			}
			all[section][strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return all
}

var optionEscapes = map[byte]byte{'b': '\b', 't': '\t', 'n': '\n', 'r': '\r', 's': ' ', '\\': '\\', '"': '"', '\'': '\''}

// optionValue returns the value that stands in an option file: perhaps in quotes,
// with escapes, and outside of quotes with a comment behind it.
func optionValue(text string) string {
	var quote byte
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		quote, text = text[0], text[1:]
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			return b.String()
		case quote == 0 && c == '#':
			return strings.TrimRight(b.String(), " \t")
		case c == '\\' && i+1 < len(text) && optionEscapes[text[i+1]] != 0:
			i++
			c = optionEscapes[text[i]]
		}
		b.WriteByte(c)
	}
	return b.String()
}
