package load

import (
	"context"
	"strings"
	"testing"
)

// A panic in any stage fails the load, and is not the end of the program.
func TestRunSurvivesPanics(t *testing.T) {
	panicAt := func(n int) func(int) {
		return func(i int) {
			if i == n {
				panic("oh")
			}
		}
	}
	nothing := func(int) {}
	for name, test := range map[string]struct {
		src      Source
		onWrite  func(context.Context) error
		onReject func([]Reject) error
	}{
		"at the first record": {src: many(100_000, panicAt(0))},
		"at a later record":   {src: many(100_000, panicAt(50_000))},
		"at a write":          {src: many(100_000, nothing), onWrite: func(context.Context) error { panic("oh") }},
		"at a reject":         {src: linesOf("name,n", "a,1", "b,x", "c,3"), onReject: func([]Reject) error { panic("oh") }},
	} {
		t.Run(name, func(t *testing.T) {
			dst := &memory{onWrite: test.onWrite}
			s, err := runWith(t.Context(), test.src, dst, layoutOf(t, Plan{}, test.src, textAndInteger...), Options{OnReject: test.onReject})
			if err == nil || !strings.Contains(err.Error(), "mistake, please report it: oh") {
				t.Fatalf("%v", err)
			}
			if len(dst.rows) != 0 || s.Inserted != 0 || dst.closed != 1 {
				t.Errorf("%+v, %d rows, closed %d times", s, len(dst.rows), dst.closed)
			}
		})
	}
}
