package store

import (
	"context"
	"testing"
)

// BenchmarkAdd adds rejects like an import with a tenth of bad records: about 150
// per block. One operation is one reject.
func BenchmarkAdd(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.AddJob(b.Context(), Job{ID: "job", State: "running", File: "f", Request: "{}"}); err != nil {
		b.Fatal(err)
	}
	log, err := s.RejectLog(b.Context(), "job")
	if err != nil {
		b.Fatal(err)
	}
	all := rejects(150)
	for i := range all {
		all[i].Raw = append(all[i].Raw, make([]byte, 150)...)
	}
	ctx := context.WithoutCancel(b.Context()) // with one that can end the driver starts a goroutine for each statement
	b.ReportAllocs()
	for n := b.N; n > 0; n -= len(all) {
		if err := log.Add(ctx, all[:min(n, len(all))]); err != nil {
			b.Fatal(err)
		}
	}
}
