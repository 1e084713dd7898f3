package localapi

import (
	"errors"
	"net/http"

	"linefeed/backend/csvfile"
	"linefeed/backend/job"
)

// postPreview tells what a file holds: one that is sent, or that is named.
func (s *Server) postPreview(w http.ResponseWriter, r *http.Request) error {
	return s.look(w, r, s.checkPreview, func(req job.Request) (any, error) {
		p, err := s.runner.Look(r.Context(), req)
		if len(p.Profiles) > 0 { // a few of all
			p.Profiles = s.offered(r, p.Fields)
		}
		return p, err
	})
}

// postPlan fits an import to its file and its table, and changes neither.
func (s *Server) postPlan(w http.ResponseWriter, r *http.Request) error {
	return s.look(w, r, s.checkImport, func(req job.Request) (any, error) {
		req, err := s.completed(r, req)
		if err != nil {
			return nil, err
		}
		return s.runner.Settle(r.Context(), req)
	})
}

// postPlanProfile answers with what is settled for an import as a profile.
func (s *Server) postPlanProfile(w http.ResponseWriter, r *http.Request) error {
	return s.look(w, r, s.checkImport, func(req job.Request) (any, error) {
		req, err := s.completed(r, req)
		if err != nil {
			return nil, err
		}
		return s.runner.ProfileFor(r.Context(), req)
	})
}

// look receives an import, answers with what f finds out, and starts nothing.
func (s *Server) look(w http.ResponseWriter, r *http.Request, check checker, f func(job.Request) (any, error)) error {
	release, err := s.acquireToReceive(r)
	if err != nil {
		return err
	}
	defer release()
	in, err := s.receive(w, r, check)
	if err != nil {
		return err
	}
	if in.req.Retry != nil {
		return errors.Join(refuse(http.StatusUnprocessableEntity, "use POST /v1/imports/{id}/retry/preview", "a retry has no file to look at"), in.remove())
	}
	v, err := f(in.req)
	if err := errors.Join(err, in.remove()); err != nil {
		return unfit(err)
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// checkPreview is the checker of previews, which have no target and no table. A profile and
// an earlier import tell how a file is read, so they must be of a database that the token
// is good for.
func (s *Server) checkPreview(w http.ResponseWriter, r *http.Request, req job.Request, sent bool) error {
	if err := checkFiles(req); err != nil {
		return err
	}
	if err := s.checkFilesNamed(w, r, req, sent); err != nil {
		return err
	}
	if req.Profile != "" {
		if _, err := s.profile(w, r, req.Profile, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return checkLengths(req)
}

// unfit turns an error about a file, a table or a database into a 422, and that for an
// unknown import, too: it is named in the body.
func unfit(err error) error {
	if p, ok := errors.AsType[problem](err); ok {
		return p
	}
	return withStatus(err, http.StatusUnprocessableEntity)
}

func (s *Server) getPresets(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"presets": job.Presets()})
	return nil
}

func (s *Server) getEncodings(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"encodings": csvfile.Encodings()})
	return nil
}
