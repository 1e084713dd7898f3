package csvfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// encoding decides about the encoding.
func (det *detector) encoding(s *sample) (*charset, error) {
	if det.d.Encoding != "" {
		cs, err := findCharset(det.d.Encoding)
		if err != nil {
			return nil, dialectError(det.path, err.Error(), "see the list of encodings")
		}
		det.d.Encoding = cs.name
		det.given("encoding", cs.name)
		return cs, nil
	}
	name, err := det.guessEncoding(s)
	if err != nil {
		return nil, err
	}
	det.d.Encoding = name
	return findCharset(name)
}

func (det *detector) guessEncoding(s *sample) (string, error) {
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(s.head, m.mark) && !(m.name == "utf-32le" && len(s.head)%4 != 0 && s.whole) {
			det.found("encoding", m.name, 1, "the file begins with the byte order mark of %s", encodingLabel(m.name))
			return m.name, nil
		}
	}
	if what, packed := notCSV(s.head); what != "" {
		err := det.binaryError(what)
		if packed {
			err.Hint = "unpack it first"
		}
		return "", err
	}
	if name, share := wideByZeros(s.head); name != "" {
		det.found("encoding", name, 0.97, "%d of 100 characters have zero bytes where %s has them", share, encodingLabel(name))
		return name, nil
	}
	if n := controls(s.head[:min(len(s.head), binaryLook)]); n > 4 && n*50 > min(len(s.head), binaryLook) {
		return "", det.binaryError(fmt.Sprintf("%d of its first %d bytes are control characters", n, min(len(s.head), binaryLook)))
	}
	var good, bad, high int
	var firstBad int64 = -1
	for i, b := range append([][]byte{s.head}, s.parts...) {
		g, w, h, at := utf8Share(b, i > 0, i < len(s.parts) || !s.whole)
		good, bad, high = good+g, bad+w, high+h
		if at >= 0 && i == 0 {
			firstBad = int64(at)
		}
	}
	switch {
	case high == 0:
		f := det.found("encoding", utf8Name, 1, "there is nothing but ASCII in what was looked at")
		if !s.whole {
			f.Confidence = 0.95
		}
		return utf8Name, nil
	case bad == 0:
		det.found("encoding", utf8Name, min(0.99, 0.9+0.02*float64(good)), "%s beyond ASCII, all of them well-formed UTF-8", count(good, "character"))
		return utf8Name, nil
	case good >= 3*bad:
		det.found("encoding", utf8Name, 0.8, "%d of %d characters beyond ASCII are well-formed UTF-8", good, good+bad)
		w := Warning{Code: WarnMixedEncodings, Message: fmt.Sprintf("%s no UTF-8", are(bad, "byte"))}
		if firstBad >= 0 {
			line := s.head[bytes.LastIndexByte(s.head[:firstBad], '\n')+1:]
			line = line[:lineEnd(line, true)]
			w.Line = countLines(s.head[:firstBad+1])
			if name, _ := guessLegacy([][]byte{line}); name != "" {
				w.Message += fmt.Sprintf("; those on line %d look like %s", w.Line, encodingLabel(name))
			}
		}
		w.Hint = "the records that hold them are rejected; have invalid bytes replaced, or convert the file"
		det.warn(w)
		return utf8Name, nil
	}
	old, line := withoutUTF8(append([][]byte{s.head}, s.parts...))
	name, list := guessLegacy(old)
	conf := list[0].Confidence
	f := det.found("encoding", name, conf, "%s no UTF-8; as %s the likeliest text", are(bad, "byte"), encodingLabel(name))
	f.Alternatives = sortAlternatives(list[1:])
	if good > 0 && line > 0 && isSingle(name) {
		det.warn(Warning{
			Code: WarnMixedEncodings, Line: line,
			Message: fmt.Sprintf("some lines are UTF-8, such as line %d, and most are not: their letters beyond ASCII are read wrong as %s", line, encodingLabel(name)),
			Hint:    "convert the file to one encoding",
		})
	}
	if conf < 0.6 {
		det.warn(Warning{Code: WarnUnsure, Message: fmt.Sprintf("the encoding may be %s or another", encodingLabel(name)), Hint: "look at the letters with accents in the preview"})
	}
	return name, nil
}

// are returns "1 byte is" or "2 bytes are".
func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

// withoutUTF8 returns the parts without the lines that are UTF-8 beyond ASCII,
// and the number of the first such line.
func withoutUTF8(parts [][]byte) (old [][]byte, first int64) {
	line := int64(1)
	for i, b := range parts {
		var rest []byte
		for len(b) > 0 {
			n := lineEnd(b, true)
			text := b[:n]
			switch {
			case !utf8.Valid(text) || !bytes.ContainsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }):
				rest = append(rest, text...)
			case i == 0 && first == 0:
				first = line
			}
			b = b[n:]
			line++ // of the first part
		}
		old = append(old, rest)
	}
	return old, first
}

// isSingle reports whether a character is one byte in the encoding.
func isSingle(name string) bool {
	cs, err := findCharset(name)
	return err == nil && cs.single != nil
}

// wideByZeros finds UTF-16 and UTF-32 without a byte order mark by where the
// zero bytes of ASCII characters are, line ends and delimiters at least.
func wideByZeros(b []byte) (name string, percent int) {
	b = b[:min(len(b), 64<<10)]
	var zeros [4]int
	for i, c := range b {
		if c == 0 {
			zeros[i&3]++
		}
	}
	n := len(b) / 4
	share := func(i int) float64 { return float64(zeros[i]) / float64(max(n, 1)) }
	switch {
	case n == 0:
	case share(2) > 0.9 && share(3) > 0.9 && share(0) < 0.1:
		return "utf-32le", int(share(3) * 100)
	case share(0) > 0.9 && share(1) > 0.9 && share(3) < 0.1:
		return "utf-32be", int(share(0) * 100)
	}
	units := float64(max(len(b)/2, 1))
	odd, even := float64(zeros[1]+zeros[3])/units, float64(zeros[0]+zeros[2])/units
	switch {
	case odd > 0.08 && even < odd/8 && wideMarks(b, 1) && validWide(b, false):
		return "utf-16le", int(odd * 100)
	case even > 0.08 && odd < even/8 && wideMarks(b, 0) && validWide(b, true):
		return "utf-16be", int(even * 100)
	}
	return "", 0
}

// wideMarks reports whether most line ends and delimiters among the bytes are
// such as two bytes, with a zero at the places that are even or odd: a few
// zeros in other text stand anywhere.
func wideMarks(b []byte, zero int) bool {
	wide, all := 0, 0
	for i, c := range b[:len(b)&^1] {
		switch c {
		case '\n', '\r', ',', ';', '\t', '|':
			all++
			if i&1 != zero && b[i^1] == 0 {
				wide++
			}
		}
	}
	return 2*wide > all
}

// validWide reports whether b is text in UTF-16, with line ends or none.
func validWide(b []byte, big bool) bool {
	name := "utf-16le"
	if big {
		name = "utf-16be"
	}
	cs, err := findCharset(name)
	if err != nil {
		return false
	}
	text := cs.text(b[:len(b)&^1], false)
	bad := bytes.Count(text, []byte("\uFFFD")) + controls(text)
	return bad*100 <= utf8.RuneCount(text)
}

// binaryLook is how many bytes are looked at for control characters.
const binaryLook = 64 << 10

func (det *detector) binaryError(what string) *Error {
	return &Error{Op: "open", Path: det.path, Kind: KindBinary, Message: "it is a binary file, not text: " + what, Hint: "choose a CSV file, or save it as CSV from the program that made it"}
}

// notCSV says what the file is that begins with b, if that is a known kind of
// file that is not text, or "", and whether there may be text packed in it.
func notCSV(b []byte) (what string, packed bool) {
	if kind := compressionOf(b); kind != None {
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

// controls counts the control characters that no text has, not even as a
// delimiter.
func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && (c < 0x1c || c > 0x1f) && c != 0x01 && c != 0x02 {
			n++
		}
	}
	return n
}

// utf8Share counts the characters of b beyond ASCII that are well-formed, the
// bytes that are not, and both together. With from, b may begin, with to it may
// end within a character. at is the first bad byte, or -1.
func utf8Share(b []byte, from, to bool) (good, bad, high, at int) {
	at = -1
	i := 0
	for from && i < len(b) && i < 3 && !utf8.RuneStart(b[i]) {
		i++
	}
	if to {
		b = b[:len(b)-cutRune(b)]
	}
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			if bad++; at < 0 {
				at = i
			}
		} else {
			good++
		}
		high++
		i += n
	}
	return good, bad, high, at
}
