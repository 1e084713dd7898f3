package csvfile

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const utf8Name = "utf-8"

// A charset is one character encoding. Exactly one of the four ways to decode
// it is set, or none for UTF-8.
type charset struct {
	name   string
	label  string // for people
	unit   int    // bytes in a unit of UTF-16 or UTF-32
	big    bool   // the unit's highest byte comes first
	single *charmap.Charmap
	multi  encoding.Encoding
}

var charsets = []charset{
	{name: utf8Name, label: "UTF-8"},
	{name: "utf-16le", label: "UTF-16 LE", unit: 2},
	{name: "utf-16be", label: "UTF-16 BE", unit: 2, big: true},
	{name: "utf-32le", label: "UTF-32 LE", unit: 4},
	{name: "utf-32be", label: "UTF-32 BE", unit: 4, big: true},
	{name: "windows-1252", label: "Windows-1252 (Western)", single: charmap.Windows1252},
	{name: "iso-8859-1", label: "ISO-8859-1 (Latin 1)", single: charmap.ISO8859_1},
	{name: "iso-8859-15", label: "ISO-8859-15 (Latin 9)", single: charmap.ISO8859_15},
	{name: "windows-1250", label: "Windows-1250 (Central European)", single: charmap.Windows1250},
	{name: "iso-8859-2", label: "ISO-8859-2 (Central European)", single: charmap.ISO8859_2},
	{name: "windows-1251", label: "Windows-1251 (Cyrillic)", single: charmap.Windows1251},
	{name: "koi8-r", label: "KOI8-R (Russian)", single: charmap.KOI8R},
	{name: "koi8-u", label: "KOI8-U (Ukrainian)", single: charmap.KOI8U},
	{name: "iso-8859-5", label: "ISO-8859-5 (Cyrillic)", single: charmap.ISO8859_5},
	{name: "windows-1253", label: "Windows-1253 (Greek)", single: charmap.Windows1253},
	{name: "iso-8859-7", label: "ISO-8859-7 (Greek)", single: charmap.ISO8859_7},
	{name: "windows-1254", label: "Windows-1254 (Turkish)", single: charmap.Windows1254},
	{name: "iso-8859-9", label: "ISO-8859-9 (Turkish)", single: charmap.ISO8859_9},
	{name: "windows-1255", label: "Windows-1255 (Hebrew)", single: charmap.Windows1255},
	{name: "iso-8859-8", label: "ISO-8859-8 (Hebrew)", single: charmap.ISO8859_8},
	{name: "windows-1256", label: "Windows-1256 (Arabic)", single: charmap.Windows1256},
	{name: "iso-8859-6", label: "ISO-8859-6 (Arabic)", single: charmap.ISO8859_6},
	{name: "windows-1257", label: "Windows-1257 (Baltic)", single: charmap.Windows1257},
	{name: "iso-8859-13", label: "ISO-8859-13 (Baltic)", single: charmap.ISO8859_13},
	{name: "windows-1258", label: "Windows-1258 (Vietnamese)", single: charmap.Windows1258},
	{name: "windows-874", label: "Windows-874 (Thai)", single: charmap.Windows874},
	{name: "iso-8859-3", label: "ISO-8859-3 (South European)", single: charmap.ISO8859_3},
	{name: "iso-8859-4", label: "ISO-8859-4 (North European)", single: charmap.ISO8859_4},
	{name: "iso-8859-10", label: "ISO-8859-10 (Nordic)", single: charmap.ISO8859_10},
	{name: "iso-8859-14", label: "ISO-8859-14 (Celtic)", single: charmap.ISO8859_14},
	{name: "iso-8859-16", label: "ISO-8859-16 (Romanian)", single: charmap.ISO8859_16},
	{name: "macintosh", label: "Mac OS Roman", single: charmap.Macintosh},
	{name: "x-mac-cyrillic", label: "Mac OS Cyrillic", single: charmap.MacintoshCyrillic},
	{name: "ibm437", label: "IBM 437 (DOS, US)", single: charmap.CodePage437},
	{name: "ibm850", label: "IBM 850 (DOS, Western)", single: charmap.CodePage850},
	{name: "ibm852", label: "IBM 852 (DOS, Central European)", single: charmap.CodePage852},
	{name: "ibm855", label: "IBM 855 (DOS, Cyrillic)", single: charmap.CodePage855},
	{name: "ibm858", label: "IBM 858 (DOS, Western with euro)", single: charmap.CodePage858},
	{name: "ibm860", label: "IBM 860 (DOS, Portuguese)", single: charmap.CodePage860},
	{name: "ibm862", label: "IBM 862 (DOS, Hebrew)", single: charmap.CodePage862},
	{name: "ibm863", label: "IBM 863 (DOS, French Canadian)", single: charmap.CodePage863},
	{name: "ibm865", label: "IBM 865 (DOS, Nordic)", single: charmap.CodePage865},
	{name: "ibm866", label: "IBM 866 (DOS, Cyrillic)", single: charmap.CodePage866},
	{name: "ibm037", label: "IBM 037 (EBCDIC)", single: charmap.CodePage037},
	{name: "ibm1047", label: "IBM 1047 (EBCDIC, Latin 1)", single: charmap.CodePage1047},
	{name: "ibm1140", label: "IBM 1140 (EBCDIC with euro)", single: charmap.CodePage1140},
	{name: "shift_jis", label: "Shift_JIS (Japanese)", multi: japanese.ShiftJIS},
	{name: "euc-jp", label: "EUC-JP (Japanese)", multi: japanese.EUCJP},
	{name: "iso-2022-jp", label: "ISO-2022-JP (Japanese)", multi: japanese.ISO2022JP},
	{name: "gb18030", label: "GB18030 (Chinese)", multi: simplifiedchinese.GB18030},
	{name: "gbk", label: "GBK (Chinese)", multi: simplifiedchinese.GBK},
	{name: "hz-gb-2312", label: "HZ-GB2312 (Chinese)", multi: simplifiedchinese.HZGB2312},
	{name: "big5", label: "Big5 (Chinese, traditional)", multi: traditionalchinese.Big5},
	{name: "euc-kr", label: "EUC-KR (Korean)", multi: korean.EUCKR},
}

// An Encoding is a character encoding that can be read.
type Encoding struct {
	Name  string `json:"name"`  // for a Dialect
	Label string `json:"label"` // for people
}

// Encodings returns the encodings that can be read, the usual ones first.
func Encodings() []Encoding {
	list := make([]Encoding, len(charsets))
	for i, c := range charsets {
		list[i] = Encoding{c.name, c.label}
	}
	return list
}

// encodingAliases are names in use for encodings that neither IANA nor the
// web's index has, or that these have for another encoding.
var encodingAliases = map[string]string{
	"utf8": utf8Name, "ascii": utf8Name, "us-ascii": utf8Name, "utf-8-sig": utf8Name, "utf8bom": utf8Name,
	"utf16": "utf-16le", "utf-16": "utf-16le", "utf16le": "utf-16le", "utf16be": "utf-16be", "ucs-2": "utf-16le",
	"utf32": "utf-32le", "utf-32": "utf-32le", "utf32le": "utf-32le", "utf32be": "utf-32be",
	"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "latin9": "iso-8859-15", "latin2": "iso-8859-2",
	"ansi": "windows-1252", "cp1252": "windows-1252", "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1253": "windows-1253",
	"cp1254": "windows-1254", "cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "cp1258": "windows-1258",
	"cp437": "ibm437", "cp850": "ibm850", "cp852": "ibm852", "cp855": "ibm855", "cp858": "ibm858", "cp866": "ibm866", "cp037": "ibm037",
	"sjis": "shift_jis", "cp932": "shift_jis", "windows-31j": "shift_jis", "eucjp": "euc-jp", "euckr": "euc-kr", "cp949": "euc-kr",
	"cp936": "gbk", "gb2312": "gbk", "cp950": "big5", "macroman": "macintosh",
}

// findCharset returns the charset of that name.
func findCharset(s string) (*charset, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if alias, ok := encodingAliases[s]; ok {
		s = alias
	}
	if i := slices.IndexFunc(charsets, func(c charset) bool { return c.name == s }); i >= 0 {
		return &charsets[i], nil
	}
	e, err := ianaindex.IANA.Encoding(s)
	if err != nil || e == nil {
		e, err = htmlindex.Get(s)
	}
	if err == nil {
		for i := range charsets {
			if c := &charsets[i]; c.single != nil && e == encoding.Encoding(c.single) || c.multi != nil && e == c.multi {
				return c, nil
			}
		}
	}
	return nil, fmt.Errorf("%q is no encoding that is known", s)
}

// encodingLabel returns what an encoding is called.
func encodingLabel(s string) string {
	if c, err := findCharset(s); err == nil {
		return c.label
	}
	return s
}

// decoder returns what makes text of bytes in the charset, or nil where the
// bytes are the text.
func (c *charset) decoder(replace bool) decoder {
	switch {
	case c.unit == 2:
		return &decode16{big: c.big, replace: replace}
	case c.unit == 4:
		return &decode32{big: c.big, replace: replace}
	case c.single != nil:
		return newDecodeTable(c.single, replace)
	case c.multi != nil:
		return &decodeLines{decoder: c.multi.NewDecoder(), replace: replace, own: c.name == "gb18030"}
	case replace:
		return decodeUTF8{}
	}
	return nil
}

// isEBCDIC reports whether a line feed is not 0x0A in the charset.
func isEBCDIC(m *charmap.Charmap) bool { return m.DecodeByte(0x0A) != '\n' }
