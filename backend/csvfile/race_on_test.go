//go:build race

package csvfile

// The race detector makes reading ten times slower and has one goroutine to look at, besides
// the one that reads ahead: a part will do. All of it is run without (make test-go).

// roundTrips is how many generated files are read.
const roundTrips = 250

// anythings is how many random texts are read.
const anythings = 25

// shiftStep is how many of the places of a trap at a boundary one is taken of.
const shiftStep = 5

// largeRecord is how long the longest record is.
const largeRecord = 10 << 20
