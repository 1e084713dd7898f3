package load

import (
	"sync/atomic"

	"linefeed/backend/message"
)

// A panicGuard keeps the first panic of the goroutines of a load, which would
// otherwise end the program with all that it does beside.
type panicGuard struct{ first atomic.Pointer[error] }

// guard runs stage, and keeps its panic.
func (m *panicGuard) guard(stage func()) {
	defer func() {
		if p := recover(); p != nil {
			err := message.Panic(p)
			m.first.CompareAndSwap(nil, &err)
		}
	}()
	stage()
}

// err returns the panic that was kept, nil if there was none.
func (m *panicGuard) err() error {
	if err := m.first.Load(); err != nil {
		return *err
	}
	return nil
}
