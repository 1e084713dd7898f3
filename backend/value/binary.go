package value

import (
	"bytes"
	"encoding/base64"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A binaryParser reads bytes that are written as text.
type binaryParser struct {
	encoding binaryEncoding
	length   int // the most bytes; 0 is no limit
}

type binaryEncoding uint8

const (
	binaryHex    binaryEncoding = iota // two digits a byte, also after 0x or \x
	binaryBase64                       // RFC 4648, both alphabets, with or without padding
	binaryText                         // the bytes of the text itself
)

// textFormat is the format of a column whose values are taken as they stand: a
// binary column, and in a new table one of text.
const textFormat = "text"

func newBinaryParser(format string, length int) (*binaryParser, error) {
	switch strings.ToLower(format) {
	case "", "hex":
		return &binaryParser{binaryHex, length}, nil
	case "base64":
		return &binaryParser{binaryBase64, length}, nil
	case textFormat:
		return &binaryParser{binaryText, length}, nil
	}
	return nil, message.NewError(nil, "binary_format", "", "format", format)
}

func (p *binaryParser) parse(arena []byte, start, end int) ([]byte, load.Cell, bool) {
	arena, from, to, ok := p.decode(arena, start, end)
	if !ok {
		return arena, load.Cell{}, false
	}
	if p.length > 0 && to-from > p.length {
		if p.encoding != binaryText {
			arena = arena[:from]
		}
		return arena, load.Cell{}, false
	}
	cell := load.TextCell(from, to)
	cell.Kind = load.CellBlob
	return arena, cell, true
}

// decode appends the bytes to arena, or finds them there, as [from, to).
func (p *binaryParser) decode(arena []byte, start, end int) (out []byte, from, to int, ok bool) {
	was := len(arena)
	s := arena[start:end]
	switch p.encoding {
	case binaryText:
		return arena, start, end, true
	case binaryBase64:
		for len(s) > 0 && s[len(s)-1] == '=' && end-start-len(s) < 2 {
			s = s[:len(s)-1]
		}
		encoding := base64.RawStdEncoding
		for _, b := range s {
			if b == '-' || b == '_' {
				encoding = base64.RawURLEncoding
				break
			}
			if b == '\n' || b == '\r' {
				return arena, 0, 0, false
			}
		}
		padding := end - start - len(s)
		if padding > 0 && (len(s)+padding)%4 != 0 {
			return arena, 0, 0, false
		}
		out, err := encoding.AppendDecode(arena, s)
		if err != nil {
			return arena, 0, 0, false
		}
		return out, was, len(out), true
	default:
		if len(s) >= 2 && (s[0] == '0' || s[0] == '\\') && s[1]|0x20 == 'x' {
			s = s[2:]
		}
		if len(s)%2 != 0 {
			return arena, 0, 0, false
		}
		for i := 0; i < len(s); i += 2 {
			high, low := hexValue(s[i]), hexValue(s[i+1])
			if high > 15 || low > 15 {
				return arena[:was], 0, 0, false
			}
			arena = append(arena, high<<4|low)
		}
		return arena, was, len(arena), true
	}
}

func (p *binaryParser) explain(text []byte) *load.Fault {
	if _, from, to, ok := p.decode(text, 0, len(text)); ok {
		return &load.Fault{Code: load.CodeTooLong, Note: message.New("too_many_bytes", "bytes_too_many", "n", to-from, "most", p.length, "over", to-from-p.length)}
	}
	flt := &load.Fault{Code: load.CodeNotBinary, Note: message.New("not_hex", "hex_digits")}
	if p.encoding == binaryBase64 {
		flt.Note = message.New("not_base64", "maybe_hex")
		return flt
	}
	const longest = 4096 // of a text that is tried as base64
	if len(text) > longest || bytes.IndexFunc(text, func(r rune) bool { return r > 'f' || hexValue(byte(r)) > 15 }) < 0 {
		return flt
	}
	base := binaryParser{encoding: binaryBase64}
	if _, _, _, ok := base.decode(text, 0, len(text)); ok {
		flt.Note = flt.WithHint("maybe_base64")
	}
	return flt
}
