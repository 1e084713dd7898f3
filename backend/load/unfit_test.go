package load

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// While types may give way nothing is committed, and the load stops ahead of
// the first value that does not fit a guess.
func TestRunGivesWay(t *testing.T) {
	guessed := []Column{{Name: "name", Nullable: true}, {Name: "n", Type: Integer, Nullable: true, Guessed: true}}
	for _, tt := range []struct {
		about string
		last  string
		unfit bool
	}{
		{"all fit", "a,7", false},
		{"one does not", "a,x7", true},
		{"one that a number would not keep", "a,007", true},
		{"one that can't be read", "!stray_quote", false},
		{"one that the database refuses", "refuse,7", false},
	} {
		src, dst := linesOf("name,n", append(slices.Repeat([]string{"a,24"}, 50_000), tt.last)...), &memory{}
		resumed := make(chan struct{})
		close(resumed)
		opt := Options{GiveWay: true, commitEvery: time.Nanosecond, Paused: func() <-chan struct{} { return resumed }}
		s, err := runWith(t.Context(), src, dst, layoutOf(t, Plan{}, src, guessed...), opt)
		var unfit *UnfitError
		if errors.As(err, &unfit) != tt.unfit {
			t.Fatalf("%s: %v", tt.about, err)
		}
		switch {
		case !tt.unfit && (err != nil || dst.commits != 1 || s.Inserted == 0 || int64(len(dst.rows)) != s.Inserted):
			t.Errorf("%s: %+v, %v, %d rows by %d commits", tt.about, s, err, len(dst.rows), dst.commits)
		case tt.unfit && (unfit.Column != "n" || unfit.Line == 0 || dst.commits != 0 || len(dst.rows) != 0 || s.Inserted != 0):
			t.Errorf("%s: %+v, %v, %d rows by %d commits", tt.about, s, err, len(dst.rows), dst.commits)
		}
	}
}
