package csvfile

import (
	"bytes"
	"fmt"

	"linefeed/backend/charset"
	"linefeed/backend/message"
	"linefeed/backend/unpack"
)

// encoding decides about the encoding.
func (det *detector) encoding(s *sample) (*charset.Charset, error) {
	if det.d.Encoding != "" {
		cs, err := findCharset(det.d.Encoding)
		if err != nil {
			return nil, dialectError(det.path, message.Of(err))
		}
		det.d.Encoding = cs.Name
		det.given("encoding", cs.Name)
		return cs, nil
	}
	cs, err := det.guessEncoding(s)
	if err != nil {
		return nil, err
	}
	det.d.Encoding = cs.Name
	return cs, nil
}

func (det *detector) guessEncoding(s *sample) (*charset.Charset, error) {
	g := charset.GuessFrom(charset.Sample{Head: s.head, Whole: s.whole, Parts: s.parts})
	if g.Basis != charset.ByMark {
		if what, packed := notCSV(s.head); what != "" {
			err := det.binaryError(what)
			if packed {
				err.Note = err.WithHint("unpack_first")
			}
			return nil, err
		}
	}
	cs := g.Charset
	switch g.Basis {
	case charset.Binary:
		return nil, det.binaryError(fmt.Sprintf("%d of its first %d bytes are control characters", g.Controls, g.Looked))
	case charset.ByMark:
		det.found("encoding", cs.Name, g.Confidence, "the file begins with the byte order mark of %s", cs.Label)
	case charset.ByZeros:
		det.found("encoding", cs.Name, g.Confidence, "%d of 100 characters have zero bytes where %s has them", g.Percent, cs.Label)
	case charset.ByASCII:
		det.found("encoding", cs.Name, g.Confidence, "there is nothing but ASCII in what was looked at")
	case charset.ByUTF8:
		det.found("encoding", cs.Name, g.Confidence, "%s beyond ASCII, all of them well-formed UTF-8", count(g.Good, "character"))
	case charset.ByMostUTF8:
		det.found("encoding", cs.Name, g.Confidence, "%d of %d characters beyond ASCII are well-formed UTF-8", g.Good, g.Good+g.Bad)
		w := Warning{Code: WarnMixedEncodings, Note: message.New("bytes_not_utf8", "replace_or_convert", "n", g.Bad)}
		if g.Odd >= 0 {
			w.Line = charset.CountLines(s.head[:g.Odd+1])
			w.Note = message.New("bytes_not_utf8_but", "replace_or_convert", "n", g.Bad, "line", w.Line, "encoding", g.OddCharset.Label)
		}
		det.warn(w)
	case charset.ByLetters:
		f := det.found("encoding", cs.Name, g.Confidence, "%s no UTF-8; as %s the likeliest text", are(g.Bad, "byte"), cs.Label)
		for _, c := range g.Candidates[1:] {
			f.Alternatives = append(f.Alternatives, Alternative{c.Charset.Name, c.Confidence})
		}
		f.Alternatives = sortAlternatives(f.Alternatives)
		if g.Odd >= 0 {
			line := charset.CountLines(s.head[:g.Odd+1])
			det.warn(Warning{
				Code: WarnMixedEncodings, Line: line,
				Note: message.New("some_lines_utf8", "convert_file", "line", line, "encoding", cs.Label),
			})
		}
		if g.Confidence < 0.6 {
			det.warn(Warning{Code: WarnUnsure, Note: message.New("encoding_unsure", "look_at_accents", "encoding", cs.Label)})
		}
	}
	return cs, nil
}

// are returns "1 byte is" or "2 bytes are".
func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

func (det *detector) binaryError(what string) *Error {
	return &Error{Op: "open", Path: det.path, Kind: KindBinary, Note: message.New("binary", "choose_csv", "what", what)}
}

// notCSV says what kind of file begins with b, if it is a known one other than
// text, or "", and whether it may have text packed in it.
func notCSV(b []byte) (what string, packed bool) {
	if kind := unpack.FormatOf(b); kind != "" {
		return "it is compressed with " + kind + " once more", true
	}
	if len(b) > 262 && string(b[257:262]) == "ustar" {
		return "a tar archive", true
	}
	for _, m := range []struct {
		magic, what string
		packed      bool
	}{
		{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", true}, {"Rar!", "a RAR archive", true}, {"]\x00\x00", "LZMA data", true},
		{"\x04\x22\x4d\x18", "LZ4 data", true}, {"LZIP\x01", "lzip data", true}, {"\x1f\x9d", "data of compress", true},
		{"SQLite format 3\x00", "an SQLite database", false}, {"%PDF-", "a PDF document", false},
		{"\x89PNG", "a picture", false}, {"\xff\xd8\xff", "a picture", false}, {"GIF8", "a picture", false},
		{"PAR1", "a Parquet file", false}, {"Obj\x01", "an Avro file", false}, {"ARROW1", "an Arrow file", false},
		{"\x7fELF", "a program", false}, {"MZ\x90", "a program", false}, {"\xd0\xcf\x11\xe0", "an office document", false},
	} {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return m.what, m.packed
		}
	}
	return "", false
}
