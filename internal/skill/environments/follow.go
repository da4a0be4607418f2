package environments

import (
	"bufio"
	"context"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/environment"
)

// followAll tells each line that some services print from a moment on, until ctx ends.
func followAll(ctx context.Context, b environment.Backend, id string, services []string, since time.Time, emit func(Line) error) error {
	ctx, cancel := context.WithCancel(ctx)
	lines := make(chan Line)
	failed := make(chan error, len(services))
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for _, name := range services {
		all.Go(func() {
			r, err := b.Logs(ctx, id, name, since, true)
			if err != nil || r == nil {
				failed <- err
				return
			}
			go func() { <-ctx.Done(); r.Close() }() //nolint:errcheck // it was only read
			s := bufio.NewScanner(r)
			s.Buffer(nil, 1<<20)
			for s.Scan() {
				select {
				case lines <- Line{Service: name, Said: strings.ToValidUTF8(s.Text(), "?")}:
				case <-ctx.Done():
					return
				}
			}
			failed <- s.Err()
		})
	}
	var trouble error
	for left := len(services); left > 0; {
		select {
		case l := <-lines:
			if err := emit(l); err != nil {
				return err
			}
		case err := <-failed:
			left--
			if trouble == nil {
				trouble = err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return trouble
}
