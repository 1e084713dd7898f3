package job

import (
	"context"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// RejectFields are the fields of an open reject, to be edited.
type RejectFields struct {
	Names  []string `json:"names"`  // of the file's fields
	Values []string `json:"values"` // empty where the record does not fall into its fields
	Field  int      `json:"field"`  // that was refused; -1 if it is none or not known
	Text   string   `json:"text"`   // the whole record, without its line end
}

// RejectFields returns the fields of an open reject as the next retry reads them.
func (r *Runner) RejectFields(ctx context.Context, id string, reject int64) (v RejectFields, err error) {
	req, err := r.retryOf(ctx, Request{Retry: &Retry{Job: id}})
	if err != nil {
		return v, err
	}
	t := &retrying{Retry: *req.Retry, r: r}
	if t.kept, t.head, err = r.kept(ctx, t.Job); err != nil {
		return v, err
	}
	if t.kept.Plan == nil {
		return v, load.Problem{Note: message.New("job_keeps_nothing", "import_file_again", "job", t.Job)}
	}
	raw, err := t.latest(ctx, reject)
	if err != nil {
		return v, err
	}
	page, err := r.store.Rejects(ctx, RejectQuery{Job: t.Job, After: reject - 1, Limit: 1})
	if err != nil || len(page.Rejects) == 0 {
		return v, err
	}
	column := page.Rejects[0].Column
	if again := page.Rejects[0].Latest; again != nil {
		column = again.Column
	}
	v = RejectFields{Names: t.kept.Fields, Values: []string{}, Field: -1, Text: strings.TrimRight(csvfile.Decode(raw, t.kept.Encoding), "\r\n")}
	if i := slices.IndexFunc(t.kept.Columns, func(c load.Column) bool { return c.Name == column }); i >= 0 && i < len(t.kept.Index) {
		v.Field = t.kept.Index[i]
	}
	if values, _, ok := t.fields(raw); ok {
		v.Values = values
	}
	return v, nil
}

// latest returns an open record with what earlier retries have made of it.
func (t *retrying) latest(ctx context.Context, reject int64) (raw []byte, err error) {
	for item, err := range t.r.store.OpenItems(ctx, t.Job, store.Selection{IDs: []int64{reject}}, t.Afresh) {
		return slices.Clone(item.Raw), err
	}
	return nil, t.notOpen(reject)
}

func (t *retrying) notOpen(reject int64) error {
	return message.NewError(ErrNoReject, "no_open_reject", "", "job", t.Job, "id", reject)
}

// fields returns the fields of a record, and which of them are in quotes. It reports
// false where the record has no fields, or other ones than the file.
func (t *retrying) fields(raw []byte) (values []string, quoted []bool, ok bool) {
	alone, err := csvfile.NewAlone(t.kept.Dialect, t.kept.Fields, t.kept.Padding, 0)
	if err != nil {
		return nil, nil, false
	}
	rec, err := alone.Read(raw, 1, 1, load.RaggedReject)
	if reject, bad := err.(*load.Reject); bad && reject.Code == load.CodeMissingField { //nolint:errorlint // that is what Read returns
		rec, err = alone.Read(raw, 1, 1, load.RaggedPad)
	}
	if err != nil {
		return nil, nil, false
	}
	for i := range t.kept.Fields {
		value, inQuotes := "", false
		if i < len(rec.Fields) {
			value, inQuotes = string(rec.Field(i)), rec.Fields[i].Quoted
		}
		values, quoted = append(values, value), append(quoted, inQuotes)
	}
	return values, quoted, true
}

// joined returns the text of a record with new fields. Those that are as they were
// keep their quotes.
func (t *retrying) joined(ctx context.Context, e RetryEdit) (string, error) {
	raw, err := t.latest(ctx, e.ID)
	if err != nil {
		return "", err
	}
	was, quoted, ok := t.fields(raw)
	quoted = slices.Grow(quoted, len(e.Fields))[:len(e.Fields)]
	for i := range e.Fields {
		quoted[i] = ok && i < len(was) && was[i] == e.Fields[i] && quoted[i]
	}
	text := t.kept.Join(e.Fields, quoted)
	raw, err = csvfile.Encode(text, t.kept.Encoding)
	if err != nil {
		return text, nil //nolint:nilerr // the caller explains it
	}
	if again, _, ok := t.fields(raw); !ok || !slices.Equal(again, e.Fields) {
		return "", load.Problem{Note: message.New("fields_not_writable", "edit_text", "id", e.ID)}
	}
	return text, nil
}
