package sample

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"linefeed/backend/load"
)

func generate(t *testing.T, o Options) ([]byte, []Bad) {
	t.Helper()
	var out bytes.Buffer
	var bad []Bad
	err := Write(&out, o, func(b Bad) error {
		bad = append(bad, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), bad
}

// TestExamples compares the committed example with the generator's output.
func TestExamples(t *testing.T) {
	examples := filepath.Join("..", "..", "examples")
	file, bad := generate(t, Options{Rows: 20_000, Seed: 1, Bad: 0.01})
	want, err := os.ReadFile(filepath.Join(examples, "articles.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, want) {
		t.Error("the generator does not make examples/articles.csv again; run: go run ./backend/cmd/sample -out examples/articles.csv")
	}
	var list bytes.Buffer
	l, err := NewList(&list)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		if err := l.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	want, err = os.ReadFile(filepath.Join(examples, "articles.rejects.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(list.Bytes(), want) {
		t.Error("the generator does not list examples/articles.rejects.csv again; run: go run ./backend/cmd/sample -out examples/articles.csv")
	}
	var read []Bad
	if err := gocsv.UnmarshalBytes(want, &read); err != nil {
		t.Fatal(err)
	}
	if len(read) != len(bad) {
		t.Fatalf("%d bad records read from the list, want %d", len(read), len(bad))
	}
	for i := range bad {
		if read[i] != bad[i] {
			t.Fatalf("bad record %d read as %+v, want %+v", i, read[i], bad[i])
		}
	}
}

// TestGoodRecords compares a file without bad records with encoding/csv.
func TestGoodRecords(t *testing.T) {
	const rows = 5000
	file, bad := generate(t, Options{Rows: rows, Seed: 7})
	if len(bad) > 0 {
		t.Fatalf("bad records in a file without: %v", bad)
	}
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(records[0], ","); got != "sku,title,description,category,price,currency,quantity,published_at,active" {
		t.Errorf("header %s", got)
	}
	if len(records) != rows+1 {
		t.Errorf("%d records, want %d", len(records)-1, rows)
	}
	var commas, quotes, breaks, foreign int
	for _, r := range records[1:] {
		text := strings.Join(r, "")
		commas += min(strings.Count(text, ","), 1)
		quotes += min(strings.Count(text, `"`), 1)
		breaks += min(strings.Count(text, "\n"), 1)
		if utf8.RuneCountInString(text) < len(text) {
			foreign++
		}
	}
	for what, n := range map[string]int{"commas": commas, "quotes": quotes, "line breaks": breaks, "letters beyond ASCII": foreign} {
		if n < rows/100 {
			t.Errorf("%d of %d records hold %s, want more", n, rows, what)
		}
	}
	if size := len(file) / rows; size < 155 || size > 161 {
		t.Errorf("%d bytes a record, want about 158", size)
	}
}

// TestBadRecords removes the listed lines from a file: each must be bad in the listed way,
// and what is left must be good.
func TestBadRecords(t *testing.T) {
	const rows = 20_000
	file, bad := generate(t, Options{Rows: rows, Seed: 3, Bad: 0.1})
	if len(bad) < rows*9/100 || len(bad) > rows*11/100 {
		t.Errorf("%d of %d records are bad, want about a tenth", len(bad), rows)
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	spoiled := make(map[int64]string, len(bad)) // by record
	found := make(map[load.Code]int)
	for _, b := range bad {
		spoiled[b.Record] = string(bytes.Join(lines[b.Line-1:b.EndLine], nil))
		for i := b.Line - 1; i < b.EndLine; i++ {
			lines[i] = nil
		}
		found[b.Code]++
	}
	records, err := csv.NewReader(bytes.NewReader(bytes.Join(lines, nil))).ReadAll()
	if err != nil {
		t.Fatalf("without the listed lines: %v", err)
	}
	good := make(map[string]bool, rows)
	n := int64(1)
	for _, r := range records[1:] {
		for ; spoiled[n] != ""; n++ {
		}
		if r[fieldSKU] != sku(n) {
			t.Fatalf("good record %d has the key %s", n, r[fieldSKU])
		}
		good[r[fieldSKU]] = true
		n++
	}
	if len(good)+len(bad) != rows {
		t.Errorf("%d good and %d bad records, want %d", len(good), len(bad), rows)
	}
	for _, b := range bad {
		if text := spoiled[b.Record]; !isBad(t, b, text, good) {
			t.Errorf("line %d is not %s in %q: %q", b.Line, b.Code, b.Column, text)
		}
	}
	for _, f := range faults {
		if found[f.code] == 0 {
			t.Errorf("no record is bad by %s", f.code)
		}
	}
}

// isBad reports whether the record is bad in the way that b says.
func isBad(t *testing.T, b Bad, text string, good map[string]bool) bool {
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	switch b.Code {
	case load.CodeStrayQuote:
		return err != nil
	case load.CodeInvalidEncoding:
		return !utf8.ValidString(text)
	}
	if err != nil {
		t.Errorf("line %d: %v", b.Line, err)
		return false
	}
	switch b.Code {
	case load.CodeMissingField:
		return len(fields) < fieldCount
	case load.CodeExtraField:
		return len(fields) > fieldCount
	}
	if len(fields) != fieldCount {
		return false
	}
	number := func(field int) (float64, error) { return strconv.ParseFloat(fields[field], 64) }
	switch b.Code {
	case load.CodeDuplicateKey:
		return fields[fieldSKU] < sku(b.Record) && good[fields[fieldSKU]]
	case load.CodeNotANumber:
		_, err := number(map[string]int{"price": fieldPrice, "quantity": fieldQuantity}[b.Column])
		return err != nil
	case load.CodeNotAnInteger:
		v, err := number(fieldQuantity)
		return err == nil && v != float64(int64(v))
	case load.CodeOutOfRange:
		v, err := number(fieldPrice)
		return err == nil && v >= 1e8
	case load.CodeCheckFailed:
		v, err := number(fieldQuantity)
		return err == nil && v < 0
	case load.CodeNotATimestamp:
		_, err := time.Parse(time.DateTime, fields[fieldPublishedAt])
		return err != nil
	case load.CodeNotABoolean:
		return fields[fieldActive] != "true" && fields[fieldActive] != "false"
	case load.CodeTooLong:
		return utf8.RuneCountInString(fields[fieldTitle]) > 200 || len(fields[fieldCurrency]) > 3
	case load.CodeRequired:
		return fields[fieldTitle] == "" || fields[fieldCategory] == ""
	}
	return false
}

// TestSeed checks that another seed makes another file, and that a record does not depend
// on the number of records.
func TestSeed(t *testing.T) {
	short, _ := generate(t, Options{Rows: 100, Seed: 1, Bad: 0.1})
	long, _ := generate(t, Options{Rows: 3000, Seed: 1, Bad: 0.1})
	other, _ := generate(t, Options{Rows: 100, Seed: 2, Bad: 0.1})
	if !bytes.HasPrefix(long, short) {
		t.Error("a longer file of the same seed does not begin with the shorter one")
	}
	if bytes.Equal(short, other) {
		t.Error("another seed makes the same file")
	}
}

func TestOptions(t *testing.T) {
	empty, bad := generate(t, Options{})
	if len(bytes.Split(empty, []byte("\n"))) != 2 || len(bad) != 0 {
		t.Errorf("a file of no rows is %q", empty)
	}
	_, bad = generate(t, Options{Rows: 500, Bad: 1})
	if len(bad) != 500-alwaysGood {
		t.Errorf("%d of 500 records are bad, want all but the first %d", len(bad), alwaysGood)
	}
	for _, o := range []Options{{Rows: -1}, {Rows: 1, Bad: 1.5}, {Rows: 1, Bad: -1}} {
		if err := Write(&bytes.Buffer{}, o, nil); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

// A full is a writer to a full disk.
type full struct{ room int }

var errFull = errors.New("no room left")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	for _, room := range []int{0, 1 << 20} {
		if err := Write(&full{room: room}, Options{Rows: 20_000}, nil); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: error %v, want %v", room, err, errFull)
		}
	}
	stop := errors.New("stop")
	err := Write(&bytes.Buffer{}, Options{Rows: 5000, Bad: 0.5}, func(Bad) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want that of onBad", err)
	}
}
