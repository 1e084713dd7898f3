package localapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// Folders are the folders that are watched by profiles while the window is open, and what
// is done about the profiles for their sake. Only the program of the window watches.
type Folders interface {
	Watching() bool
	WatchedFolders() []watch.Watched
	WatchedFiles(profile string) []watch.Outcome
	WatchFolder(ctx context.Context, profile string, folder profile.Watch, keep bool) error
	StopWatching(ctx context.Context, profile string) error
	RenameProfile(ctx context.Context, name, to string) error
	RemoveProfile(name string) error
}

// getWatches tells of the folders that are watched by profiles into databases that the
// bearer's token is good for.
func (s *Server) getWatches(w http.ResponseWriter, r *http.Request) error {
	all := slices.DeleteFunc(s.folders.WatchedFolders(), func(f watch.Watched) bool { return !s.seesProfile(r, f.Profile) })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"watching": s.folders.Watching(), "folders": all})
	return nil
}

// getWatch tells of the folder that a profile watches, and what became of its files.
func (s *Server) getWatch(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	p, err := s.profile(w, r, name, http.StatusNotFound)
	if err != nil {
		return err
	}
	v := struct {
		Kept   *profile.Watch  `json:"kept"`   // what the profile has; null for none
		Folder *watch.Watched  `json:"folder"` // what is watched; null for none
		Files  []watch.Outcome `json:"files"`
	}{Kept: p.Watch, Files: []watch.Outcome{}}
	for _, f := range s.folders.WatchedFolders() {
		if strings.EqualFold(f.Profile, name) && !f.Ending {
			v.Folder = &f
			v.Files = append(v.Files, s.folders.WatchedFiles(f.Profile)...)
		}
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// putWatch has the window load what comes into a folder by a profile, while it is open.
func (s *Server) putWatch(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	v := struct {
		profile.Watch
		Keep bool `json:"keep"`
	}{Keep: true}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	return changed(w, s.folders.WatchFolder(r.Context(), name, v.Watch, v.Keep))
}

func (s *Server) deleteWatch(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	return changed(w, s.folders.StopWatching(r.Context(), name))
}

// changed answers that a profile, or the folder that it watches, was changed, or why not.
func changed(w http.ResponseWriter, err error) error {
	switch {
	case errors.Is(err, watch.ErrNoWindow), errors.Is(err, profile.ErrTaken):
		return withStatus(err, http.StatusConflict)
	case err != nil:
		return profileError(err, http.StatusNotFound)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
