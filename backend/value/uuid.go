package value

import (
	"strings"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A uuidParser reads UUIDs of RFC 9562 in hexadecimal, with hyphens or without
// any, also in braces or after urn:uuid:.
type uuidParser struct{}

// How long a UUID is with hyphens, and without.
const uuidLength, uuidDigits = 36, 32

func isUUIDHyphen(i int) bool { return i == 8 || i == 13 || i == 18 || i == 23 }

func (uuidParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	start, end = uuidCore(arena, start, end)
	s := arena[start:end]
	if len(s) == uuidLength && isCanonicalUUID(s) {
		return arena, load.TextCell(start, end), true
	}
	if len(s) != uuidLength && len(s) != uuidDigits {
		return arena, load.Cell{}, false
	}
	hyphens := len(s) == uuidLength
	was := len(arena)
	for i, b := range s {
		if hyphens && isUUIDHyphen(i) {
			if b != '-' {
				return arena[:was], load.Cell{}, false
			}
			continue
		}
		if hexValue(b) > 15 {
			return arena[:was], load.Cell{}, false
		}
		if isUUIDHyphen(len(arena) - was) {
			arena = append(arena, '-')
		}
		if b >= 'A' && b <= 'F' {
			b |= 0x20
		}
		arena = append(arena, b)
	}
	return arena, load.TextCell(was, len(arena)), true
}

// isBareUUID reports whether 32 hexadecimal digits can be told from those of a
// checksum: by version and variant.
func isBareUUID(text []byte) bool {
	return len(text) == uuidDigits && text[12] >= '1' && text[12] <= '8' && strings.IndexByte("89abAB", text[16]) >= 0
}

// uuidCore narrows the range by braces or the prefix of a URN.
func uuidCore(arena []byte, start, end int) (int, int) {
	s := arena[start:end]
	const urn = "urn:uuid:"
	if len(s) == uuidLength+2 && s[0] == '{' && s[len(s)-1] == '}' {
		return start + 1, end - 1
	}
	if len(s) == uuidLength+len(urn) && equalLower(s[:3], "urn") && s[3] == ':' && equalLower(s[4:8], "uuid") && s[8] == ':' {
		return start + len(urn), end
	}
	return start, end
}

func isCanonicalUUID(s []byte) bool {
	for i, b := range s {
		if isUUIDHyphen(i) {
			if b != '-' {
				return false
			}
		} else if (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return false
		}
	}
	return true
}

// hexValue returns the value of a hexadecimal digit, or more than 15.
func hexValue(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return b - '0'
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10
	}
	return 0xff
}

func (uuidParser) explain(text []byte) *load.Fault {
	flt := &load.Fault{Code: load.CodeNotAUUID, Note: message.New("not_a_uuid", "")}
	if load.IsNullSign(text) {
		flt.Note = asNull(flt.Note, text)
		return flt
	}
	digits := 0
	for i, b := range text {
		if hexValue(b) <= 15 {
			digits++
		} else if b != '-' && b != '{' && b != '}' {
			wrong, _ := utf8.DecodeRune(text[i:])
			flt.Note = flt.WithHint("uuid_digits", "found", string(wrong))
			return flt
		}
	}
	switch missing := uuidDigits - digits; {
	case missing > 0:
		flt.Note = flt.WithHint("digits_missing", "n", missing)
	case missing < 0:
		flt.Note = flt.WithHint("digits_too_many", "n", -missing)
	default:
		flt.Note = flt.WithHint("uuid_hyphens")
	}
	return flt
}
