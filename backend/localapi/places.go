package localapi

import (
	"net/http"
	"time"
)

// A kind is what an answer takes, and for how long. Each kind has places of
// its own, so that one can't keep another out.
type kind int

const (
	calls     kind = iota // are over at once
	orders                // imports of a local file: a body that is short
	uploads               // imports of the file that is sent
	listeners             // last as long as imports do
	kinds
)

// maxPlaces is how many of each kind can be under way. Together they leave
// some of maxConnections to those who have not shown the token yet.
var maxPlaces = [kinds]int{calls: 32, orders: 32, uploads: 32, listeners: 128}

// placeTimeout is how long a call waits for its place. The places of the other
// kinds are taken for long, so they don't wait.
const placeTimeout = 5 * time.Second

var kindNames = [kinds]string{calls: "calls", orders: "imports", uploads: "uploads", listeners: "listeners"}

// places are what is free of each kind.
type places [kinds]chan struct{}

func newPlaces() (p places) {
	for k := range p {
		p[k] = make(chan struct{}, maxPlaces[k])
	}
	return p
}

// take takes a place, which keeps the request's connection open, until leave
// is called.
func (p *places) take(k kind, r *http.Request) (leave func(), err error) {
	select {
	case p[k] <- struct{}{}:
	default:
		if k != calls || !p.wait(k, r) {
			return nil, refuse(http.StatusServiceUnavailable, "try again when some of them have ended",
				"too many %s are under way: %d", kindNames[k], maxPlaces[k])
		}
	}
	c := connOf(r)
	c.hold()
	return func() { c.free(); <-p[k] }, nil
}

// wait waits for a place.
func (p *places) wait(k kind, r *http.Request) bool {
	timeout := time.NewTimer(placeTimeout)
	defer timeout.Stop()
	select {
	case p[k] <- struct{}{}:
		return true
	case <-timeout.C:
	case <-r.Context().Done():
	}
	return false
}
