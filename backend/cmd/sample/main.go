// Sample writes an article file to try Linefeed with, and next to it the list of its bad
// records.
//
//	go run ./backend/cmd/sample -rows 1000000 -bad 10 -out examples/big.csv
//
// writes examples/big.csv and examples/big.rejects.csv. The same flags make the same files.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"linefeed/backend/sample"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rows := flags.Int64("rows", 20_000, "how many records")
	seed := flags.Uint64("seed", 1, "which records")
	bad := flags.Float64("bad", 1, "how many `percent` of them are bad")
	out := flags.String("out", "", "the `file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || flags.NArg() > 0 {
		return fmt.Errorf("give the file to write as -out FILE, and nothing after the flags")
	}
	o := sample.Options{Rows: *rows, Seed: *seed, Bad: *bad / 100}
	listName := strings.TrimSuffix(*out, filepath.Ext(*out)) + ".rejects.csv"
	n, err := write(*out, listName, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d records, %d of them bad; %s lists them\n", *out, o.Rows, n, listName)
	return nil
}

// write writes both files and returns the number of bad records.
func write(name, listName string, o sample.Options) (bad int64, err error) {
	file, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = closed(file, err) }()
	listFile, err := os.Create(listName)
	if err != nil {
		return 0, err
	}
	defer func() { err = closed(listFile, err) }()
	list, err := sample.NewList(listFile)
	if err != nil {
		return 0, err
	}
	err = sample.Write(file, o, func(b sample.Bad) error {
		bad++
		return list.Add(b)
	})
	if err != nil {
		return bad, err
	}
	return bad, list.Flush()
}

// closed closes f and returns err, or else the error of closing.
func closed(f *os.File, err error) error {
	if cerr := f.Close(); err == nil {
		return cerr
	}
	return err
}
