package load

import "strings"

// Alike reports whether a may be a misspelling of b: they differ in case and
// punctuation only, or in one or two letters.
func Alike(a, b string) bool {
	plain := strings.NewReplacer("_", "", "-", "", " ", "")
	x := []rune(plain.Replace(strings.ToLower(a)))
	y := []rune(plain.Replace(strings.ToLower(b)))
	limit := 2
	if len(x) <= 4 {
		limit = 1
	}
	return distance(x, y) <= limit
}

// distance returns the edit distance between x and y: the number of letters to
// insert, delete or replace.
func distance(x, y []rune) int {
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, a := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, b := range y {
			change := diagonal
			if a != b {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
