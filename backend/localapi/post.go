package localapi

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"sync"

	"linefeed/backend/job"
)

// postImport starts an import, or finds the one that an earlier request with the same key
// started, and answers with its events or its address.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return refuse(http.StatusBadRequest, "use a random one, such as a UUID", "the Idempotency-Key is longer than %d bytes", maxKey)
	}
	streams := accepts(r, "text/event-stream")
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
	kind := uploads
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && t == "application/json" {
		kind = orders
	}
	release, err := s.slots.acquire(kind, r)
	if err != nil {
		return "", err
	}
	defer release()
	if key == "" && s.accepted.isClosed() { // no need to receive it
		return "", errClosed
	}
	in, err := s.receive(w, r)
	if err != nil {
		return "", err
	}
	return s.start(r, key, in)
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

// start starts the import, and lets go of its body when the import has ended.
func (s *Server) start(r *http.Request, key string, in *received) (string, error) {
	var ended func()
	id, started, err := s.keys.once(key, in, func() (id string, err error) {
		release, err := in.keep(s.spool)
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, release()) }()
		if ended, err = s.accept(in.req); err != nil {
			return "", err
		}
		j, err := s.runner.Start(r.Context(), in.req)
		if err != nil {
			ended()
		}
		if errors.Is(err, job.ErrClosed) {
			err = errClosed
		}
		return j.ID, profileError(err, http.StatusUnprocessableEntity)
	})
	if err != nil || !started {
		return id, errors.Join(err, in.remove())
	}
	s.work.Go(func() {
		// The import or the server has ended: either way nobody here needs the body.
		_, _ = s.runner.Wait(s.ctx, id)
		_ = in.leave() // leftovers are removed when the server is closed or started again
		ended()
	})
	return id, nil
}

const (
	maxKey  = 255  // bytes of an Idempotency-Key
	maxKeys = 1024 // keys that are remembered
)

// keys remembers which Idempotency-Key started which import. The zero value is empty.
type keys struct {
	mu    sync.Mutex
	known map[string]keyed
	order []string // oldest first
}

type keyed struct {
	job  string
	what [sha256.Size]byte // the fingerprint of the import
}

// once calls start unless it was already called for the key, and returns the import's ID
// and whether it was started now. Without a key, start is always called. Requests with a
// key wait for each other here, so two concurrent ones can't both start.
func (k *keys) once(key string, in *received, start func() (string, error)) (id string, started bool, err error) {
	if key == "" {
		id, err = start()
		return id, err == nil, err
	}
	what, err := fingerprint(in)
	if err != nil {
		return "", false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.known[key]; ok {
		if known.what != what {
			return "", false, refuse(http.StatusUnprocessableEntity, "use a new key for another import",
				"the Idempotency-Key was used for import %s, which is another one", known.job)
		}
		return known.job, false, nil
	}
	if id, err = start(); err != nil {
		return "", false, err
	}
	if k.known == nil {
		k.known = map[string]keyed{}
	}
	k.known[key] = keyed{id, what}
	if k.order = append(k.order, key); len(k.order) > maxKeys {
		delete(k.known, k.order[0])
		k.order = k.order[1:]
	}
	return id, true, nil
}

// fingerprint identifies an import by its request and the bytes of its uploaded file.
func fingerprint(in *received) ([sha256.Size]byte, error) {
	req := in.req
	var sum []byte
	if in.body != nil {
		req.File = "" // received under a different name each time
		sum = in.body.sum[:]
	}
	what, err := json.Marshal(struct {
		job.Request
		Sum []byte
	}{req, sum})
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("compare imports: %w", err)
	}
	return sha256.Sum256(what), nil
}
