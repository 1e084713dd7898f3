package localapi

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"linefeed/backend/event"
	"linefeed/backend/files"
	"linefeed/backend/job"
)

// A setView is a set as the API shows it.
type setView struct {
	job.Set
	Progress any `json:"progress"` // the latest; null if there is none

	// LastEventID is the ID to follow the events from: they report everything since.
	LastEventID string `json:"lastEventId"`
}

// postSet starts the imports of several files of this computer as one set, or tells of the
// files.
func (s *Server) postSet(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	preview, err := truth(query, "preview")
	if err != nil {
		return err
	}
	req, err := s.setRequest(w, r)
	switch {
	case err != nil:
		return err
	case preview:
		return s.previewSet(w, r, req)
	case query.Has("plan"):
		return s.planSet(w, r, req, query.Get("plan"))
	}
	ended, err := s.accept(req.Import)
	if err != nil {
		return err
	}
	set, err := s.runner.StartSet(r.Context(), req)
	if err != nil {
		ended()
		if errors.Is(err, job.ErrClosed) {
			return errClosed
		}
		if _, ok := errors.AsType[job.Problem](err); ok {
			return refuse(http.StatusUnprocessableEntity, "", "%v", err)
		}
		return profileError(err, http.StatusUnprocessableEntity)
	}
	s.work.Go(func() {
		defer ended()
		for _, j := range set.Jobs {
			_, _ = s.runner.Wait(s.ctx, j.ID) // the import or the server has ended
		}
	})
	w.Header().Set("Location", "/v1/sets/"+set.ID)
	return s.sendSet(w, r, set.ID, http.StatusAccepted)
}

// setRequest returns the set that a request is about, with all of its files.
func (s *Server) setRequest(w http.ResponseWriter, r *http.Request) (req job.SetRequest, err error) {
	v := struct {
		*job.SetRequest
		Recursive bool `json:"recursive"` // also the files in the folders of folders
	}{SetRequest: &req}
	if err := decode(r.Body, &v); err != nil {
		return req, err
	}
	if err := s.checkSetNamed(w, r, req); err != nil {
		return req, err
	}
	list, err := files.Find(req.Files, v.Recursive)
	if err != nil {
		return req, refuse(http.StatusUnprocessableEntity, "", "%v", err)
	}
	if len(list.Paths) == 0 {
		return req, refuse(http.StatusUnprocessableEntity, "docs/api.md has an example", "the set has no files")
	}
	for _, path := range list.Paths {
		one := req.Import
		if one.File = path; strings.TrimSpace(path) == "" {
			return req, refuse(http.StatusUnprocessableEntity, "", "a file of the set has no name")
		}
		if err := checkRequest(one); err != nil {
			return req, err
		}
		if err := s.checkNamed(w, r, one, false); err != nil {
			return req, err
		}
	}
	req.Files = list.Paths
	req.Import, err = s.completed(r, req.Import)
	return req, err
}

// previewSet tells of the files of a set, and starts nothing.
func (s *Server) previewSet(w http.ResponseWriter, r *http.Request, req job.SetRequest) error {
	list, err := s.runner.LookAtSet(r.Context(), req)
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "", "%v", err)
	}
	writeJSON(w, http.StatusOK, "application/json", struct {
		Files []job.SetFile `json:"files"`
	}{list})
	return nil
}

// planSet fits one of the files of a set to its table, and starts nothing.
func (s *Server) planSet(w http.ResponseWriter, r *http.Request, req job.SetRequest, file string) error {
	if !slices.Contains(req.Files, file) {
		return refuse(http.StatusUnprocessableEntity, "name one of its files by its full path", "that is no file of the set")
	}
	v, err := s.runner.SettleSet(r.Context(), req, file)
	if err != nil {
		return unfit(err)
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// deleteSet forgets a set that has ended, with its imports.
func (s *Server) deleteSet(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := s.runner.Set(r.Context(), id); err != nil {
		return setError(id, err)
	}
	return forgotten(w, s.runner.Forget(r.Context(), id))
}

func (s *Server) getSets(w http.ResponseWriter, r *http.Request) error {
	sets, err := s.runner.Sets(r.Context())
	if err != nil {
		return err
	}
	b := bearerOf(r)
	sets = slices.DeleteFunc(sets, func(set job.Set) bool { return !b.sees(set.Request.Import.Target) })
	writeJSON(w, http.StatusOK, "application/json", struct {
		Sets []job.Set `json:"sets"`
	}{sets})
	return nil
}

func (s *Server) getSet(w http.ResponseWriter, r *http.Request) error {
	return s.sendSet(w, r, r.PathValue("id"), http.StatusOK)
}

func (s *Server) sendSet(w http.ResponseWriter, r *http.Request, id string, status int) error {
	shot, err := s.runner.SetSnapshot(r.Context(), id)
	if err != nil {
		return setError(id, err)
	}
	v := setView{Set: shot.Set, LastEventID: s.hub.ID(shot.Seq)}
	if shot.Progress != nil {
		v.Progress = shot.Progress
	}
	writeJSON(w, status, "application/json", v)
	return nil
}

// setError turns the error for an unknown set into a 404, and that for rejects of which none
// are kept any longer into a 409.
func setError(id string, err error) error {
	switch {
	case errors.Is(err, job.ErrNoSet):
		return refuse(http.StatusNotFound, "GET /v1/sets lists those that there are", "there is no set %s", id)
	case errors.Is(err, job.ErrForgotten):
		return withStatus(err, http.StatusConflict)
	}
	return err
}

func (s *Server) postSetPause(w http.ResponseWriter, r *http.Request) error {
	return s.changeSet(w, r, func(id string) error { return s.runner.Pause(r.Context(), id) })
}

func (s *Server) postSetResume(w http.ResponseWriter, r *http.Request) error {
	how, err := takeUp(r)
	if err != nil {
		return err
	}
	return s.changeSet(w, r, func(id string) error {
		set, err := s.runner.Set(r.Context(), id)
		if err == nil && set.State.Active() {
			return s.runner.Resume(r.Context(), id)
		}
		if err == nil {
			_, err = s.runner.TakeUpSet(r.Context(), id, how)
		}
		return err
	})
}

func (s *Server) postSetCancel(w http.ResponseWriter, r *http.Request) error {
	return s.changeSet(w, r, func(id string) error { return s.runner.Cancel(r.Context(), id, job.KeepRows) })
}

// postSetLeave makes an interrupted set a cancelled one, which is not offered to go on.
func (s *Server) postSetLeave(w http.ResponseWriter, r *http.Request) error {
	return s.changeSet(w, r, func(id string) error { return s.runner.Leave(r.Context(), id) })
}

// changeSet pauses, resumes or cancels a set.
func (s *Server) changeSet(w http.ResponseWriter, r *http.Request, do func(id string) error) error {
	id := r.PathValue("id")
	if _, err := s.runner.Set(r.Context(), id); err != nil {
		return setError(id, err)
	}
	if err := do(id); err != nil {
		return conflict(err)
	}
	return s.sendSet(w, r, id, http.StatusAccepted)
}

// getSetEvents answers with the events of one set, as followImport does for an import.
func (s *Server) getSetEvents(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	set, err := s.runner.Set(r.Context(), id)
	if err != nil {
		return setError(id, err)
	}
	c, err := s.hub.Follow(id, lastEventID(r))
	switch {
	case err == nil && c.AtEnd():
		w.WriteHeader(http.StatusNoContent)
		return nil
	case err == nil:
		s.follow(w, r, c)
		return nil
	case !errors.Is(err, event.ErrNoJob):
		return err
	case set.State.Active():
		return refuse(http.StatusConflict, "follow it there", "set %s runs in another process", id)
	}
	events := s.hub.Ended(id, event.State{State: string(set.State), Summary: set.Summary, Ended: true}, lastEventID(r))
	if len(events) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	sendAll(w, events)
	return nil
}
