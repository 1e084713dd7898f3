package value

// misfits are the first values of a field that don't fit a type.
type misfits struct {
	bySpelling map[spelling]misfit // of those that some values have and others don't

	number held // that no number keeps
	float  held // that no float keeps
	bit    held // that is neither 1 nor 0
	sign   held // that seems to stand for no value

	signsCount bool // signs for no value are values
}

// A misfit is the first value that does not have a spelling, and how many have it.
type misfit struct {
	held
	fits int64
}

// oneAndZero are the words of a boolean column of numbers.
const oneAndZero = "1/0"

// misfits returns the first values that don't fit.
func (w *fieldWatch) misfits() misfits {
	m := misfits{float: w.inexact, bit: w.notBit, signsCount: w.signsCount()}
	if w.kept != nil {
		m.number = *w.kept
	}
	for _, s := range w.markers {
		if m.sign.line == 0 || s.line < m.sign.line {
			m.sign = held{s.line, s.text}
		}
	}
	see := func(n *notation, fits int64, first held) {
		s := spelling{n.typ, n.format}
		if first.line == 0 || fits <= m.bySpelling[s].fits {
			return
		}
		if m.bySpelling == nil {
			m.bySpelling = map[spelling]misfit{}
		}
		m.bySpelling[s] = misfit{first, fits}
	}
	for _, c := range w.candidates {
		see(c.notation, w.matched(c), c.firstMiss)
	}
	for _, l := range w.lost {
		see(l.notation, l.matched, l.first)
	}
	return m
}
