package job

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// WarnSameFile is the code of a warning that the table was already loaded from the
// same file.
const WarnSameFile = "same_file"

// A fingerprint consists of a file's size and a hash of parts of it: both ends,
// and places between them.
const (
	printEnds   = 64 << 10
	printPlaces = 16
	printBytes  = 4 << 10
)

// fingerprint returns the file's fingerprint, reading little of it; "" where it
// can't be read.
func fingerprint(ctx context.Context, file *csvfile.File) string {
	found, _ := await(ctx, func() string { return printOf(file.Raw()) })
	return found
}

func printOf(raw *io.SectionReader) string {
	size, sum := raw.Size(), sha256.New()
	if size == 0 {
		return ""
	}
	add := func(at, n int64) bool {
		_, err := io.Copy(sum, io.NewSectionReader(raw, max(at, 0), n))
		return err == nil
	}
	good := add(0, printEnds) && add(size-printEnds, printEnds)
	if size > 2*printEnds {
		for i := range int64(printPlaces) {
			good = good && add(printEnds+(size-2*printEnds)/printPlaces*i, printBytes)
		}
	}
	if !good {
		return ""
	}
	return fmt.Sprintf("%d-%s", size, hex.EncodeToString(sum.Sum(nil)[:16]))
}

// mostLookedAt is the number of latest jobs among which those that loaded into a table
// are sought.
const mostLookedAt = 1000

// loadedBefore warns if a job that left rows in the table loaded the same file, by
// whatever name, or the beginning of it, or if the file seems to hold the rejects of the
// last one.
func (r *Runner) loadedBefore(ctx context.Context, p *prepared, l load.Layout) ([]load.Warning, error) {
	if p.after != nil {
		return []load.Warning{p.addedTo()}, nil
	}
	if !p.exists || p.blank || p.req.Plan.Create || p.contents(ctx) == "" {
		return nil, nil
	}
	of, err := r.jobsOf(ctx, p)
	if err != nil {
		return nil, err
	}
	same, err := r.sameOf(ctx, p, of)
	if err != nil {
		return nil, err
	}
	if same.ID == "" {
		if from, k, err := r.grownFrom(ctx, p, of); err != nil {
			return nil, err
		} else if from.State == Done && (p.filled(from) || k.After != nil) {
			return []load.Warning{p.grown(from, k)}, nil
		}
		last, err := r.lastInto(ctx, p)
		if err != nil || last.ID == "" {
			return nil, err
		}
		_, head, err := r.kept(ctx, last.ID)
		if err != nil {
			return nil, err
		}
		return r.rejectsOf(ctx, p, last, head)
	}
	note := message.New("same_file", "", "table", p.table, "job", same.ID, "time", minute(same.Created))
	if v := same.Summary; v != nil {
		note = message.New("same_file_loaded", "", "table", p.table, "job", same.ID, "time", minute(same.Created), "loaded", v.Inserted+v.Updated)
	}
	switch rule := p.req.Plan.OnConflict; {
	case rule != "" && rule != load.ConflictReject:
	case slices.ContainsFunc(l.Columns, func(c load.Column) bool { return c.PrimaryKey || c.Unique }):
		note = note.WithHint("keys_rejected")
	default:
		note = note.WithHint("rows_twice")
	}
	return []load.Warning{{Code: WarnSameFile, Note: note}}, nil
}

// WarnRejects is the code of a warning that a file seems to hold the rejects of
// an earlier job, but is not read like that job's file.
const WarnRejects = "rejects"

// mostMended is the size of the largest file that is taken for mended rejects.
const mostMended = 16 << 20

// rejectsOf warns if the file seems to hold the rejects of a job, mended or not:
// it begins like them and is about as long.
func (r *Runner) rejectsOf(ctx context.Context, p *prepared, j Job, head []byte) ([]load.Warning, error) {
	size := p.file.Raw().Size()
	if p.req.like != nil || j.Summary == nil || j.Summary.Rejected == 0 || len(head) == 0 || size > mostMended {
		return nil, nil
	}
	if own, err := begins(ctx, head, func() (bool, error) { return beginsLike(p.file.Raw(), head) }); err != nil || !own {
		return nil, err
	}
	size -= int64(len(head))
	var rejects int64
	for reject, err := range r.store.AllRejects(ctx, j.ID) {
		if err != nil {
			return nil, unlessForgotten(err)
		}
		if rejects += int64(len(reject.Raw)); rejects > 2*size {
			return nil, nil
		}
	}
	if size > 2*rejects {
		return nil, nil
	}
	return []load.Warning{{Code: WarnRejects, Note: message.New("holds_rejects", "read_like", "job", j.ID)}}, nil
}

// minute shortens a stored time to the minute, for people.
func minute(kept string) string {
	if len(kept) < len("2006-01-02T15:04") {
		return kept
	}
	return strings.Replace(kept[:len("2006-01-02T15:04")], "T", " ", 1) + " UTC"
}

// jobsOf returns the latest jobs that were to load the file, or what is under its path,
// into the table, newest first.
func (r *Runner) jobsOf(ctx context.Context, p *prepared) ([]store.Job, error) {
	return r.jobsInto(ctx, p, r.store.EndedOf(ctx, mostLookedAt, p.req.File, p.contents(ctx)), mostLookedAt)
}

// jobsInto returns those of some jobs that were to load into the table, most of them at
// the most.
func (r *Runner) jobsInto(ctx context.Context, p *prepared, some iter.Seq2[store.Job, error], most int) (all []store.Job, err error) {
	table, place := p.table, p.dst.Place()
	into, err := r.targets.Address(ctx, p.req.Target)
	if err != nil {
		return nil, err
	}
	look, cancel := context.WithTimeout(ctx, lookAtTarget)
	defer cancel()
	for k, err := range some {
		if err != nil {
			return nil, err
		}
		var req struct {
			Target string
			Check  bool
			Plan   struct{ Schema, Table string }
		}
		if json.Unmarshal([]byte(k.Request), &req) != nil || req.Check || !r.sameTarget(look, req.Target, into) {
			continue
		}
		schema, name := req.Plan.Schema, req.Plan.Table
		if before, after, both := strings.Cut(name, "."); both && schema == "" && place.Schemas && strings.EqualFold(after, table) {
			schema, name = before, after // as it is written in SQL
		}
		if !strings.EqualFold(cmp.Or(schema, place.Schema), cmp.Or(p.schema, place.Schema)) {
			continue
		}
		if name == "" || strings.EqualFold(name, table) { // a preset may name it
			if all = append(all, k); len(all) == most {
				break
			}
		}
	}
	return all, nil
}

// filled reports whether a job left rows in the table, or may have.
func (p *prepared) filled(j Job) bool {
	v := j.Summary
	return !j.undoneWhole() && (v == nil || v.Inserted+v.Updated > 0 && strings.EqualFold(v.Table, p.table))
}

// sameOf returns the first of some jobs that loaded the same file and left rows in the
// table; the ID is empty if there is none.
func (r *Runner) sameOf(ctx context.Context, p *prepared, some []store.Job) (Job, error) {
	for _, k := range some {
		if k.Print != p.contents(ctx) {
			continue
		}
		if j, err := r.Job(ctx, k.ID); err != nil || p.filled(j) {
			return j, err
		}
	}
	return Job{}, nil
}

// lastInto returns the latest job that left rows in the table; the ID is empty if there is
// none. Most often it is the first that it looks at.
func (r *Runner) lastInto(ctx context.Context, p *prepared) (Job, error) {
	seen := 0
	for most := 1; ; most *= 10 {
		latest, err := r.jobsInto(ctx, p, r.store.Ended(ctx, mostLookedAt), most)
		if err != nil {
			return Job{}, err
		}
		for _, k := range latest[seen:] {
			if j, err := r.Job(ctx, k.ID); err != nil || p.filled(j) {
				return j, err
			}
		}
		if seen = len(latest); seen < most {
			return Job{}, nil
		}
	}
}

// lookAtTarget is how long to wait for the files of earlier targets, which may be
// in folders that can no longer be reached.
const lookAtTarget = time.Second

// sameTarget reports whether an earlier job's target is the same as the one at an
// address: the same file, by whatever paths, or the same database on a server.
func (r *Runner) sameTarget(ctx context.Context, earlier, address string) bool {
	earlier, err := r.targets.Address(ctx, earlier)
	if err != nil { // a connection that is no longer saved
		return false
	}
	if target.Same(earlier, address) {
		return true
	}
	a, b := target.Path(earlier), target.Path(address)
	if a == "" || b == "" || !strings.EqualFold(filepath.Base(a), filepath.Base(b)) {
		return false
	}
	same, _ := await(ctx, func() bool {
		infoA, errA := os.Stat(a)
		infoB, errB := os.Stat(b)
		return errA == nil && errB == nil && os.SameFile(infoA, infoB)
	})
	return same
}
