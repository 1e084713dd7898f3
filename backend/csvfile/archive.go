package csvfile

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/charmap"
)

// members returns the files of the archive.
func (in *input) members(at io.ReaderAt) ([]*zip.File, error) {
	if at == nil {
		return nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Message: "a zip archive can't be read from a stream", Hint: "save it to a file first"}
	}
	r, err := zip.NewReader(at, in.size)
	if err != nil {
		return nil, damaged("open", in.path, Zip, err)
	}
	r.RegisterDecompressor(zip.Deflate, flate.NewReader)
	var named, others []*zip.File
	for _, f := range r.File {
		f.Name = memberName(f)
		base := path.Base(f.Name)
		switch {
		case f.Name == "[Content_Types].xml", f.Name == "mimetype":
			return nil, &Error{Op: "open", Path: in.path, Kind: KindBinary, Message: "it is an office document, not text", Hint: "save it as CSV from the program that made it"}
		case f.FileInfo().IsDir(), strings.HasSuffix(f.Name, "/"), strings.HasPrefix(f.Name, "__MACOSX/"), strings.HasPrefix(base, "."):
		case isNamedCSV(base):
			named = append(named, f)
		default:
			others = append(others, f)
		}
	}
	return append(named, others...), nil
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

// isNamedCSV reports whether a file's name says that it is CSV.
func isNamedCSV(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".tab", ".txt", ".psv", ".dat":
		return true
	}
	return false
}

// openMember opens the member that the dialect names, or the only one that
// there is. With pick it takes the first where there are several.
func (in *input) openMember(d *Dialect, c *counter, pick bool) (io.Reader, *Finding, error) {
	files, err := in.members(&countedAt{in.at, c})
	if err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindEmpty, Message: "there is no file in the archive", Hint: "look whether it was written to its end"}
	}
	finding := &Finding{What: "member", Confidence: 1}
	chosen := files[0]
	named := 0
	for _, f := range files {
		if isNamedCSV(f.Name) {
			named++
		}
	}
	switch {
	case d.Member != "":
		chosen = nil
		for _, f := range files {
			if f.Name == strings.ReplaceAll(d.Member, `\`, "/") {
				chosen = f
			}
		}
		if chosen == nil {
			return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Message: fmt.Sprintf("there is no %q in the archive", d.Member), Hint: "there is " + listed(files)}
		}
		finding.Given, finding.Reason = true, "as given"
	case len(files) == 1:
		finding.Reason = "the only file in the archive"
	case named == 1:
		finding.Confidence, finding.Reason = 0.9, fmt.Sprintf("the only one of %d files whose name is that of a CSV file", len(files))
	case pick:
		finding.Confidence, finding.Reason = 0.5, fmt.Sprintf("the first of %d files", len(files))
		in.warnings = append(in.warnings, Warning{
			Code: WarnUnsure, Message: fmt.Sprintf("there are %d files in the archive, and this is the first, %q", len(files), chosen.Name),
			Hint: "choose the one that is meant (--member)",
		})
	default:
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Message: fmt.Sprintf("there are %d files in the archive", len(files)), Hint: "choose one (--member): " + listed(files)}
	}
	for _, f := range files {
		if f != chosen && len(finding.Alternatives) < 100 {
			finding.Alternatives = append(finding.Alternatives, Alternative{Value: f.Name})
		}
	}
	d.Member, finding.Value = chosen.Name, chosen.Name
	if chosen.Flags&1 != 0 {
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindCompressed, Message: fmt.Sprintf("%q in the archive is encrypted", chosen.Name), Hint: "unpack it with its password first"}
	}
	r, err := chosen.Open()
	if err != nil {
		return nil, nil, damaged("open", in.path, Zip, err)
	}
	c.n.Store(0)
	in.size = int64(chosen.CompressedSize64)
	return r, finding, nil
}

// listed returns the names of the files in words.
func listed(files []*zip.File) string {
	var names []string
	for i, f := range files {
		if i == 10 && len(files) > 11 {
			names = append(names, fmt.Sprintf("%d more", len(files)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q", f.Name))
	}
	return strings.Join(names, ", ")
}

// countedAt counts the bytes that are read from r.
type countedAt struct {
	r io.ReaderAt
	c *counter
}

func (a *countedAt) ReadAt(b []byte, off int64) (int, error) {
	n, err := a.r.ReadAt(b, off)
	a.c.n.Add(int64(n))
	return n, err
}
