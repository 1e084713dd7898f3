// Package csvfile turns the bytes of a CSV file into records.
//
// [Open] looks at a bounded part of the file, decides by evidence how its
// bytes are CSV (the [Dialect]: compression, encoding, delimiter, quote,
// header and so on), says why (the [Finding]s), and returns a [File], which is
// a [load.Source]: it gives every record once, with its number, its physical
// lines, its byte range and its own bytes. A record that cannot be read is
// given as a [load.Reject], and the records after it are not lost.
//
// How bytes travel through the package:
//
//	compress.go   the bytes on disk, unpacked by package unpack
//	ahead.go      the same, in a goroutine that runs ahead
//	window.go     a part of them in memory, as UTF-8 text, decoded by package charset
//	mark*.go      where its separators and quotes are, 64 bytes at a time
//	scan.go       text to records, fast, for the usual dialects
//	parse.go      text to records, for every dialect
//	opening.go    what may be next to the quotes of a field
//	resync.go     where a broken record ends
//	swallow.go    records that two stray quotes have made one
//	repeated.go   the header when it comes again
//	reader.go     numbers, lines, ranges and rejects
//	pack.go       many records at once, for a load
//	detect*.go    which dialect it is
//	look.go       the first records, for a preview
//
// Everything happens in the goroutine that asks for records, except reading and
// unpacking, which run ahead in one goroutine that Close waits for.
package csvfile
