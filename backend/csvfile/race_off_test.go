//go:build !race

package csvfile

// roundTrips is how many generated files are read.
const roundTrips = 10_000

// anythings is how many random texts are read.
const anythings = 500

// shiftStep is how many of the places of a trap at a boundary one is taken of.
const shiftStep = 1

// largeRecord is how long the longest record is.
const largeRecord = 100 << 20
