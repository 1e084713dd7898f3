package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A report is the result of all rounds.
type report struct {
	rounds        int
	machine       string
	versions      string
	before, after string    // load averages
	files         []file    // the imported ones
	servers       []*server // those that were imported into
	missing       []string  // what is not installed
	listeners     bool
	jobs          bool
	start         *start // nil where it is not measured
	sizes         map[string]int64
	series        map[string]series
}

// describe records what is measured, and on which machine.
func (r *report) describe(ctx context.Context, b *bench) error {
	r.machine = fmt.Sprintf("%s, %d processors, %s/%s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	linefeed, err := exec.CommandContext(ctx, b.linefeed, "version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", b.linefeed, err)
	}
	sqlite3, err := exec.CommandContext(ctx, b.sqlite3, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", b.sqlite3, err)
	}
	number, _, _ := strings.Cut(string(sqlite3), " ")
	r.versions = fmt.Sprintf("%s; sqlite3 %s", bytes.TrimSpace(linefeed), number)
	return nil
}

// processor returns the system's name for its processor.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "a processor that does not tell its name"
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "a processor that does not tell its name"
}

// loadAverage returns the load averages of the last minutes.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
		return fields[0]
	}
	return "unknown"
}

// markdown returns the report as a section of Markdown.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\nmedians of %d rounds; load average %s before, %s after\n\n", r.machine, r.versions, r.rounds, r.before, r.after)
	if len(r.files) > 0 {
		b.WriteString(r.imports().markdown() + "\n" + r.figures().markdown())
	}
	if r.listeners {
		b.WriteString("\n" + r.listenerFigures().markdown())
	}
	if r.jobs {
		b.WriteString("\n" + r.jobFigures().markdown())
	}
	if r.start != nil {
		b.WriteString(r.startSection())
	}
	if len(r.servers) > 0 {
		b.WriteString("\n" + r.remote().markdown() + "\n" + r.remoteFigures().markdown() + "\n")
	}
	for _, s := range r.servers {
		fmt.Fprintf(&b, "%s: %s\n", s.banner, s.settings)
	}
	for _, m := range r.missing {
		fmt.Fprintf(&b, "not measured: %s\n", m)
	}
	return b.String()
}

// imports returns the table of the imports.
func (r *report) imports() *table {
	t := newTable("file", "by", "wall s", "processor s", "MB/s", "rows/s", "memory MB", "Linefeed / it").alignLeft(0, 1)
	for _, f := range r.files {
		ours := r.series[f.name+" linefeed"]
		for i, by := range []string{"linefeed", "sqlite3", "floor"} {
			s := r.series[f.name+" "+by]
			seconds := s.wall().Seconds()
			about, times := "", ""
			if i == 0 {
				about = fmt.Sprintf("%s: %s rows, %.0f MB", f.about, grouped(f.rows), float64(r.sizes[f.name])/1e6)
			} else {
				times = fmt.Sprintf("%.2f", ours.over(s, wall))
			}
			t.add(about, by, fmt.Sprintf("%.2f", seconds), fmt.Sprintf("%.2f", s.cpu().Seconds()),
				fmt.Sprintf("%.0f", float64(r.sizes[f.name])/1e6/seconds), grouped(int64(float64(f.rows)/seconds)), megabytes(s.peak()), times)
		}
	}
	return t
}

// A goal is a comparison with a figure to reach.
type goal struct {
	what        string
	long, short series  // how many times as long as short long takes
	least, most float64 // one of them is set
	format      string
}

// cells returns the goal's row in a table. Its last cell is the ratio of another cost than time.
func (g goal) cells(other func(measured) time.Duration) []string {
	got := g.long.over(g.short, wall)
	target, reached := "≥ "+fmt.Sprintf(g.format, g.least), got >= g.least
	if g.least == 0 {
		target, reached = "≤ "+fmt.Sprintf(g.format, g.most), got <= g.most
	}
	return []string{g.what, fmt.Sprintf(g.format, got), target, verdict(reached), fmt.Sprintf(g.format, g.long.over(g.short, other))}
}

// figures returns the table of the goals. Next to each ratio of times is that of processor
// times, which depends less on other load.
func (r *report) figures() *table {
	t := newFigures()
	for _, g := range r.goals() {
		t.add(g.cells(cpu)...)
	}
	var most int64
	for _, f := range r.files {
		most = max(most, r.series[f.name+" linefeed"].peak())
	}
	t.atMost("memory of imports at the most, MB", float64(most)/1e6, 64)
	t.atMost("a single record imported, ms from start to end", 1000*r.series["start linefeed"].wall().Seconds(), 50)
	t.add("the same by sqlite3, ms", fmt.Sprintf("%.0f", 1000*r.series["start sqlite3"].wall().Seconds()), "", "", "")
	t.atMost("opening a file of 10 GB, ms", 1000*r.series["open"].wall().Seconds(), 100)
	t.add("reading alone, MB/s", r.speed("csvfile"), "", "encoding/csv: "+r.speed("encoding/csv"), "")
	return t
}

// listenerFigures returns the table of what those cost who follow an import, every other
// one of whom never reads.
func (r *report) listenerFigures() *table {
	t := newFigures()
	none, some, most := r.series["silent"], r.series["heard by some"], r.series["heard by most"]
	t.add(goal{fmt.Sprintf("%d listeners, half of them stalled: times as long as none", someListeners), some, none, 0, 1.03, "%.3f"}.cells(cpu)...)
	t.add(fmt.Sprintf("%s listeners, half of them stalled: times as long as none", grouped(mostListeners)),
		fmt.Sprintf("%.3f", most.over(none, wall)), "", "", fmt.Sprintf("%.3f", most.over(none, cpu)))
	for _, c := range []struct {
		what string
		of   func(series) string
	}{
		{"processor s", func(s series) string { return fmt.Sprintf("%.2f", s.cpu().Seconds()) }},
		{"memory at the most, MB", func(s series) string { return megabytes(s.peak()) }},
		{"goroutines at its end", func(s series) string { return grouped(s.goroutines()) }},
	} {
		t.add("with "+grouped(mostListeners)+": "+c.what, c.of(most), "", "with none: "+c.of(none), "")
	}
	arrival := func(s series) string { return fmt.Sprintf("%.0f", 1000*s.latency().Seconds()) }
	t.add("with "+grouped(mostListeners)+": ms to the arrival of 99 % of the events", arrival(most), "", fmt.Sprintf("with %d: %s", someListeners, arrival(some)), "")
	return t
}

func (r *report) goals() (all []goal) {
	for _, f := range r.files {
		if f.faster > 0 {
			all = append(all, goal{f.name + ".csv: times as fast as sqlite3 .import",
				r.series[f.name+" sqlite3"], r.series[f.name+" linefeed"], f.faster, 0, "%.1f"})
		}
	}
	for _, f := range r.files {
		all = append(all, goal{f.name + ".csv: times as long as the floor",
			r.series[f.name+" linefeed"], r.series[f.name+" floor"], 0, 1.3, "%.2f"})
	}
	all = append(all,
		goal{"a tenth of the lines bad: times as long as none", r.series["dirty linefeed"], r.series["articles linefeed"], 0, 1.3, "%.2f"},
		goal{"check: times as long as encoding/csv reads", r.series["check"], r.series["encoding/csv"], 0, 0.5, "%.2f"},
		goal{"reading alone: times as fast as encoding/csv", r.series["encoding/csv"], r.series["csvfile"], 3, 0, "%.1f"},
	)
	if large := r.series[largeFile.name+" linefeed"]; large != nil {
		// Twenty times the rows in at most 20 / 0.9 times the time.
		rows := float64(largeFile.rows) / float64(largePart.rows)
		all = append(all, goal{fmt.Sprintf("%s rows: times as long as %s", grouped(largeFile.rows), grouped(largePart.rows)),
			large, r.series[largePart.name+" linefeed"], 0, rows / 0.9, "%.1f"})
	}
	return all
}

// speed returns how fast the articles were read.
func (r *report) speed(name string) string {
	return fmt.Sprintf("%.0f", float64(r.sizes[articles.name])/1e6/max(r.series[name].wall(), time.Nanosecond).Seconds())
}

// newFigures returns a table of figures beside what they are to reach. Next to each ratio of
// times is that of processor times.
func newFigures() *table {
	return newTable("what", "figure", "target", "", "by processor time").alignLeft(0, 3)
}

// atMost adds a figure that is to be no more than want.
func (t *table) atMost(what string, got, want float64) {
	t.add(what, fmt.Sprintf("%.0f", got), fmt.Sprintf("≤ %.0f", want), verdict(got <= want), "")
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "missed"
}
