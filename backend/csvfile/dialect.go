package csvfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"linefeed/backend/message"
)

// A Dialect is how a file's bytes are CSV. When a file is opened, each zero value is
// detected. The dialect of an open [File] has every value set, FooterLines where
// possible; opening the file with it again detects nothing and reads the same
// records, except those that begin with a Comment that was detected: these are
// comments then. Its JSON is part of the program's contract.
type Dialect struct {
	// Compression is "none", "gzip", "zstd", "bzip2", "xz" or "zip", and
	// Member the name of the file inside a zip archive.
	Compression string `json:"compression,omitempty"`
	Member      string `json:"member,omitempty"`

	// Encoding is the name of the character encoding, such as "utf-8",
	// "utf-16le" or "windows-1252". [Encodings] lists them; other names that
	// are registered with IANA or in use on the web are known too.
	Encoding string `json:"encoding,omitempty"`
	// InvalidBytes says what happens to bytes that are invalid in the encoding:
	// "reject" (the default) rejects the record, "replace" replaces them with
	// U+FFFD. It is not detected.
	InvalidBytes string `json:"invalidBytes,omitempty"`

	// Delimiter stands between fields: one or more characters.
	Delimiter string `json:"delimiter,omitempty"`
	// Quote stands around fields: one ASCII character, or "none".
	Quote string `json:"quote,omitempty"`
	// Escape makes a quote in a quoted field part of its text. Where it is
	// the quote itself, the quote is doubled. Where it is another character,
	// usually a backslash, it does so before a quote, a delimiter, a line end
	// and itself, in unquoted fields too; before anything else it stands for
	// itself. "none" where quotes are none and nothing is escaped.
	Escape string `json:"escape,omitempty"`
	// Comment begins a line that is not a record: "#", or "none".
	Comment string `json:"comment,omitempty"`

	// SkipLines is the number of physical lines above the header.
	SkipLines *int `json:"skipLines,omitempty"`
	// HeaderRows is the number of records that name the fields, 0 for no header;
	// names in several rows are joined.
	HeaderRows *int `json:"headerRows,omitempty"`
	// FooterLines is the number of physical lines at the end that are not records.
	// It is nil in the dialect of a file whose end can't be looked at in advance:
	// then the footer is found when the end is read.
	FooterLines *int `json:"footerLines,omitempty"`
}

// None is the value of Compression, Quote, Escape and Comment for none at all.
const None = "none"

// The values of Dialect.InvalidBytes.
const (
	InvalidReject  = "reject"
	InvalidReplace = "replace"
)

// maxDelimiter is the maximum length of a delimiter in bytes.
const maxDelimiter = 16

// normalize replaces the names of characters by the characters and checks what can
// be checked without the file.
func (d Dialect) normalize(path string) (Dialect, error) {
	d.Delimiter = character(d.Delimiter)
	d.Quote = character(d.Quote)
	d.Escape = character(d.Escape)
	d.Comment = character(d.Comment)
	d.Compression = strings.ToLower(d.Compression)

	switch d.InvalidBytes {
	case "":
		d.InvalidBytes = InvalidReject
	case InvalidReject, InvalidReplace:
	default:
		return d, dialectError(path, message.New("unknown_bytes_rule", "bytes_rules_are", "rule", d.InvalidBytes))
	}
	if s := d.Delimiter; s != "" {
		switch {
		case !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00"):
			return d, dialectError(path, message.New("delimiter_breaks", "delimiters_are"))
		case len(s) > maxDelimiter:
			return d, dialectError(path, message.New("delimiter_long", "use_shorter", "text", s, "most", maxDelimiter))
		}
	}
	for _, c := range []struct {
		value               string
		notOne, inDelimiter message.Note
	}{
		{d.Quote, message.New("quote_not_one", "one_or_none", "text", d.Quote), message.New("quote_delimits", "use_different", "text", d.Quote)},
		{d.Escape, message.New("escape_not_one", "one_or_none", "text", d.Escape), message.New("escape_delimits", "use_different", "text", d.Escape)},
	} {
		if c.value == "" || c.value == None {
			continue
		}
		if len(c.value) != 1 || c.value[0] >= utf8.RuneSelf || strings.ContainsAny(c.value, "\r\n\x00") {
			return d, dialectError(path, c.notOne)
		}
		if strings.Contains(d.Delimiter, c.value) {
			return d, dialectError(path, c.inDelimiter)
		}
	}
	if strings.ContainsAny(d.Comment, "\r\n\x00") || len(d.Comment) > maxDelimiter {
		return d, dialectError(path, message.New("bad_comment", "comments_are", "text", d.Comment))
	}
	if d.Comment != "" && d.Comment != None && d.Comment == d.Delimiter {
		return d, dialectError(path, message.New("comment_delimits", "use_different"))
	}
	switch {
	case outOfRange(d.SkipLines):
		return d, dialectError(path, message.New("bad_skip", "from_0_to", "n", *d.SkipLines, "most", maxSkip))
	case outOfRange(d.HeaderRows):
		return d, dialectError(path, message.New("bad_header_rows", "from_0_to", "n", *d.HeaderRows, "most", maxSkip))
	case outOfRange(d.FooterLines):
		return d, dialectError(path, message.New("bad_footer", "from_0_to", "n", *d.FooterLines, "most", maxSkip))
	}
	return d, nil
}

// maxSkip is the maximum number of lines skipped at either end.
const maxSkip = 1_000_000

func outOfRange(lines *int) bool { return lines != nil && (*lines < 0 || *lines > maxSkip) }

// character returns the character named s, or s itself.
func character(s string) string {
	switch strings.ToLower(s) {
	case "comma":
		return ","
	case "semicolon":
		return ";"
	case "tab", `\t`:
		return "\t"
	case "pipe":
		return "|"
	case "space":
		return " "
	case "colon":
		return ":"
	case "caret":
		return "^"
	case "tilde":
		return "~"
	case "double":
		return `"`
	case "single":
		return `'`
	case "backslash":
		return `\`
	case None:
		return None
	}
	return s
}

// name returns the name of a character.
func name(s string) string {
	switch s {
	case ",":
		return "comma"
	case ";":
		return "semicolon"
	case "\t":
		return "tab"
	case "|":
		return "pipe"
	case " ":
		return "space"
	case ":":
		return "colon"
	case "^":
		return "caret"
	case "~":
		return "tilde"
	case `"`:
		return "double quote"
	case `'`:
		return "single quote"
	case `\`:
		return "backslash"
	}
	return fmt.Sprintf("%q", s)
}

// A grammar is what the parser needs of a dialect.
type grammar struct {
	delim   []byte
	quote   byte // 0: none
	escape  byte // 0: none but the doubled quote
	comment []byte
	// stops marks the bytes that end a run of plain text in a field.
	stops [256]bool
}

func (d *Dialect) grammar() *grammar {
	g := &grammar{delim: []byte(d.Delimiter)}
	if d.Quote != None && d.Quote != "" {
		g.quote = d.Quote[0]
		g.stops[g.quote] = true
	}
	if d.Escape != None && d.Escape != "" && d.Escape != d.Quote {
		g.escape = d.Escape[0]
		g.stops[g.escape] = true
	}
	if d.Comment != None {
		g.comment = []byte(d.Comment)
	}
	if len(g.delim) > 0 {
		g.stops[g.delim[0]] = true
	}
	g.stops['\n'], g.stops['\r'] = true, true
	return g
}

// simple reports whether the fast scanner can read the grammar: it has a delimiter
// of one byte and no escape but the doubled quote.
func (g *grammar) simple() bool { return len(g.delim) == 1 && g.escape == 0 }
