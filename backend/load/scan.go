package load

import (
	"context"
	"sync"
	"time"
)

// Scan hands all records of src to take, which must not keep them, and returns
// how long that took, without pauses. It reads ahead of take. Of the options it
// heeds OnProgress, Paused and Before. When ctx is done, the error is its cause.
// An error of src ends the scan and is not returned: the next to read src meets
// it too.
//
// Its progress is that of the first of two readings, and ends at half of the
// total. The other half is that of [Run], with Options.Before.
func Scan(ctx context.Context, src Source, take func(*Block), opt Options) (time.Duration, error) {
	total := src.Size()
	if total > 0 {
		total *= 2
	}
	p := newProgress(total, opt.Before, opt.OnProgress)
	p.phase(PhaseInferring)

	reading, stop := context.WithCancel(ctx)
	free, read, large := make(chan *Block, blocks), make(chan *Block, blocks), make(chan struct{}, 1)
	for range blocks {
		free <- new(Block)
	}
	var m panicGuard
	var group sync.WaitGroup
	group.Go(func() {
		defer close(read)
		m.guard(func() { readStage(reading, src, 0, 0, free, read, large, nil) })
	})
	defer group.Wait()
	defer func() {
		stop()
		for range read { // let the stage end
		}
	}()

	started, records, consumed := time.Now(), int64(0), int64(0)
	for ctx.Err() == nil {
		started = started.Add(p.pause(ctx, opt.Paused))
		var b *Block
		select {
		case b = <-read:
		case <-ctx.Done():
		}
		if b == nil {
			break
		}
		take(b)
		records += b.read
		consumed = max(consumed, b.Consumed) // a last block may be empty
		p.advance(records, consumed)
		if b.err != nil {
			break
		}
		if b.large {
			b.Arena = nil
			large <- struct{}{}
		}
		free <- b
	}
	if err := m.err(); err != nil {
		return time.Since(started), err
	}
	return time.Since(started), context.Cause(ctx)
}

// pause waits while the load is paused or until ctx is done, and returns how
// long that was.
func (p *progress) pause(ctx context.Context, paused func() <-chan struct{}) time.Duration {
	if paused == nil {
		return 0
	}
	resumed := paused()
	if resumed == nil {
		return 0
	}
	p.standStill()
	since := time.Now()
	select {
	case <-resumed:
	case <-ctx.Done():
	}
	p.standStill()
	return time.Since(since)
}
