package value

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"linefeed/backend/load"
)

// TestShapes checks that what is found does not hang on trying only the first
// value of each shape.
func TestShapes(t *testing.T) {
	odd := []string{"1E5", "-0", "+5", "0.5", "00420", "1.234", "1,234", "12-", "(5)", "9223372036854775808", "12O", "", "-", "7 %",
		"1'000", "1.5e+300", "1.5e+400"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		about, texts, _ := writtenColumn(r)
		for n := r.IntN(9); n > 0; n-- {
			texts = append(texts, odd[r.IntN(len(odd))])
		}
		r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
		want := watchedEach(t, texts)
		g := watched(t, "f", load.Plan{}, texts...)
		if got := fmt.Sprintf("%+v", g); got != want {
			t.Errorf("seed %d, %s:\n got %s\nwant %s", seed, about, got, want)
		}
	}
}

// watchedEach is watched with every value tried.
func watchedEach(t *testing.T, texts []string) string {
	t.Helper()
	i, err := NewInference([]string{"f"}, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	for n, text := range texts {
		i.Add(recordOf(int64(n+2), text))
		i.fields[0].shapes = nil
	}
	g := i.Guesses()[0]
	return fmt.Sprintf("%+v", g)
}
