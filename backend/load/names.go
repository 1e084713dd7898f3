package load

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// How alike two names are: the fields of a file go to the columns whose names
// are most alike.
const (
	verbatim   = iota // equal to the byte
	sameName          // equal, however Unicode composes the letters
	sameLetter        // but for case, and blanks around it
	alikeName         // but for blanks, hyphens, dots and underscores too
	likenesses
)

// nameKey returns what is equal for names that are as alike as that, "" where
// it leaves nothing of the name.
func nameKey(name string, likeness int) string {
	if likeness == verbatim {
		return name
	}
	name = norm.NFC.String(name)
	if likeness == sameName {
		return name
	}
	name = strings.ToLower(strings.TrimFunc(name, isFiller))
	if likeness == alikeName {
		name = strings.Map(func(r rune) rune {
			if separates(r) {
				return -1
			}
			return r
		}, name)
	}
	return name
}

// separates reports whether r only keeps the words of a name apart, if that.
func separates(r rune) bool {
	return r == '_' || r == '.' || unicode.Is(unicode.Pd, r) || isFiller(r)
}

// isFiller reports whether r is blank, or not seen at all, such as a byte order
// mark or a soft hyphen.
func isFiller(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// A nameIndex finds names by one likeness, in the order of their list.
type nameIndex map[string][]int

func indexNames(names []string, likeness int) nameIndex {
	x := make(nameIndex, len(names))
	for i, name := range names {
		if key := nameKey(name, likeness); key != "" {
			x[key] = append(x[key], i)
		}
	}
	return x
}

// A nameFinder finds a name in a list: one that is equal, else one that differs
// in case, else one alike.
type nameFinder struct {
	names   []string
	indexes [likenesses]nameIndex // made when needed
}

// find returns the names that are most alike to name. With several it is not
// clear which is meant.
func (f *nameFinder) find(name string) []int {
	for likeness := range f.indexes {
		if f.indexes[likeness] == nil {
			f.indexes[likeness] = indexNames(f.names, likeness)
		}
		if found := f.indexes[likeness][nameKey(name, likeness)]; len(found) > 0 {
			return found
		}
	}
	return nil
}

// words returns the words of a name, without case and accents.
func words(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case separates(r):
			b.WriteByte(' ')
		case r == 'ß':
			b.WriteString("ss")
		case lower && unicode.IsUpper(r): // camelCase
			b.WriteByte(' ')
			fallthrough
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		lower = unicode.IsLower(r)
	}
	return strings.Fields(b.String())
}

// near reports whether two names that are not alike may well be the same with
// a slip in one of them, or one of them shortened: Test and testo, emial and
// email, desc and description. Numbers in names are never slips. It is given
// the words of the names.
func near(a, b []string) bool {
	if len(a) == len(b) {
		for i := range a {
			if !nearWords([]rune(a[i]), []rune(b[i])) {
				return false
			}
		}
		return len(a) > 0
	}
	// Where one has more words than the other, it is another name, unless the
	// words are only written together.
	x, y := []rune(strings.Join(a, "")), []rune(strings.Join(b, ""))
	return min(len(x), len(y)) >= longWord && !shortened(x, y) && nearWords(x, y)
}

// A word of shortWord letters or more may have one slip, but not in its first
// letter; one of middleWord in any letter; one of longWord two. A shorter one
// would be another word.
const (
	shortWord  = 4
	middleWord = 6
	longWord   = 8
	mostSlips  = 2
)

func nearWords(a, b []rune) bool {
	if string(a) == string(b) {
		return true
	}
	switch short := shortened(a, b); {
	case !short && max(len(a)-len(b), len(b)-len(a)) > mostSlips, digitsOf(a) != digitsOf(b):
		return false
	case short:
		return true
	}
	long, d := max(len(a), len(b)), slips(a, b)
	switch {
	case long < shortWord:
		return false
	case long < middleWord: // name and game differ
		return d == 1 && a[0] == b[0]
	case long < longWord:
		return d == 1
	default:
		return d <= mostSlips
	}
}

// shortened reports whether one word is the beginning of the other, and enough
// of it.
func shortened(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) < len(b) && string(b[:len(a)]) == string(a) && (len(a) >= shortWord || len(a) == shortWord-1 && 2*len(a) >= len(b))
}

func digitsOf(a []rune) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, string(a))
}

// slips returns how many letters have to be added, left out, changed, or
// exchanged with the next, to make b of a; more than mostSlips is one more.
func slips(a, b []rune) int {
	const many = mostSlips + 1
	if len(a)-len(b) >= many || len(b)-len(a) >= many {
		return many
	}
	var before []int // the line before the last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		line := make([]int, len(b)+1)
		line[0] = i + 1
		least := line[0]
		for j := range b {
			d := last[j]
			if a[i] != b[j] {
				d++
			}
			d = min(d, last[j+1]+1, line[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			line[j+1] = d
			least = min(least, d)
		}
		if least >= many {
			return many
		}
		before, last = last, line
	}
	return min(many, last[len(b)])
}
