// Linefeed loads CSV files into a database, on the command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"linefeed/backend/cli"
)

func main() {
	// The first signal cancels in an orderly way; with the handler gone, a
	// second one ends the program at once.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
