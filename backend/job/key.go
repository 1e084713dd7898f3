package job

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"linefeed/backend/store"
)

// A Key is by what a job is started once, however often that is asked for: as long as
// the job is remembered, and in whatever process. The zero value is no key.
type Key struct {
	name string
	what string // the fingerprint of what is started
}

// ErrKeyUsed says that another job was started with the same key.
var ErrKeyUsed = store.ErrKeyUsed

// NewKey returns the key of that name for a request. sum is that of the file's content if
// the file is received and has another path each time, otherwise nil.
func NewKey(name string, req Request, sum []byte) (Key, error) {
	req = req.redacted() // a fingerprint of a password could be used to guess it
	if sum != nil {
		req.File = ""
	}
	text, err := json.Marshal(struct {
		Request
		Sum []byte
	}{req, sum})
	if err != nil {
		return Key{}, fmt.Errorf("compare imports: %w", err)
	}
	what := sha256.Sum256(text)
	return Key{name, string(what[:])}, nil
}

// Keyed returns the ID of the job that was started with a key, "" if there is none. The
// error is [ErrKeyUsed] if something else was started with it.
func (r *Runner) Keyed(ctx context.Context, k Key) (id string, err error) {
	id, what, err := r.store.KeyedJob(ctx, k.name)
	if err != nil || id == "" || what == k.what {
		return id, err
	}
	return id, ErrKeyUsed
}
