package localapi

import (
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
	"linefeed/docs"
)

// openAPI is docs/openapi.yaml, and what checks answers against it.
type openAPI struct {
	*v3.Document
	validator validator.Validator
}

var readOpenAPI = sync.OnceValues(func() (*openAPI, error) {
	doc, err := libopenapi.NewDocument(docs.OpenAPI)
	if err != nil {
		return nil, err
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, err
	}
	return &openAPI{&model.Model, validator.NewValidatorFromV3Model(&model.Model)}, nil
})

func theOpenAPI(t *testing.T) *openAPI {
	t.Helper()
	api, err := readOpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// docs/openapi.yaml is OpenAPI 3.1.
func TestOpenAPIIsValid(t *testing.T) {
	doc, err := libopenapi.NewDocument(docs.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, wrong := v.ValidateDocument(); !ok {
		for _, w := range wrong {
			t.Error(w)
		}
	}
}

// docs/openapi.yaml has every call with its parameters and its statuses, and no others.
func TestOpenAPIHasTheRoutes(t *testing.T) {
	api := theOpenAPI(t)
	documented := map[string]*v3.Operation{}
	for path, item := range api.Paths.PathItems.FromOldest() {
		for method, o := range item.GetOperations().FromOldest() {
			documented[strings.ToUpper(method)+" "+path] = o
		}
	}
	for _, r := range routes {
		call := r.method + " " + r.path
		o := documented[call]
		if o == nil {
			t.Errorf("%s is not documented", call)
			continue
		}
		delete(documented, call)
		var path, query []string
		for _, p := range o.Parameters {
			switch p.In {
			case "path":
				path = append(path, "{"+p.Name+"}")
			case "query":
				query = append(query, p.Name)
			}
		}
		var inPath []string
		for part := range strings.SplitSeq(r.path, "/") {
			if strings.HasPrefix(part, "{") {
				inPath = append(inPath, part)
			}
		}
		same(t, call+": parameters in the path", path, inPath)
		same(t, call+": parameters in the query", query, r.query)
		want := slices.Concat(everyStatus, r.statuses)
		if r.method == http.MethodPost || r.method == http.MethodPut {
			want = append(want, bodyStatus...)
		}
		var got []int
		for code := range o.Responses.Codes.KeysFromOldest() {
			n, err := strconv.Atoi(code)
			if err != nil {
				t.Errorf("%s: the status %q", call, code)
			}
			got = append(got, n)
		}
		same(t, call+": statuses", got, want)
	}
	for call := range documented {
		t.Errorf("%s is documented, and is no call", call)
	}
}

// same fails where two lists have not the same elements.
func same[T int | string](t *testing.T, what string, got, want []T) {
	t.Helper()
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: documented are %v, there are %v", what, got, want)
	}
}

// The schemas have the members of the types that they are of, those that are always there as
// required, and no others.
func TestOpenAPIHasTheMembers(t *testing.T) {
	api := theOpenAPI(t)
	for name, v := range map[string]any{
		"Error": problem{}, "Note": message.Note{},
		"Import": importView{}, "ImportInList": job.Job{}, "ImportRequest": job.Request{}, "Summary": job.Summary{}, "Progress": load.Progress{},
		"Dialect": csvfile.Dialect{}, "Plan": load.Plan{}, "Limits": csvfile.Limits{}, "Column": load.Column{}, "Warning": load.Warning{}, "Problem": load.Problem{},
		"Preview": job.Preview{}, "Settled": job.Settled{}, "Undoing": load.Undoing{}, "TakingBack": job.TakingBack{},
		"Set": setView{}, "SetInList": job.Set{}, "SetFile": job.SetFile{}, "SetProgress": job.SetProgress{}, "SetSummary": job.SetSummary{}, "SetUndoing": job.SetUndoing{},
		"RejectPage": job.RejectPage{}, "Reject": job.Reject{}, "GroupPage": job.GroupPage{}, "RejectView": job.RejectView{}, "RejectFields": job.RejectFields{},
		"Retry": job.Retry{}, "Selection": job.Selection{}, "Trial": job.Trial{},
		"Profile": profile.Profile{}, "ProfileInList": profile.Entry{}, "Match": profile.Match{}, "Fit": job.Fit{}, "Header": header{}, "Watch": profile.Watch{},
		"Watched": watch.Watched{}, "Outcome": watch.Outcome{},
		"Connection": connection.Connection{}, "ConnectionReport": connection.Report{}, "Step": connection.Step{}, "Login": login{},
		"Database": connection.Database{}, "Rows": connection.Head{}, "TableRequest": tableRequest{}, "Place": load.Place{}, "Table": load.Table{},
		"Notice": job.Notice{}, "ProgramSetting": job.Setting{}, "Store": job.Usage{}, "Going": job.Going{}, "Forgotten": job.Forgotten{}, "Token": access.Token{},
		"Preset": job.Preset{}, "Encoding": csvfile.Encoding{}, "EventReject": event.Reject{}, "Warned": warned{},
	} {
		proxy := api.Components.Schemas.GetOrZero(name)
		if proxy == nil {
			t.Errorf("there is no schema %s", name)
			continue
		}
		documented, required, closed := membersOf(proxy.Schema())
		members := map[string]bool{} // and whether it is always there
		jsonMembers(reflect.TypeOf(v), members)
		same(t, name, documented, slices.Collect(maps.Keys(members)))
		if closed { // of requests, where all may be left out
			continue
		}
		maps.DeleteFunc(members, func(_ string, always bool) bool { return !always })
		same(t, name+": required", required, slices.Collect(maps.Keys(members)))
	}
}

// membersOf returns the members of a schema and of those that it consists of, and whether it
// has no others.
func membersOf(s *base.Schema) (names, required []string, closed bool) {
	if s.Properties != nil {
		names = slices.Collect(s.Properties.KeysFromOldest())
	}
	required = slices.Clone(s.Required)
	closed = s.AdditionalProperties != nil && s.AdditionalProperties.IsB() && !s.AdditionalProperties.B
	for _, part := range s.AllOf {
		n, r, c := membersOf(part.Schema())
		names, required, closed = append(names, n...), append(required, r...), closed || c
	}
	return names, required, closed
}

// jsonMembers notes the members of a type's JSON, and which of them are always there.
func jsonMembers(t reflect.Type, members map[string]bool) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && f.Anonymous:
			jsonMembers(f.Type, members)
		case f.IsExported():
			members[name] = !strings.Contains(options, "omit")
		}
	}
}

// checkAnswer fails where an answer is not as docs/openapi.yaml says.
func (b *bench) checkAnswer(req *http.Request, res *http.Response, body string) {
	b.Helper()
	r := routeOf(req)
	if r == nil {
		return
	}
	if !slices.Contains(slices.Concat(everyStatus, bodyStatus, r.statuses), res.StatusCode) {
		b.Errorf("%s %s: the status %d is not documented", req.Method, req.URL.Path, res.StatusCode)
	}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		return
	}
	answer := *res
	answer.Body = io.NopCloser(strings.NewReader(body))
	if ok, wrong := theOpenAPI(b.T).validator.GetResponseBodyValidator().ValidateResponseBody(req, &answer); !ok {
		for _, w := range wrong {
			b.Errorf("%s %s: status %d is not as documented: %v\n%s", req.Method, req.URL.Path, res.StatusCode, w, body)
		}
	}
}

// routeOf returns the call that a request is; nil if it is none.
func routeOf(req *http.Request) *route {
	for i, r := range routes {
		want, got := strings.Split(r.path, "/"), strings.Split(req.URL.EscapedPath(), "/")
		if r.method == req.Method && slices.EqualFunc(want, got, func(w, g string) bool { return w == g || strings.HasPrefix(w, "{") }) {
			return &routes[i]
		}
	}
	return nil
}
