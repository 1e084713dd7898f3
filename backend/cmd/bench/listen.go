package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

// The numbers of clients that follow an import. Every other one never reads.
const (
	someListeners = 100
	mostListeners = 1000
)

// importFollowed imports f in a process of its own that serves the local API, while n
// clients in another process follow its events.
func (b *bench) importFollowed(ctx context.Context, f file, n int) (m measured, err error) {
	env, err := b.home(ctx)
	if err != nil {
		return m, err
	}
	db, err := b.database()
	if err != nil {
		return m, err
	}
	var out bytes.Buffer
	p := process{args: []string{b.self, "followed", f.name, b.csv(f), db, strconv.Itoa(n)}, env: env, stdout: &out}
	whole, err := p.run(ctx)
	if err != nil {
		return m, err
	}
	err = json.Unmarshal(out.Bytes(), &m)
	m.Peak = whole.Peak
	return m, err
}

// followed is the role that imports a file while clients listen, given the file's name and
// path, the database, and the number of clients.
func followed(ctx context.Context, args []string) (m measured, err error) {
	f, err := findFile(args[0])
	if err != nil {
		return m, err
	}
	n, err := strconv.Atoi(args[3])
	if err != nil {
		return m, err
	}
	e, err := engine.Open(ctx)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if err := e.Listen("", nil); err != nil {
		return m, err
	}
	var clients audience
	if n > 0 {
		if clients, err = gather(ctx, e, n); err != nil {
			return m, err
		}
	}
	stop := stopwatch()
	j, err := e.Runner.Start(ctx, f.request(args[1], args[2]))
	if err != nil {
		return m, err
	}
	s, err := e.Runner.Wait(ctx, j.ID)
	m = stop()
	m.Goroutines = int64(runtime.NumGoroutine())
	if err == nil && (s.State != job.Done || s.Read != f.rows || !s.Balanced) {
		err = fmt.Errorf("the import of %s is %s with %d records, balanced: %v; want %d", f.name, s.State, s.Read, s.Balanced, f.rows)
	}
	if n > 0 && err == nil {
		m.Latency, err = clients.leave()
	}
	return m, err
}

// An audience is the process of the clients.
type audience struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// gather starts n clients, and returns when all of them are connected.
func gather(ctx context.Context, e *engine.Engine, n int) (a audience, err error) {
	self, err := os.Executable()
	if err != nil {
		return a, err
	}
	a.cmd = exec.CommandContext(ctx, self, "listen", strings.TrimPrefix(e.API().URL(), "http://"), strconv.Itoa(n))
	a.cmd.Stderr = os.Stderr
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return a, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return a, err
	}
	a.out = bufio.NewReader(out)
	if err := a.cmd.Start(); err != nil {
		return a, err
	}
	if _, err := fmt.Fprintln(a.in, e.API().Token()); err != nil {
		return a, err
	}
	_, err = a.out.ReadString('\n')
	return a, err
}

// leave ends the clients, and returns the time within which 99 % of the events reached
// those that read.
func (a audience) leave() (p99 time.Duration, err error) {
	if err := a.in.Close(); err != nil {
		return 0, err
	}
	if err := json.NewDecoder(a.out).Decode(&p99); err != nil {
		return 0, fmt.Errorf("the listeners say: %w", err)
	}
	return p99, a.cmd.Wait()
}

// listen is what the clients do, given the address of the API and their number, and the
// token as the first line of stdin: they follow all events, every other one without
// reading, and write a line when they are all connected. When stdin ends, they write how
// long an event took from its time to its arrival: 99 % of them at the most.
func listen(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) (err error) {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	in := bufio.NewReader(stdin)
	token, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	var all []net.Conn
	var reading sync.WaitGroup
	defer reading.Wait()
	defer func() {
		for _, c := range all {
			_ = c.Close() // it was only read
		}
	}()
	took := make([][]time.Duration, n)
	for i := range n {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", args[0])
		if err != nil {
			return err
		}
		all = append(all, c)
		if _, err := fmt.Fprintf(c, "GET /v1/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", args[0], strings.TrimSpace(token)); err != nil {
			return err
		}
		status := make([]byte, len("HTTP/1.1 200"))
		if _, err := io.ReadFull(c, status); err != nil || !bytes.HasSuffix(status, []byte("200")) {
			return fmt.Errorf("follow the events: %q, %w", status, err)
		}
		if i%2 == 1 {
			reading.Go(func() { took[i] = latencies(c) })
		}
	}
	if _, err := fmt.Fprintln(stdout, "ready"); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	for _, c := range all {
		_ = c.Close() // it was only read
	}
	reading.Wait()
	every := slices.Sorted(slices.Values(slices.Concat(took...)))
	if len(every) == 0 {
		return errors.New("no event came")
	}
	return json.NewEncoder(stdout).Encode(every[len(every)*99/100])
}

// latencies reads a stream to its end, and returns how long after its time each event
// came.
func latencies(c io.Reader) (all []time.Duration) {
	lines := bufio.NewScanner(c)
	lines.Buffer(make([]byte, 0, 4<<10), 1<<20)
	for lines.Scan() {
		text, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !isData {
			continue
		}
		now := time.Now()
		_, after, _ := bytes.Cut(text, []byte(`"time":"`))
		at, _, _ := bytes.Cut(after, []byte{'"'})
		if t, err := time.Parse(time.RFC3339, string(at)); err == nil {
			all = append(all, now.Sub(t))
		}
	}
	return all
}
