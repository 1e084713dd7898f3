package csvfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linefeed/backend/load"
)

// TestRoundTrip reads generated files, detecting everything. It reports
// how many were read just as they were written, and of the others what they
// have in common.
func TestRoundTrip(t *testing.T) {
	var next atomic.Uint64
	var mu sync.Mutex
	type failure struct {
		g   generated
		why string
	}
	var failures []failure
	all, failed := map[string]int{}, map[string]int{}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := next.Add(1); seed <= roundTrips; seed = next.Add(1) {
				g := generate(seed)
				why := g.read()
				mu.Lock()
				for _, s := range g.traits() {
					all[s]++
					if why != "" {
						failed[s]++
					}
				}
				if why != "" {
					failures = append(failures, failure{g, why})
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	score := 100 * float64(roundTrips-len(failures)) / roundTrips
	t.Logf("%.2f %% of %d generated files were read as they were written, detecting everything", score, roundTrips)
	traits := make([]string, 0, len(failed))
	for s := range failed {
		traits = append(traits, s)
	}
	slices.SortFunc(traits, func(a, b string) int {
		return cmp.Compare(float64(failed[b])/float64(all[b]), float64(failed[a])/float64(all[a]))
	})
	for _, s := range traits[:min(len(traits), 12)] {
		t.Logf("%s: %d of %d failed", s, failed[s], all[s])
	}
	slices.SortFunc(failures, func(a, b failure) int { return cmp.Compare(a.g.seed, b.g.seed) })
	for _, f := range failures[:min(len(failures), 40)] {
		t.Logf("seed %d: %s: %s", f.g.seed, f.g.about, f.why)
	}
	if score < 99 {
		t.Errorf("want at least 99 %%")
	}
}

func (g *generated) traits() []string {
	p := g.parts
	return []string{
		"delimiter " + fmt.Sprintf("%q", p.delim), "quoting " + p.quoting, "lines " + fmt.Sprintf("%q", p.lineEnd),
		p.encoding, "layout " + p.layout, fmt.Sprintf("header %v", g.names != nil),
	}
}

// read reads the file and says in what it differs from what was written.
func (g *generated) read() string {
	f, err := openReader(bytes.NewReader(g.content), "generated", int64(len(g.content)), Dialect{}, Options{})
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if g.names != nil && !slices.Equal(g.names, f.Fields()) {
		return fmt.Sprintf("names %q, want %q; %s", f.Fields(), g.names, short(f.Dialect()))
	}
	i := 0
	for rec, err := range f.Records() {
		var rej *load.Reject
		if errors.As(err, &rej) {
			return fmt.Sprintf("line %d rejected: %s; %s", rej.Line, rej.Message, short(f.Dialect()))
		}
		if err != nil {
			return err.Error()
		}
		if i == len(g.records) {
			return fmt.Sprintf("too many records; %s", short(f.Dialect()))
		}
		var got []string
		for j := range rec.Fields {
			got = append(got, string(rec.Field(j)))
		}
		if !slices.Equal(got, g.records[i]) {
			return fmt.Sprintf("record %d is %q, want %q; %s", i+1, got, g.records[i], short(f.Dialect()))
		}
		i++
	}
	if i != len(g.records) {
		return fmt.Sprintf("%d records, want %d; %s", i, len(g.records), short(f.Dialect()))
	}
	return ""
}

func short(d Dialect) string {
	return strings.Join([]string{d.Encoding, fmt.Sprintf("%q %q %q %q", d.Delimiter, d.Quote, d.Escape, d.Comment), fmt.Sprintf("skip %d header %d footer %d", *d.SkipLines, *d.HeaderRows, *d.FooterLines)}, " ")
}
