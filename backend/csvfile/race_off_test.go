//go:build !race

package csvfile

// roundTrips is how many generated files are read.
const roundTrips = 10_000
