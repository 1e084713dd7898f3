package store

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// A retention says what is kept. Zero times and a zero size keep everything.
type retention struct {
	jobsSince    string // jobs that ended earlier go; in TimeFormat
	rejectsSince string // rejects of jobs that ended earlier go
	size         int64  // bytes of content, above which the oldest rejects go
	sizeSince    string // but only those of jobs that ended earlier
}

// spareFor is how long rejects stay whatever their size: they are still to be mended.
const spareFor = 7 * 24 * time.Hour

// retention returns what is kept by the settings.
func (s *Store) retention(ctx context.Context, now time.Time) (r retention, err error) {
	all, err := s.Settings(ctx)
	if err != nil {
		return r, err
	}
	return retentionOf(all, now)
}

func retentionOf(all []Setting, now time.Time) (r retention, err error) {
	value := map[string]string{}
	for _, v := range all {
		value[v.Name] = v.Value
	}
	since := func(age time.Duration) string {
		if age == 0 {
			return ""
		}
		return now.Add(-age).UTC().Format(TimeFormat)
	}
	jobs, jobsErr := ParseAge(value[KeepJobs])
	rejects, rejectsErr := ParseAge(value[KeepRejects])
	size, sizeErr := parseSize(value[KeepSize])
	return retention{since(jobs), since(rejects), size, since(spareFor)}, errors.Join(jobsErr, rejectsErr, sizeErr)
}

var errValue = errors.New("not a value")

// ParseAge reads an age such as 90d, 12w or 1y; forever is 0.
func ParseAge(text string) (time.Duration, error) {
	if text == "forever" {
		return 0, nil
	}
	return quantity(text, map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour})
}

// parseSize reads a size such as 500MB or 2GB; unlimited is 0.
func parseSize(text string) (int64, error) {
	if text == "unlimited" {
		return 0, nil
	}
	return quantity(text, map[string]int64{"MB": 1e6, "GB": 1e9, "TB": 1e12})
}

// quantity reads a whole number from 1 up, and a unit after it.
func quantity[T ~int64](text string, units map[string]T) (T, error) {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, known := units[text[len(digits):]]
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || !known || n == 0 || n > uint64(math.MaxInt64/unit) {
		return 0, errValue
	}
	return T(n) * unit, nil
}

func checkAge(text string) error {
	_, err := ParseAge(text)
	return err
}

func checkSize(text string) error {
	_, err := parseSize(text)
	return err
}
