package main

import (
	"slices"
	"time"
)

// A series is the results of one measurement, by round.
type series []measured

func (s series) wall() time.Duration { return median(s.times(wall)) }
func (s series) cpu() time.Duration  { return median(s.times(cpu)) }

// server returns the processor time of the server.
func (s series) server() time.Duration {
	return median(s.times(func(m measured) time.Duration { return m.Server }))
}

// peak returns the highest peak memory of all rounds.
func (s series) peak() (most int64) {
	for _, m := range s {
		most = max(most, m.Peak)
	}
	return most
}

// goroutines returns the highest number of goroutines of all rounds.
func (s series) goroutines() (most int64) {
	for _, m := range s {
		most = max(most, m.Goroutines)
	}
	return most
}

func (s series) latency() time.Duration {
	return median(s.times(func(m measured) time.Duration { return m.Latency }))
}

// settled returns how long a window takes until nothing changes any more.
func (s series) settled() time.Duration {
	return median(s.times(func(m measured) time.Duration { return m.Settled }))
}

// within returns the time within which so many percent of the measurements are.
func (s series) within(percent int, of func(measured) time.Duration) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.times(of)))
	return sorted[(len(sorted)*percent+99)/100-1]
}

func wall(m measured) time.Duration { return m.Wall }
func cpu(m measured) time.Duration  { return m.CPU }

// all returns the processor time of both sides.
func all(m measured) time.Duration { return m.CPU + m.Server }

func (s series) times(of func(measured) time.Duration) []time.Duration {
	all := make([]time.Duration, len(s))
	for i, m := range s {
		all[i] = of(m)
	}
	return all
}

// over returns how many times as long as t s takes: the median of the rounds' own ratios,
// because load within a round affects both.
func (s series) over(t series, of func(measured) time.Duration) float64 {
	ratios := make([]float64, 0, len(s))
	for i := range min(len(s), len(t)) {
		if d := of(t[i]); d > 0 {
			ratios = append(ratios, float64(of(s[i]))/float64(d))
		}
	}
	return median(ratios)
}

// median returns the middle value, or the mean of the two middle ones; 0 if there are none.
func median[T ~int64 | ~float64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
