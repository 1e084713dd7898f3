// Linefeed loads CSV files into a database, on the command line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"linefeed/backend/cli"
)

// stopTimeout is how long a clean stop may take: an unresponsive network file system must
// not keep the program running.
var stopTimeout = 30 * time.Second

func main() {
	// The first signal cancels cleanly; that removes the handler, so a second one ends the
	// program at once.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() {
		stop()
		time.AfterFunc(stopTimeout, giveUp)
	})
	os.Exit(cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}

// giveUp ends the program, whatever it is waiting for.
func giveUp() {
	told := make(chan struct{})
	go func() {
		defer close(told)
		fmt.Fprintf(os.Stderr, "linefeed: it does not stop within %v: something that it reads or writes does not answer: see `linefeed jobs`\n", stopTimeout)
	}()
	select {
	case <-told:
	case <-time.After(time.Second): // standard error may be what blocks
	}
	os.Exit(cli.ExitStopped)
}
