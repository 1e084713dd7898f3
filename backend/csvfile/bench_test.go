package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
)

// The files of the benchmarks, about 30 MB each.
var benchFiles = []struct {
	name string
	make func() []byte
}{
	{"articles", articles},
	{"narrow", func() []byte {
		r := rand.New(rand.NewPCG(1, 2))
		var b bytes.Buffer
		b.WriteString("a,b,c\n")
		for i := range 1_500_000 {
			fmt.Fprintf(&b, "%d,%d,%d\n", i, r.IntN(1e6), r.IntN(1e9))
		}
		return b.Bytes()
	}},
	{"wide", func() []byte {
		r := rand.New(rand.NewPCG(1, 2))
		var b bytes.Buffer
		for i := range 120 {
			fmt.Fprintf(&b, "field%d,", i)
		}
		for range 30_000 {
			for i := range 120 {
				b.WriteByte(",\n"[b2i(i == 0)])
				fmt.Fprintf(&b, "%d.%02d", r.IntN(1e5), r.IntN(100))
			}
		}
		b.WriteByte('\n')
		return bytes.Replace(b.Bytes(), []byte(",\n"), []byte("\n"), 1)
	}},
	{"text", func() []byte {
		r := rand.New(rand.NewPCG(1, 2))
		line := strings.Repeat("the quick brown fox, jumps over the lazy dog. ", 3)
		var b bytes.Buffer
		b.WriteString("id,text,n\n")
		for i := range 120_000 {
			if r.IntN(5) == 0 {
				fmt.Fprintf(&b, "%d,\"%s\n%s \"\"x\"\"\n%s\",%d\n", i, line, line, line, i)
			} else {
				fmt.Fprintf(&b, "%d,\"%s\",%d\n", i, line, i)
			}
		}
		return b.Bytes()
	}},
	{"umlauts", func() []byte {
		var b bytes.Buffer
		b.WriteString("id,text,n\n")
		for i := range 500_000 {
			fmt.Fprintf(&b, "%d,Größe äußerst schöner Möbel für Ümläute,%d\n", i, i)
		}
		return b.Bytes()
	}},
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// articles is the sample's good records, ten times over.
func articles() []byte {
	f, err := Open("../../examples/articles.csv", Dialect{}, Options{})
	if err != nil {
		panic(err)
	}
	defer f.Close()
	var b []byte
	for rec, err := range f.Records() {
		if err == nil {
			b = append(b, rec.Raw...)
		}
	}
	return append(bytes.Clone(f.Head()), bytes.Repeat(b, 10)...)
}

// readThrough reads all records of the open file, as imports do.
func readThrough(f *File) error {
	var b load.Block
	for {
		b.Reset(len(f.Fields()), 0)
		if err := f.Fill(&b); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// BenchmarkRead compares reading with that of encoding/csv, file by file: of
// each the two take turns, and the best round of each counts, which is what
// the machine can do when nothing else runs on it.
func BenchmarkRead(b *testing.B) {
	for _, file := range benchFiles {
		b.Run(file.name, func(b *testing.B) {
			data := file.make()
			ours, theirs := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			for b.Loop() {
				f, err := openReader(bytes.NewReader(data), "bench", int64(len(data)), Dialect{}, Options{})
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				if err := readThrough(f); err != nil {
					b.Fatal(err)
				}
				ours = min(ours, time.Since(start))
				start = time.Now()
				r := csv.NewReader(bytes.NewReader(data))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				theirs = min(theirs, time.Since(start))
			}
			speed := func(d time.Duration) float64 { return float64(len(data)) / 1e6 / d.Seconds() }
			b.ReportMetric(speed(ours), "MB/s")
			b.ReportMetric(speed(theirs), "csv-MB/s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkOpen opens a file of 10 GB, which is sparse after its head.
func BenchmarkOpen(b *testing.B) {
	f, err := os.CreateTemp(b.TempDir(), "big-*.csv")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	data := articles()
	if _, err := f.Write(data); err != nil {
		b.Fatal(err)
	}
	if err := f.Truncate(10 << 30); err != nil {
		b.Fatal(err)
	}
	if _, err := f.WriteAt(data[:len(data)/2], 10<<30-int64(len(data)/2)); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for b.Loop() {
		f, err := Open(f.Name(), Dialect{}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(b.N), "ms/open")
}
