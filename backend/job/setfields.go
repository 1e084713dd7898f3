package job

import (
	"context"
	"path/filepath"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A union is the fields of several files, each once, under the names that the map of
// their request gives them.
type union struct {
	plan load.Plan
	cols []load.Column // only named
}

// add adds the fields of a file, and returns for each of the union the index of the
// field of the file that it is, -1 for none.
func (u *union) add(fields []string) []int {
	names := make([]string, 0, len(fields))
	at := make([]int, 0, len(fields)) // the field of a name
	for i, field := range fields {
		to, mapped := u.plan.Map[field]
		if !mapped {
			to = field
		}
		if to != "" {
			names, at = append(names, to), append(at, i)
		}
	}
	// That it is like the map of a load is what matters: problems with it are the load's.
	mapping, _ := load.Map(load.Plan{Table: u.plan.Table}, names, u.cols)
	var from []int
	taken := make([]bool, len(names))
	for c := range u.cols {
		f := mapping.Field(c)
		if f >= 0 {
			taken[f], f = true, at[f]
		}
		from = append(from, f)
	}
	for f, name := range names {
		if !taken[f] {
			u.cols, from = append(u.cols, load.Column{Name: name}), append(from, at[f])
		}
	}
	return from
}

// names returns the names of the union's fields.
func (u *union) names() []string {
	all := make([]string, len(u.cols))
	for i, c := range u.cols {
		all[i] = c.Name
	}
	return all
}

// headerOf returns the fields of a request's file; nil where it holds nothing.
func headerOf(ctx context.Context, req Request) ([]string, error) {
	file, err := openFile(ctx, req, csvfile.Print{})
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if blank, err := nothingIn(ctx, file, nil); blank || err != nil {
		return nil, err
	}
	return slices.Clone(file.Fields()), nil
}

// fieldsOf returns the fields of a request's file; nil where it holds nothing, or can't be
// read, which is for its import to tell.
func fieldsOf(ctx context.Context, req Request) ([]string, error) {
	fields, err := headerOf(ctx, req)
	if err != nil {
		return nil, ctx.Err()
	}
	return fields, nil
}

// headers are the fields of the first file of each table.
type headers map[load.TableName]*header

type header struct {
	file   string
	fields union
}

// differs says how the fields of a request's file differ from those of the first file of
// its table; nil where they don't, but for their order.
func (h headers) differs(one Request, fields []string) *load.Problem {
	first := h[one.Plan.TableName()]
	if first == nil {
		first = &header{file: one.File, fields: union{plan: one.Plan}}
		first.fields.add(fields)
		h[one.Plan.TableName()] = first
		return nil
	}
	known := len(first.fields.cols)
	from := first.fields.add(fields)
	var lacks, has []string
	for i, c := range first.fields.cols {
		switch {
		case i >= known:
			has = append(has, c.Name)
		case from[i] < 0:
			lacks = append(lacks, c.Name)
		}
	}
	first.fields.cols = first.fields.cols[:known]
	if len(lacks)+len(has) == 0 {
		return nil
	}
	return &load.Problem{Note: otherFields(one.File, first.file, lacks, has)}
}

// mostDiffering is how many files with other fields are named.
const mostDiffering = 5

// compareFields refuses files that are to make one table together and have other fields
// than the first of them, unless mixed headers are taken. The order of the fields does
// not count.
func (r *Runner) compareFields(ctx context.Context, req SetRequest, all []Request) error {
	if req.MixedHeaders || !req.Import.Plan.Create || req.Import.Check || req.Import.Like != "" {
		return nil
	}
	h := headers{}
	var problems []load.Problem
	differing := 0
	for _, one := range all {
		fields, err := fieldsOf(ctx, one)
		if err != nil {
			return err
		}
		if fields == nil {
			continue
		}
		differs := h.differs(one, fields)
		if differs == nil {
			continue
		}
		if differing++; differing <= mostDiffering {
			problems = append(problems, *differs)
		}
	}
	if more := differing - mostDiffering; more > 0 {
		problems = append(problems, load.Problem{Note: message.New("other_fields_more", "", "n", more)})
	}
	if len(problems) > 0 {
		problems = append(problems, load.Problem{Note: message.New("nothing_begun", "mixed_or_apart")})
	}
	return load.JoinProblems(problems)
}

func otherFields(file, first string, lacks, has []string) message.Note {
	if filepath.Dir(file) == filepath.Dir(first) {
		file, first = filepath.Base(file), filepath.Base(first)
	}
	switch {
	case len(has) == 0:
		return message.New("fields_lack", "", "file", file, "first", first, "lacks", lacks)
	case len(lacks) == 0:
		return message.New("fields_have", "", "file", file, "first", first, "has", has)
	}
	return message.New("fields_lack_and_have", "", "file", file, "first", first, "lacks", lacks, "has", has)
}
