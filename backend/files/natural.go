package files

import (
	"cmp"
	"path/filepath"
	"strings"
)

// Compare compares two paths in their natural order, folder by folder: without regard
// to case, and digits by the number that they are, so that part2 is before part10.
func Compare(a, b string) int {
	restA, restB := filepath.ToSlash(a), filepath.ToSlash(b)
	for restA != "" || restB != "" {
		var nameA, nameB string
		nameA, restA, _ = strings.Cut(restA, "/")
		nameB, restB, _ = strings.Cut(restB, "/")
		if c := compareNames(strings.ToLower(nameA), strings.ToLower(nameB)); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

func compareNames(a, b string) int {
	for a != "" && b != "" {
		var partA, partB string
		partA, a = part(a)
		partB, b = part(b)
		if c := comparePart(partA, partB); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// part cuts the digits, or what is none, off the front of a name.
func part(name string) (front, rest string) {
	digits := isDigit(name[0])
	for i := range len(name) {
		if isDigit(name[i]) != digits {
			return name[:i], name[i:]
		}
	}
	return name, ""
}

func comparePart(a, b string) int {
	if !isDigit(a[0]) || !isDigit(b[0]) {
		return strings.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
