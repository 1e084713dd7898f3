package job

import (
	"context"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/profile"
	"linefeed/backend/value"
)

// A Preview is what a bounded part of a file shows.
type Preview struct {
	// As in csvfile.Preview, which is not embedded: Wails generates no
	// bindings for what an embedded struct refers to.
	Dialect  csvfile.Dialect   `json:"dialect"`
	Findings []csvfile.Finding `json:"findings"`
	Warnings []csvfile.Warning `json:"warnings"`
	Fields   []string          `json:"fields"`
	Rows     []csvfile.Row     `json:"rows"`
	Size     int64             `json:"size"`
	Records  int64             `json:"records"`
	Complete bool              `json:"complete"`

	// Guesses say, for each field, which type and format the column of a new table
	// would have.
	Guesses []value.Guess `json:"guesses"`

	// Profiles are those that fit the file's header, the best first.
	Profiles []profile.Match `json:"profiles,omitempty"`
}

// A preview shows at most this many records, and this many values.
const (
	previewRows   = 500
	previewValues = 60_000
)

// Look previews the file of a request, by its dialect, its limits, and what its
// plan says about values. It reads a bounded part of the file.
func Look(ctx context.Context, req Request) (Preview, error) {
	if err := refuseOwn(ctx, message.New("own_opened", "choose_file", "path", req.File), req.File); err != nil {
		return Preview{}, err
	}
	look, file, err := csvfile.LookContext(ctx, req.File, req.Dialect, req.options(), previewRows)
	if err != nil {
		return Preview{}, err
	}
	defer file.Close()
	p := Preview{
		Dialect: look.Dialect, Findings: look.Findings, Warnings: look.Warnings, Fields: look.Fields,
		Rows: look.Rows, Size: look.Size, Records: look.Records, Complete: look.Complete,
	}
	if most := max(1, previewValues/max(1, len(p.Fields))); len(p.Rows) > most {
		p.Rows, p.Complete = p.Rows[:most], false
	}
	guesses, err := guess(ctx, file, req.Plan, guessRecords)
	p.Guesses = forNewTable(guesses, nil)
	p.Warnings = append(p.Warnings, nullSigns(req.Plan, p.Guesses)...)
	return p, err
}

// LookWith previews the file of a request as Look does, and also follows its Profile and
// offers the profiles of the book that fit.
func LookWith(ctx context.Context, book *profile.Book, req Request) (Preview, error) {
	req.Check = true // it needs no target
	req, err := Profiled(book, req)
	if err != nil {
		return Preview{}, err
	}
	p, err := Look(ctx, req)
	if err != nil {
		return p, err
	}
	if rows := p.Dialect.HeaderRows; rows == nil || *rows > 0 {
		p.Profiles = book.Offer(p.Fields, nil)
	}
	return p, nil
}

// Look previews the file of a request as LookWith does, and also follows its Like.
func (r *Runner) Look(ctx context.Context, req Request) (Preview, error) {
	req, err := r.liken(ctx, req)
	if err != nil {
		return Preview{}, err
	}
	return LookWith(ctx, r.Profiles, req)
}

// WarnNullSigns is the code of a warning that texts become NULL in a new table.
const WarnNullSigns = "null_signs"

// nullSigns warns of the texts that become NULL in columns of a new table because
// they stand for no value.
func nullSigns(p load.Plan, guesses []value.Guess) []load.Warning {
	const most = 10
	var texts, columns []string
	for _, g := range guesses {
		if len(p.Null) > 0 || g.Column.Type == load.Text || len(g.Nulls) == 0 {
			continue
		}
		columns = append(columns, g.Column.Name)
		for _, text := range g.Nulls {
			if !slices.Contains(texts, text) && len(texts) < most {
				texts = append(texts, text)
			}
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return []load.Warning{{Code: WarnNullSigns, Note: message.New("null_signs", "name_nulls", "texts", texts, "columns", columns)}}
}
