package watch

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/job"
)

// mostReport is the size in bytes of the largest report that is read.
const mostReport = 1 << 20

// Past returns what became of the files that came into a folder last, as their reports
// tell: the latest first, at most that many. What can't be read is left out.
func Past(folder string, most int) []Outcome {
	type report struct {
		path string
		info fs.FileInfo
	}
	var reports []report
	for _, name := range []string{DoneFolder, FailedFolder} {
		dir := filepath.Join(folder, name)
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), summarySuffix) {
				continue
			}
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.Size() <= mostReport {
				reports = append(reports, report{filepath.Join(dir, e.Name()), info})
			}
		}
	}
	slices.SortFunc(reports, func(a, b report) int { return b.info.ModTime().Compare(a.info.ModTime()) })
	var past []Outcome
	for _, r := range reports {
		if len(past) == most {
			break
		}
		text, err := os.ReadFile(r.path)
		if err != nil {
			continue
		}
		var o Outcome
		if json.Unmarshal(text, &o) != nil || o.File == "" {
			continue
		}
		if o.Time == "" { // of an older program
			o.Time = r.info.ModTime().UTC().Format(job.TimeFormat)
		}
		past = append(past, o)
	}
	return past
}
