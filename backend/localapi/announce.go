package localapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// announcementFile is the name of the file that tells where the API is.
const announcementFile = "api.json"

// An announcement tells other programs of the same user where the API is, and
// the token. Its JSON is part of the program's contract.
type announcement struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`

	path string
}

// announce writes api.json into dir, which is made when it is not there. Both
// are for this user alone. Others see the whole file or none.
func announce(dir, url, token string) (a *announcement, err error) {
	defer func() {
		if err != nil {
			a, err = nil, fmt.Errorf("announce the local API: %w", err)
		}
	}()
	a = &announcement{URL: url, Token: token, PID: os.Getpid(), path: filepath.Join(dir, announcementFile)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it may have been there
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, announcementFile+".*") // makes it with mode 0600
	if err != nil {
		return nil, err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), a.path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return a, nil
}

// remove removes api.json, unless another server has announced itself since.
func (a *announcement) remove() error {
	text, err := os.ReadFile(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var now announcement
	if err == nil {
		if json.Unmarshal(text, &now) == nil && now.Token != a.Token {
			return nil
		}
		err = os.Remove(a.path)
	}
	if err != nil {
		return fmt.Errorf("withdraw the local API's address: %w", err)
	}
	return nil
}
