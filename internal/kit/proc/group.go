package proc

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// errStopped says that the group was told to end before the program ended by
// itself.
var errStopped = errors.New("stopped")

// supervise waits for the program, and ends its group when the context ends or
// when the program leaves others behind. It returns when the program is reaped
// and the group is empty, or cannot be ended.
func supervise(ctx context.Context, group int, ended <-chan error, grace time.Duration) (strays bool, _ error) {
	select {
	case err := <-ended:
		return clear(ctx, group, grace), err
	case <-ctx.Done():
	}
	select { // it may have ended at the same moment
	case err := <-ended:
		return clear(ctx, group, grace), err
	default:
	}
	return end(group, ended, grace), errStopped
}

// end sends SIGTERM, waits for the grace period, and sends SIGKILL.
func end(group int, ended <-chan error, grace time.Duration) (strays bool) {
	signal(group, syscall.SIGTERM)
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		signal(group, syscall.SIGKILL)
		<-ended
	}
	if !exists(group) {
		return false
	}
	signal(group, syscall.SIGKILL)
	gone(context.Background(), group, grace)
	return true
}

// clear ends what the program left behind in its group, if it does not leave by
// itself.
func clear(ctx context.Context, group int, grace time.Duration) (strays bool) {
	if gone(ctx, group, leaving) {
		return false
	}
	signal(group, syscall.SIGTERM)
	if !gone(ctx, group, grace) {
		signal(group, syscall.SIGKILL)
		gone(context.Background(), group, grace)
	}
	return true
}

// gone waits until the group is empty. It gives up when the time is over or the
// context ends.
func gone(ctx context.Context, group int, within time.Duration) bool {
	give := time.Now().Add(within)
	for pause := time.Millisecond; exists(group); pause = min(2*pause, 50*time.Millisecond) {
		if ctx.Err() != nil || time.Now().After(give) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

func exists(group int) bool { return !errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) }

func signal(group int, s syscall.Signal) {
	syscall.Kill(-group, s) //nolint:errcheck // a group that is gone needs no signal
}
