package csvfile

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A file on which another program has a lease can't be opened until it gives
// that up, for up to 45 s: opening it is abandoned when nobody waits.
func TestOpenThatDoesNotReturn(t *testing.T) {
	path := writeFile(t, "in.csv", []byte("a,b\n1,2\n"))
	holder, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close() // which gives the lease up
	if _, err := unix.FcntlInt(holder.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatal(err)
	}
	waits := make(chan os.Signal, 1)
	signal.Notify(waits, unix.SIGIO) // to the holder, when somebody waits for the lease
	defer signal.Stop(waits)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	opened := make(chan error, 1)
	go func() {
		_, err := OpenContext(ctx, path, Dialect{}, Options{})
		opened <- err
	}()
	<-waits
	cancel(enough)
	select {
	case err = <-opened:
	case <-time.After(20 * leaveAfter):
		t.Fatal("it waits on")
	}
	if !errors.Is(err, enough) || !errors.Is(err, ErrLeftBehind) {
		t.Errorf("the error is %v", err)
	}
}
