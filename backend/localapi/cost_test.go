package localapi

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/sample"
	"linefeed/backend/store"
)

var listenerCounts = []int{0, 100}

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

// BenchmarkPublish measures the cost of publishing at full speed while 100 clients follow
// over TCP, half of which never read.
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

// BenchmarkImport measures a whole import with 1 % bad records, while 100 clients follow
// over TCP, half of which never read.
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
