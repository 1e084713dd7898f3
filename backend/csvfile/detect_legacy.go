package csvfile

// guessLegacy returns the likeliest encoding of bytes that are not UTF-8, and
// all that were considered, best first.
func guessLegacy(parts [][]byte) (string, []Alternative) {
	return "windows-1252", []Alternative{{"windows-1252", 0.5}}
}
