package charset

import (
	"bytes"
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

// UTF8 is the name of UTF-8.
const UTF8 = "utf-8"

// A Charset is one character encoding.
type Charset struct {
	Name  string // in lower case, as in "windows-1252"
	Label string // for people
	Unit  int    // bytes in a unit of UTF-16 or UTF-32; 0 for all others

	// One of Unit, single and multi is set, or none for UTF-8.
	big    bool // the unit's highest byte comes first
	single *charmap.Charmap
	multi  encoding.Encoding
}

var charsets = []Charset{
	{Name: UTF8, Label: "UTF-8"},
	{Name: "utf-16le", Label: "UTF-16 LE", Unit: 2},
	{Name: "utf-16be", Label: "UTF-16 BE", Unit: 2, big: true},
	{Name: "utf-32le", Label: "UTF-32 LE", Unit: 4},
	{Name: "utf-32be", Label: "UTF-32 BE", Unit: 4, big: true},
	{Name: "windows-1252", Label: "Windows-1252 (Western)", single: charmap.Windows1252},
	{Name: "iso-8859-1", Label: "ISO-8859-1 (Latin 1)", single: charmap.ISO8859_1},
	{Name: "iso-8859-15", Label: "ISO-8859-15 (Latin 9)", single: charmap.ISO8859_15},
	{Name: "windows-1250", Label: "Windows-1250 (Central European)", single: charmap.Windows1250},
	{Name: "iso-8859-2", Label: "ISO-8859-2 (Central European)", single: charmap.ISO8859_2},
	{Name: "windows-1251", Label: "Windows-1251 (Cyrillic)", single: charmap.Windows1251},
	{Name: "koi8-r", Label: "KOI8-R (Russian)", single: charmap.KOI8R},
	{Name: "koi8-u", Label: "KOI8-U (Ukrainian)", single: charmap.KOI8U},
	{Name: "iso-8859-5", Label: "ISO-8859-5 (Cyrillic)", single: charmap.ISO8859_5},
	{Name: "windows-1253", Label: "Windows-1253 (Greek)", single: charmap.Windows1253},
	{Name: "iso-8859-7", Label: "ISO-8859-7 (Greek)", single: charmap.ISO8859_7},
	{Name: "windows-1254", Label: "Windows-1254 (Turkish)", single: charmap.Windows1254},
	{Name: "iso-8859-9", Label: "ISO-8859-9 (Turkish)", single: charmap.ISO8859_9},
	{Name: "windows-1255", Label: "Windows-1255 (Hebrew)", single: charmap.Windows1255},
	{Name: "iso-8859-8", Label: "ISO-8859-8 (Hebrew)", single: charmap.ISO8859_8},
	{Name: "windows-1256", Label: "Windows-1256 (Arabic)", single: charmap.Windows1256},
	{Name: "iso-8859-6", Label: "ISO-8859-6 (Arabic)", single: charmap.ISO8859_6},
	{Name: "windows-1257", Label: "Windows-1257 (Baltic)", single: charmap.Windows1257},
	{Name: "iso-8859-13", Label: "ISO-8859-13 (Baltic)", single: charmap.ISO8859_13},
	{Name: "windows-1258", Label: "Windows-1258 (Vietnamese)", single: charmap.Windows1258},
	{Name: "windows-874", Label: "Windows-874 (Thai)", single: charmap.Windows874},
	{Name: "iso-8859-3", Label: "ISO-8859-3 (South European)", single: charmap.ISO8859_3},
	{Name: "iso-8859-4", Label: "ISO-8859-4 (North European)", single: charmap.ISO8859_4},
	{Name: "iso-8859-10", Label: "ISO-8859-10 (Nordic)", single: charmap.ISO8859_10},
	{Name: "iso-8859-14", Label: "ISO-8859-14 (Celtic)", single: charmap.ISO8859_14},
	{Name: "iso-8859-16", Label: "ISO-8859-16 (Romanian)", single: charmap.ISO8859_16},
	{Name: "macintosh", Label: "Mac OS Roman", single: charmap.Macintosh},
	{Name: "x-mac-cyrillic", Label: "Mac OS Cyrillic", single: charmap.MacintoshCyrillic},
	{Name: "ibm437", Label: "IBM 437 (DOS, US)", single: charmap.CodePage437},
	{Name: "ibm850", Label: "IBM 850 (DOS, Western)", single: charmap.CodePage850},
	{Name: "ibm852", Label: "IBM 852 (DOS, Central European)", single: charmap.CodePage852},
	{Name: "ibm855", Label: "IBM 855 (DOS, Cyrillic)", single: charmap.CodePage855},
	{Name: "ibm858", Label: "IBM 858 (DOS, Western with euro)", single: charmap.CodePage858},
	{Name: "ibm860", Label: "IBM 860 (DOS, Portuguese)", single: charmap.CodePage860},
	{Name: "ibm862", Label: "IBM 862 (DOS, Hebrew)", single: charmap.CodePage862},
	{Name: "ibm863", Label: "IBM 863 (DOS, French Canadian)", single: charmap.CodePage863},
	{Name: "ibm865", Label: "IBM 865 (DOS, Nordic)", single: charmap.CodePage865},
	{Name: "ibm866", Label: "IBM 866 (DOS, Cyrillic)", single: charmap.CodePage866},
	{Name: "ibm037", Label: "IBM 037 (EBCDIC)", single: charmap.CodePage037},
	{Name: "ibm1047", Label: "IBM 1047 (EBCDIC, Latin 1)", single: charmap.CodePage1047},
	{Name: "ibm1140", Label: "IBM 1140 (EBCDIC with euro)", single: charmap.CodePage1140},
	{Name: "shift_jis", Label: "Shift_JIS (Japanese)", multi: japanese.ShiftJIS},
	{Name: "euc-jp", Label: "EUC-JP (Japanese)", multi: japanese.EUCJP},
	{Name: "iso-2022-jp", Label: "ISO-2022-JP (Japanese)", multi: japanese.ISO2022JP},
	{Name: "gb18030", Label: "GB18030 (Chinese)", multi: simplifiedchinese.GB18030},
	{Name: "gbk", Label: "GBK (Chinese)", multi: simplifiedchinese.GBK},
	{Name: "hz-gb-2312", Label: "HZ-GB2312 (Chinese)", multi: simplifiedchinese.HZGB2312},
	{Name: "big5", Label: "Big5 (Chinese, traditional)", multi: traditionalchinese.Big5},
	{Name: "euc-kr", Label: "EUC-KR (Korean)", multi: korean.EUCKR},
}

// All returns every charset, the usual ones first.
func All() []*Charset {
	list := make([]*Charset, len(charsets))
	for i := range charsets {
		list[i] = &charsets[i]
	}
	return list
}

// aliases are names in use that neither IANA nor the web's index has, or has for
// another encoding.
var aliases = map[string]string{
	"utf8": UTF8, "ascii": UTF8, "us-ascii": UTF8, "utf-8-sig": UTF8, "utf8bom": UTF8,
	"utf16": "utf-16le", "utf-16": "utf-16le", "utf16le": "utf-16le", "utf16be": "utf-16be", "ucs-2": "utf-16le",
	"utf32": "utf-32le", "utf-32": "utf-32le", "utf32le": "utf-32le", "utf32be": "utf-32be",
	"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "latin9": "iso-8859-15", "latin2": "iso-8859-2",
	"ansi": "windows-1252", "cp1252": "windows-1252", "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1253": "windows-1253",
	"cp1254": "windows-1254", "cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "cp1258": "windows-1258",
	"cp437": "ibm437", "cp850": "ibm850", "cp852": "ibm852", "cp855": "ibm855", "cp858": "ibm858", "cp866": "ibm866", "cp037": "ibm037",
	"sjis": "shift_jis", "cp932": "shift_jis", "windows-31j": "shift_jis", "eucjp": "euc-jp", "euckr": "euc-kr", "cp949": "euc-kr",
	"cp936": "gbk", "gb2312": "gbk", "cp950": "big5", "macroman": "macintosh",
}

// Find returns the charset of that name, or nil if there is none. The name may be
// one registered with IANA, of the web's index or in common use, in any case.
func Find(name string) *Charset {
	name = strings.ToLower(strings.TrimSpace(name))
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	if i := slices.IndexFunc(charsets, func(c Charset) bool { return c.Name == name }); i >= 0 {
		return &charsets[i]
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		e, err = htmlindex.Get(name)
	}
	if err != nil {
		return nil
	}
	for i := range charsets {
		if c := &charsets[i]; c.single != nil && e == encoding.Encoding(c.single) || c.multi != nil && e == c.multi {
			return c
		}
	}
	return nil
}

// Single reports whether every character is one byte.
func (c *Charset) Single() bool { return c.single != nil }

// Text returns b as UTF-8, with U+FFFD for what is invalid or NUL. Unless b is
// whole, a character that is cut off at its end is left out. The text is b
// itself if that is UTF-8.
func (c *Charset) Text(b []byte, whole bool) []byte {
	d := c.NewDecoder(true)
	if d == nil || c.Name == UTF8 && Invalid(b) < 0 {
		return b
	}
	d.Raw = b
	return d.Decode(nil, whole)
}

// NewDecoder returns a decoder of bytes in the charset, or nil if the bytes are the
// text: UTF-8 without replace. With replace, invalid characters are replaced without
// being reported as flaws.
func (c *Charset) NewDecoder(replace bool) *Decoder {
	d := &Decoder{replace: replace, lines: []place{{}}}
	switch {
	case c.Unit == 2:
		d.codec = utf16Codec{big: c.big}
	case c.Unit == 4:
		d.codec = utf32Codec{big: c.big}
	case c.single != nil:
		d.codec = newTableCodec(c.single)
	case c.multi != nil:
		d.codec = &lineCodec{decoder: c.multi.NewDecoder(), own: c.Name == "gb18030"}
	case replace:
		d.codec = utf8Codec{}
	default:
		return nil
	}
	return d
}

// byteOrderMarks are the marks at the beginning of a file that identify its
// encoding. Longer ones come first.
var byteOrderMarks = []struct {
	mark []byte
	name string
}{
	{[]byte{0xFF, 0xFE, 0, 0}, "utf-32le"},
	{[]byte{0, 0, 0xFE, 0xFF}, "utf-32be"},
	{[]byte{0xEF, 0xBB, 0xBF}, UTF8},
	{[]byte{0xFF, 0xFE}, "utf-16le"},
	{[]byte{0xFE, 0xFF}, "utf-16be"},
	{[]byte{0x84, 0x31, 0x95, 0x33}, "gb18030"},
}

// Mark returns the length of the charset's byte order mark at the beginning of b,
// 0 if it does not begin with one.
func (c *Charset) Mark(b []byte) int {
	for _, m := range byteOrderMarks {
		if m.name == c.Name && bytes.HasPrefix(b, m.mark) {
			return len(m.mark)
		}
	}
	return 0
}

// isEBCDIC reports whether a line feed is not 0x0A in the charset.
func isEBCDIC(m *charmap.Charmap) bool { return m.DecodeByte(0x0A) != '\n' }
