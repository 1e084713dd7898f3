package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// measured is the cost of something.
type measured struct {
	Wall   time.Duration `json:"wall"`
	CPU    time.Duration `json:"cpu"`    // of all processors, user and system
	Server time.Duration `json:"server"` // the same of a database server meanwhile
	Peak   int64         `json:"peak"`   // peak memory in bytes; 0 if the system does not report it

	Goroutines int64         `json:"goroutines,omitempty"` // of an import that is followed, at its end
	Latency    time.Duration `json:"latency,omitempty"`    // from an event to its arrival, 99 % of them
	Settled    time.Duration `json:"settled,omitempty"`    // of a window, from its start to the last change on the screen
}

// A process runs a program to its end.
//
// Until a program is loaded, systems count the memory of the process that starts it as the
// program's own. So this process is kept small: whatever needs memory runs in processes of
// its own, see roles.
type process struct {
	env     []string
	args    []string
	status  int          // the highest exit status that counts as success
	stdout  io.Writer    // nil to discard it
	started func() error // called while it runs; may be nil
}

func (p process) run(ctx context.Context) (measured, error) {
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout = p.stdout
	cmd.Stderr = &head{&complaints}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return measured{}, err
	}
	var startedErr error
	if p.started != nil {
		startedErr = p.started()
	}
	err := cmd.Wait()
	m := measured{Wall: time.Since(start)}
	if startedErr != nil {
		return m, startedErr
	}
	if state := cmd.ProcessState; state != nil && state.Exited() && state.ExitCode() <= p.status {
		err = nil
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w: %s", strings.Join(p.args, " "), err, complaints.Bytes())
	}
	m.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	m.Peak = peakMemory(cmd.ProcessState)
	return m, nil
}

// A head keeps the start of what is written to it, for an error: sqlite3 prints a line
// about every row that it rejects.
type head struct{ to *bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	const most = 2000
	h.to.Write(p[:min(len(p), max(0, most-h.to.Len()))])
	return len(p), nil
}

// roles are what this program does in other processes. Each is given its arguments and
// returns the cost of the part that matters; see play.
var roles = map[string]func(ctx context.Context, args []string) (measured, error){
	"write": writeFile,
	"floor": insertPrepared,
	"csv":   readByEncodingCSV,
	"read":  readByCSVFile,
	"open":  openByCSVFile,

	"kept":   importKept,
	"unkept": importUnkept,
	"groups": groupRejects,
	"values": groupValues,

	"followed": followed,
}

// role runs a role in another process.
func (b *bench) role(ctx context.Context, args ...string) (m measured, err error) {
	var out bytes.Buffer
	p := process{args: append([]string{b.self}, args...), stdout: &out}
	if _, err := p.run(ctx); err != nil {
		return m, err
	}
	return m, json.Unmarshal(out.Bytes(), &m)
}

// play runs role, in that other process.
func play(ctx context.Context, do func(context.Context, []string) (measured, error), args []string, stdout io.Writer) error {
	m, err := do(ctx, args)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(m)
}

// stopwatch measures this process from now on.
func stopwatch() (stop func() measured) {
	wall, cpu := time.Now(), ownCPU()
	return func() measured { return measured{Wall: time.Since(wall), CPU: ownCPU() - cpu} }
}
