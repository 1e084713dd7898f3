package csvfile

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"linefeed/backend/message"
	"linefeed/backend/unpack"
)

// members returns the files of the archive, those named like CSV first.
func members(a *unpack.Archive) []*unpack.Member {
	var named, others []*unpack.Member
	for _, m := range a.Members {
		if isNamedCSV(m.Name) {
			named = append(named, m)
		} else {
			others = append(others, m)
		}
	}
	return append(named, others...)
}

// isNamedCSV reports whether a file is named like CSV.
func isNamedCSV(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".tab", ".txt", ".psv", ".dat":
		return true
	}
	return false
}

// openMember opens the member that the dialect names, or the only one. If there
// are several, pick takes the first.
func (in *input) openMember(d *Dialect, limits unpack.Limits, pick bool) (*unpack.Reader, *Finding, error) {
	if in.at == nil {
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Note: message.New("zip_in_stream", "save_to_file")}
	}
	archive, err := unpack.OpenArchive(in.at, in.size)
	if err != nil {
		return nil, nil, err
	}
	files := members(archive)
	if len(files) == 0 {
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindEmpty, Note: message.New("empty_archive", "look_complete")}
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
		if chosen = lastNamed(files, strings.ReplaceAll(d.Member, `\`, "/")); chosen == nil {
			return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Note: message.New("not_in_archive", "there_is", "name", d.Member, "names", namesOf(files))}
		}
		finding.Given, finding.Reason = true, "as given"
	case len(files) == 1:
		finding.Reason = "the only file in the archive"
	case named == 1:
		finding.Confidence, finding.Reason = 0.9, fmt.Sprintf("the only one of %d files whose name is that of a CSV file", len(files))
	case pick:
		finding.Confidence, finding.Reason = 0.5, fmt.Sprintf("the first of %d files", len(files))
		in.warnings = append(in.warnings, Warning{
			Code: WarnUnsure, Note: message.New("first_of_archive", "choose_member", "n", len(files), "name", chosen.Name),
		})
	default:
		return nil, nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Note: message.New("several_members", "choose_one_of", "n", len(files), "names", namesOf(files))}
	}
	chosen = lastNamed(files, chosen.Name) // which is the one that its name opens
	for _, f := range files {
		if f != chosen && len(finding.Alternatives) < 100 {
			finding.Alternatives = append(finding.Alternatives, Alternative{Value: f.Name})
		}
	}
	d.Member, finding.Value = chosen.Name, chosen.Name
	r, err := archive.Open(chosen, limits)
	if e := (*unpack.Error)(nil); errors.As(err, &e) && e.Kind == unpack.Encrypted {
		err = &Error{Op: "open", Path: in.path, Kind: KindCompressed, Note: message.New("encrypted", "unpack_with", "name", chosen.Name)}
	}
	if err != nil {
		return nil, nil, err
	}
	in.size = chosen.Size
	return r, finding, nil
}

// lastNamed returns the last of the files of that name, as an archive to which a
// file was added again holds it; nil if there is none.
func lastNamed(files []*unpack.Member, name string) *unpack.Member {
	for _, f := range slices.Backward(files) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func namesOf(files []*unpack.Member) []string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return names
}
