package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	quiet        = 10 * time.Second // without an answer, until the server is asked whether it lives
	signPatience = 10 * time.Second // that it has to say so
)

var errHangs = errors.New("the server hangs")

// whileItLives is a context that ends when the server hangs. An answer may take as
// long as its operation does, as long as the server says on another connection
// that it lives. The returned function must be called when the answer is there.
func (c *Client) whileItLives(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	every := c.Quiet
	if every <= 0 {
		every = quiet
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !c.lives(ctx, min(every, signPatience)) {
					cancel(errHangs)
				}
			}
		}
	})
	return ctx, func() { cancel(nil); asking.Wait() }
}

// lives says whether anyone answers at all, be it with a refusal.
func (c *Client) lives(ctx context.Context, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := c.client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<10)) // that it answered is enough
	return res.Body.Close() == nil
}
