package localapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/sample"
	"linefeed/backend/store"
)

var listenerCounts = []int{0, 100, 1000}

// benchServer returns a server in the benchmark's own folder.
func benchServer(b *testing.B) (s *Server, runner *job.Runner, dir string) {
	dir = b.TempDir()
	st, err := store.Open(b.Context(), dir, filepath.Join(dir, "run"))
	if err != nil {
		b.Fatal(err)
	}
	hub := event.New()
	runner = job.NewRunner(st, hub, job.URLs{})
	if s, err = Start(runner, hub, Options{}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		runner.Close()
		hub.Close()
		if err := s.Close(); err != nil {
			b.Error(err)
		}
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return s, runner, dir
}

// BenchmarkPublish measures the cost of publishing at full speed while clients follow over
// TCP, half of which never read.
func BenchmarkPublish(b *testing.B) {
	for _, n := range listenerCounts {
		b.Run(fmt.Sprint(n, " listeners"), func(b *testing.B) {
			s, _, _ := benchServer(b)
			wait := subscribers(b, s, n)
			for b.Loop() {
				s.hub.Progress("a", data{Job: "a"})
			}
			b.StopTimer()
			s.hub.State("a", event.State{State: "done", Ended: true})
			wait("a", "done")
		})
	}
}

// BenchmarkImport measures a whole import with 1 % bad records, while clients follow over
// TCP, half of which never read.
func BenchmarkImport(b *testing.B) {
	file := filepath.Join(b.TempDir(), "articles.csv")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	if err := sample.Write(f, sample.Options{Rows: 300_000, Bad: 0.01}, nil); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	for _, n := range listenerCounts {
		b.Run(fmt.Sprint(n, " listeners"), func(b *testing.B) {
			s, runner, dir := benchServer(b)
			wait := subscribers(b, s, n)
			target := filepath.Join(dir, "out.db")
			last := ""
			for b.Loop() {
				j, err := runner.Start(b.Context(), job.Request{File: file, Target: target, Preset: "articles"})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := runner.Wait(b.Context(), j.ID); err != nil {
					b.Fatal(err)
				}
				last = j.ID
				if err := os.Remove(target); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			wait(last, "done")
		})
	}
}

// BenchmarkCommitToEvent measures the time from when a commit is reported to when the
// progress that tells of it has arrived at clients over TCP, while 1,000 follow, half of
// which never read. Commits come at the given interval; those between two of the at most
// ten events a second are told by none of their own.
func BenchmarkCommitToEvent(b *testing.B) {
	for _, interval := range []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 150 * time.Millisecond} {
		b.Run(fmt.Sprint("every ", interval), func(b *testing.B) {
			s, _, _ := benchServer(b)
			wait := subscribers(b, s, 999)
			c := &http.Client{Transport: &http.Transport{}}
			req, err := http.NewRequestWithContext(b.Context(), "GET", s.URL()+"/v1/events", nil)
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+s.Token())
			res, err := c.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			defer res.Body.Close()
			type commit struct {
				At time.Time `json:"at"`
			}
			ended := make(chan []time.Duration)
			go func() {
				var all []time.Duration
				lines := bufio.NewScanner(res.Body)
				for lines.Scan() {
					text, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
					if bytes.Contains(text, []byte(`"done"`)) {
						break
					}
					var v commit
					if isData && json.Unmarshal(text, &v) == nil {
						all = append(all, time.Since(v.At))
					}
				}
				ended <- all
			}()
			for b.Loop() {
				s.hub.Progress("a", commit{time.Now()})
				time.Sleep(interval) // the commits of a database take their time
			}
			b.StopTimer()
			s.hub.State("a", event.State{State: "done", Ended: true})
			all := <-ended
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2])/1e6, "ms-p50")
			b.ReportMetric(float64(all[len(all)*99/100])/1e6, "ms-p99")
			b.ReportMetric(float64(len(all)), "events")
			wait("a", "done")
		})
	}
}
