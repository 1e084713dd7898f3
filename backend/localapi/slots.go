package localapi

import (
	"net/http"
	"time"
)

// A kind is a class of answers by cost and duration. Each kind has its own slots, so that
// one can't keep another out.
type kind int

const (
	calls     kind = iota // end at once
	orders                // imports of a local file, with a short body
	uploads               // imports of an uploaded file
	listeners             // last as long as imports do
	kinds
)

// maxSlots is the number of concurrent answers of each kind. Listeners leave half of the
// files that the process may have open to everything else.
var maxSlots = [kinds]int{calls: 32, orders: 32, uploads: 32, listeners: min(1024, openFiles()/2)}

// maxUnknown is the number of connections of clients that have not shown the token yet.
// maxConnections is that of all: one for each slot, and some more for those clients and
// for those of which no answer is under way.
var (
	maxUnknown     = 128
	maxConnections = maxSlots[calls] + maxSlots[orders] + maxSlots[uploads] + maxSlots[listeners] + maxUnknown
)

// slotTimeout is how long a call waits for a slot. Slots of the other kinds are taken for
// long, so requests for them don't wait.
const slotTimeout = 5 * time.Second

var kindNames = [kinds]string{calls: "calls", orders: "imports", uploads: "uploads", listeners: "listeners"}

// slots are the taken slots of each kind.
type slots [kinds]chan struct{}

func newSlots() (p slots) {
	for k := range p {
		p[k] = make(chan struct{}, maxSlots[k])
	}
	return p
}

// acquire takes a slot and keeps the request's connection open until release is called.
func (p *slots) acquire(k kind, r *http.Request) (release func(), err error) {
	select {
	case p[k] <- struct{}{}:
	default:
		if k != calls || !p.wait(k, r) {
			return nil, refuse(http.StatusServiceUnavailable, "try again when some of them have ended",
				"too many %s are under way: %d", kindNames[k], maxSlots[k])
		}
	}
	c := connOf(r)
	c.hold()
	return func() { c.free(); <-p[k] }, nil
}

// wait waits for a slot.
func (p *slots) wait(k kind, r *http.Request) bool {
	timeout := time.NewTimer(slotTimeout)
	defer timeout.Stop()
	select {
	case p[k] <- struct{}{}:
		return true
	case <-timeout.C:
	case <-r.Context().Done():
	}
	return false
}
