package load

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// How alike two names are. A field goes to the column whose name is most alike.
const (
	verbatim   = iota // equal byte for byte
	sameName          // equal, however Unicode composes the letters
	sameLetter        // but for case, and blanks around it
	alikeName         // but for blanks, hyphens, dots and underscores too
	likenesses
)

// nameKey returns a key that is equal for names of that likeness; "" if nothing of
// the name is left.
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

// separates reports whether r separates the words of a name, or is invisible.
func separates(r rune) bool {
	return r == '_' || r == '.' || unicode.Is(unicode.Pd, r) || isFiller(r)
}

// isFiller reports whether r is blank or invisible, such as a byte order mark or a
// soft hyphen.
func isFiller(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// A nameIndex finds the indexes of names by their keys of one likeness.
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

// A nameFinder finds names in a list: equal ones, else those that differ in case,
// else those that are alike.
type nameFinder struct {
	names   []string
	indexes [likenesses]nameIndex // made when needed
}

// find returns the indexes of the names most like name. If there are several, name
// is ambiguous.
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

// words returns the words of a name in lower case, without accents.
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

// near reports whether two names that are not alike may be the same but for a
// slip, or an abbreviation: Test and testo, emial and email, desc and description.
// Numbers in names are never slips. Its arguments are the words of the names.
func near(a, b []string) bool {
	if len(a) == len(b) {
		for i := range a {
			if !nearWords([]rune(a[i]), []rune(b[i])) {
				return false
			}
		}
		return len(a) > 0
	}
	// With another number of words it is another name, unless the words are only
	// written together.
	x, y := []rune(strings.Join(a, "")), []rune(strings.Join(b, ""))
	return min(len(x), len(y)) >= longWord && !shortened(x, y) && nearWords(x, y)
}

// A word of at least shortWord letters may have one slip, but not in its first
// letter; one of middleWord letters, in any letter; one of longWord letters, two
// slips. In a shorter one, a slip makes another word.
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

// shortened reports whether one word abbreviates the other: it is the beginning of
// it, and long enough.
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

// slips returns the number of letters to add, remove, change, or swap with the
// next, to turn a into b; at most mostSlips + 1.
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
