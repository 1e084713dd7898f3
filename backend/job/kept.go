package job

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// kept is what a job remembers of its file and its layout. Its JSON extends that
// of a dialect.
type kept struct {
	csvfile.Dialect

	Padding int `json:"padding,omitempty"` // the number of empty fields after those of a record

	Fields  []string      `json:"fields,omitempty"`  // of the file
	Plan    *load.Plan    `json:"plan,omitempty"`    // as it was settled
	Columns []load.Column `json:"columns,omitempty"` // that were written, with their formats
	Index   []int         `json:"index,omitempty"`   // the field that each of them came from
	Guessed []string      `json:"guessed,omitempty"` // those of them whose type nobody has chosen

	// Print is the file's fingerprint.
	Print string `json:"fingerprint,omitempty"`

	// Evidence is what the values of each of the columns have shown beyond their type.
	Evidence []evidence `json:"evidence,omitempty"`

	Warnings []load.Warning `json:"warnings,omitempty"` // about the plan
	After    *ending        `json:"after,omitempty"`    // the job that loaded the file before it was added to; nil where all of it is loaded
	Marked   bool           `json:"marked,omitempty"`   // the target keeps the job's marks
}

// evidence is what a guessed column says about its values, see [load.Column].
type evidence struct {
	Scales   load.Scales `json:"scales,omitzero"`
	Words    string      `json:"words,omitempty"`
	Fraction int         `json:"fraction,omitempty"`
}

// keep returns what to remember of a file and its layout.
func keep(file *csvfile.File, l load.Layout, contents string) kept {
	k := kept{Dialect: file.Dialect(), Padding: file.Padding(), Fields: l.Fields, Plan: &l.Plan, Columns: l.Columns, Index: l.Index, Print: contents}
	for _, c := range l.Columns {
		k.Evidence = append(k.Evidence, evidence{c.Scales, c.Words, c.Fraction})
		if c.Guessed {
			k.Guessed = append(k.Guessed, c.Name)
		}
	}
	return k
}

// size returns the size that the file had, -1 where it is not known.
func (k *kept) size() int64 {
	text, _, _ := strings.Cut(k.Print, "-")
	if size, err := strconv.ParseInt(text, 10, 64); err == nil {
		return size
	}
	return -1
}

// layout returns the job's layout as it was.
func (k *kept) layout() load.Layout {
	l := load.Layout{Plan: *k.Plan, Fields: k.Fields, Columns: slices.Clone(k.Columns), Index: k.Index, Make: k.Columns}
	for i := range l.Columns {
		c := &l.Columns[i]
		c.Guessed = slices.Contains(k.Guessed, c.Name)
		if i < len(k.Evidence) {
			e := k.Evidence[i]
			c.Scales, c.Words, c.Fraction = e.Scales, e.Words, e.Fraction
		}
	}
	return l
}

// kept returns what a job remembers, and the bytes with which a file of its
// rejects begins. Plan is nil if the job ended before it was settled.
func (r *Runner) kept(ctx context.Context, id string) (k kept, head []byte, err error) {
	h, err := r.store.Head(ctx, id)
	if err != nil || h.Dialect == "" {
		return k, h.Bytes, err
	}
	if err := json.Unmarshal([]byte(h.Dialect), &k); err != nil {
		return k, nil, fmt.Errorf("decode the dialect of job %s: %w", id, err)
	}
	return k, h.Bytes, nil
}

// setKept stores what a job remembers, and how a file of its rejects begins.
func (r *Runner) setKept(ctx context.Context, id string, k kept, head []byte) error {
	d, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode the dialect: %w", err)
	}
	return r.store.SetHead(ctx, id, store.Head{Dialect: string(d), Bytes: head})
}
