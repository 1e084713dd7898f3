package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"linefeed/backend/sample"
)

// A file is one of the imported files.
type file struct {
	name  string // of the file, without .csv, and of the table
	about string // a description for people
	rows  int64
	args  []string // of the import, besides file and target
	write func(w io.Writer, rows int64) error

	faster float64 // how many times faster than sqlite3 the import should be; 0 for no goal
}

var create = []string{"--create", "--table"}

// files are imported in every round, largeFile, together with a part of it, on request.
var (
	articles = file{
		name: "articles", about: "articles, 9 columns with key and checks", rows: 1_000_000,
		args: []string{"--preset", "articles", "--table"}, write: writeArticles(0), faster: 3,
	}
	dirty = file{
		name: "dirty", about: "the same, a tenth of them bad", rows: 1_000_000,
		args: []string{"--preset", "articles", "--table"}, write: writeArticles(0.1),
	}
	narrow = file{name: "narrow", about: "3 integers", rows: 5_000_000, args: create, write: writeNarrow, faster: 2}
	wide   = file{name: "wide", about: "120 columns: integers, decimals, text", rows: 100_000, args: create, write: writeWide, faster: 2}
	text   = file{name: "text", about: "long text, a fifth of it over several lines", rows: 400_000, args: create, write: writeText, faster: 2}
	files  = []file{articles, dirty, narrow, wide, text}

	repeated = file{
		name: "repeated", about: "the same, each hundredth with an earlier key", rows: 1_000_000,
		args: articles.args, write: writeRepeated,
	}
	largePart = file{name: "narrow1m", about: "3 integers, part of the next", rows: 1_000_000, args: create, write: writeNarrow}
	largeFile = file{name: "narrow20m", about: "3 integers", rows: 20_000_000, args: create, write: writeNarrow}
	oneRow    = file{name: "one", about: "a single record", rows: 1, args: create, write: writeNarrow}
)

func findFile(name string) (file, error) {
	for _, f := range append([]file{repeated, tried, largePart, largeFile, oneRow, gigabyte, rejected}, files...) {
		if f.name == name {
			return f, nil
		}
	}
	return file{}, fmt.Errorf("there is no file %q", name)
}

func (b *bench) csv(f file) string { return b.path(f.name + ".csv") }

// provide creates the file unless it exists, in another process, so that this one stays
// small; see [process].
func (b *bench) provide(ctx context.Context, f file) error {
	if _, err := os.Stat(b.csv(f)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	b.say("write %s.csv, %s records", f.name, grouped(f.rows))
	_, err := b.role(ctx, "write", f.name, b.csv(f))
	return err
}

// writeFile is the role that writes a file, given its name and path. An existing file is
// complete.
func writeFile(_ context.Context, args []string) (measured, error) {
	f, err := findFile(args[0])
	if err != nil {
		return measured{}, err
	}
	part := args[1] + ".part"
	out, err := os.Create(part)
	if err != nil {
		return measured{}, err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	if err = f.write(w, f.rows); err == nil {
		err = w.Flush()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return measured{}, err
	}
	return measured{}, os.Rename(part, args[1])
}

// seed determines the contents of the files.
const seed = 1

func writeArticles(bad float64) func(io.Writer, int64) error {
	return func(w io.Writer, rows int64) error {
		return sample.Write(w, sample.Options{Rows: rows, Seed: seed, Bad: bad}, nil)
	}
}

// writeRepeated gives each hundredth article the key of one before it.
func writeRepeated(w io.Writer, rows int64) error {
	in, whole := io.Pipe()
	go func() { whole.CloseWithError(writeArticles(0)(whole, rows)) }()
	defer in.Close()
	r := rand.New(rand.NewPCG(seed, 0))
	from, to := csv.NewReader(in), csv.NewWriter(w)
	from.ReuseRecord = true
	var keys []string // of the articles that keep theirs
	for n := int64(0); ; n++ {
		record, err := from.Read()
		if errors.Is(err, io.EOF) {
			to.Flush()
			return to.Error()
		}
		if err != nil {
			return err
		}
		if n > 0 && n%100 == 0 {
			record[0] = keys[r.IntN(len(keys))]
		} else if n > 0 {
			keys = append(keys, strings.Clone(record[0]))
		}
		if err := to.Write(record); err != nil {
			return err
		}
	}
}

func writeNarrow(w io.Writer, rows int64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	line := []byte("id,amount,kind\n")
	for i := range rows + 1 {
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = strconv.AppendInt(line[:0], i+1, 10)
		line = strconv.AppendInt(append(line, ','), r.Int64N(1_000_000), 10)
		line = strconv.AppendInt(append(line, ','), r.Int64N(100), 10)
		line = append(line, '\n')
	}
	return nil
}

func writeWide(w io.Writer, rows int64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	record := make([]string, 120)
	for i := range record {
		record[i] = fmt.Sprintf("%s_%d", [...]string{"count", "amount", "note"}[i%3], i+1)
	}
	out := csv.NewWriter(w)
	for range rows + 1 {
		if err := out.Write(record); err != nil {
			return err
		}
		for i := range record {
			switch i % 3 {
			case 0:
				record[i] = strconv.Itoa(r.IntN(100_000))
			case 1:
				record[i] = fmt.Sprintf("%d.%02d", r.IntN(10_000), r.IntN(100))
			default:
				record[i] = words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]
			}
		}
	}
	out.Flush()
	return out.Error()
}

func writeText(w io.Writer, rows int64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	record := []string{"id", "subject", "body", "answer"}
	out := csv.NewWriter(w)
	for i := range rows + 1 {
		if err := out.Write(record); err != nil {
			return err
		}
		record = append(record[:0], strconv.FormatInt(i+1, 10), prose(r, 6), prose(r, 20+r.IntN(40)), prose(r, 10+r.IntN(30)))
	}
	out.Flush()
	return out.Error()
}

// prose returns some words, one time in five on several lines.
func prose(r *rand.Rand, n int) string {
	var b strings.Builder
	lines := r.IntN(5) == 0
	for i := range n {
		switch {
		case i == 0:
		case lines && i%6 == 5:
			b.WriteByte('\n')
		case r.IntN(12) == 0:
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
		word := words[r.IntN(len(words))]
		if r.IntN(40) == 0 {
			word = `"` + word + `"`
		}
		b.WriteString(word)
	}
	return b.String()
}

var words = strings.Fields(`the order came late and was opened by hand before anyone had looked at the invoice which
	named a different address in Málaga where nobody waits for parcels on a Sunday so it went back to the warehouse again`)
