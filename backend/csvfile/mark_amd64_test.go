//go:build !purego

package csvfile

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMarkInstructions looks through the assembly for legacy SSE instructions,
// which stall many Intel processors among AVX ones, and for a return that leaves the
// upper halves of the registers in use.
func TestMarkInstructions(t *testing.T) {
	source, err := os.ReadFile("mark_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	vector := regexp.MustCompile(`\b[XY](\d|1[0-5])?\b`)
	last, seen := "", 0
	for i, line := range strings.Split(string(source), "\n") {
		code, _, _ := strings.Cut(line, "//")
		words := strings.Fields(strings.TrimRight(code, "\\ \t"))
		if len(words) == 0 || strings.HasPrefix(words[0], "#") || strings.HasSuffix(words[0], ":") {
			continue
		}
		op := words[0]
		if vector.MatchString(strings.Join(words[1:], " ")) {
			seen++
			if !strings.HasPrefix(op, "V") && !strings.HasPrefix(op, "FILL") {
				t.Errorf("line %d: %s is a legacy SSE instruction: use V%s", i+1, op, op)
			}
		}
		if op == "RET" && last != "VZEROUPPER" {
			t.Errorf("line %d: RET without VZEROUPPER before it", i+1)
		}
		last = op
	}
	if seen == 0 {
		t.Error("no instruction on vectors was found: the test looks for the wrong thing")
	}
}
