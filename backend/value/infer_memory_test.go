package value

import (
	"fmt"
	"runtime"
	"testing"

	"linefeed/backend/load"
)

// A file may have tens of thousands of fields: an inference keeps little of each,
// whether it has seen few values of it or many.
func TestInferenceIsSmall(t *testing.T) {
	const fields, most = 2000, 5000
	names := make([]string, fields)
	for i := range names {
		names[i] = fmt.Sprintf("m%d", i)
	}
	texts := make([]string, fields)
	for _, records := range []int{20, 200} {
		before := heap()
		i, err := NewInference(names, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		for line := range records {
			for n := range texts {
				texts[n] = [...]string{
					fmt.Sprintf("%d.%02d", line*7+n%50, line%100), fmt.Sprint(line * n), fmt.Sprintf("A-%d", line*n),
					fmt.Sprintf("%02d/%02d/2026", line%28+1, line%12+1), [...]string{"yes", "no"}[line%2],
				}[n%5]
			}
			i.Add(recordOf(int64(line+2), texts...))
		}
		if grew := heap() - before; grew > fields*most {
			t.Errorf("after %d records: %d bytes a field", records, grew/fields)
		}
		g := i.Guesses()
		if grew := heap() - before; grew > fields*most {
			t.Errorf("with the guesses of %d records: %d bytes a field", records, grew/fields)
		}
		runtime.KeepAlive(g)
		runtime.KeepAlive(i)
	}
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
