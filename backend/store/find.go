package store

/*
#include "find.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"unicode"
	"unicode/utf8"
)

// installFind gives connections opened from now on the SQL function
// linefeed_holds(pattern, text, …): whether one of the texts contains the text of
// the pattern, ignoring case; and linefeed_tally(id, text, …), see tally.h.
var installFind = sync.OnceValue(func() error {
	if rc := C.lf_install_find(); rc != 0 {
		return fmt.Errorf("register functions with SQLite: code %d", int(rc))
	}
	return nil
})

// findPattern returns the pattern that finds text ignoring case. For each
// character it has the number of characters that strings.EqualFold takes as equal,
// and each of these as its length and its UTF-8.
func findPattern(text string) []byte {
	pattern := []byte{}
	for _, c := range text {
		variants := len(pattern)
		pattern = append(pattern, 0)
		for same := c; pattern[variants] == 0 || same != c; same = unicode.SimpleFold(same) {
			pattern[variants]++
			pattern = utf8.AppendRune(append(pattern, byte(utf8.RuneLen(same))), same)
		}
	}
	return pattern
}
