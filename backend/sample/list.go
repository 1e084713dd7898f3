package sample

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/gocarina/gocsv"
)

// A List writes bad records as CSV, header first. Its zero value is not usable.
type List struct {
	csv   *csv.Writer
	chunk []Bad
}

// NewList returns a list that writes to w. The caller calls Flush at the end.
func NewList(w io.Writer) (*List, error) {
	l := &List{csv: csv.NewWriter(w), chunk: make([]Bad, 0, 256)}
	if err := gocsv.MarshalCSV(l.chunk, l.csv); err != nil {
		return nil, fmt.Errorf("write list of bad records: %w", err)
	}
	return l, nil
}

// Add writes one record, which may be buffered until Flush.
func (l *List) Add(b Bad) error {
	l.chunk = append(l.chunk, b)
	if len(l.chunk) < cap(l.chunk) {
		return nil
	}
	return l.Flush()
}

// Flush writes the buffered records.
func (l *List) Flush() error {
	err := gocsv.MarshalCSVWithoutHeaders(l.chunk, l.csv)
	l.chunk = l.chunk[:0]
	if err != nil {
		return fmt.Errorf("write list of bad records: %w", err)
	}
	return nil
}
