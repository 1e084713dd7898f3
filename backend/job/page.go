package job

import (
	"html/template"
	"path/filepath"
	"strings"
)

// reportGroups is the number of reasons that a page lists.
const reportGroups = 100

// A pageTitle is what the head of a page tells.
type pageTitle struct {
	Of   string
	Open bool
}

// A reportPart is what the head of a part of a page tells, which is about one job.
type reportPart struct {
	Job    Job
	Groups GroupPage
}

// File returns the name of the job's file.
func (p reportPart) File() string { return filepath.Base(p.Job.Request.File) }

// Table returns the name of the job's table.
func (p reportPart) Table() string {
	if p.Job.Summary != nil {
		return p.Job.Summary.Table
	}
	return p.Job.Request.Plan.Table
}

var pageFuncs = template.FuncMap{
	"words": func(code any) string { return strings.ReplaceAll(template.HTMLEscaper(code), "_", " ") },
}

// pageHead is the head of a report. It loads nothing from elsewhere.
var pageHead = template.Must(template.New("head").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Rejects of {{.Of}}</title>
<style>
body { font: 10pt/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #1a1a1a; background: #fff }
h1 { font-size: 14pt; margin: 0 } h2 { font-size: 11pt }
p { margin: .3em 0; color: #555 }
table { border-collapse: collapse; width: 100%; margin: 1em 0 }
th { text-align: left; border-bottom: 1.5pt solid #666 }
th, td { padding: .25em .6em; vertical-align: top }
td { border-bottom: .5pt solid #ccc }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.v { font-family: ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
.h { color: #555 }
thead { display: table-header-group } tr { break-inside: avoid }
@page { margin: 15mm }
@media print { body { margin: 0; max-width: none; padding: 0 } }
</style>
<h1>{{if .Open}}Open rejects{{else}}Rejects{{end}} of {{.Of}}</h1>
`))

// partGone is instead of the part of a job whose rejects are no longer kept.
var partGone = template.Must(template.New("gone").Parse("<p>{{.File}}: job {{.Job.ID}}, {{.Job.Created}}: its rejects are no longer kept.</p>\n"))

// partHead begins the part of a job, up to its first reject. The head of its table is
// repeated on every page that is printed.
var partHead = template.Must(template.New("part").Funcs(pageFuncs).Parse(`<p>{{.File}}: job {{.Job.ID}}, {{.Job.Created}}, into the table {{.Table}}{{with .Job.Summary}}: {{.Read}} records read, {{.Rejected}} rejected{{end}}{{with .Job.OpenRejects}}, {{.}} open{{end}}.</p>
<h2>Reasons</h2>
<table>
<thead><tr><th class="n">Rejects</th><th>Reason</th><th>Column</th></tr></thead>
{{range .Groups.Groups}}<tr><td class="n">{{.Count}}</td><td>{{words .Code}}</td><td>{{.Column}}</td></tr>
{{end}}</table>
<h2>Records</h2>
<table>
<thead><tr><th class="n">Line</th><th>Column</th><th>Value</th><th>Reason</th><th>State</th></tr></thead>
`))

// pageRow is the row of one reject.
var pageRow = template.Must(template.New("row").Parse(
	`<tr><td class="n">{{.Line}}{{if ne .Line .EndLine}}–{{.EndLine}}{{end}}</td><td>{{.Column}}</td><td class="v">{{.Value}}</td>` +
		`<td>{{.Message}}{{with .Hint}}<br><span class="h">{{.}}</span>{{end}}` +
		`{{with .Latest}}<br>again by job {{.Job}}{{with .MendedLine}}, line {{.}} of the mended file{{end}}: {{with .Column}}{{.}}: {{end}}{{.Message}}{{end}}</td>` +
		`<td>{{.State}}{{with .Closed}}<br><span class="h">{{.Who}}, {{.Time}}{{with .Job}}, job {{.}}{{end}}</span>{{end}}</td></tr>` + "\n"))

const (
	partEnd = "</table>\n"
	pageEnd = "</html>\n"
)
