package value

// A shape is the way in which a number is written: the signs in their places,
// and how many digits stand between them. Every candidate that reads
// numbers reads all values of a shape or none, so only the first is tried.
type shape struct {
	key    shapeKey
	count  int64    // the values that are in no candidate's account yet
	fits   uint64   // by the index of those candidates, whether it reads them
	proofs []*int64 // the counts of conflicts that each value adds to
	zero   bool     // one of them ends with a zero
}

// A shapeKey is a shape's text: '0' and their number for digits, other bytes as
// they are, and at the front whether the first digit is a zero.
type shapeKey [24]byte

// mostShapes is how many shapes of a field are remembered.
const mostShapes = 16

// shapeOf returns the shape of text. It reports false for a text that is too
// long, that may have an exponent, or that a float may not hold: which
// candidates read it depends on the digits.
func shapeOf(text []byte) (k shapeKey, ok bool) {
	n, digits, whole := 1, 0, 0
	for i := 0; i < len(text); {
		if n+2 > len(k) {
			return k, false
		}
		b := text[i]
		if b-'0' > 9 {
			if b|0x20 == 'e' {
				return k, false
			}
			k[n] = b
			n++
			i++
			continue
		}
		if digits == 0 && b == '0' {
			k[0] = 1
		}
		run := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		if digits == 0 {
			whole = i - run
		}
		digits += i - run
		k[n], k[n+1] = '0', byte(i-run)
		n += 2
	}
	return k, digits > 0 && digits <= mostPlainDigits && whole <= floatDigits
}

// shape returns the shape of that key, nil when it was not seen yet.
func (w *fieldWatch) shape(k *shapeKey) *shape {
	for i := range w.shapes {
		if s := &w.shapes[i]; s.key == *k {
			return s
		}
	}
	return nil
}

// remember keeps how the value at hand, of shape k, fared.
func (w *fieldWatch) remember(k shapeKey, proofs []*int64) {
	if len(w.shapes) >= mostShapes || len(w.numbers) > 64 {
		return
	}
	s := shape{key: k, proofs: proofs}
	for i, c := range w.numbers {
		if c.fits {
			s.fits |= 1 << i
		}
	}
	w.shapes = append(w.shapes, s)
}

// settleShapes brings the values of all shapes into the account of the
// candidates and conflicts.
func (w *fieldWatch) settleShapes() {
	for i := range w.shapes {
		s := &w.shapes[i]
		for i, c := range w.numbers {
			if s.fits&(1<<i) != 0 {
				c.matched += s.count
			} else {
				c.missed += s.count
			}
		}
		for _, p := range s.proofs {
			*p += s.count
		}
		s.count = 0
	}
}
