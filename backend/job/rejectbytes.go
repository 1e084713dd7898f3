package job

import (
	"context"
	"strings"

	"linefeed/backend/csvfile"
)

// RejectBytes is a rejected record to be shown.
type RejectBytes struct {
	Text      string `json:"text"`      // the record, decoded; at most the first 64 KiB of it
	Bytes     int64  `json:"bytes"`     // how long the record is in the file
	Truncated bool   `json:"truncated"` // Text is not all of it
	// [ValueStart, ValueEnd) is where the refused value is in Text, in UTF-16 units,
	// as scripts count; both are -1 if it is not found.
	ValueStart int `json:"valueStart"`
	ValueEnd   int `json:"valueEnd"`
}

const rejectTextBytes = 64 << 10

// RejectBytes returns a rejected record of a job to be shown.
func (r *Runner) RejectBytes(ctx context.Context, id string, reject int64) (RejectBytes, error) {
	raw, size, err := r.store.RejectBytes(ctx, id, reject, rejectTextBytes)
	if err != nil {
		return RejectBytes{}, err
	}
	k, _, err := r.kept(ctx, id)
	if err != nil {
		return RejectBytes{}, err
	}
	page, err := r.store.Rejects(ctx, RejectQuery{Job: id, After: reject - 1, Limit: 1})
	if err != nil {
		return RejectBytes{}, err
	}
	text := csvfile.Decode(raw, k.Encoding)
	b := RejectBytes{Text: text, Bytes: size, Truncated: int64(len(raw)) < size, ValueStart: -1, ValueEnd: -1}
	if len(page.Rejects) == 1 {
		b.mark(text, page.Rejects[0].Value)
	}
	return b, nil
}

// mark finds value in text, if it occurs there exactly once.
func (b *RejectBytes) mark(text, value string) {
	if value == "" || strings.Count(text, value) != 1 {
		return
	}
	at := strings.Index(text, value)
	b.ValueStart = utf16Len(text[:at])
	b.ValueEnd = b.ValueStart + utf16Len(value)
}

// utf16Len returns the number of UTF-16 units in s.
func utf16Len(s string) int {
	n := 0
	for _, c := range s {
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}
