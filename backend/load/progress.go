package load

// A Phase says what a load is doing.
type Phase string

// The phases of a load, in their order.
const (
	PhaseOpening    Phase = "opening"    // looking at the file and the target
	PhaseWriting    Phase = "writing"    // reading, converting and writing
	PhaseCommitting Phase = "committing" // making the last rows durable
	PhaseDone       Phase = "done"
)

// Counts say what became of the records that were read.
type Counts struct {
	Read     int64 `json:"read"`
	Inserted int64 `json:"inserted"`
	Updated  int64 `json:"updated"`
	Skipped  int64 `json:"skipped"`
	Rejected int64 `json:"rejected"`
}

// Balanced reports whether every record that was read is accounted for.
func (c Counts) Balanced() bool {
	return c.Read == c.Inserted+c.Updated+c.Skipped+c.Rejected
}

// Progress is a snapshot of a load. Its JSON is part of the program's contract.
type Progress struct {
	Phase Phase `json:"phase"`
	// Percent goes from 0 to 100 and never falls; nil where the total is not
	// known. It is 100 only when the last commit is through.
	Percent    *float64 `json:"percent"`
	BytesRead  int64    `json:"bytesRead"`
	BytesTotal int64    `json:"bytesTotal"` // -1 where it is not known
	Counts
	RecordsPerSecond float64 `json:"recordsPerSecond"`
	BytesPerSecond   float64 `json:"bytesPerSecond"`
	// EtaMs is the time left in milliseconds; nil where it is not known.
	EtaMs *int64 `json:"etaMs"`
}
