package testserver

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// cpu returns the processor time of the process and its children, those that have ended too.
func (p *process) cpu() time.Duration {
	id := p.cmd.Process.Pid
	for {
		own, ended := ticks(id)
		sum := own + ended
		for _, child := range p.children() {
			own, ended := ticks(child)
			sum += own + ended
		}
		// A child that has just ended counts with the process from now on, and may have been missed.
		if _, now := ticks(id); now == ended {
			return sum
		}
	}
}

// ticks returns the processor time of a process, and of those of its children that have ended.
func ticks(id int) (own, ended time.Duration) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))        // it may have ended
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from the third one on
	if len(fields) < 15 {
		return 0, 0
	}
	spent := func(user, system []byte) (sum time.Duration) {
		for _, field := range [][]byte{user, system} {
			n, _ := strconv.ParseInt(string(field), 10, 64)
			sum += time.Duration(n) * time.Second / 100 // USER_HZ is 100 on all that Go runs on
		}
		return sum
	}
	return spent(fields[11], fields[12]), spent(fields[13], fields[14]) // utime, stime; cutime, cstime
}
