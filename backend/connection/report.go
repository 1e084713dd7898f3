package connection

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
)

// A Report says step by step what is right with a connection and what is not.
type Report struct {
	OK    bool          `json:"ok"`              // no step has failed
	Steps []Step        `json:"steps"`           // all of them, in order
	Place *target.Place `json:"place,omitempty"` // nil where it was not reached

	server connect.Server
}

// A Step is one of the things that have to be right.
type Step struct {
	Name  connect.Step `json:"name" ts_type:"string"`
	State StepState    `json:"state" ts_type:"string"`
	Kind  connect.Kind `json:"kind,omitempty" ts_type:"string"` // of one that has failed
	message.Note
}

// A StepState says how a step went.
type StepState string

// The states of a step.
const (
	StepOK      StepState = "ok"
	StepWarning StepState = "warning" // it works, and something should be known
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped" // an earlier one has failed, or there was nothing to do
)

// testFor is how long a test takes at most.
const testFor = 30 * time.Second

// Test tests a connection, which need not be saved, and a table of it, if it has a
// name. It writes nothing. Of a draft without a URL it tests the saved connection of
// its name. Nobody is asked for a password.
func (b *Book) Test(ctx context.Context, d Draft, table load.TableName) Report {
	ctx, cancel := context.WithTimeout(ctx, testFor)
	defer cancel()
	r := &Report{Steps: []Step{}}
	server, err := b.drafted(ctx, d)
	if err != nil {
		r.fail(connect.StepHost, "", noteOf(err))
		return r.done()
	}
	r.server = connect.Server{Kind: server.Kind, Address: hostNames(server)}
	db, err := target.Open(ctx, server.URL())
	if err == nil {
		r.reached(ctx, server, db, table)
		err = db.Close()
	}
	if err != nil {
		f := r.failure(err)
		r.passedBefore(f.Step, server)
		r.fail(f.Step, f.Kind, f.Note)
	}
	return r.done()
}

// drafted returns the server of a draft, with its password.
func (b *Book) drafted(ctx context.Context, d Draft) (target.Server, error) {
	url, saved := d.URL, d.Was
	if url == "" {
		saved = d.Name
		c, err := b.named(ctx, saved)
		if err != nil {
			return target.Server{}, err
		}
		url = c.URL
	}
	l, err := b.login(ctx, url)
	if err != nil {
		return target.Server{}, err
	}
	if l == nil {
		return target.Server{}, message.NewError(nil, "connection_of_file", "give_server")
	}
	if saved != "" && d.Password == nil {
		if c, err := b.named(ctx, saved); err == nil {
			l.key, l.kept = c.Key, c.Place != ""
		}
	}
	if d.Password != nil {
		l.server.Password = *d.Password
	} else {
		l.find(ctx)
	}
	return l.server.Completed()
}

// passedBefore adds the steps before one that has failed.
func (r *Report) passedBefore(failed connect.Step, s target.Server) {
	for _, step := range connect.Steps {
		if step == failed {
			return
		}
		switch step {
		case connect.StepHost:
			r.add(step, StepOK, message.New("step_host", "", "hosts", hostNames(s)))
		case connect.StepPort:
			r.add(step, StepOK, message.New("step_port", "", "product", productOf(s)))
		case connect.StepTLS:
			r.add(step, StepOK, message.New("step_tls_passed", ""))
		case connect.StepLogin:
			r.add(step, StepOK, message.New("step_login", "", "user", s.User))
		case connect.StepDatabase:
			r.add(step, StepOK, message.New("step_database", "", "database", s.Database))
		}
	}
}

// reached adds the steps of a target that is open.
func (r *Report) reached(ctx context.Context, s target.Server, db target.Target, table load.TableName) {
	place := db.Place()
	r.Place = &place
	r.add(connect.StepHost, StepOK, message.New("step_host", "", "hosts", hostNames(s)))
	r.add(connect.StepPort, StepOK, message.New("step_port_known", "", "address", place.Server, "product", place.Product))
	switch {
	case place.Insecure:
		r.add(connect.StepTLS, StepWarning, message.New("step_insecure", "verify_server"))
	case s.Loopback():
		r.add(connect.StepTLS, StepOK, message.New("step_loopback", ""))
	default:
		r.add(connect.StepTLS, StepOK, message.New("step_verified", ""))
	}
	r.add(connect.StepLogin, StepOK, message.New("step_login", "", "user", s.User))
	if place.Database != "" {
		r.add(connect.StepDatabase, StepOK, message.New("step_database", "", "database", place.Database))
	} else { // of MySQL, where tables are named with theirs
		r.add(connect.StepDatabase, StepSkipped, message.Note{})
	}
	r.rights(ctx, db, table.Schema)
	if table.Name != "" {
		r.table(ctx, db, table)
	}
}

// probe is the name of a table that nobody has, and which is not made.
const probe = "linefeed_connection_test"

// rights adds whether a table could be made. Who may not make one may still load
// into those that are there.
func (r *Report) rights(ctx context.Context, db target.Target, schema string) {
	columns := []load.Column{{Name: "id", Type: load.Integer, Nullable: true}}
	l := load.Layout{Plan: load.Plan{Schema: schema, Table: probe, Create: true}, Fields: []string{"id"}, Columns: columns, Index: []int{0}, Make: columns}
	problems, warnings, err := db.Check(ctx, l)
	markless := slices.IndexFunc(warnings, func(w load.Warning) bool { return w.Code == "no_marks" })
	switch {
	case err != nil:
		f := r.failure(err)
		r.fail(connect.StepRights, f.Kind, f.Note)
	case len(problems) > 0:
		r.add(connect.StepRights, StepWarning, problems[0].Note)
	case markless >= 0:
		r.add(connect.StepRights, StepWarning, warnings[markless].Note)
	default:
		r.add(connect.StepRights, StepOK, message.New("step_rights", "", "schema", cmp.Or(schema, db.Place().Schema)))
	}
}

// table adds whether a table is there, and takes rows.
func (r *Report) table(ctx context.Context, db target.Target, t load.TableName) {
	columns, err := db.Columns(ctx, t)
	if err != nil {
		f := r.failure(err)
		r.fail(connect.StepTable, f.Kind, f.Note)
		return
	}
	l := load.Layout{Plan: load.Plan{Schema: t.Schema, Table: t.Name}}
	for _, c := range columns {
		if !c.Generated {
			l.Index = append(l.Index, len(l.Columns))
			l.Fields, l.Columns = append(l.Fields, c.Name), append(l.Columns, c)
		}
	}
	problems, _, err := db.Check(ctx, l)
	switch {
	case err != nil:
		f := r.failure(err)
		r.fail(connect.StepTable, f.Kind, f.Note)
	case len(problems) > 0:
		r.fail(connect.StepTable, "", problems[0].Note)
	default:
		r.add(connect.StepTable, StepOK, message.New("step_table", "", "table", t.Name, "n", len(l.Columns)))
	}
}

func (r *Report) add(name connect.Step, state StepState, n message.Note) {
	r.Steps = append(r.Steps, Step{Name: name, State: state, Note: n})
}

func (r *Report) fail(name connect.Step, k connect.Kind, n message.Note) {
	r.Steps = append(r.Steps, Step{Name: name, State: StepFailed, Kind: k, Note: n})
}

// failure returns why a step has failed.
func (r *Report) failure(err error) *connect.Failure {
	var known *connect.Error
	if !errors.As(err, &known) && errors.Is(err, context.DeadlineExceeded) { // the test's own time is up
		err = connect.New(connect.NoAnswer, r.server, err)
	}
	return failure(err)
}

// done adds the steps that there was nothing to do for.
func (r *Report) done() Report {
	for _, name := range connect.Steps {
		if !slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Name == name }) {
			r.add(name, StepSkipped, message.Note{})
		}
	}
	r.OK = !slices.ContainsFunc(r.Steps, func(s Step) bool { return s.State == StepFailed })
	return *r
}

// noteOf returns the note of an error, without what it was wrapped with.
func noteOf(err error) message.Note {
	if notes := message.Notes(err); len(notes) == 1 {
		return notes[0]
	}
	return message.Of(err)
}

func hostNames(s target.Server) string {
	var names []string
	for _, h := range s.Hosts {
		names = append(names, cmp.Or(h.Name, "localhost"))
	}
	return cmp.Or(strings.Join(names, ", "), "localhost")
}

func productOf(s target.Server) string { return connect.Server{Kind: s.Kind}.Product() }
