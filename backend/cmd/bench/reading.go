package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
)

// readByEncodingCSV is the role that reads a file with encoding/csv and discards the
// records.
func readByEncodingCSV(_ context.Context, args []string) (measured, error) {
	in, err := os.Open(args[0])
	if err != nil {
		return measured{}, err
	}
	defer in.Close()
	stop := stopwatch()
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return stop(), nil
		} else if err != nil {
			return measured{}, err
		}
	}
}

// readByCSVFile is the role that reads a file with csvfile, as imports do, and discards
// the records.
func readByCSVFile(_ context.Context, args []string) (measured, error) {
	stop := stopwatch()
	in, err := csvfile.Open(args[0], csvfile.Dialect{}, csvfile.Options{})
	if err != nil {
		return measured{}, err
	}
	defer in.Close()
	var b load.Block
	for {
		b.Reset(len(in.Fields()), 0)
		if err := in.Fill(&b); errors.Is(err, io.EOF) {
			return stop(), nil
		} else if err != nil {
			return measured{}, err
		}
	}
}

// openByCSVFile is the role that opens a file with csvfile, which detects its format.
func openByCSVFile(_ context.Context, args []string) (measured, error) {
	stop := stopwatch()
	in, err := csvfile.Open(args[0], csvfile.Dialect{}, csvfile.Options{})
	if err != nil {
		return measured{}, err
	}
	m := stop()
	return m, in.Close()
}

// hugeSize is the size of a file that can't be read whole on opening it.
const hugeSize = 10 << 30

// hugeFile creates a sparse file of hugeSize bytes: articles at its start and at its end,
// and a hole between them.
func (b *bench) hugeFile() (path string, err error) {
	path = b.path("huge.csv")
	in, err := os.Open(b.csv(articles))
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	const part = 8 << 20
	if _, err = io.CopyN(out, in, part); err != nil {
		return "", err
	}
	if _, err = out.Seek(hugeSize-part, io.SeekStart); err != nil {
		return "", err
	}
	_, err = io.CopyN(out, in, part)
	return path, err
}
