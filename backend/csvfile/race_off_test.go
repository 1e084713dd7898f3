//go:build !race

package csvfile

// roundTrips is how many generated files are read.
const roundTrips = 10_000

// anythings is how many random texts are read.
const anythings = 500

// largeRecord is how long the longest record is.
const largeRecord = 100 << 20
