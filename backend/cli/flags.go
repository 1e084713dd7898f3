package cli

import (
	"math"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"linefeed/backend/csvfile"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/watch"
)

// A flagGroup is a group of related flags, with its heading in the help.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

func newGroup(title string) flagGroup {
	g := flagGroup{title, pflag.NewFlagSet(title, pflag.ContinueOnError)}
	g.flags.SortFlags = false
	return g
}

// dialectFlags describe the format of the file. What they leave out is detected.
type dialectFlags struct {
	texts       csvfile.Dialect // its texts
	noHeader    bool
	skipLines   int
	headerRows  int
	footerLines int
	group       flagGroup
}

func newDialectFlags() *dialectFlags {
	f := &dialectFlags{group: newGroup("How the file is written (found out where not given)")}
	set := f.group.flags
	set.StringVar(&f.texts.Delimiter, "delimiter", "", "what stands between fields, such as ; or || or tab (`TEXT`)")
	set.StringVar(&f.texts.Quote, "quote", "", "what stands around fields, or none (`CHAR`)")
	set.StringVar(&f.texts.Escape, "escape", "", "what stands before a quote in a quoted field: the quote itself, or \\ (`CHAR`)")
	set.StringVar(&f.texts.Encoding, "encoding", "", "the character encoding, such as utf-8 or windows-1252 (`NAME`)")
	set.BoolVar(&f.noHeader, "no-header", false, "the first record is data; the fields are field_1, field_2, …")
	set.IntVar(&f.skipLines, "skip-lines", 0, "how many lines stand above the header (`N`)")
	set.IntVar(&f.headerRows, "header-rows", 1, "how many records name the fields (`N`)")
	set.IntVar(&f.footerLines, "footer-lines", 0, "how many lines at the end are no records (`N`)")
	set.StringVar(&f.texts.Comment, "comment", "", "what begins a line that is no record, such as #, or none (`TEXT`)")
	set.StringVar(&f.texts.InvalidBytes, "invalid-bytes", "", "bytes that are no text: reject (the record, the default) or replace (`RULE`)")
	set.StringVar(&f.texts.Compression, "compression", "", "none, gzip, zstd, bzip2, xz or zip (`NAME`)")
	set.StringVar(&f.texts.Member, "member", "", "which file of an archive (`NAME`)")
	return f
}

// dialect returns the flags as a dialect.
func (f *dialectFlags) dialect() (csvfile.Dialect, error) {
	d := f.texts
	for name, value := range map[string]string{
		"delimiter": d.Delimiter, "quote": d.Quote, "escape": d.Escape, "encoding": d.Encoding, "comment": d.Comment,
		"invalid-bytes": d.InvalidBytes, "compression": d.Compression, "member": d.Member,
	} {
		if value == "" && f.group.flags.Changed(name) {
			return d, usagef("--%s is empty: leave it out to have it found out", name)
		}
	}
	if f.noHeader {
		if f.group.flags.Changed("header-rows") && f.headerRows != 0 {
			return d, usagef("--no-header and --header-rows %d contradict each other: leave out one of them", f.headerRows)
		}
		d.HeaderRows = new(int)
	}
	for _, n := range []struct {
		flag  string
		value *int
		to    **int
	}{{"skip-lines", &f.skipLines, &d.SkipLines}, {"header-rows", &f.headerRows, &d.HeaderRows}, {"footer-lines", &f.footerLines, &d.FooterLines}} {
		if !f.group.flags.Changed(n.flag) {
			continue
		}
		if *n.value < 0 {
			return d, usagef("--%s %d: want a number, 0 or more", n.flag, *n.value)
		}
		*n.to = n.value
	}
	return d, nil
}

// planFlags say what to load where, and by which rules.
type planFlags struct {
	plan                            load.Plan
	to, preset, like, profile       string
	again                           string
	added                           bool
	types, onConflict, ragged, sign string
	marks                           string
	formats, columnTypes            []string
	maxRecord, maxUnpacked          int64 // megabytes
	limits                          csvfile.Limits
	target, values                  flagGroup
}

func newPlanFlags() *planFlags {
	f := &planFlags{target: newGroup("Where to"), values: newGroup("How values are read")}
	set := f.target.flags
	set.StringVar(&f.to, "to", "", "the database: a path, sqlite:PATH, postgres://…, mysql://… or connection:NAME (`TARGET`)")
	set.StringVar(&f.plan.Table, "table", "", "the table (`NAME`)")
	set.StringVar(&f.plan.Schema, "schema", "", "the schema that has the table, in MySQL the database (`NAME`)")
	set.BoolVar(&f.plan.Create, "create", false, "make the table")
	set.StringVar(&f.types, "types", "infer", "how the columns of a new table are found: infer or text (`RULE`)")
	set.StringArrayVar(&f.columnTypes, "type", nil, "the type of one column of a new table, as code=text; may be repeated (`COLUMN=TYPE`)")
	set.StringVar(&f.preset, "preset", "", "a ready-made table, made if it is not there: "+strings.Join(choices["preset"], ", ")+" (`NAME`)")
	set.StringVar(&f.like, "like", "", "read the file as that job's was, whose mended rejects it holds, into the same table (`JOB`)")
	set.StringVar(&f.profile, "profile", "", "import as that profile says, but for what other flags say: a saved one, or the path of a file (`NAME`)")
	set.BoolVar(&f.added, "added", false, "load only what was added to the file since it was last loaded into the table")
	set.StringVar(&f.again, "again", "", "load with the target, plan and settings of that job again: its file, or others (`JOB`)")
	set.StringToStringVar(&f.plan.Map, "map", nil, "send fields to columns; field= leaves it out (`FIELD=COLUMN,…`)")
	set.BoolVar(&f.plan.Strict, "strict", false, "refuse a file with a field that goes to no column")
	set.StringSliceVar(&f.plan.Key, "key", nil, "the columns that tell rows apart; of a new table its primary key (`A,B`)")
	set.StringVar(&f.onConflict, "on-conflict", "reject", "a record whose key is there already: reject, skip, update or replace (`RULE`)")
	set.IntVar(&f.plan.Writers, "writers", 0, "connections that write at the same time (default: what suits the database)")
	set.BoolVar(&f.plan.Atomic, "atomic", false, "load every good record or, if stopped, none")
	set.BoolVar(&f.plan.Undo, "keep-undo", false, "keep in the database what is needed to undo the import: linefeed undo JOB")
	set.StringVar(&f.marks, "marks", "", "where it is kept how far it has come: target (the default) or store, the program's own (`PLACE`)")
	set.StringVar(&f.plan.MaxRejects, "max-rejects", "", "fail when more records than that are rejected (`N|P%`)")

	set = f.values.flags
	set.StringArrayVar(&f.plan.Null, "null", nil, "a text that means NULL beside the empty field; may be repeated (`TEXT`)")
	set.StringVar(&f.sign, "decimal", ".", "the decimal sign: . or , (`SIGN`)")
	set.StringVar(&f.plan.DateFormat, "date-format", "", "how dates are written, such as DD.MM.YYYY (`PATTERN`)")
	set.StringArrayVar(&f.formats, "format", nil, "how one column's values are written, as price=1.234,56; may be repeated (`COLUMN=PATTERN`)")
	set.BoolVar(&f.plan.QuotedNull, "quoted-null", false, "fields in quotes may mean NULL too")
	set.StringVar(&f.ragged, "ragged", "reject", "a record of too few or too many fields: reject or pad (`RULE`)")
	set.Int64Var(&f.maxRecord, "max-record", csvfile.DefaultMaxRecord/megabyte, "the most megabytes of one record (`MB`)")
	set.Int64Var(&f.maxUnpacked, "max-unpacked", csvfile.DefaultMaxUnpacked/megabyte, "the most megabytes that a compressed file may unpack to (`MB`)")
	set.Int64Var(&f.limits.MaxRatio, "max-ratio", csvfile.DefaultMaxRatio, "the most times its size that a compressed file may unpack to (`N`)")
	return f
}

const megabyte = 1 << 20

// choices are the values of the flags that take one of a few.
var choices = map[string][]string{
	"types":       {"infer", "text"},
	"on-conflict": {string(load.ConflictReject), string(load.ConflictSkip), string(load.ConflictUpdate), string(load.ConflictReplace)},
	"ragged":      {string(load.RaggedReject), string(load.RaggedPad)},
	"decimal":     {".", ","},
	"preset":      presetNames(),
	"state":       {"queued", "running", "paused", "done", "failed", "cancelled", "interrupted", "undone"},
	"format":      {"original", "csv", "json", "html", "list"},
	"marks":       {string(load.MarksInTarget), string(load.MarksInStore)},
	"order":       {watch.ByName, watch.ByTime},
}

func presetNames() []string {
	var names []string
	for _, p := range job.Presets() {
		names = append(names, p.Name)
	}
	return names
}

// oneOf checks the value of a flag that takes one of a few.
func oneOf(flag, value string) error {
	if slices.Contains(choices[flag], value) {
		return nil
	}
	return usagef("--%s %q: it is one of %s", flag, value, strings.Join(choices[flag], ", "))
}

// settled returns the flags as a plan.
func (f *planFlags) settled() (load.Plan, error) {
	p := f.plan
	for flag, value := range map[string]string{
		"types": f.types, "on-conflict": f.onConflict, "ragged": f.ragged, "decimal": f.sign, "preset": f.preset, "marks": f.marks,
	} {
		if value == "" && (flag == "preset" || flag == "marks" && !f.target.flags.Changed(flag)) {
			continue
		}
		if err := oneOf(flag, value); err != nil {
			return p, err
		}
	}
	// Flags left at their defaults are not set in the plan: it knows the defaults, and the
	// file may suggest something better.
	if f.target.flags.Changed("types") {
		p.Types = f.types
	}
	if f.values.flags.Changed("decimal") {
		p.Decimal = f.sign
	}
	for _, s := range f.formats {
		column, format, ok := strings.Cut(s, "=")
		if !ok || column == "" || format == "" {
			return p, usagef("--format %q: want a column and how its values are written, such as price=1.234,56", s)
		}
		if p.Formats == nil {
			p.Formats = map[string]string{}
		}
		p.Formats[column] = format
	}
	if f.target.flags.Changed("on-conflict") {
		p.OnConflict = load.Conflict(f.onConflict)
	}
	p.Marks = load.MarksPlace(f.marks)
	if f.values.flags.Changed("ragged") {
		p.Ragged = load.Ragged(f.ragged)
	}
	for _, s := range f.columnTypes {
		column, name, ok := strings.Cut(s, "=")
		if !ok || column == "" || name == "" {
			return p, usagef("--type %q: want a column and its type, such as code=text", s)
		}
		var typ load.Type
		if err := typ.UnmarshalText([]byte(name)); err != nil {
			return p, usagef("--type %s: %v", s, err)
		}
		if p.ColumnTypes == nil {
			p.ColumnTypes = map[string]load.Type{}
		}
		p.ColumnTypes[column] = typ
	}
	return p, nil
}

// request returns the request that the flags make for one file.
func request(file string, d *dialectFlags, f *planFlags) (job.Request, error) {
	dialect, err := d.dialect()
	if err != nil {
		return job.Request{}, err
	}
	plan, err := f.settled()
	if err != nil {
		return job.Request{}, err
	}
	for flag, value := range map[string]int64{"max-record": f.maxRecord, "max-unpacked": f.maxUnpacked, "max-ratio": f.limits.MaxRatio} {
		if value < 1 || value > math.MaxInt32 {
			return job.Request{}, usagef("--%s %d: want a number from 1 to %d", flag, value, math.MaxInt32)
		}
	}
	var limits csvfile.Limits // those left at their defaults are not set: a profile may have others
	if f.values.flags.Changed("max-record") {
		limits.MaxRecord = int(f.maxRecord * megabyte)
	}
	if f.values.flags.Changed("max-unpacked") {
		limits.MaxUnpacked = f.maxUnpacked * megabyte
	}
	if f.values.flags.Changed("max-ratio") {
		limits.MaxRatio = f.limits.MaxRatio
	}
	if _, err := target.Abs(f.to); err != nil {
		return job.Request{}, usagef("--to: %w", err)
	}
	named, err := profilePath(f.profile)
	if err != nil {
		return job.Request{}, err
	}
	return job.Request{
		File: file, Target: f.to, Preset: f.preset, Like: f.like, Added: f.added, Profile: named, Dialect: dialect, Plan: plan, Limits: limits,
	}, nil
}
