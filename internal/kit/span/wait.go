package span

import (
	"context"
	"time"
)

// Wait waits for d, and says whether it did: false is that the context ended first.
func Wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
