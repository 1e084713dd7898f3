package load

import (
	"strconv"
	"strings"

	"linefeed/backend/message"
)

// A rejectLimit is how many rejects a load endures. The zero value is any
// number.
type rejectLimit struct {
	set     bool
	most    int64
	percent float64 // used when most is -1
}

// leastForPercent is how many records must have been read before a limit in
// percent can end a load early: the first bad line of a file is 100 % of it.
const leastForPercent = 1000

func parseLimit(s string) (rejectLimit, error) {
	if s == "" {
		return rejectLimit{}, nil
	}
	if p, ok := strings.CutSuffix(s, "%"); ok {
		if v, err := strconv.ParseFloat(strings.TrimSpace(p), 64); err == nil && v >= 0 && v <= 100 {
			return rejectLimit{set: true, most: -1, percent: v}, nil
		}
	} else if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
		return rejectLimit{set: true, most: n}, nil
	}
	return rejectLimit{}, message.NewError(nil, "not_a_limit", "limit_is", "limit", s)
}

func (l rejectLimit) exceeded(c Counts, leastForPercent int64) bool {
	switch {
	case !l.set:
		return false
	case l.most >= 0:
		return c.Rejected > l.most
	default:
		return c.Read >= leastForPercent && float64(c.Rejected)*100 > l.percent*float64(c.Read)
	}
}

// A TooManyRejectsError ends a load whose plan limits the rejects.
type TooManyRejectsError struct {
	Rejected, Read int64
	Limit          string // as the plan gives it
}

func (e *TooManyRejectsError) Error() string { return e.Told().String() }

// Told returns the error for people.
func (e *TooManyRejectsError) Told() message.Note {
	return message.New("too_many_rejects", "raise_limit", "rejected", e.Rejected, "read", e.Read, "limit", e.Limit)
}
