package csvfile

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// readInParts returns a reader of data in parts of any size up to most.
func readInParts(data []byte, most int, r *rand.Rand) io.Reader {
	return &inParts{bytes.NewReader(data), most, r}
}

type inParts struct {
	from io.Reader
	most int
	r    *rand.Rand
}

func (p *inParts) Read(b []byte) (int, error) {
	return p.from.Read(b[:min(len(b), 1+p.r.IntN(p.most))])
}

// same checks that data is read the same by the fast scanner and by the parser
// that knows all the rules, in one go and in parts.
func same(t *testing.T, data []byte, d Dialect, opt Options, r *rand.Rand) {
	t.Helper()
	want := pieces(t, data, bytes.NewReader(data), d, opt, true)
	for name, got := range map[string][]piece{
		"fast":             pieces(t, data, bytes.NewReader(data), d, opt, false),
		"fast, in parts":   pieces(t, data, readInParts(data, 1+len(data)/3, r), d, opt, false),
		"general in parts": pieces(t, data, readInParts(data, 1+len(data)/3, r), d, opt, true),
	} {
		if slices.EqualFunc(got, want, samePiece) {
			continue
		}
		for i := range min(len(got), len(want)) {
			if !samePiece(got[i], want[i]) {
				t.Fatalf("%s, %+v, %+v: %.200q: got %+v, want %+v", name, d, opt, data, got[i], want[i])
			}
		}
		t.Fatalf("%s, %+v, %+v: %.200q: got %d pieces, want %d", name, d, opt, data, len(got), len(want))
	}
}

// traps are what is read differently from other text.
var traps = []string{
	`"`, `""`, `"""`, `x"`, `"x`, `"x"`, `"x"y`, `"x""`, "\"\n\"", "\"x\r\n\r\n\"", "\"x\n", "\n\"", ",\"", "\",", "\",\"", "\n", "\r", "\r\n", "\n\r", "\r\r\n",
	"\x00", "\xff", "\xc3", "\xe6\x97", "\xf0\x9f\x98", "é", "日", "😀", "\ufeff", "\\", "\\\"", "\\\n", "|", "||", "#", " ",
	"\"\n1,\"", "\"a\"b\n2,c\n", "a\"b\n2,c\n", "\"a\n2,c\n3,d\n",
}

// TestBoundaries puts traps where the fast scanner's words and blocks and the
// parts that are read end.
func TestBoundaries(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	plain := given(",", `"`, `"`)
	line := "12," + strings.Repeat("4567", 31) + "\n"
	for _, at := range []int{64, leastBlock, 3 * leastBlock, 15 * leastBlock, 15*leastBlock + mostBlock, chunk} {
		for _, trap := range traps {
			shifts := len(trap) + 4
			if at == chunk {
				shifts = 2
			}
			for shift := r.IntN(shiftStep); shift < shifts; shift += shiftStep {
				until := at - shift + 3
				var b strings.Builder
				for b.Len()+len(line) < until-1 {
					b.WriteString(line)
				}
				b.WriteString("1," + strings.Repeat("x", max(0, until-b.Len()-2)) + trap)
				if shift%2 == 0 { // the rest is less than a word
					b.WriteString(strings.Repeat("\n2,y", r.IntN(14)))
				} else {
					b.WriteString(strings.Repeat("\n3,\"z\"", 20+r.IntN(30)))
				}
				same(t, []byte(b.String()), plain, Options{}, r)
			}
		}
	}
}

// TestAnything reads random text of few kinds of bytes, in every dialect.
func TestAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lengths := []int{5, 64, 130, leastBlock, 3 * leastBlock, sureRecord, mostBlock, 15 * leastBlock, 3 * mostBlock}
	for range anythings {
		var some []string
		for range 1 + r.IntN(4) {
			some = append(some, traps[r.IntN(len(traps))])
		}
		plain := []string{"x", ",", "1,2\n", "x", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "a,b\n"}
		size := lengths[r.IntN(len(lengths))] + r.IntN(20) - 4
		rare := 1 + r.IntN(1+r.IntN(60))
		var b strings.Builder
		b.WriteString([]string{"", "a,b\n", "a;b\n", "a||b\n", "\xef\xbb\xbfa,b\r\n"}[r.IntN(5)])
		for b.Len() < size {
			if r.IntN(rare) == 0 {
				b.WriteString(some[r.IntN(len(some))])
			} else {
				b.WriteString(plain[r.IntN(len(plain))])
			}
		}
		opt := Options{Ragged: []load.Ragged{load.RaggedReject, load.RaggedPad}[r.IntN(2)]}
		if r.IntN(3) == 0 {
			opt.MaxRecord = 1 + r.IntN(size)
		}
		same(t, []byte(b.String()), dialects[r.IntN(len(dialects))], opt, r)
	}
}
