package unpack

import (
	"archive/zip"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/charmap"
)

// An Archive is the files of a zip archive.
type Archive struct {
	// Members are its files, in the archive's order, without folders and what
	// systems hide.
	Members []*Member

	packed *counter
}

// A Member is a file in an archive.
type Member struct {
	Name string // in UTF-8, with slashes between its folders
	Size int64  // in the archive, in bytes

	file *zip.File
}

// OpenArchive reads the directory of the archive of that size in bytes. Errors
// are of type *Error.
func OpenArchive(r io.ReaderAt, size int64) (*Archive, error) {
	a := &Archive{packed: &counter{at: r}}
	z, err := zip.NewReader(a.packed, size)
	if err != nil {
		return nil, errorOf(Zip, err)
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	for _, f := range z.File {
		name := memberName(f)
		switch {
		case name == "[Content_Types].xml", name == "mimetype":
			return nil, &Error{Kind: Office, Format: Zip}
		case f.FileInfo().IsDir(), strings.HasSuffix(name, "/"), strings.HasPrefix(name, "__MACOSX/"), strings.HasPrefix(path.Base(name), "."):
		default:
			a.Members = append(a.Members, &Member{name, int64(f.CompressedSize64), f})
		}
	}
	return a, nil
}

// Open returns a reader of a member, which takes the place of any before: the
// bytes that it consumed are counted from here on.
func (a *Archive) Open(m *Member, limits Limits) (*Reader, error) {
	if m.file.Flags&1 != 0 {
		return nil, &Error{Kind: Encrypted, Format: Zip}
	}
	r, err := m.file.Open()
	if err != nil {
		return nil, errorOf(Zip, err)
	}
	a.packed.n.Store(0)
	return newReader(r, a.packed, Zip, limits), nil
}

// memberName returns the name of the file in UTF-8, with slashes between its
// folders, as archives should have it.
func memberName(f *zip.File) string {
	name := f.Name
	if !utf8.ValidString(name) {
		if s, err := charmap.CodePage437.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	return strings.ReplaceAll(name, `\`, "/")
}
