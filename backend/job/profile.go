package job

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/profile"
)

// The codes of warnings that the header of a file is not that of its profile.
const (
	WarnProfileAdded = "profile_added" // fields that the profile does not know
	WarnProfileGone  = "profile_gone"  // a field that is not in the file
)

// A byProfile is what a request takes from the profile that it names.
type byProfile struct {
	profile.Profile
	name  string
	makes bool          // the profile, not the request, has the table made: if it is not there
	match profile.Match // how the file's header differs, once it is known
	given map[string]string
}

// Profiled completes a request from the profile that it names, but for what depends on
// the fields of its file. What the request itself says takes precedence.
func Profiled(book *profile.Book, req Request) (Request, error) {
	if req.Profile == "" || req.by != nil {
		return req, nil
	}
	if req.Like != "" {
		return req, message.NewError(profile.ErrUse, "profile_and_like", "one_of_both")
	}
	p, err := book.Get(req.Profile)
	if err != nil {
		return req, err
	}
	by := &byProfile{Profile: p, name: req.Profile}
	if profile.IsPath(req.Profile) {
		by.name = strings.TrimSuffix(filepath.Base(req.Profile), filepath.Ext(req.Profile))
	}
	req.by = by
	if req.Target = cmp.Or(req.Target, p.Target); req.Target == "" && !req.Check {
		return req, message.NewError(profile.ErrUse, "profile_no_target", "name_target", "profile", by.name)
	}
	req.Dialect = completedDialect(req.Dialect, p.Dialect)
	plan, was := &req.Plan, p.Plan
	if plan.Table == "" {
		plan.Table, plan.Schema = was.Table, cmp.Or(plan.Schema, was.Schema)
	}
	rulesOf(plan, was)
	plan.Strict, plan.Atomic, plan.Undo = plan.Strict || was.Strict, plan.Atomic || was.Atomic, plan.Undo || was.Undo
	plan.MaxRejects, plan.Writers = cmp.Or(plan.MaxRejects, was.MaxRejects), cmp.Or(plan.Writers, was.Writers)
	if len(plan.Key) == 0 {
		plan.Key = was.Key
	}
	if len(req.Infer) == 0 {
		req.Infer = p.Infer
	}
	req.Limits = csvfile.Limits{
		MaxRecord:   cmp.Or(req.Limits.MaxRecord, p.Limits.MaxRecord),
		MaxUnpacked: cmp.Or(req.Limits.MaxUnpacked, p.Limits.MaxUnpacked),
		MaxRatio:    cmp.Or(req.Limits.MaxRatio, p.Limits.MaxRatio),
	}
	return req, nil
}

// profiled completes the request's plan by its profile, for a file with these fields.
func (req Request) profiled(fields []string, d csvfile.Dialect) Request {
	if req.by == nil {
		return req
	}
	by, plan := *req.by, req.Plan
	by.match, by.given = by.MatchTo(by.name, fields), plan.Map
	if !plan.Create && by.Plan.Create {
		plan.Create, by.makes = true, true
	}
	if plan.Create && len(plan.Columns) == 0 {
		plan.Columns = by.Plan.Columns
	}
	formats := maps.Clone(by.Plan.Formats)
	if formats == nil {
		formats = map[string]string{}
	}
	maps.Copy(formats, plan.Formats)
	plan.Formats, plan.Map = formats, by.mapping(fields, d)
	req.by, req.Plan = &by, plan
	return req
}

// mapping returns the map of the file's fields to columns: the profile's, completed by
// what the request gives. In a file without a header fields are matched by position.
func (b *byProfile) mapping(fields []string, d csvfile.Dialect) map[string]string {
	known := b.Known()
	now := load.MatchHeaders(known, fields).Now
	if d.HeaderRows != nil && *d.HeaderRows == 0 && len(known) == len(fields) {
		now = func(i int) int { return i }
	}
	fed := slices.Collect(maps.Values(b.given))
	m := map[string]string{}
	for i, field := range known {
		to, mapped := b.Plan.Map[field]
		if k := now(i); k >= 0 && mapped && (to == "" || !slices.Contains(fed, to)) {
			m[fields[k]] = to
		}
	}
	maps.Copy(m, b.given)
	return m
}

// guessed marks the columns of a table that is there as they are when the profile makes
// it, so that they refuse, and take for NULL, the same values.
func (b *byProfile) guessed(table []load.Column) []load.Column {
	for i := range table {
		c := &table[i]
		c.Guessed = slices.Contains(b.Infer, c.Name)
		made := b.Plan.Create && slices.ContainsFunc(b.Plan.Columns, func(of load.Column) bool { return of.Name == c.Name })
		c.NullSigns = made && len(b.Plan.Null) == 0 && c.Type != load.Text
	}
	return table
}

// explain has the problems of columns that need a value tell which field of the profile
// is gone.
func (b *byProfile) explain(problems []load.Problem) []load.Problem {
	for i, p := range problems {
		if p.MessageID != "column_needs_value" {
			continue
		}
		if field := b.goneFrom(p.Column); field != "" {
			n := message.New("profile_gone_needs", "", "field", field, "profile", b.name, "column", p.Column)
			problems[i].Field, problems[i].Note = field, b.likely(n, field)
		}
	}
	return problems
}

// goneFrom returns the field that the profile sends to a column and that is not in the
// file; "" for none.
func (b *byProfile) goneFrom(column string) string {
	for _, field := range b.match.Gone {
		if b.Plan.Map[field] == column {
			return field
		}
	}
	return ""
}

// likely completes a note about a field that is gone, with the parameter column, by what
// to do.
func (b *byProfile) likely(n message.Note, field string) message.Note {
	for _, r := range b.match.Likely {
		if r.Was == field {
			return n.WithHint("map_likely", "other", r.Is)
		}
	}
	return n.WithHint("map_other_to_it")
}

// warnings tell how the file's header differs from that of the profile, unless a problem
// does.
func (b *byProfile) warnings(l load.Layout, problems []load.Problem) []load.Warning {
	var warnings []load.Warning
	added := slices.DeleteFunc(slices.Clone(b.match.Added), func(field string) bool {
		_, given := b.given[field]
		return given
	})
	if len(added) > 0 {
		warnings = append(warnings, load.Warning{Code: WarnProfileAdded, Note: message.New("profile_added", "", "n", len(added), "profile", b.name, "fields", added)})
	}
	var gone []string
	for _, field := range b.match.Gone {
		column := b.Plan.Map[field]
		told := slices.ContainsFunc(problems, func(p load.Problem) bool { return p.Field == field })
		fed := slices.ContainsFunc(l.Columns, func(c load.Column) bool { return c.Name == column })
		if column != "" && !told && !fed {
			gone = append(gone, field)
		}
	}
	for i, field := range gone {
		if i == mostUnmapped {
			n := len(gone) - i
			return append(warnings, load.Warning{Code: WarnProfileGone, Note: message.New("profile_gone_more", "", "n", n, "profile", b.name)})
		}
		column := b.Plan.Map[field]
		note := message.New("profile_gone", "", "field", field, "profile", b.name, "column", column)
		warnings = append(warnings, load.Warning{Code: WarnProfileGone, Field: field, Column: column, Note: b.likely(note, field)})
	}
	return warnings
}

// A Fit says what a profile makes of a file.
type Fit struct {
	Profile profile.Profile `json:"profile"`
	Match   profile.Match   `json:"match"` // how the file's header differs

	// Map maps the file's fields to columns, as far as the profile knows them; those that
	// are left out, to "".
	Map map[string]string `json:"map" ts_type:"{[key: string]: string}"`
}

// FitProfile returns what the profile of that name makes of a file with these fields.
func (r *Runner) FitProfile(name string, fields []string) (Fit, error) {
	p, err := r.Profiles.Get(name)
	if err != nil {
		return Fit{}, err
	}
	by := byProfile{Profile: p, name: name}
	return Fit{p, p.MatchTo(name, fields), by.mapping(fields, p.Dialect)}, nil
}

// ProfileOf returns what was settled for a job as a profile.
func (r *Runner) ProfileOf(ctx context.Context, id string) (profile.Profile, error) {
	j, err := r.Job(ctx, id)
	if err != nil {
		return profile.Profile{}, err
	}
	k, _, err := r.kept(ctx, id)
	if err != nil {
		return profile.Profile{}, err
	}
	if k.Plan == nil {
		return profile.Profile{}, load.Problem{Note: message.New("job_keeps_nothing", "", "job", id)}
	}
	return newProfile(j.Request, k), nil
}

// ProfileFor settles a request, and returns that as a profile. With problems there is none:
// they are the error.
func (r *Runner) ProfileFor(ctx context.Context, req Request) (profile.Profile, error) {
	req, err := r.complete(ctx, req)
	if err != nil {
		return profile.Profile{}, err
	}
	p := &prepared{req: req, targets: r.targets}
	defer p.close()
	if err := p.open(ctx); err != nil {
		return profile.Profile{}, err
	}
	s, layout, err := p.first(ctx)
	if err == nil {
		err = load.JoinProblems(s.Problems)
	}
	if err != nil {
		return profile.Profile{}, err
	}
	return newProfile(p.req, keep(p.file, layout, "")), nil
}

// newProfile returns what was settled for a request as a profile. Of the dialect it leaves
// out what the next file may have otherwise, unless the request says it.
func newProfile(req Request, k kept) profile.Profile {
	d := k.Dialect
	d.Compression, d.Member, d.Comment, d.FooterLines = req.Dialect.Compression, req.Dialect.Member, req.Dialect.Comment, req.Dialect.FooterLines
	plan := *k.Plan
	plan.Types, plan.ColumnTypes = "", nil // the columns have them
	plan.Columns = slices.Clone(plan.Columns)
	for i := range plan.Columns {
		plan.Columns[i].Format, plan.Columns[i].NullSigns = "", false // as the formats, and the texts for NULL, have it
	}
	if !plan.Create {
		plan.Columns = nil
	}
	plan.Map = map[string]string{}
	for _, field := range k.Fields {
		plan.Map[field] = "" // unless it feeds a column
	}
	plan.Formats = map[string]string{}
	var infer []string
	for i, c := range k.Columns {
		if i < len(k.Index) && k.Index[i] < len(k.Fields) {
			plan.Map[k.Fields[k.Index[i]]] = c.Name
		}
		if c.Type != load.Text || c.Format != "" {
			plan.Formats[c.Name] = c.Format // an empty one says that there is none
		}
		if c.Type != load.Text && slices.Contains(k.Guessed, c.Name) { // a text takes all that there is
			infer = append(infer, c.Name)
		}
	}
	p := profile.Profile{Version: profile.Version, Fields: k.Fields, Target: req.Target, Dialect: d, Plan: plan, Infer: infer, Limits: req.Limits}
	return p.WithoutPassword()
}

// TargetOf returns the target of a request, "" for none, once what its profile or the
// earlier job that it names has to say is added. Errors are those of [Runner.Start].
func (r *Runner) TargetOf(ctx context.Context, req Request) (string, error) {
	req, err := Profiled(r.Profiles, req)
	if err != nil || req.Target != "" || req.Like == "" {
		return req.Target, err
	}
	j, err := r.Job(ctx, req.Like)
	return j.Request.Target, err
}
