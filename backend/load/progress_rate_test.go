package load

import (
	"testing"
	"time"
)

// TestRateOfAMoment holds a rate back until it is taken over some time: a batch
// that is written right after a pause would else look like a peak.
func TestRateOfAMoment(t *testing.T) {
	var r rate
	at := time.Now()
	r.add(at, 1000, 100_000)
	r.add(at.Add(time.Millisecond), 9000, 900_000)
	if records, bytes := r.perSecond(); records != 0 || bytes != 0 {
		t.Errorf("%g records and %g bytes a second after a millisecond", records, bytes)
	}
	r.add(at.Add(time.Second), 9000, 900_000)
	if records, bytes := r.perSecond(); records != 8000 || bytes != 800_000 {
		t.Errorf("%g records and %g bytes a second, want 8000 and 800000", records, bytes)
	}
}
