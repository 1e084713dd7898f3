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

// measured is what something took.
type measured struct {
	Wall time.Duration `json:"wall"`
	CPU  time.Duration `json:"cpu"`  // of all processors, in the program and in the system
	Peak int64         `json:"peak"` // bytes of memory at the most; 0 where the system does not tell
}

// A process runs a program to its end.
//
// A system counts the memory of the process that starts another one as the
// other's, up to the moment that the program is loaded. So this one is kept
// small: whatever takes memory is done in processes of their own, see roles.
type process struct {
	env     []string
	args    []string
	status  int          // the highest exit status that is taken for success
	stdout  io.Writer    // nil for nowhere
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

// A head keeps the first of what is written to it, for an error: sqlite3 has
// a line to say about every row that it does not take.
type head struct{ to *bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	const most = 2000
	h.to.Write(p[:min(len(p), max(0, most-h.to.Len()))])
	return len(p), nil
}

// roles are what this program does in processes of its own. Each gets its
// arguments and returns what the part of it took that matters; see play.
var roles = map[string]func(ctx context.Context, args []string) (measured, error){
	"write": writeFile,
	"floor": insertPrepared,
	"csv":   readByEncodingCSV,
	"read":  readByCSVFile,
	"open":  openByCSVFile,
}

// role plays a role in a process of its own.
func (b *bench) role(ctx context.Context, args ...string) (m measured, err error) {
	var out bytes.Buffer
	p := process{args: append([]string{b.self}, args...), stdout: &out}
	if _, err := p.run(ctx); err != nil {
		return m, err
	}
	return m, json.Unmarshal(out.Bytes(), &m)
}

// play does what role asks for, on the other side.
func play(ctx context.Context, do func(context.Context, []string) (measured, error), args []string, stdout io.Writer) error {
	m, err := do(ctx, args)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(m)
}

// stopwatch measures what this process does from now on.
func stopwatch() (stop func() measured) {
	wall, cpu := time.Now(), ownCPU()
	return func() measured { return measured{Wall: time.Since(wall), CPU: ownCPU() - cpu} }
}
