package load

// A Record is one logical row of the source. It may span physical lines.
//
// Byte offsets and lines are those of the file as it is on disk, or of the
// decompressed text when the file is compressed. The ranges of a file's
// records follow each other; what lies between two of them is header, blank
// lines, comments or other text that holds no record.
type Record struct {
	Number  int64 // 1 for the first record after the header
	Line    int64 // first physical line, 1 for the first line of the file
	EndLine int64 // last physical line
	Offset  int64 // of the first byte
	End     int64 // one past the last byte, the record's line end included

	// Consumed is how many bytes on disk had been consumed when the record
	// was complete: End for a plain file, the compressed bytes for a
	// compressed one. It never falls from one record to the next.
	Consumed int64

	// Raw holds the record's own bytes, [Offset, End) of the file, in the
	// file's encoding, its line end included.
	Raw []byte

	// Text holds the record as UTF-8, and is the same memory as Raw when the
	// file is UTF-8. Unescaped holds the text of those fields whose escapes
	// were resolved. Field returns either's bytes.
	Text      []byte
	Unescaped []byte
	Fields    []Field
}

// A Field is where the text of a field lies: [Start, End) of the record's
// Text, or of its Unescaped when Escaped is set. Quotes around it are outside
// of the range.
type Field struct {
	Start, End uint32
	Quoted     bool // it stood in quotes: an empty one may be '' and not NULL
	Escaped    bool
}

// Field returns the UTF-8 text of field i.
func (r *Record) Field(i int) []byte {
	f := r.Fields[i]
	if f.Escaped {
		return r.Unescaped[f.Start:f.End:f.End]
	}
	return r.Text[f.Start:f.End:f.End]
}
