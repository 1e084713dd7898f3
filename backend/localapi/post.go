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

// postImport starts an import, or finds the one that an earlier request with
// the same key started, and answers with its events, or where it is.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return refuse(http.StatusBadRequest, "use a random one, such as a UUID", "the Idempotency-Key is longer than %d bytes", maxKey)
	}
	streams := accepts(r, "text/event-stream")
	if streams { // before it starts what could not be followed
		leave, err := s.places.take(listeners, r)
		if err != nil {
			return err
		}
		defer leave()
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

// receiveAndStart receives what is to be imported and starts the import.
func (s *Server) receiveAndStart(w http.ResponseWriter, r *http.Request, key string) (id string, err error) {
	kind := uploads
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && t == "application/json" {
		kind = orders
	}
	leave, err := s.places.take(kind, r)
	if err != nil {
		return "", err
	}
	defer leave()
	if key == "" && s.accepted.isClosed() { // no need to receive it
		return "", errClosed
	}
	in, err := s.receive(w, r)
	if err != nil {
		return "", err
	}
	return s.start(r, key, in)
}

// accepts reports whether a client names a media type as one that it takes.
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

// start starts the import, and takes care of its body, which goes when the
// import has ended.
func (s *Server) start(r *http.Request, key string, in *received) (string, error) {
	var ended func()
	id, started, err := s.keys.once(key, in, func() (id string, err error) {
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
		return j.ID, err
	})
	if err != nil || !started {
		return id, errors.Join(err, in.remove())
	}
	s.work.Go(func() {
		// It is over, or the server is: in both cases nobody needs the body.
		_, _ = s.runner.Wait(s.ctx, id)
		_ = in.remove() // what is left is removed when the server is closed, or started again
		ended()
	})
	return id, nil
}

const (
	maxKey  = 255  // bytes of an Idempotency-Key
	maxKeys = 1024 // keys that are remembered
)

// keys remembers which import was started by which Idempotency-Key. The zero
// value is empty.
type keys struct {
	mu    sync.Mutex
	known map[string]keyed
	order []string // the oldest first
}

type keyed struct {
	job  string
	what [sha256.Size]byte // what was to be imported
}

// once calls start unless that was done already with the key, and returns the
// import's ID and whether it was started now. With no key it is always called.
// Requests with a key wait for each other here, so two at the same moment
// can't both start.
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

// fingerprint tells imports apart: by what is asked for, and the bytes of the
// file that came with it.
func fingerprint(in *received) ([sha256.Size]byte, error) {
	req := in.req
	var sum []byte
	if in.body != nil {
		req.File = "" // received under a name of its own each time
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
