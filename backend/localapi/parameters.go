package localapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/target"
)

// A parameter is a setting of an import in a query or a form. It stands for the member of
// the same name of a request's JSON, or of its plan or dialect.
type parameter struct {
	name string
	in   string // "", "plan" or "dialect"
	kind parameterKind
}

type parameterKind int

const (
	text   parameterKind = iota
	flag                 // true, false, or nothing for true
	count                // a number
	list                 // may be repeated
	fields               // field=column or column=type; may be repeated
)

var parameters = []parameter{
	{"target", "", text},
	{"preset", "", text},
	{"check", "", flag},
	{"like", "", text},
	{"added", "", flag},
	{"profile", "", text},

	{"table", "plan", text},
	{"schema", "plan", text},
	{"create", "plan", flag},
	{"types", "plan", text},
	{"columnTypes", "plan", fields},
	{"map", "plan", fields},
	{"strict", "plan", flag},
	{"onConflict", "plan", text},
	{"key", "plan", list},
	{"null", "plan", list},
	{"quotedNull", "plan", flag},
	{"decimal", "plan", text},
	{"dateFormat", "plan", text},
	{"ragged", "plan", text},
	{"maxRejects", "plan", text},
	{"atomic", "plan", flag},
	{"marks", "plan", text},
	{"undo", "plan", flag},
	{"writers", "plan", count},

	{"compression", "dialect", text},
	{"member", "dialect", text},
	{"encoding", "dialect", text},
	{"invalidBytes", "dialect", text},
	{"delimiter", "dialect", text},
	{"quote", "dialect", text},
	{"escape", "dialect", text},
	{"comment", "dialect", text},
	{"skipLines", "dialect", count},
	{"headerRows", "dialect", count},
	{"footerLines", "dialect", count},
}

// value returns the parameter's values as in its JSON.
func (p parameter) value(values []string) (any, error) {
	if p.kind == list {
		return values, nil
	}
	if p.kind == fields {
		m := map[string]string{}
		for _, v := range values {
			field, column, ok := strings.Cut(v, "=")
			if !ok {
				hint := "write FIELD=COLUMN"
				if p.name == "columnTypes" {
					hint = "write COLUMN=TYPE"
				}
				return nil, refuse(http.StatusBadRequest, hint, "%s=%s says only one of the two", p.name, v)
			}
			m[field] = column
		}
		return m, nil
	}
	if len(values) > 1 {
		return nil, refuse(http.StatusBadRequest, "", "%s is given %d times", p.name, len(values))
	}
	v := values[0]
	switch p.kind {
	case flag:
		if v == "" {
			return true, nil
		}
		b, err := strconv.ParseBool(v)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "write true or false", "%s=%s is neither true nor false", p.name, v)
		}
		return b, nil
	case count:
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "", "%s=%s is not a number", p.name, v)
		}
		return n, nil
	default:
		return v, nil
	}
}

// setParameters sets values in req. It rejects unknown ones.
func setParameters(req *job.Request, values url.Values) error {
	members := map[string]any{}
	for name, vs := range values {
		p, ok := findParameter(name)
		if !ok {
			return refuse(http.StatusBadRequest, "docs/api.md lists them", "an import has no parameter %q", name)
		}
		v, err := p.value(vs)
		if err != nil {
			return err
		}
		if p.in == "" {
			members[p.name] = v
			continue
		}
		part, ok := members[p.in].(map[string]any)
		if !ok {
			part = map[string]any{}
			members[p.in] = part
		}
		part[p.name] = v
	}
	b, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return decode(bytes.NewReader(b), req)
}

func findParameter(name string) (parameter, bool) {
	for _, p := range parameters {
		if p.name == name {
			return p, true
		}
	}
	return parameter{}, false
}

// JSON in a request has at most this length, and at most as many objects as the widest
// table has columns, with some to spare: an object takes many times its own length in
// memory.
const (
	maxJSON    = 1 << 20 // bytes
	maxObjects = 40_000
)

// readJSON reads r to its end, unless it is more than JSON in a request may be.
func readJSON(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	switch {
	case err != nil:
		return nil, bodyError(err)
	case len(text) > maxJSON:
		return nil, refuse(http.StatusRequestEntityTooLarge, "", "the JSON is longer than %d bytes", maxJSON)
	case bytes.Count(text, []byte{'{'}) > maxObjects:
		return nil, refuse(http.StatusRequestEntityTooLarge, "", "the JSON has more than %d objects", maxObjects)
	}
	return text, nil
}

// decode reads one JSON value into v, without unknown members, and reads r to its end.
func decode(r io.Reader, v any) error {
	text, err := readJSON(r)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if bytes.Equal(bytes.TrimSpace(text), []byte("null")) { // which Decode takes for anything
		err = errors.New("it is null")
	} else {
		err = dec.Decode(v)
	}
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "", "the JSON is not understood: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// decodeAny is decode for a body that may be left out.
func decodeAny(r io.Reader, v any) error {
	body := bufio.NewReader(r)
	if _, err := body.Peek(1); errors.Is(err, io.EOF) {
		return nil
	}
	return decode(body, v)
}

// checkImport is the checker of imports.
func (s *Server) checkImport(w http.ResponseWriter, r *http.Request, req job.Request, sent bool) error {
	if err := checkRequest(req); err != nil {
		return err
	}
	return s.checkNamed(w, r, req, sent)
}

// checkRequest refuses requests that can't be imported, before a job is created.
func checkRequest(req job.Request) error {
	if err := checkFiles(req); err != nil {
		return err
	}
	switch {
	case req.Target == "" && !req.Check && req.Like == "" && req.Profile == "":
		return missing("target")
	case req.Plan.Table == "" && req.Preset == "" && req.Like == "" && req.Profile == "":
		return missing("table")
	}
	if req.Target != "" {
		if err := checkTarget(req.Target); err != nil {
			return err
		}
	}
	return checkLengths(req)
}

// checkFiles refuses a request without a file, and paths that are not full: nobody knows
// what they are relative to.
func checkFiles(req job.Request) error {
	switch {
	case req.File == "":
		return missing("file")
	// It may be an address with a password, so it is not repeated.
	case !filepath.IsAbs(req.File):
		return refuse(http.StatusUnprocessableEntity, "give the full path", "the file is no full path")
	case profile.IsPath(req.Profile) && !filepath.IsAbs(req.Profile):
		return refuse(http.StatusUnprocessableEntity, "give the full path, or the name of a saved one", "the profile is no full path")
	}
	return nil
}

func missing(what string) error {
	return refuse(http.StatusUnprocessableEntity, "docs/api.md has an example", "the import has no %s", what)
}

// checkTarget refuses what is no full path of an SQLite file, address or connection.
func checkTarget(url string) error {
	const hint = "give the full path of an SQLite file, the address of a server, or connection:NAME"
	switch abs, err := target.IsAbs(url); {
	case err != nil:
		return refuse(http.StatusUnprocessableEntity, hint, "%v", err)
	case !abs:
		return refuse(http.StatusUnprocessableEntity, hint, "the target is no full path")
	}
	return nil
}

// maxText is the maximum length in bytes of a path, a name, or another text of an import.
const maxText = 4 << 10

// checkLengths refuses texts that are longer than any useful one: they would be stored,
// listed, and sent with every event.
func checkLengths(req job.Request) error {
	text, err := json.Marshal(req)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := token.(string); ok && len(s) > maxText {
			return refuse(http.StatusRequestEntityTooLarge, "", "a text of the import is %d bytes long, and may be %d", len(s), maxText)
		}
	}
}
