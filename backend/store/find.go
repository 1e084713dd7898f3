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

// installFind lets connections that are opened from now on know the SQL function
// linefeed_holds(pattern, text, …): whether one of the texts holds what
// findPattern made the pattern of.
var installFind = sync.OnceValue(func() error {
	if rc := C.lf_install_find(); rc != 0 {
		return fmt.Errorf("register the search with SQLite: code %d", int(rc))
	}
	return nil
})

// findPattern returns the pattern that finds text in upper or lower case: for
// each of its characters how many there are that strings.EqualFold takes for the
// same, and each of these as its length and UTF-8.
func findPattern(text string) []byte {
	pattern := []byte{}
	for _, c := range text {
		ways := len(pattern)
		pattern = append(pattern, 0)
		for same := c; pattern[ways] == 0 || same != c; same = unicode.SimpleFold(same) {
			pattern[ways]++
			pattern = utf8.AppendRune(append(pattern, byte(utf8.RuneLen(same))), same)
		}
	}
	return pattern
}
