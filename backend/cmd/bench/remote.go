package main

import (
	"context"
	"fmt"
	"time"
)

// numbers of writers that are tried on request.
var numbers = []int{1, 2, 4}

// prepareServers makes the files of the imports into the servers, imports one into each, and
// returns the steps.
func (b *bench) prepareServers(ctx context.Context, r *report, writers bool) (all []step, err error) {
	for _, f := range []file{articles, repeated} {
		if err := b.size(ctx, r, f); err != nil {
			return nil, err
		}
	}
	for _, s := range r.servers {
		if err := s.fresh(ctx, model, false); err != nil {
			return nil, err
		}
		w := way{file: articles, create: true}
		if _, err := b.byLinefeed(ctx, s, w); err != nil {
			return nil, err
		}
		if _, err := s.db.ExecContext(ctx, fmt.Sprintf(s.like, model, articles.name)); err != nil {
			return nil, err
		}
		all = append(all, b.serverSteps(s, writers)...)
	}
	return all, nil
}

// serverSteps returns the steps of a server. Those that are compared are neighbours.
func (b *bench) serverSteps(s *server, writers bool) (all []step) {
	ours := func(what string, w way) {
		all = append(all, step{name: s.name + what, do: func(ctx context.Context) (measured, error) { return b.byLinefeed(ctx, s, w) }})
	}
	theirs := func(what string, create bool) {
		for _, p := range s.peers {
			if p.most && create {
				continue
			}
			all = append(all, step{name: s.name + what + p.program, once: p.most, do: func(ctx context.Context) (measured, error) { return b.byPeer(ctx, s, p, create) }})
		}
	}
	ours(" repeated", way{file: repeated})
	ours(" linefeed", way{file: articles})
	theirs(" ", false)
	far := func(s *server) string { return s.far.address }
	ours(" way", way{file: articles, by: func(s *server) string { return s.way.address }})
	ours(" far", way{file: articles, by: far})
	ours(" new linefeed", way{file: articles, create: true})
	theirs(" new ", true)
	if writers {
		for _, n := range numbers {
			ours(fmt.Sprintf(" %d writers", n), way{file: articles, writers: n})
			ours(fmt.Sprintf(" far %d writers", n), way{file: articles, by: far, writers: n})
		}
	}
	return all
}

// remote returns the table of the imports into servers.
func (r *report) remote() *table {
	t := newTable("import", "by", "wall s", "client s", "server s", "MB/s", "rows/s", "memory MB", "Linefeed / it").alignLeft(0, 1)
	add := func(about, by string, f file, s, ours series) {
		if len(s) == 0 {
			return
		}
		seconds := s.wall().Seconds()
		times := ""
		if ours != nil {
			times = fmt.Sprintf("%.2f", ours.over(s, wall))
		}
		t.add(about, by, fmt.Sprintf("%.2f", seconds), fmt.Sprintf("%.2f", s.cpu().Seconds()), fmt.Sprintf("%.2f", s.server().Seconds()),
			fmt.Sprintf("%.0f", float64(r.sizes[f.name])/1e6/seconds), grouped(int64(float64(f.rows)/seconds)), megabytes(s.peak()), times)
	}
	for _, s := range r.servers {
		of := func(what string) series { return r.series[s.name+what] }
		add(s.title+", table with key", "linefeed", articles, of(" linefeed"), nil)
		for _, p := range s.peers {
			add("", p.program, articles, of(" "+p.program), of(" linefeed"))
		}
		add(s.title+", new table with key", "linefeed", articles, of(" new linefeed"), nil)
		for _, p := range s.peers {
			add("", p.program, articles, of(" new "+p.program), of(" new linefeed"))
		}
		add(s.title+", 1 % refused", "linefeed", repeated, of(" repeated"), nil)
		add(fmt.Sprintf("%s, %s away", s.title, away), "linefeed", articles, of(" far"), nil)
		add(s.title+", by the same proxy without a delay", "linefeed", articles, of(" way"), nil)
		for _, n := range numbers {
			add(fmt.Sprintf("%s, writers: %d", s.title, n), "linefeed", articles, of(fmt.Sprintf(" %d writers", n)), nil)
			add(fmt.Sprintf("%s, %s away, writers: %d", s.title, away, n), "linefeed", articles, of(fmt.Sprintf(" far %d writers", n)), nil)
		}
	}
	return t
}

// remoteFigures returns the table of the goals with servers. The processor time is that of both sides.
func (r *report) remoteFigures() *table {
	t := newFigures()
	add := func(what string, long, short series, least, most float64) {
		if len(long) == 0 || len(short) == 0 {
			return
		}
		g := goal{what, long, short, least, most, "%.2f"}
		t.add(g.cells(all)...)
	}
	var peak int64
	for _, s := range r.servers {
		of := func(what string) series { return r.series[s.name+what] }
		for _, p := range s.peers {
			switch {
			case p.most:
				add(fmt.Sprintf("%s, table with key: times as fast as %s", s.title, p.program), of(" "+p.program), of(" linefeed"), 10, 0)
			default:
				add(fmt.Sprintf("%s, table with key: times as long as %s", s.title, p.program), of(" linefeed"), of(" "+p.program), 0, 1.05)
			}
			if s.name == postgreSQL.name {
				add(fmt.Sprintf("%s, new table with key: times as fast as %s", s.title, p.program), of(" new "+p.program), of(" new linefeed"), 1.3, 0)
			}
		}
		add(s.title+", 1 % refused: times as long as none", of(" repeated"), of(" linefeed"), 0, 1.3)
		add(fmt.Sprintf("%s, %s away: times as long as on loopback", s.title, away.Round(time.Millisecond)), of(" far"), of(" linefeed"), 0, 1.2)
		add(fmt.Sprintf("%s, %s away: times as long as by the same proxy without a delay", s.title, away.Round(time.Millisecond)), of(" far"), of(" way"), 0, 1.2)
		for _, what := range []string{" linefeed", " new linefeed", " repeated", " far"} {
			peak = max(peak, of(what).peak())
		}
	}
	t.add("memory of imports into servers at the most, MB", fmt.Sprintf("%.0f", float64(peak)/1e6), "≤ 96", verdict(peak <= 96e6), "")
	return t
}
