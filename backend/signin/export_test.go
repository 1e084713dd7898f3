package signin

import "time"

// SetWithin sets how long a user may take.
func (a *Account) SetWithin(d time.Duration) { a.within = d }

// SetClock sets the clock that says whether an access token is still good.
func (a *Account) SetClock(now func() time.Time) { a.now = now }
