package localapi

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"linefeed/backend/job"
)

// postImport starts an import, or finds the one that an earlier request with the same key
// started, and answers with its events or its address.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return refuse(http.StatusBadRequest, "use a random one, such as a UUID", "the Idempotency-Key is longer than %d bytes", maxKey)
	}
	streams, err := wantsStream(r)
	if err != nil {
		return err
	}
	if streams { // before starting an import that could not be followed
		release, err := s.slots.acquire(listeners, r)
		if err != nil {
			return err
		}
		defer release()
	}
	id, err := s.receiveAndStart(w, r, key)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/imports/"+id)
	if streams {
		return s.followImport(w, r, id)
	}
	v, err := s.view(r, id)
	if err == nil {
		writeJSON(w, http.StatusAccepted, "application/json", v)
	}
	return err
}

// receiveAndStart receives an import and starts it.
func (s *Server) receiveAndStart(w http.ResponseWriter, r *http.Request, key string) (id string, err error) {
	release, err := s.acquireToReceive(r)
	if err != nil {
		return "", err
	}
	defer release()
	if key == "" && s.accepted.isClosed() { // no need to receive it
		return "", errClosed
	}
	in, err := s.receive(w, r, s.checkImport)
	if err != nil {
		return "", err
	}
	return s.start(r, key, in)
}

// acquireToReceive takes the slot of a request that sends a file, or names a local one.
func (s *Server) acquireToReceive(r *http.Request) (release func(), err error) {
	kind := uploads
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && t == "application/json" {
		kind = orders
	}
	return s.slots.acquire(kind, r)
}

// wantsStream reports whether the answer to an import is to be its events: the client
// accepts them, or says so in the query, because it can't set Accept. That parameter is
// taken out of the query.
func wantsStream(r *http.Request) (bool, error) {
	query := r.URL.Query()
	if !query.Has("stream") {
		return accepts(r, "text/event-stream"), nil
	}
	v, err := parameter{name: "stream", kind: flag}.value(query["stream"])
	if err != nil {
		return false, err
	}
	query.Del("stream")
	r.URL.RawQuery = query.Encode()
	return v.(bool), nil
}

// accepts reports whether the client accepts a media type by its name.
func accepts(r *http.Request, mediaType string) bool {
	for _, accept := range r.Header.Values("Accept") {
		for a := range strings.SplitSeq(accept, ",") {
			if t, params, err := mime.ParseMediaType(a); err == nil && t == mediaType && params["q"] != "0" {
				return true
			}
		}
	}
	return false
}

// maxKey is the maximum length in bytes of an Idempotency-Key.
const maxKey = 255

// start starts the import, or finds the one that was started with the same key.
func (s *Server) start(r *http.Request, key string, in *received) (string, error) {
	id, started, err := s.startOnce(r, key, in)
	if err != nil || !started {
		err = errors.Join(err, in.remove())
	}
	return id, err
}

func (s *Server) startOnce(r *http.Request, key string, in *received) (id string, started bool, err error) {
	if key == "" {
		id, err = s.startNew(r, job.Key{}, in)
		return id, err == nil, err
	}
	var sum []byte
	if in.body != nil {
		sum = in.body.sum[:]
	}
	k, err := job.NewKey(key, in.req, sum)
	if err != nil {
		return "", false, err
	}
	var allowed error
	if !in.req.Check {
		allowed = s.runner.Allowed(r.Context()) // which may take a moment that others need not wait
	}
	// One at a time, so that an import that is found can be followed already.
	s.keyed.Lock()
	defer s.keyed.Unlock()
	if id, err = s.keyedImport(r, k); id != "" || err != nil {
		return id, false, err
	}
	if allowed != nil {
		return "", false, allowed
	}
	if id, err = s.startNew(r, k, in); errors.Is(err, job.ErrKeyUsed) { // a moment ago, by another process
		id, err = s.keyedImport(r, k)
		return id, false, err
	}
	return id, err == nil, err
}

// keyedImport returns the import that was started with a key, "" if there is none.
func (s *Server) keyedImport(r *http.Request, k job.Key) (string, error) {
	id, err := s.runner.Keyed(r.Context(), k)
	if errors.Is(err, job.ErrKeyUsed) {
		return "", refuse(http.StatusUnprocessableEntity, "use a new key for another import",
			"the Idempotency-Key was used for import %s, which is another one", id)
	}
	return id, err
}

// startNew starts the import, and lets go of its body when the import has ended.
func (s *Server) startNew(r *http.Request, key job.Key, in *received) (id string, err error) {
	release, err := in.keep(s.spool)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	req, err := s.completed(r, in.req)
	if err != nil {
		return "", err
	}
	ended, err := s.accept(req)
	if err != nil {
		return "", err
	}
	j, err := s.runner.StartKeyed(r.Context(), req, key)
	if err != nil {
		ended()
	}
	if errors.Is(err, job.ErrClosed) {
		err = errClosed
	}
	if err != nil {
		return "", profileError(err, http.StatusUnprocessableEntity)
	}
	s.work.Go(func() {
		// The import or the server has ended: either way nobody here needs the body.
		_, _ = s.runner.Wait(s.ctx, j.ID)
		_ = in.leave() // leftovers are removed when the server is closed or started again
		ended()
	})
	return j.ID, nil
}
