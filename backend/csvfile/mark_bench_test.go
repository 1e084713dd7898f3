package csvfile

import (
	"math"
	"testing"
	"time"
)

// BenchmarkMark holds the processor's own way of marking against the plain one,
// and fails where it is slower. The two take turns, and the best round of each
// counts, which is what the machine can do when nothing else runs on it.
func BenchmarkMark(b *testing.B) {
	for _, file := range benchFiles {
		b.Run(file.name, func(b *testing.B) {
			text := file.make()[:1<<20]
			out := make([]marks, len(text)/64)
			fill := marking{delim: ',', quote: '"', quoting: ^uint64(0)}
			round := func(mark func(*marking, []byte, int, []marks) bool) time.Duration {
				m := fill
				start := time.Now()
				mark(&m, text, 0, out)
				return time.Since(start)
			}
			own, plain := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			for b.Loop() {
				own = min(own, round((*marking).mark))
				plain = min(plain, round((*marking).markWords))
			}
			speed := func(d time.Duration) float64 { return float64(len(text)) / 1e6 / d.Seconds() }
			b.ReportMetric(speed(own), "MB/s")
			b.ReportMetric(speed(plain), "plain-MB/s")
			// Where the two are the same way, they differ by chance alone.
			if b.N >= 20 && own > plain+plain/4 {
				b.Errorf("marking takes %v by the processor's own instructions and %v by the plain way: take the plain way on this processor", own, plain)
			}
		})
	}
}
