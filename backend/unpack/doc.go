// Package unpack reads the text of compressed files: gzip, zstd, bzip2 and xz, in
// any number of streams one after another, and the files in zip archives.
//
// [FormatOf] tells a format by a file's first bytes. [Streams] returns a [Reader]
// of all the text of a file, [OpenArchive] the files of an archive, each of which
// has a Reader. A Reader never takes damaged data for the end of the text, nor
// lets a small file fill the machine (see [Limits]).
//
// A Reader, and an archive with all its Readers, is used by one goroutine at a
// time; only [Reader.Consumed] may be called by any. Nothing has to be closed:
// there are no goroutines, and the file is the caller's.
//
// Sources: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format 1.2.1, and
// APPNOTE.TXT 6.3.10 (zip). The decompressors are those of klauspost/compress,
// ulikunitz/xz and the standard library; this package adds how streams follow
// each other, which these do not agree on.
package unpack
