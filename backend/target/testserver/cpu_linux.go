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
	for {
		own := ticks(p.cmd.Process.Pid)
		sum := own
		for _, child := range p.children() {
			sum += ticks(child)
		}
		// A child that has just ended counts with the process from now on.
		if now := ticks(p.cmd.Process.Pid); now-own < time.Second/10 {
			return sum
		}
	}
}

// ticks returns the processor time of a process and of those of its children that have ended.
func ticks(id int) (sum time.Duration) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))        // it may have ended
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from the third one on
	if len(fields) < 15 {
		return 0
	}
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		n, _ := strconv.ParseInt(string(field), 10, 64)
		sum += time.Duration(n) * time.Second / 100 // USER_HZ is 100 on all that Go runs on
	}
	return sum
}
