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

// fieldsOf returns the fields of a request's file; nil where it holds nothing, or can't be
// read, which is for its import to tell.
func fieldsOf(ctx context.Context, req Request) ([]string, error) {
	file, err := openFile(ctx, req, csvfile.Print{})
	if err != nil {
		return nil, ctx.Err()
	}
	defer file.Close()
	if blank, err := nothingIn(ctx, file, nil); blank || err != nil {
		return nil, ctx.Err()
	}
	return slices.Clone(file.Fields()), nil
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
	type table struct {
		first  string
		fields union
	}
	tables := map[load.TableName]*table{}
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
		t := tables[one.Plan.TableName()]
		if t == nil {
			t = &table{first: one.File, fields: union{plan: one.Plan}}
			t.fields.add(fields)
			tables[one.Plan.TableName()] = t
			continue
		}
		known := len(t.fields.cols)
		from := t.fields.add(fields)
		var lacks, has []string
		for i, c := range t.fields.cols {
			switch {
			case i >= known:
				has = append(has, c.Name)
			case from[i] < 0:
				lacks = append(lacks, c.Name)
			}
		}
		t.fields.cols = t.fields.cols[:known]
		if len(lacks)+len(has) == 0 {
			continue
		}
		if differing++; differing <= mostDiffering {
			problems = append(problems, load.Problem{Note: otherFields(one.File, t.first, lacks, has)})
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
