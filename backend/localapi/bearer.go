package localapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/signin"
)

// Users returns the user whose access token a text is, and what that user may do here. The
// error is a [signin.Refusal], or wraps [signin.ErrOff], [signin.ErrNoRole] or, where that
// is not known now, any other.
type Users func(ctx context.Context, token string) (signin.User, access.Scope, error)

// A bearer is who sends a request: the bearer of the program's own token, who may do all
// that its user may, or of one that was made for another program, or a user of the sign-in
// provider. The zero value is the first.
type bearer struct {
	token  *access.Token // nil for the program's own; of a user, what that may do
	user   *signin.User  // nil for no user of the provider
	secret string        // of the token
}

type bearerKey struct{}

// within returns a context of what the bearer does.
func (b bearer) within(ctx context.Context) context.Context {
	if b.user != nil {
		ctx = signin.WithCaller(ctx, *b.user)
	}
	if b.token != nil {
		ctx = connection.ForOther(ctx)
	}
	return context.WithValue(ctx, bearerKey{}, b)
}

func (b bearer) String() string {
	if b.user != nil {
		return "the user " + b.user.Name
	}
	return fmt.Sprintf("the token %q", b.token.Name)
}

// kind says for the log who it is: of a user of the provider not the name.
func (b bearer) kind() string {
	switch {
	case b.user != nil:
		return "a user"
	case b.token != nil:
		return "token " + b.token.Name
	}
	return "the program's own token"
}

// bearerOf returns who sends a request that the guard let in. Any other sender may do
// nothing.
func bearerOf(r *http.Request) bearer {
	b, ok := r.Context().Value(bearerKey{}).(bearer)
	if !ok {
		return bearer{token: &access.Token{}}
	}
	return b
}

// A need says what a call needs of a token that was made for another program.
type need int

const (
	toOwn    need = iota // the program's own token
	toWatch              // the right to watch
	toImport             // the right to import
)

func (b bearer) may(n need) bool {
	switch {
	case b.token == nil:
		return true
	case n == toWatch:
		return b.token.May == access.Watch || b.token.May == access.Import
	case n == toImport:
		return b.token.May == access.Import
	}
	return false
}

// sees reports whether imports into a target may be seen.
func (b bearer) sees(url string) bool { return b.token == nil || b.token.AllowsTarget(url) }

// namesFile reports whether a local file may be named.
func (b bearer) namesFile(path string) bool { return b.token == nil || b.token.AllowsFile(path) }

// checkNaming returns an error if a database that the bearer may see is a server to which the
// program would show what it knows for others.
func (b bearer) checkNaming(w http.ResponseWriter, url string) error {
	if b.token == nil || b.token.AllowsNaming(url) {
		return nil
	}
	return outOfScope(w, "save it as a connection, or give its password in the address",
		"%s may not have the program connect to that server with what it knows for others", b)
}

// outOfScope is the answer to a request that its token is not good for.
func outOfScope(w http.ResponseWriter, hint, format string, args ...any) error {
	w.Header().Set("WWW-Authenticate", realm+", "+insufficientScope)
	return refuse(http.StatusForbidden, hint, format, args...)
}

// checkScope returns an error if the bearer of a request may not make a call, or not about
// the import or the set that its path names.
func (s *Server) checkScope(w http.ResponseWriter, r *http.Request, n need) error {
	b := bearerOf(r)
	if b.token == nil {
		return nil
	}
	if !b.may(n) {
		return outOfScope(w, "use one that may: `linefeed tokens` lists them", "%s may not do that", b)
	}
	id := r.PathValue("id")
	if id == "" {
		return nil
	}
	return s.checkSeen(w, r, id)
}

// checkSeen returns an error if the bearer of a request may not see an import or a set.
// That there is none is left to whoever looks it up.
func (s *Server) checkSeen(w http.ResponseWriter, r *http.Request, id string) error {
	b := bearerOf(r)
	url, err := s.targetOf(r.Context(), id)
	switch {
	case errors.Is(err, job.ErrNoSet):
		return nil
	case err != nil || !b.sees(url):
		return outOfScope(w, "", "%s is not good for the database of %s", b, id)
	}
	return nil
}

// targetOf returns the target of an import or of a set. The error wraps [job.ErrNoSet] if
// there is neither.
func (s *Server) targetOf(ctx context.Context, id string) (url string, err error) {
	j, err := s.runner.Job(ctx, id)
	if errors.Is(err, job.ErrNoJob) {
		set, err := s.runner.Set(ctx, id)
		if err != nil || len(set.Jobs) == 0 {
			return "", err
		}
		j = set.Jobs[0] // all of them have the same
	} else if err != nil {
		return "", err
	}
	return s.runner.TargetOf(ctx, j.Request)
}

// checkNamed returns an error if the bearer of a request may not name a local file, or not
// start an import into its target, once what a profile or an earlier import says is added.
// A received file may be imported by whoever has sent it.
func (s *Server) checkNamed(w http.ResponseWriter, r *http.Request, req job.Request, receivedFile bool) error {
	b := bearerOf(r)
	if b.token == nil {
		return nil
	}
	if err := s.checkFilesNamed(w, r, req, receivedFile); err != nil {
		return err
	}
	if err := s.checkProfileNamed(w, r, req.Profile); err != nil {
		return err
	}
	if req.Retry != nil && req.Target == "" { // it goes into that of the job
		return nil
	}
	if req.Target != "" && b.sees(req.Target) {
		if err := b.checkNaming(w, req.Target); err != nil {
			return err
		}
	}
	url, err := s.runner.TargetOf(r.Context(), req)
	if err != nil {
		return profileError(err, http.StatusUnprocessableEntity)
	}
	if !b.sees(url) {
		return outOfScope(w, "", "%s is not good for that database", b)
	}
	if profile.IsPath(req.Profile) { // which the bearer may have written
		return b.checkNaming(w, url)
	}
	return nil
}

// completed returns a request as its profile completes it. It is that from here on: who may
// write the file of a profile may change it after checkNamed has read it.
func (s *Server) completed(r *http.Request, req job.Request) (job.Request, error) {
	b := bearerOf(r)
	if b.token == nil || req.Profile == "" || req.Target != "" {
		return req, nil
	}
	req, err := job.Profiled(s.runner.Profiles, req)
	if err != nil {
		return req, profileError(err, http.StatusUnprocessableEntity)
	}
	if !b.sees(req.Target) || profile.IsPath(req.Profile) && !b.token.AllowsNaming(req.Target) {
		return req, refuse(http.StatusForbidden, "", "%s is not good for that database", b)
	}
	return req, nil
}

// checkFilesNamed is the part of checkNamed that is about files and earlier imports.
func (s *Server) checkFilesNamed(w http.ResponseWriter, r *http.Request, req job.Request, receivedFile bool) error {
	b := bearerOf(r)
	if b.token == nil {
		return nil
	}
	if req.Watched != "" { // the folder would take its file for loaded, whatever its database
		return outOfScope(w, "leave out watched", "%s may not say that a file came into a watched folder", b)
	}
	for _, path := range localFiles(req) {
		if !(receivedFile && path == req.File) && !b.namesFile(path) {
			return outOfScope(w, "send the file, or name one in a folder of the token", "%s may not name the file", b)
		}
	}
	for _, id := range earlierJobs(req) {
		if err := s.checkSeen(w, r, id); err != nil {
			return err
		}
	}
	return nil
}

// checkSetNamed is checkNamed for what a set names, before anything is looked for in it.
func (s *Server) checkSetNamed(w http.ResponseWriter, r *http.Request, req job.SetRequest) error {
	for _, pattern := range req.Files {
		one := req.Import
		if one.File, _, _ = strings.Cut(pattern, "*"); one.File != pattern {
			folder, _ := filepath.Split(one.File) // which leaves .. to whoever follows links
			one.File = cmp.Or(folder, ".")
		}
		if err := s.checkNamed(w, r, one, false); err != nil {
			return err
		}
	}
	return nil
}

// localFiles returns the paths of the local files that a request names, but for that of its
// target.
func localFiles(req job.Request) (paths []string) {
	if req.File != "" {
		paths = append(paths, req.File)
	}
	if profile.IsPath(req.Profile) {
		paths = append(paths, req.Profile)
	}
	if req.Retry != nil && req.Retry.File != "" {
		paths = append(paths, req.Retry.File)
	}
	return paths
}

// earlierJobs returns the IDs of the imports that a request refers to.
func earlierJobs(req job.Request) (ids []string) {
	if req.Like != "" {
		ids = append(ids, req.Like)
	}
	if req.Retry != nil {
		ids = append(ids, req.Retry.Job)
	}
	return ids
}

// sees returns what tells whether the bearer of a request may see an event; nil if all.
func (s *Server) sees(r *http.Request) func(*event.Event) bool {
	b := bearerOf(r)
	if b.token == nil || b.token.Whole() {
		return nil
	}
	seen := map[string]bool{}
	return func(e *event.Event) bool {
		if e.Job == "" {
			return true
		}
		may, known := seen[e.Job]
		if !known {
			url, err := s.targetOf(r.Context(), e.Job)
			if err != nil { // perhaps it can't be looked up for now
				return false
			}
			may = b.sees(url)
			seen[e.Job] = may
		}
		return may
	}
}

// Why a token is good no more.
const (
	expired = "expired"
	revoked = "revoked"
)

// invalid returns why the token of a request is good no more, "" while it is. The error is
// that this can't be known.
func (s *Server) invalid(r *http.Request) (why string, err error) {
	b := bearerOf(r)
	if b.token == nil {
		return "", nil
	}
	if end, ok := b.token.End(); ok && !time.Now().Before(end) {
		return expired, nil
	}
	if b.user == nil {
		if _, err = s.access.Find(r.Context(), b.secret); errors.Is(err, access.ErrNoToken) {
			return revoked, nil
		}
		return "", err
	}
	_, scope, err := s.users(r.Context(), b.secret)
	_, refused := errors.AsType[signin.Refusal](err)
	otherwise := err == nil && !slices.Equal(scope.Targets, b.token.Targets) // the stream was begun for others
	if refused || otherwise || errors.Is(err, signin.ErrOff) || errors.Is(err, signin.ErrNoRole) {
		return revoked, nil
	}
	return "", nil // it was good, and what it says does not change: so it is until it expires
}

// untilExpiry returns for how long the token of a request is good, at most for limit.
func untilExpiry(r *http.Request, limit time.Duration) time.Duration {
	if t := bearerOf(r).token; t != nil {
		if end, ok := t.End(); ok {
			return max(0, min(limit, time.Until(end)))
		}
	}
	return limit
}
