//go:build race

package csvfile

// roundTrips is how many generated files are read. The race detector makes it
// ten times slower and has one goroutine to look at: a part of them will do.
const roundTrips = 1_000

// anythings is how many random texts are read.
const anythings = 50

// largeRecord is how long the longest record is.
const largeRecord = 10 << 20
