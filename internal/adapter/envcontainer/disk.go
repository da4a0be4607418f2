package envcontainer

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"prentice/internal/kit/container"
)

// An engine refuses no one who writes to its disk, where that has no quotas. So what an
// environment has on disk is measured, and one that has more than it may is ended: often
// while the disk becomes full quickly, and rarely otherwise. A single file is bounded by a
// limit of each process.
const (
	lookEach    = time.Second
	measureEach = time.Minute
	suspicious  = 64 << 20 // bytes that the disk has less than before
)

type measured struct {
	at   time.Time
	free int64
}

// watch begins to look after the disk, once.
func (b *Backend) watch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watching {
		return
	}
	b.watching = true
	b.wait.Go(func() {
		for {
			select {
			case <-b.ctx.Done():
				return
			case <-time.After(lookEach):
				b.lookAtDisk(b.ctx)
			}
		}
	})
}

// lookAtDisk ends the environments that have more on disk than they may. What the engine
// does not say now it says at the next look.
func (b *Backend) lookAtDisk(ctx context.Context) {
	list, err := b.engine.List(ctx, false, labelInstallation+"="+b.installation)
	if err != nil {
		return
	}
	by := map[string][]container.Listed{}
	running := map[string]bool{}
	for _, c := range list {
		id := c.Labels[labelEnvironment]
		by[id] = append(by[id], c)
		running[c.ID] = c.State == "running"
	}
	b.mu.Lock()
	for id, o := range b.open {
		if !running[id] && gone(o.pid, id) {
			o.end()
			delete(b.open, id)
		}
	}
	b.mu.Unlock()
	if len(by) == 0 {
		return
	}
	free := b.free(ctx)
	for id, all := range by {
		b.mu.Lock()
		last := b.measured[id]
		b.mu.Unlock()
		if time.Since(last.at) < measureEach && last.free-free < suspicious {
			continue
		}
		has, err := b.disk(ctx, id, all)
		if err != nil {
			continue
		}
		most, bad := strconv.ParseInt(all[0].Labels[labelDisk], 10, 64)
		b.mu.Lock()
		b.measured[id] = measured{time.Now(), free}
		if bad == nil && has > most {
			b.overfull[id] = fmt.Sprintf("it was ended: it has %d bytes on disk, and may have %d", has, most)
		}
		b.mu.Unlock()
		if bad == nil && has > most {
			for _, c := range all {
				b.mu.Lock()
				b.ended[c.ID] = true
				b.mu.Unlock()
				b.engine.Kill(ctx, c.ID) //nolint:errcheck // one that has ended refuses; the others are ended at the next look
			}
		}
	}
}

func (b *Backend) overfullOf(id string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.overfull[id]
}
