package store

import (
	"os"
	"path/filepath"
	"strings"
)

// reserveBytes is enough to store how a few jobs ended.
const reserveBytes = 128 << 10

const reserveSuffix = ".reserve-"

// makeReserve reserves some room on the store's disk once a job is stored. If the
// disk is full at the job's end, the room is released, so that the end can be
// stored.
func (s *Store) makeReserve() {
	s.reserveMu.Lock()
	defer s.reserveMu.Unlock()
	if s.reserve != "" {
		return
	}
	s.reserve = s.path + reserveSuffix + s.owner.id
	if err := os.WriteFile(s.reserve, make([]byte, reserveBytes), 0o600); err != nil {
		_ = os.Remove(s.reserve) // there is no room for it, which does no harm yet
		s.reserve = ""
	}
}

// freeReserve releases the room, and reports whether there was any.
func (s *Store) freeReserve() bool {
	s.reserveMu.Lock()
	defer s.reserveMu.Unlock()
	if s.reserve == "" {
		return false
	}
	err := os.Remove(s.reserve)
	s.reserve = ""
	return err == nil
}

// removeReserves removes the reserves of killed processes.
func (s *Store) removeReserves() {
	all, _ := filepath.Glob(s.path + reserveSuffix + "*")
	for _, path := range all {
		id := strings.TrimPrefix(path, s.path+reserveSuffix)
		if running, err := alive(s.path, id); err == nil && !running {
			_ = os.Remove(path) // or the next process does
		}
	}
}
