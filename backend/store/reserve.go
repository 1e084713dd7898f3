package store

import (
	"os"
	"path/filepath"
	"strings"
)

// reserveBytes is enough for how some jobs have ended.
const reserveBytes = 128 << 10

const reserveSuffix = ".reserve-"

// makeReserve takes some room on the store's disk, once a job is kept: when the
// disk is full at the job's end, it is given back, for how that ended to be kept.
func (s *Store) makeReserve() {
	s.reserveMu.Lock()
	defer s.reserveMu.Unlock()
	if s.reserve != "" {
		return
	}
	s.reserve = s.path + reserveSuffix + s.owner.id
	if err := os.WriteFile(s.reserve, make([]byte, reserveBytes), 0o600); err != nil {
		_ = os.Remove(s.reserve) // there is no room for it, and no harm in that yet
		s.reserve = ""
	}
}

// freeReserve gives the room back, and reports whether there was any.
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

// removeReserves removes those of processes that were killed.
func (s *Store) removeReserves(runDir string) {
	all, _ := filepath.Glob(s.path + reserveSuffix + "*")
	for _, path := range all {
		id := strings.TrimPrefix(path, s.path+reserveSuffix)
		if running, err := alive(runDir, id); err == nil && !running {
			_ = os.Remove(path) // or the next one does
		}
	}
}
