//go:build !linux

package testserver

import (
	"errors"
	"syscall"
	"time"
)

// Elsewhere than on Linux there are no servers: their tests are skipped.
type (
	process struct{ ended chan struct{} }
	folder  struct{ path string }
)

func newFolder() (*folder, error)                     { return nil, errMissing("Linux") }
func give(string) error                               { return errors.ErrUnsupported }
func reachable(string) bool                           { return false }
func output(string, []string) error                   { return errors.ErrUnsupported }
func run(string, []string, signals) (*process, error) { return nil, errors.ErrUnsupported }
func (f *folder) remove() error                       { return nil }
func (p *process) stop(syscall.Signal)                {}
func (p *process) kill()                              {}
func (p *process) log() string                        { return "" }
func (p *process) cpu() time.Duration                 { return 0 }
