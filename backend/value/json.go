package value

import (
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A jsonParser checks that a text is one JSON value by RFC 8259. The text is
// stored as it stood.
type jsonParser struct{}

func (jsonParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	if _, ok := checkJSON(arena[start:end]); !ok {
		return arena, load.Cell{}, false
	}
	return arena, load.TextCell(start, end), true
}

func (jsonParser) explain(text []byte) *load.Fault {
	at, _ := checkJSON(text)
	flt := &load.Fault{Code: load.CodeNotJSON}
	if at == len(text) {
		flt.Note = message.New("json_ends_early", "json_not_closed")
		return flt
	}
	flt.Note = message.New("not_json", "", "at", characters(text[:at])+1)
	switch {
	case text[at] == '\'':
		flt.Note = flt.WithHint("json_quotes")
	case text[at] < ' ':
		flt.Note = flt.WithHint("json_escapes")
	case text[at] == '}' || text[at] == ']':
		flt.Note = flt.WithHint("json_comma")
	case load.IsNullSign(text):
		flt.Note = asNull(flt.Note, text)
	}
	return flt
}

// jsonDepth is how deep values may be nested, as in encoding/json.
const jsonDepth = 10000

// checkJSON reports whether s is one JSON value with nothing but white space
// around it, and otherwise where it is wrong: len(s) when it ends too early.
//
// It goes over the text once, without recursion: a bit for each open bracket
// says whether it is an object's.
func checkJSON(s []byte) (at int, ok bool) {
	var objects [jsonDepth / 64]uint64
	depth := 0
	i := skipJSONSpace(s, 0)
	for {
		// A value is wanted at i.
		if i == len(s) {
			return i, false
		}
		switch b := s[i]; {
		case b == '{' || b == '[':
			if depth == len(objects)*64 {
				return i, false
			}
			bit := uint64(1) << (depth & 63)
			objects[depth>>6] &^= bit
			if b == '{' {
				objects[depth>>6] |= bit
			}
			depth++
			i = skipJSONSpace(s, i+1)
			if i < len(s) && s[i] == b+2 { // ASCII has } two after {, and ] two after [
				break // the end of an empty one, taken below
			}
			if b == '{' {
				if i, ok = jsonKey(s, i); !ok {
					return i, false
				}
			}
			continue
		case b == '"':
			if i, ok = jsonString(s, i); !ok {
				return i, false
			}
		case b == '-' || b >= '0' && b <= '9':
			if i, ok = jsonNumber(s, i); !ok {
				return i, false
			}
		default:
			if i, ok = jsonWord(s, i); !ok {
				return i, false
			}
		}
		// A value has ended: brackets may close, then a comma or the end.
		for {
			i = skipJSONSpace(s, i)
			if depth == 0 {
				return i, i == len(s)
			}
			if i == len(s) {
				return i, false
			}
			object := objects[(depth-1)>>6]&(1<<((depth-1)&63)) != 0
			if s[i] == '}' && object || s[i] == ']' && !object {
				depth--
				i++
				continue
			}
			if s[i] != ',' {
				return i, false
			}
			i = skipJSONSpace(s, i+1)
			if object {
				if i, ok = jsonKey(s, i); !ok {
					return i, false
				}
			}
			break
		}
	}
}

func skipJSONSpace(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// jsonKey reads a key and its colon from i, and returns where the value is.
func jsonKey(s []byte, i int) (int, bool) {
	if i == len(s) || s[i] != '"' {
		return i, false
	}
	i, ok := jsonString(s, i)
	if !ok {
		return i, false
	}
	i = skipJSONSpace(s, i)
	if i == len(s) || s[i] != ':' {
		return i, false
	}
	return skipJSONSpace(s, i+1), true
}

// jsonString reads the text whose opening quote is at i.
func jsonString(s []byte, i int) (int, bool) {
	for i++; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"':
			return i + 1, true
		case b < ' ':
			return i, false
		case b == '\\':
			i++
			if i == len(s) {
				return i, false
			}
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					i++
					if i == len(s) || hexValue(s[i]) > 15 {
						return i, false
					}
				}
			default:
				return i, false
			}
		}
	}
	return i, false
}

// jsonNumber reads the number that begins at i.
func jsonNumber(s []byte, i int) (int, bool) {
	if s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if n := jsonDigits(s, i); n > i {
		i = n
	} else {
		return i, false
	}
	if i < len(s) && s[i] == '.' {
		n := jsonDigits(s, i+1)
		if n == i+1 {
			return n, false
		}
		i = n
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		n := jsonDigits(s, i)
		if n == i {
			return n, false
		}
		i = n
	}
	return i, true
}

func jsonDigits(s []byte, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// jsonWord reads true, false or null from i.
func jsonWord(s []byte, i int) (int, bool) {
	for _, word := range []string{"true", "false", "null"} {
		if s[i] != word[0] {
			continue
		}
		for j := range len(word) {
			if i+j == len(s) || s[i+j] != word[j] {
				return i + j, false
			}
		}
		return i + len(word), true
	}
	return i, false
}
