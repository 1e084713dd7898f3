package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"linefeed/backend/message"
)

// ErrPolicy says that there is a policy that can't be used.
var ErrPolicy = errors.New("the policy can't be used")

// A policy holds settings that an administrator has pinned: nobody changes them in the
// program.
type policy struct {
	path   string // of its file, "" for none
	values map[string]string
}

// readPolicy reads the policy at system, or, where no file is there, the one at other. So
// the environment, which names the other, can add a policy and takes none away. A policy
// that can't be read or understood whole is an error that wraps ErrPolicy.
func readPolicy(system, other string) (policy, error) {
	for _, path := range []string{system, other} {
		if path == "" {
			continue
		}
		values, err := readPolicyFile(path)
		if path == system && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return policy{}, message.NewError(ErrPolicy, "policy_bad", "mend_policy", "path", path, "cause", err.Error())
		}
		return policy{path, values}, nil
	}
	return policy{}, nil
}

// mostPolicy is what a policy file may hold.
const mostPolicy = 1 << 20

func readPolicyFile(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostPolicy+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostPolicy {
		return nil, errors.New("it is larger than 1 MiB")
	}
	var file struct {
		Settings map[string]string `json:"settings"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("it is no JSON object as it should be: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows its JSON object")
	}
	if file.Settings == nil {
		return nil, errors.New(`it has no member "settings"`)
	}
	for name, value := range file.Settings {
		k, err := findSetting(name)
		if err == nil {
			err = k.refuse(value)
		}
		if err != nil {
			return nil, err
		}
	}
	return file.Settings, nil
}

// Pinned returns why a setting can't be changed; nil where it can.
func (s *Store) Pinned(name string) error { return s.policy.refuse(name) }

func (p policy) refuse(name string) error {
	if _, ok := p.values[name]; ok {
		return message.NewError(ErrPinned, "setting_pinned", "ask_administrator", "name", name, "path", p.path)
	}
	return nil
}
