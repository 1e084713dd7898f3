//go:build race

package csvfile

// roundTrips is how many generated files are read. The race detector makes it
// ten times slower and has one goroutine to look at: a part of them will do.
const roundTrips = 1_000
