package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// TestEncodings writes a file in every encoding and reads it with that
// encoding given: the values, and the bytes and lines of each record.
func TestEncodings(t *testing.T) {
	samples := []string{"Žluťoučký", "Größe", "façade", "Привет", "Ελλάδα", "İstanbul", "שלום", "مرحبا", "สวัสดี", "日本語テキスト", "中文文本", "繁體中文", "한국어", "þæð", "ž", "é", "x"}
	for _, e := range Encodings() {
		t.Run(e.Name, func(t *testing.T) {
			word := ""
			for _, s := range samples {
				if canEncode(s, e.Name) {
					word = s
					break
				}
			}
			texts := []string{"a,b\n", "1," + word + "\n", "\"2\r\n" + word + "\"\"\"," + word + "\r\n", "\n", strings.Repeat(word+" ", 500) + ",3\n", "4,\"" + word + "\""}
			var content []byte
			ends := []int64{}
			for _, s := range texts {
				content = append(content, encode(s, e.Name)...)
				ends = append(ends, int64(len(content)))
			}
			want := [][]string{{"1", word}, {"2\r\n" + word + `"`, word}, {strings.Repeat(word+" ", 500), "3"}, {"4", word}}
			at := []int{1, 2, 4, 5} // the texts that are records
			lines := [][2]int64{{2, 2}, {3, 4}, {6, 6}, {7, 7}}
			for _, r := range []io.Reader{bytes.NewReader(content), iotest.OneByteReader(bytes.NewReader(content))} {
				f, err := openReader(r, "test", -1, Dialect{Encoding: e.Name, HeaderRows: new(1)}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for rec, err := range f.Records() {
					if err != nil {
						t.Fatal(err)
					}
					from, to := ends[at[n]-1], ends[at[n]]
					if rec.Offset != from || rec.End != to || !bytes.Equal(rec.Raw, content[from:to]) {
						t.Errorf("record %d is [%d, %d) %q, want [%d, %d) %q", n+1, rec.Offset, rec.End, rec.Raw, from, to, content[from:to])
					}
					if rec.Line != lines[n][0] || rec.EndLine != lines[n][1] {
						t.Errorf("record %d on lines %d to %d, want %v", n+1, rec.Line, rec.EndLine, lines[n])
					}
					got := fmt.Sprintf("%q %q", rec.Field(0), rec.Field(1))
					if w := fmt.Sprintf("%q %q", want[n][0], want[n][1]); got != w {
						t.Errorf("record %d is %s, want %s", n+1, got, w)
					}
					n++
				}
				if n != len(want) {
					t.Errorf("%d records, want %d", n, len(want))
				}
				f.Close()
			}
		})
	}
}

// canEncode reports whether there are all characters of s in the encoding.
func canEncode(s, name string) (ok bool) {
	defer func() {
		if recover() != nil { // encode panics for a character that is not there
			ok = false
		}
	}()
	return Decode(encode(s, name), name) == s
}

// TestInvalidBytes rejects, or replaces, what is no text in the encoding.
func TestInvalidBytes(t *testing.T) {
	tests := []struct {
		encoding, bad string
		message       string
		replaced      string
	}{
		{"utf-8", "x\xffy", "the byte 0xFF on line 3, at byte 11 of the file, is not UTF-8", "x\uFFFDy"},
		{"utf-8", "x\xc3\x28", "the byte 0xC3 on line 3, at byte 11 of the file, is not UTF-8", "x\uFFFD("},
		{"utf-8", "\xed\xa0\x80", "the byte 0xED on line 3, at byte 10 of the file, is not UTF-8", "\uFFFD\uFFFD\uFFFD"},
		{"utf-8", "x\x00y", "a NUL byte on line 3, at byte 11 of the file", "x\uFFFDy"},
		{"shift_jis", "\x83\x65\x83\x20", "the byte 0x83 on line 3, at byte 12 of the file, is not Shift_JIS (Japanese)", "テ\uFFFD "},
		{"shift_jis", "\xa0z", "the byte 0xA0 on line 3, at byte 10 of the file, is not Shift_JIS (Japanese)", "\uFFFDz"},
		{"euc-kr", "\xb0\xa1\xff", "the byte 0xFF on line 3, at byte 12 of the file, is not EUC-KR (Korean)", "가\uFFFD"},
		{"gb18030", "\x84\x31\xa4\x37", "", "\uFFFD"},
		{"windows-1253", "\xd2", "the byte 0xD2 on line 3, at byte 10 of the file, is not Windows-1253 (Greek)", "\uFFFD"},
		{"windows-1252", "a\x00", "a NUL byte on line 3, at byte 11 of the file", "a\uFFFD"},
	}
	for _, tt := range tests {
		content := "a,b\n1,x\n2," + tt.bad + "\n3,y\n"
		for _, rule := range []string{InvalidReject, InvalidReplace} {
			d := Dialect{Encoding: tt.encoding, InvalidBytes: rule, Delimiter: ",", HeaderRows: new(1), SkipLines: new(0)}
			f, err := openReader(strings.NewReader(content), "test", -1, d, Options{})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rec, err := range f.Records() {
				n++
				var rej *load.Reject
				bad := errors.As(err, &rej)
				switch {
				case n != 2 || rule == InvalidReplace || tt.message == "":
					if err != nil {
						t.Errorf("%s %q: record %d: %v", tt.encoding, tt.bad, n, err)
					} else if n == 2 && string(rec.Field(1)) != tt.replaced {
						t.Errorf("%s %q: got %q, want %q", tt.encoding, tt.bad, rec.Field(1), tt.replaced)
					}
				case !bad || rej.Message != tt.message || rej.Code != load.CodeInvalidEncoding || rej.Column != "b" || rej.Line != 3:
					t.Errorf("%s %q: got %+v, want %s", tt.encoding, tt.bad, rej, tt.message)
				}
			}
			if n != 3 {
				t.Errorf("%s %q: %d records", tt.encoding, tt.bad, n)
			}
			f.Close()
		}
	}
}

// TestWideInvalid finds halves of surrogate pairs and odd bytes.
func TestWideInvalid(t *testing.T) {
	content := append(encode("a,b\n1,x\n", "utf-16le"), 0x00, 0xD8)
	content = append(content, encode(",y\n3,z\n4,", "utf-16le")...)
	content = append(content, 'w')
	f, err := openReader(bytes.NewReader(content), "test", -1, Dialect{Encoding: "utf-16le", Delimiter: ",", HeaderRows: new(1), SkipLines: new(0)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var codes []load.Code
	for _, err := range f.Records() {
		var rej *load.Reject
		if errors.As(err, &rej) {
			codes = append(codes, rej.Code)
		} else {
			codes = append(codes, "")
		}
	}
	if want := []load.Code{"", load.CodeInvalidEncoding, "", load.CodeInvalidEncoding}; fmt.Sprint(codes) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", codes, want)
	}
}

// TestMixedEncodings finds a few lines in another encoding among many.
func TestMixedEncodings(t *testing.T) {
	content := "id,name\n" + strings.Repeat("1,Müller\n2,Schäfer\n", 20) + "3,J\xe4ger\n" + strings.Repeat("4,Größe\n", 20)
	f, err := openReader(strings.NewReader(content), "test", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Dialect().Encoding != charset.UTF8 {
		t.Errorf("encoding %s", f.Dialect().Encoding)
	}
	w := f.Warnings()
	if len(w) != 1 || w[0].Code != WarnMixedEncodings || w[0].Line != 42 || !strings.Contains(w[0].Message, "Windows-1252") {
		t.Errorf("warnings %+v", w)
	}
	bad := 0
	for _, err := range f.Records() {
		if err != nil {
			bad++
		}
	}
	if bad != 1 {
		t.Errorf("%d rejected, want 1", bad)
	}
}
