// Package charset tells which character encoding bytes are in, and makes UTF-8
// text of them.
//
// [Find] returns a [Charset] by any of its names, and [GuessFrom] the one that a
// sample of a file is likely in, with the evidence. A [Decoder] decodes a file
// part by part and remembers which bytes each physical line was made of, and
// where characters were invalid.
//
// A Charset is immutable and may be used by several goroutines; a Decoder is
// used by one at a time. Nothing here reads a file or waits.
//
// Sources: the encodings are those of golang.org/x/text, with the names of IANA
// and of the WHATWG Encoding Standard; the byte order marks are those of
// Unicode, section 23.8. The frequent letters and words of legacy.go, asian.go
// and words.go were chosen by hand, by what tells files of these languages
// apart.
package charset
